// The filters file: which passages have which named values, and bitmaps made from it. docs/FORMAT.md, "Filters file".

import { LatelightError } from '../errors.ts';
import type { Passage } from '../shared-types.ts';
import { parseJson } from './json-fields.ts';

/** Filter name -> value -> passage ids as runs: [first, count, first, count, ...], ascending. */
export type Filters = Record<string, Record<string, number[]>>;

export function collectFilters(passages: Pick<Passage, 'filters'>[]): Filters {
  const filters = new Map<string, Map<string, number[]>>();
  passages.forEach((passage, id) => {
    for (const [name, values] of Object.entries(passage.filters)) {
      const byValue = filters.get(name) ?? filters.set(name, new Map()).get(name)!;
      for (const value of new Set(values)) {
        const runs = byValue.get(value) ?? byValue.set(value, []).get(value)!;
        if (runs.length > 0 && runs[runs.length - 2] + runs[runs.length - 1] === id) runs[runs.length - 1]++;
        else runs.push(id, 1);
      }
    }
  });
  const sorted = <T>(map: Map<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted(filters).map(([name, values]) => [name, Object.fromEntries(sorted(values))]));
}

/** @throws LatelightError `bad-manifest` for anything but names, values and runs of ids that ascend within 0..passageCount */
export function readFilters(bytes: Uint8Array, passageCount: number): Filters {
  let parsed: unknown;
  try {
    parsed = parseJson(bytes);
  } catch (cause) {
    throw badFilters(String(cause), cause);
  }
  if (!isRecord(parsed)) throw badFilters('no object of names');
  for (const [name, values] of Object.entries(parsed)) {
    if (!isRecord(values)) throw badFilters(`no object of values under ${name}`);
    for (const [value, runs] of Object.entries(values)) {
      if (!areRuns(runs, passageCount)) throw badFilters(`others under ${name}, ${value}`);
    }
  }
  return parsed as Filters;
}

function badFilters(got: string, cause?: unknown): LatelightError {
  return new LatelightError(
    'bad-manifest',
    `filters: expected runs of passage ids, got ${got}. Download the file again, or index the site again.`,
    { cause },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areRuns(runs: unknown, passageCount: number): boolean {
  // Strings and lists of lists compare like numbers, and would be counted.
  if (!Array.isArray(runs) || !runs.every(Number.isSafeInteger)) return false;
  let end = 0;
  for (let i = 0; i < runs.length; i += 2) {
    if (!(runs[i] >= end && runs[i + 1] >= 1)) return false;
    end = runs[i] + runs[i + 1];
  }
  return end <= passageCount;
}

/**
 * Number of pages of each value.
 * @param pageOf [passageCount] page of each passage, ascending
 * @param others for a filter's name, one bit a passage: those that count; nothing for all
 */
export function filterCounts(
  filters: Filters,
  pageOf: Uint32Array,
  others: (name: string) => Uint32Array | undefined,
): Record<string, Record<string, number>> {
  const countsOf = (name: string, values: Record<string, number[]>) => {
    const bitmap = others(name);
    return Object.entries(values).map(([value, runs]): [string, number] => {
      let pages = 0;
      let last = -1;
      for (let i = 0; i < runs.length; i += 2) {
        for (let id = runs[i]; id < runs[i] + runs[i + 1]; id++) {
          if (pageOf[id] === last || (bitmap && ((bitmap[id >> 5] >> (id & 31)) & 1) === 0)) continue;
          last = pageOf[id];
          pages++;
        }
      }
      return [value, pages];
    });
  };
  // fromEntries defines, so a value like __proto__ is a plain property.
  return Object.fromEntries(
    Object.entries(filters).map(([name, values]) => [name, Object.fromEntries(countsOf(name, values))]),
  );
}

/**
 * One bit per passage: those that have, under every name asked for, one of the values.
 * @throws LatelightError `bad-option` for a filter name the index does not have; an unknown value matches nothing
 */
export function filterBitmap(filters: Filters, wanted: Record<string, string[]>, passageCount: number): Uint32Array {
  const words = Math.ceil(passageCount / 32);
  const bitmap = new Uint32Array(words).fill(0xffffffff);
  for (const [name, values] of Object.entries(wanted)) {
    if (!Object.hasOwn(filters, name)) {
      const known = Object.keys(filters).join(', ') || 'none';
      throw new LatelightError('bad-option', `search: expected a filter of this index (${known}), got ${name}.`);
    }
    const matching = new Uint32Array(words);
    for (const value of values) {
      const runs = Object.hasOwn(filters[name], value) ? filters[name][value] : [];
      for (let i = 0; i < runs.length; i += 2) {
        for (let id = runs[i]; id < runs[i] + runs[i + 1]; id++) matching[id >> 5] |= 1 << (id & 31);
      }
    }
    for (let word = 0; word < words; word++) bitmap[word] &= matching[word];
  }
  return bitmap;
}

/** @throws LatelightError `bad-option` unless every name has a list of strings */
export function checkValues(what: string, filter: Record<string, unknown>): void {
  for (const [name, values] of Object.entries(filter)) {
    if (Array.isArray(values) && values.every((value) => typeof value === 'string')) continue;
    throw new LatelightError('bad-option', `${what} ${name} to be a list of strings, got ${JSON.stringify(values)}.`);
  }
}
