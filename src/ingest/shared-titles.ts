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
  const titles = pages.map(({ page }) => page.title);
  const siteNames = shared(titles.map((title) => suffixOf(title)?.name));
  // "Lamp: Overview", "Lamp (deprecated)" and "Class: Lamp" say what the page is, however many do.
  const closeNames = shared(
    titles.flatMap((title) => closeSuffixesOf(title).map(({ name }) => name)),
    { of: titles.length, many: Infinity },
  );
  const inFront = shared(
    titles.map((title) => prefixOf(title)?.name),
    { many: Infinity },
  );
  const shortened = pages.map(({ path, page }) => {
    const apart = suffixOf(page.title);
    const suffix =
      apart && siteNames.has(apart.name) ? apart : closeSuffixesOf(page.title).find(({ name }) => closeNames.has(name));
    const whole = suffix ? page.title.slice(0, suffix.index) : page.title;
    const prefix = prefixOf(whole);
    const title = prefix && inFront.has(prefix.name) ? whole.slice(prefix.end) : whole;
    return { path, page: { ...page, title } };
  });
  const banners = shared(shortened.map(({ page }) => page.title));
  return shortened.map((named) => (banners.has(named.page.title) ? renamed(named) : named));
}

/** Without a separator that stands apart: "Arrays: GLib Manual", "Lamp (Harbour API)". The longer first. */
function closeSuffixesOf(title: string): { index: number; name: string }[] {
  return [colonSuffix(title), bracketSuffix(title)]
    .filter((suffix) => suffix !== undefined)
    .sort((a, b) => a.index - b.index);
}

function colonSuffix(title: string): { index: number; name: string } | undefined {
  const index = title.lastIndexOf(': ');
  return index > 0 ? { index, name: title.slice(index + 2) } : undefined;
}

function bracketSuffix(title: string): { index: number; name: string } | undefined {
  let depth = 0;
  for (let index = title.length - 1; index > 0 && title.endsWith(')'); index--) {
    if (title[index] === ')') depth += 1;
    if (title[index] === '(') depth -= 1;
    if (depth > 0) continue;
    const front = title.slice(0, index);
    return /\s$/.test(front) ? { index: front.trimEnd().length, name: title.slice(index) } : undefined;
  }
  return undefined;
}

/** "Eigen: Lamps", "Harbour | Lamps". */
function prefixOf(title: string): { end: number; name: string } | undefined {
  const [mark] = /: (?=\S)|\s[|\-–—·•»]+\s+(?=\S)/u.exec(title) ?? [];
  if (mark === undefined) return undefined;
  const name = title.slice(0, title.indexOf(mark));
  return name === '' ? undefined : { end: name.length + mark.length, name };
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
  // classEigen_1_1Matrix-members, dir_0d6dde24f958dce0e20dfad7493d9da8: Doxygen's own spelling of what the heading says.
  const heading = isMangled(path) ? page.sections.find(({ level }) => level === 1)?.headings[0] : undefined;
  const name = sameName?.headings[sameName.headings.length - 1] ?? heading ?? (isMangled(path) ? page.title : fileName);
  if (slug(name) === slug(page.title) || /^(index|readme)$/i.test(name)) return { path, page };
  return { path, page: { ...page, title: name, sections: withoutBanner(page) } };
}

function isMangled(path: string): boolean {
  return /_[0-9]+[A-Z_]|__|[0-9a-f]{32}/.test(path.slice(path.lastIndexOf('/') + 1));
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

/** @param limits `many`: on so many pages a name is that of a part of the site */
function shared(
  values: readonly (string | undefined)[],
  { of = values.length, many = MANY_PAGES }: { of?: number; many?: number } = {},
): Set<string> {
  const counts = new Map<string, number>();
  for (const value of values) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  const enough = Math.min(many, Math.max(MIN_PAGES, Math.floor(of * MIN_SHARE) + 1));
  return new Set([...counts].filter(([, count]) => count >= enough).map(([value]) => value));
}
