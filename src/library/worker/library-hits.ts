// Hits of segments as the library's page shows them: addresses that open the document at the passage in this very page.

import type { Hit, HitPlace } from '../../types.ts';
import { formatPlace } from '../place.ts';
import type { StoredSegment } from '../storage/records.ts';

/** Words handed to the reader, and how strongly they must match: as for pages with the highlight module (src/element/links.ts). */
const MARKED_WORDS = 8;
const MARKED_STRENGTH = 0.8;

/** @param segmentOf by the hit's site */
export function pointIntoLibrary(hits: readonly Hit[], segmentOf: (site: number) => StoredSegment | undefined): Hit[] {
  return hits.map((hit) => {
    const words = strongWords(hit);
    const pointed = <T extends HitPlace>(place: T): T => ({
      ...place,
      url: urlOf(place, words, segmentOf(place.site)),
    });
    const headings = [...hit.headings, ...pageOf(hit)];
    return { ...pointed(hit), headings, meta: withoutPicture(hit.meta), alsoOn: hit.alsoOn.map(pointed) };
  });
}

function urlOf({ id, url }: HitPlace, words: string[], segment: StoredSegment | undefined): string {
  let first = 0;
  for (const { id: documentId, passageCount } of segment?.documents ?? []) {
    if (id < first + passageCount) return formatPlace({ documentId, passage: id - first, words });
    first += passageCount;
  }
  return url;
}

/** A PDF's passage is at a page, which tells more than the headings above it. */
function pageOf({ url }: Hit): string[] {
  const page = /#page=(\d+)$/.exec(url)?.[1];
  return page ? [`Page ${page}`] : [];
}

/** A picture's address is the document's own: asked for here, it would tell this page's server what somebody keeps. */
function withoutPicture({ image: _, ...meta }: Hit['meta']): Hit['meta'] {
  return meta;
}

function strongWords({ excerpt, marks }: Hit): string[] {
  const strong = marks.filter(({ strength }) => strength >= MARKED_STRENGTH).sort((a, b) => b.strength - a.strength);
  const words = strong.map(({ start, end }) => excerpt.slice(start, end).toLowerCase());
  return [...new Set(words)].filter((word) => /[\p{L}\p{N}]/u.test(word)).slice(0, MARKED_WORDS);
}
