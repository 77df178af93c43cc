// Other pages that say the same as a hit, as they are named below it.

import type { Hit } from '../types.ts';

/** The best of them: a page may exist for each version of a program. */
const MOST_NAMED = 2;

export interface OtherPage {
  /** The hit as it is on the other page. */
  hit: Hit;
  /** The page's title, or its address where the hit's page has the same. */
  label: string;
}

export function otherPages(hit: Hit): OtherPage[] {
  // An engine that was handed in may know of none.
  return (hit.alsoOn ?? []).slice(0, MOST_NAMED).map((place) => {
    const address = place.url.split('#')[0];
    return { hit: { ...hit, ...place }, label: (place.title !== hit.title && place.title) || address || place.title };
  });
}
