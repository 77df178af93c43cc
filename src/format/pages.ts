// The pages file: where each page's passages begin, and what pages can be ordered by. docs/FORMAT.md, "Pages file".

import { LatelightError } from '../errors.ts';
import type { Passage } from '../shared-types.ts';
import { parseJson } from './json-fields.ts';

const PAGES_VERSION = 1;

export interface Pages {
  /** [pages] first passage of each page; a page's passages are consecutive. Ascending, the first is 0. */
  firstIds: number[];
  /** Name -> [pages] value to order by, or nothing. */
  sorts: Record<string, (string | null)[]>;
}

/** Address of the page that a passage is on. */
export function pageAddress(url: string): string {
  const hash = url.indexOf('#');
  return hash < 0 ? url : url.slice(0, hash);
}

/** @param passages page by page: a page that comes back after another counts as a new one */
export function collectPages(passages: Pick<Passage, 'url' | 'sort'>[]): Pages {
  const firstIds: number[] = [];
  passages.forEach(({ url }, id) => {
    if (id === 0 || pageAddress(url) !== pageAddress(passages[id - 1].url)) firstIds.push(id);
  });
  const names = new Set(firstIds.flatMap((id) => Object.keys(passages[id].sort ?? {})));
  const valuesOf = (name: string) => firstIds.map((id) => passages[id].sort?.[name] ?? null);
  return { firstIds, sorts: Object.fromEntries([...names].sort().map((name) => [name, valuesOf(name)])) };
}

export function writePages(pages: Pages): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: PAGES_VERSION, ...pages }));
}

/** @throws LatelightError `bad-manifest` when the pages are not those of `passageCount` passages */
export function readPages(bytes: Uint8Array, passageCount: number): Pages {
  const fail = (what: string): never => {
    throw new LatelightError('bad-manifest', `pages: ${what}. Download the file again, or index the site again.`);
  };
  let parsed: Partial<Record<'version' | 'firstIds' | 'sorts', unknown>>;
  try {
    parsed = parseJson(bytes) as typeof parsed;
  } catch (cause) {
    throw new LatelightError('bad-manifest', `pages: expected UTF-8 JSON, got ${String(cause)}`, { cause });
  }
  const { version, firstIds, sorts } = parsed ?? {};
  if (version !== PAGES_VERSION) fail(`expected version ${PAGES_VERSION}, got ${version}`);
  if (!Array.isArray(firstIds) || !firstIds.every((id) => Number.isSafeInteger(id)))
    return fail('expected a list of ids');
  const ascending = firstIds.every((id, i) => (i === 0 ? id === 0 : id > firstIds[i - 1]) && id < passageCount);
  if (!ascending || firstIds.length > passageCount || (passageCount > 0 && firstIds.length === 0)) {
    fail(`expected ascending first passages below ${passageCount}, the first 0`);
  }
  if (typeof sorts !== 'object' || sorts === null || Array.isArray(sorts))
    return fail('expected an object of sort values');
  for (const values of Object.values(sorts)) {
    const isColumn =
      Array.isArray(values) &&
      values.length === firstIds.length &&
      values.every((value) => value === null || typeof value === 'string');
    if (!isColumn) fail('expected a sort value or null for each page');
  }
  return { firstIds, sorts: sorts as Pages['sorts'] };
}

/**
 * Order of pages by values of one column: numbers by size, anything else by a collator that knows numbers; pages without a value last.
 * Negative when `a` comes first.
 */
export function pageOrder(
  values: (string | null)[],
  order: 'asc' | 'desc',
): (a: string | null, b: string | null) => number {
  const isNumeric = values.every((value) => value === null || (value.trim() !== '' && Number.isFinite(Number(value))));
  const collator = new Intl.Collator('en', { numeric: true });
  const sign = order === 'asc' ? 1 : -1;
  return (a, b) => {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (isNumeric ? Number(a) - Number(b) : collator.compare(a, b));
  };
}
