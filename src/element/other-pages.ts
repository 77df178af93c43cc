// Other pages that say the same as a hit, as they are named below it.

import type { Hit } from '../types.ts';

/** The best of them: a page may exist for each version of a program. */
const MOST_NAMED = 2;

export interface OtherPage {
  /** The hit as it is on the other page. */
  hit: Hit;
  /** The page's title, or its address where that would name several pages. */
  label: string;
}

export function otherPages(hit: Hit): OtherPage[] {
  // An engine that was handed in may know of none.
  const named = (hit.alsoOn ?? []).slice(0, MOST_NAMED).map((place): Hit => ({ ...hit, ...place }));
  const titles = [hit, ...named].map(({ title }) => title);
  return named.map((other) => {
    const isAlone = other.title && titles.filter((title) => title === other.title).length === 1;
    const address = other.url.split('#')[0];
    return { hit: other, label: (isAlone ? other.title : address) || other.title };
  });
}
