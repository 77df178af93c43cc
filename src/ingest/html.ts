// One HTML page -> its sections and metadata. Pure: runs in Node and in a browser. Never throws on malformed pages.

import { type DomElement, domOf } from './dom.ts';
import { generatedReason } from './generated-pages.ts';
import { leadingLogo } from './inline-elements.ts';
import { findMainContent } from './main-content.ts';
import { readMetadata } from './page-metadata.ts';
import { chooseTitle, titleFromPath } from './page-title.ts';
import type { ParsedPage } from './parsed-page.ts';
import { readSections, type SectionOptions } from './sections.ts';

export interface HtmlOptions extends SectionOptions {
  /** `/`-separated path of the file; names the page when nothing else does. */
  path: string;
  /** A title that goes before all others, from front matter. */
  title?: string;
  /** No site is around it, so that an `aside` is a note and an `article` one part of several. Default false. */
  isAllContent?: boolean;
}

const logoOf = ([root]: DomElement[]) => (root ? leadingLogo(root) : '');

export function parseHtml(html: string, options: HtmlOptions): ParsedPage {
  const document = domOf(html);
  const content = findMainContent(document, options.isAllContent);
  const sections = readSections(content, options);
  const { documentTitle, lang, baseHref, meta, filters, sort, exclusion } = readMetadata(document, content.roots);
  const title = options.title || meta.get('title') || chooseTitle(documentTitle, sections) || logoOf(content.roots);
  meta.delete('title');
  return {
    title: title || titleFromPath(options.path),
    titleIsFileName: title === '',
    lang,
    sections,
    baseHref,
    // fromEntries defines, so a name like __proto__ is a plain property and pollutes nothing.
    meta: Object.fromEntries(meta),
    filters: Object.fromEntries(filters),
    sort: Object.fromEntries(sort),
    hasBodyMark: content.from === 'mark',
    exclusion,
    generated: generatedReason(options.path, document),
    warnings: [],
  };
}
