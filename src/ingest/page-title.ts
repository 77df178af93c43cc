// Which of `<title>`, the headings and the file name is the page's title, without the name of the site.

import { oneLine } from './clean-text.ts';
import type { Section } from './parsed-page.ts';
import { CONTENTS_MARKER } from './section-builder.ts';

const SEPARATOR = '[|\\-–—·•:»«›‹/~]+';
const AFTER = new RegExp(`^\\s*${SEPARATOR}\\s+\\S`, 'u');
const BEFORE = new RegExp(`\\S\\s+${SEPARATOR}\\s*$`, 'u');

/**
 * "Install | My Site" and "My Site - Install" are "Install" when the h1 says "Install". Without `<title>`: the first h1, a
 * first heading that stands above all others, else '' (the caller takes the picture on top or the file name).
 */
export function chooseTitle(documentTitle: string, sections: readonly Section[]): string {
  const h1 = ownHeading(sections.find((section) => section.level === 1));
  if (documentTitle === '') return h1 || soleHeading(sections);
  if (h1 !== '') {
    if (documentTitle.startsWith(h1) && AFTER.test(documentTitle.slice(h1.length))) return h1;
    if (documentTitle.endsWith(h1) && BEFORE.test(documentTitle.slice(0, -h1.length))) return h1;
  }
  return documentTitle;
}

/** One of several of its level is that of a section: "Sponsors", "1.0.2", "Table of contents". */
function soleHeading(sections: readonly Section[]): string {
  const [first, ...others] = sections.filter(({ level }) => level > 0);
  const heading = ownHeading(first);
  return CONTENTS_MARKER.test(heading) || others.some(({ level }) => level <= first.level) ? '' : heading;
}

function ownHeading(section: Section | undefined): string {
  return section?.headings[section.headings.length - 1] ?? '';
}

/** `docs/getting-started.md` -> "getting started", `guide/index.html` -> "guide". */
export function titleFromPath(path: string): string {
  const segments = path
    .split('/')
    .map((segment) => segment.replace(/\.(x?html?|md|mdx|markdown|pdf|docx|epub|txt|text)$/i, ''));
  const last = segments[segments.length - 1];
  const name = /^(index|readme)$/i.test(last) && segments.length > 1 ? segments[segments.length - 2] : last;
  return oneLine(name.replace(/[-_]+/g, ' ')) || path;
}
