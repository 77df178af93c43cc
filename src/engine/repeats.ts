// Passages of which another says the same, word for word: of a page that exists for each version of a program, or of one that repeats
// another's sections. One of them is shown.

import type { FragmentPassage } from '../format/fragment.ts';
import type { Candidate } from './candidates.ts';

/** From so many characters on a text says by itself what it is about. "Returns: void" stands under many headings. */
const TELLING_CHARACTERS = 80;

/**
 * @param read candidates with their passages; of equal ones the first stands for the others
 * @returns those that others stand for, each with the one that does
 */
export function repeatsOf(read: Iterable<readonly [Candidate, FragmentPassage]>): Map<Candidate, Candidate> {
  const firsts = new Map<string, Candidate>();
  const repeats = new Map<Candidate, Candidate>();
  for (const [candidate, { text, headings, title }] of read) {
    const said = text.replace(/\s+/g, ' ').trim();
    const key = said.length < TELLING_CHARACTERS ? `${headings.at(-1) ?? title}\n${said}` : said;
    const first = firsts.get(key);
    if (first) repeats.set(candidate, first);
    else firsts.set(key, candidate);
  }
  return repeats;
}

/** One of each of the other pages that say the same as a candidate, best first. */
export function onOtherPages(first: Candidate, repeats: ReadonlyMap<Candidate, Candidate>): Candidate[] {
  const pages = new Set([pageKey(first)]);
  const others: Candidate[] = [];
  for (const [candidate, standsFor] of repeats) {
    if (standsFor !== first || pages.has(pageKey(candidate))) continue;
    pages.add(pageKey(candidate));
    others.push(candidate);
  }
  return others;
}

/** Tells a page from those of all indexes searched. */
export function pageKey({ site, page }: Candidate): string {
  return `${site.site} ${page}`;
}
