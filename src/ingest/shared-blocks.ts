// What many pages begin or end with word for word is the site's, not the page's: a banner, a slogan, a notice of copyright. Old sites mark
// it by nothing; only a whole set of pages shows it.

import type { ParsedPage, Section } from './parsed-page.ts';

interface NamedPage {
  path: string;
  page: ParsedPage;
}

// Fewer pages than this prove nothing.
const MIN_PAGES = 3;
const MIN_SHARE = 0.5;
// No banner is as long, and what stands further in is text that pages have in common.
const MOST_BLOCKS = 8;

/** Each such text stays on one page, the one nearest to the site's start: copies of a document lose nothing that none of them has. */
export function withoutSharedBlocks(all: readonly NamedPage[]): NamedPage[] {
  // Of marked pages the author said what they hold, and books and text files are no pages of a site.
  const pages = all.filter(({ page }) => page.hasBodyMark === false);
  const starts = sharedTexts(pages.map(({ page }) => startOf(page)));
  const ends = sharedTexts(pages.map(({ page }) => endOf(page)));
  if (starts.size === 0 && ends.size === 0) return [...all];
  const keptStarts = new Set<string>();
  const keptEnds = new Set<string>();
  const sections = new Map<NamedPage, Section[]>();
  for (const named of nearestFirst(pages)) {
    const { page } = named;
    const head = dropped(starts, startOf(page), keptStarts);
    const tail = dropped(ends, endOf(page), keptEnds);
    sections.set(named, without(page.sections, head, tail));
  }
  return all.map((named) => ({
    ...named,
    page: { ...named.page, sections: sections.get(named) ?? named.page.sections },
  }));
}

/** Of what stands before the first heading, else in the first section that has any. */
function startOf({ sections }: ParsedPage): string[] {
  return textsOf(sections.find(({ blocks }) => blocks.length > 0)).slice(0, MOST_BLOCKS);
}

/** From the last one back. */
function endOf({ sections }: ParsedPage): string[] {
  const texts: string[] = [];
  for (let index = sections.length - 1; index >= 0 && texts.length < MOST_BLOCKS; index--)
    texts.push(...textsOf(sections[index]).reverse());
  return texts.slice(0, MOST_BLOCKS);
}

function textsOf(section: Section | undefined): string[] {
  return (section?.blocks ?? []).map(({ text }) => text);
}

function sharedTexts(pages: readonly string[][]): Set<string> {
  const counts = new Map<string, number>();
  for (const texts of pages) for (const text of new Set(texts)) counts.set(text, (counts.get(text) ?? 0) + 1);
  const enough = Math.max(MIN_PAGES, Math.floor(pages.length * MIN_SHARE) + 1);
  return new Set([...counts].filter(([, count]) => count >= enough).map(([text]) => text));
}

/** How many blocks the page loses at this end; none of what is seen for the first time, nor of what stands behind it. */
function dropped(shared: ReadonlySet<string>, texts: readonly string[], kept: Set<string>): number {
  const own = texts.findIndex((text) => !shared.has(text));
  const run = own === -1 ? texts : texts.slice(0, own);
  const isNew = run.some((text) => !kept.has(text));
  for (const text of run) kept.add(text);
  return isNew ? 0 : run.length;
}

/** All where nothing would be left. */
function without(sections: Section[], head: number, tail: number): Section[] {
  const total = sections.reduce((sum, { blocks }) => sum + blocks.length, 0);
  if (head + tail === 0 || head + tail >= total) return sections;
  let at = 0;
  return sections.flatMap((section) => {
    const blocks = section.blocks.filter((_, index) => at + index >= head && at + index < total - tail);
    at += section.blocks.length;
    const isEmptied = section.blocks.length > 0 && blocks.length === 0;
    // The heading of a notice ("Comments") goes with it; that of the page stays.
    return isEmptied && section.level !== 1 && at > total - tail ? [] : [{ ...section, blocks }];
  });
}

function nearestFirst(pages: readonly NamedPage[]): NamedPage[] {
  const distance = ({ path }: NamedPage) =>
    path.split('/').length * 2 - (/(^|\/)(index|readme)\.\w+$/i.test(path) ? 1 : 0);
  return [...pages].sort((a, b) => distance(a) - distance(b));
}
