// An EPUB -> its chapters in reading order, each through the same path as a web page. Addresses are `book.epub#chapter-3`.

import { throwIfAborted } from '../errors.ts';
import type { DocumentLimits } from './document-limits.ts';
import { domOf } from './dom.ts';
import { type Chapter, markupOf, openEpub } from './epub-package.ts';
import { madePage } from './made-page.ts';
import { findMainContent } from './main-content.ts';
import { chooseTitle, titleFromPath } from './page-title.ts';
import type { ParsedPage, Section } from './parsed-page.ts';
import { readSections } from './sections.ts';
import { shortMessage, UnreadableDocument } from './unreadable.ts';
import { htmlOfXhtml } from './xhtml.ts';
import type { ZipArchive } from './zip-archive.ts';

export { epubHtml } from './epub-html.ts';

/** @throws UnreadableDocument */
export async function parseEpub(path: string, bytes: Uint8Array, limits: DocumentLimits = {}): Promise<ParsedPage> {
  const book = openEpub(bytes, limits);
  const sections: Section[] = [];
  const warnings: string[] = [];
  for (const chapter of book.chapters) {
    throwIfAborted(limits.signal, 'ingest');
    try {
      for (const section of chapterSections(book.archive, chapter)) sections.push(section);
    } catch (error) {
      // One damaged chapter does not cost the book; a bomb does.
      if (error instanceof UnreadableDocument && error.message.startsWith('too large')) throw error;
      warnings.push(`${chapter.anchor} could not be read: ${shortMessage(error)}`);
    }
  }
  if (warnings.length === book.chapters.length) throw new UnreadableDocument(`damaged EPUB: ${warnings[0]}`);
  const title = book.title || chooseTitle('', sections);
  return madePage({
    title: title || titleFromPath(path),
    titleIsFileName: title === '',
    lang: book.lang,
    sections,
    warnings,
  });
}

function chapterSections(archive: ZipArchive, { path, anchor, navTitle }: Chapter): Section[] {
  // A chapter is all content: notes stand in `aside`, its title in `header`.
  const sections = readSections(findMainContent(domOf(htmlOfXhtml(markupOf(archive, path) ?? '')), true));
  const isBare = navTitle !== '' && sections.every(({ level }) => level === 0);
  return sections.map((section) => ({
    ...section,
    ...(isBare ? { headings: [navTitle], level: 1 } : {}),
    anchor,
    blocks: section.blocks.map(({ anchor: _own, ...block }) => block),
  }));
}
