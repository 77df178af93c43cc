// Pages by filter value, for the choices a search can still be narrowed by.

import { allowed, type SearchSite } from './candidates.ts';
import type { WantedTerm } from './exact-terms.ts';
import type { LocatedWords } from './word-gains.ts';

export type Facets = Record<string, Record<string, number>>;

/**
 * Filter name -> value -> pages that have it and pass the filters on the other names, so that a second value of the same name can
 * be seen to add. Quoted phrases count as far as the lexicon knows.
 */
export function facetsOf(
  sites: readonly SearchSite[],
  wanted: Record<string, string[]> = {},
  terms: readonly WantedTerm[] = [],
  located: ReadonlyMap<SearchSite, LocatedWords> = new Map(),
): Facets {
  const facets = new Map<string, Map<string, number>>();
  const add = (name: string, value: string, pages: number) => {
    const values = facets.get(name) ?? new Map<string, number>();
    facets.set(name, values.set(value, (values.get(value) ?? 0) + pages));
  };
  for (const site of sites) {
    const others = (name: string) => {
      const { [name]: _, ...rest } = wanted;
      return allowed(site, rest, terms, located.get(site)?.terms ?? []);
    };
    for (const [name, values] of Object.entries(site.index.facets(others)))
      for (const [value, pages] of Object.entries(values)) add(name, value, pages);
    for (const [name, values] of Object.entries(site.filter))
      for (const value of values) add(name, value, pagesIn(site, others(name)));
  }
  // fromEntries defines, so a value like __proto__ is a plain property.
  return Object.fromEntries([...facets].map(([name, values]) => [name, Object.fromEntries(values)]));
}

function pagesIn({ index }: SearchSite, bitmap: Uint32Array | undefined): number {
  const { pages, pageOf } = index;
  if (!bitmap) return pages.firstIds.length;
  const counted = new Set<number>();
  pageOf.forEach((page, id) => {
    if ((bitmap[id >> 5] >> (id & 31)) & 1) counted.add(page);
  });
  return counted.size;
}
