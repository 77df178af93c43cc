// Titles that many pages share say where one is, not what the page is about: the site's name behind every title, or a banner
// h1 on top of every Markdown file. Only a whole set of pages shows it.

import { titleFromPath } from './page-title.ts';
import type { ParsedPage } from './parsed-page.ts';

interface NamedPage {
  path: string;
  page: ParsedPage;
}

// Fewer pages than this prove nothing. On more than half of them it is the site's; on many, it is that of one part of it
// (fastify's docs: 41 pages, all of them headed "Fastify").
const MIN_PAGES = 3;
const MIN_SHARE = 0.5;
const MANY_PAGES = 10;
const SEPARATOR = /\s[|\-–—·•:»]+(?=\s)/gu;
const SUFFIX = /\s+[|\-–—·•:»]+\s+(?!.*\s[|\-–—·•:»]+\s)(\S.*)$/u;

/** "Hooks | My Site" -> "Hooks" where many pages end so; a title that many pages have -> the file's own heading or name. */
export function withoutSharedTitles(pages: readonly NamedPage[]): NamedPage[] {
  const siteNames = shared(pages.map(({ page }) => suffixOf(page.title)?.name));
  const shortened = pages.map(({ path, page }) => {
    const suffix = suffixOf(page.title);
    const title = suffix && siteNames.has(suffix.name) ? page.title.slice(0, suffix.index) : page.title;
    return { path, page: { ...page, title } };
  });
  const banners = shared(shortened.map(({ page }) => page.title));
  return shortened.map((named) => (banners.has(named.page.title) ? renamed(named) : named));
}

/** What stands behind the last separator. It can begin at the last but one, with nothing between; further in front, looking is in vain. */
function suffixOf(title: string): { index: number; name: string } | undefined {
  const [first] = [...title.matchAll(SEPARATOR)].slice(-2);
  if (!first) return undefined;
  const from = title.slice(0, first.index).trimEnd().length;
  const suffix = SUFFIX.exec(title.slice(from));
  return suffix ? { index: from + suffix.index, name: suffix[1] } : undefined;
}

/** The banner stays in front where there is nothing better than the file's name, so that "index" is not a title. */
function renamed({ path, page }: NamedPage): NamedPage {
  const fileName = titleFromPath(path);
  const sameName = page.sections.find(
    ({ headings, level }) => level <= 2 && slug(headings[headings.length - 1] ?? '') === slug(fileName),
  );
  const name = sameName?.headings[sameName.headings.length - 1] ?? fileName;
  if (slug(name) === slug(page.title) || /^(index|readme)$/i.test(name)) return { path, page };
  return { path, page: { ...page, title: name, sections: withoutBanner(page) } };
}

function withoutBanner(page: ParsedPage): ParsedPage['sections'] {
  return page.sections.map((section) =>
    section.headings[0] === page.title && section.headings.length > 1
      ? { ...section, headings: section.headings.slice(1) }
      : section,
  );
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function shared(values: readonly (string | undefined)[]): Set<string> {
  const counts = new Map<string, number>();
  for (const value of values) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  const enough = Math.min(MANY_PAGES, Math.max(MIN_PAGES, Math.floor(values.length * MIN_SHARE) + 1));
  return new Set([...counts].filter(([, count]) => count >= enough).map(([value]) => value));
}
