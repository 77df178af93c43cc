// Hits of one page, together. The engine has put them side by side already; here they only become groups.

import type { Hit } from '../types.ts';

export interface Group {
  /** Tells this group from every other: the page, and the hit too where an engine that does not group brings a page again. */
  key: string;
  /** The page's best hit. */
  best: Hit;
  /** Its further hits, best first. */
  others: Hit[];
}

/** Consecutive hits of one page become a group; the order stays. */
export function groupByPage(hits: readonly Hit[]): Group[] {
  const groups: Group[] = [];
  const keys = new Set<string>();
  let lastPage: string | undefined;
  for (const hit of hits) {
    const page = pageKey(hit);
    if (page === lastPage) groups.at(-1)?.others.push(hit);
    else groups.push({ key: keys.has(page) ? `${page} ${hitKey(hit)}` : page, best: hit, others: [] });
    lastPage = page;
    keys.add(page);
  }
  return groups;
}

/** A passage's id over all indexes of an engine. */
export function hitKey({ site, id }: Hit): string {
  return `${site ?? 0}:${id}`;
}

/** An engine that was handed in may leave out `page`: the address without its anchor says the same. */
function pageKey({ site, page, url }: Hit): string {
  return `${site ?? 0}:${page ?? url.split('#')[0]}`;
}
