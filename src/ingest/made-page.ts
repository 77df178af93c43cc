// What the readers of plain text, code, PDF, DOCX and EPUB have in common: a page with no marks of a web page in it.

import type { Block, ParsedPage, Section } from './parsed-page.ts';

export function madePage(
  parts: Pick<ParsedPage, 'title' | 'titleIsFileName' | 'sections'> & Partial<ParsedPage>,
): ParsedPage {
  return {
    lang: '',
    meta: {},
    filters: {},
    sort: {},
    hasBodyMark: undefined,
    exclusion: undefined,
    warnings: [],
    ...parts,
  };
}

export function plainSection(blocks: Block[], more: Partial<Section> = {}): Section {
  return { headings: [], level: 0, anchor: undefined, blocks, onlyContents: false, ...more };
}
