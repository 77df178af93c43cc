// The same query ranked in several ways, side by side.

import type { Hit, SearchResult } from '../types.ts';

export interface RankRow {
  hit: Hit;
  /** Place in each ranking from 1 on; nothing where it is not among the hits. */
  places: (number | undefined)[];
}

/** One row for each passage of any ranking, in the order of the first that has it. @param rankings the most trusted first */
export function compareRanks(rankings: (SearchResult | undefined)[]): RankRow[] {
  const rows = new Map<string, RankRow>();
  rankings.forEach((ranking, column) => {
    ranking?.hits.forEach((hit, at) => {
      const key = `${hit.site} ${hit.id}`;
      const row = rows.get(key) ?? { hit, places: rankings.map(() => undefined) };
      row.places[column] = at + 1;
      rows.set(key, row);
    });
  });
  return [...rows.values()];
}
