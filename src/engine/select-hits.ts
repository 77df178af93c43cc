// Which candidates are shown, in which order: by passage, or page by page.

import { LatelightError } from '../errors.ts';
import { pageOrder } from '../format/pages.ts';
import type { SearchRequest } from '../types.ts';
import type { Candidate } from './candidates.ts';
import { pageKey } from './repeats.ts';

/** Pages that a sort order may bring to the top: the best by meaning, since every page answers every query a little. */
const MOST_SORTED = 50;
/**
 * Passages among which a page's further ones are looked for, since a page that is long has three of any rank: 543 of 969 of them were below
 * the 30th (docs/decisions/0018).
 */
const MOST_FURTHER = 30;

export interface Selection {
  chosen: Candidate[];
  hasMore: boolean;
}

/** How many pages must be known to choose from and to say whether there are more. */
export function pagesWanted({ perPage, sort }: Pick<SearchRequest, 'perPage' | 'sort'>, limit: number): number {
  if (perPage === undefined) return 0;
  return sort ? MOST_SORTED : limit + 1;
}

/** What an order chooses among: passages of the best pages, those included that repeat others, so that no more pages come for them. */
export function orderable(candidates: Candidate[], { sort }: Pick<SearchRequest, 'sort'>): Candidate[] {
  if (!sort) return candidates;
  const pages = new Set([...new Set(candidates.map(pageKey))].slice(0, MOST_SORTED));
  return candidates.filter((candidate) => pages.has(pageKey(candidate)));
}

/** @param candidates best first, of an order `orderable` */
export function selectHits(
  candidates: Candidate[],
  { perPage, sort }: Pick<SearchRequest, 'perPage' | 'sort'>,
  limit: number,
): Selection {
  if (perPage === undefined) return { chosen: candidates.slice(0, limit), hasMore: candidates.length > limit };
  const pages = new Map<string, Candidate[]>();
  candidates.forEach((candidate, rank) => {
    const key = pageKey(candidate);
    const page = pages.get(key);
    if (!page) pages.set(key, [candidate]);
    else if (page.length < perPage && rank < MOST_FURTHER) page.push(candidate);
  });
  let groups = [...pages.values()];
  if (sort) groups = sorted(groups, sort);
  return { chosen: groups.slice(0, limit).flat(), hasMore: groups.length > limit };
}

function sorted(groups: Candidate[][], { by, order }: NonNullable<SearchRequest['sort']>): Candidate[][] {
  const sortValue = ([{ site, page }]: Candidate[]) => site.index.pages.sorts[by]?.[page] ?? null;
  const compare = pageOrder(groups.map(sortValue), order);
  return groups
    .map((group, i) => ({ group, i, value: sortValue(group) }))
    .sort((a, b) => compare(a.value, b.value) || a.i - b.i)
    .map(({ group }) => group);
}

/** @throws LatelightError `bad-option` */
export function checkSelection({ perPage, sort }: SearchRequest, sorts: string[]): void {
  if (perPage !== undefined && (!Number.isInteger(perPage) || perPage < 1)) {
    throw new LatelightError('bad-option', `search: expected perPage to be a whole number from 1, got ${perPage}.`);
  }
  if (!sort) return;
  if (perPage === undefined) {
    throw new LatelightError('bad-option', 'search: expected perPage with sort: pages are what is ordered.');
  }
  if (!sorts.includes(sort.by) || !['asc', 'desc'].includes(sort.order)) {
    const known = sorts.join(', ') || 'none';
    throw new LatelightError(
      'bad-option',
      `search: expected sort by one of this index (${known}), asc or desc, got ${sort.by} ${sort.order}.`,
    );
  }
}
