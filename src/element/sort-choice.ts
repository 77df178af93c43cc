// How pages are ordered, as one string for an attribute or an option of a list: `date:desc`; empty is by score.

import type { SearchRequest } from '../types.ts';

export type SortChoice = NonNullable<SearchRequest['sort']>;

/** @param sorts names that the index can be ordered by; others are left out rather than sent to an engine that rejects them */
export function parseSort(text: string | undefined, sorts: readonly string[]): SortChoice | undefined {
  const match = /^(.+?)(?::(asc|desc))?$/s.exec(text ?? '');
  if (!match || !sorts.includes(match[1])) return undefined;
  return { by: match[1], order: match[2] === 'desc' ? 'desc' : 'asc' };
}

export function writeSort({ by, order }: SortChoice): string {
  return `${by}:${order}`;
}
