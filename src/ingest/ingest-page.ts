// One file's bytes -> its parsed page, and a parsed page -> its passages. Pure; the two steps are apart because a set of
// pages can change what one of them means (data-latelight-body, titles that all pages share).

import { messageOf } from '../errors.ts';
import type { Passage } from '../shared-types.ts';
import { decodeHtml, decodeMarkdown } from './decode.ts';
import type { DocumentLimits } from './document-limits.ts';
import { parseHtml } from './html.ts';
import { parseMarkdown } from './markdown.ts';
import { type PackedText, type PackOptions, packSections } from './pack.ts';
import { imageFromRoot } from './page-image.ts';
import { isHtmlPath, isMarkdownPath, pageUrl, type UrlOptions, withAnchor } from './page-url.ts';
import type { ParsedPage } from './parsed-page.ts';
import { binaryReason } from './text-content.ts';
import { htmlOfXhtml, isXhtmlPath } from './xhtml.ts';

export interface PageOptions extends UrlOptions, Omit<PackOptions, 'lang'> {}

export interface PageInfo {
  /** Path in the indexed folder, `/`-separated. */
  path: string;
  url: string;
  title: string;
  /** Language tag as the page gives it; '' when it gives none. */
  lang: string;
  /** Carries `data-latelight-body`; undefined for documents that cannot. */
  hasBodyMark: boolean | undefined;
  passageCount: number;
}

export type ParseOutcome = { page: ParsedPage } | { skipped: string };
export type PageOutcome = { page: PageInfo; passages: Passage[]; warnings: string[] } | { skipped: string };

/** Nothing is thrown for anything the bytes may hold. */
export function parsePage(
  path: string,
  bytes: Uint8Array,
  { readUnlisted = false, slug }: Pick<DocumentLimits, 'readUnlisted' | 'slug'> = {},
): ParseOutcome {
  if (!isHtmlPath(path) && !isMarkdownPath(path)) return { skipped: 'not an HTML or Markdown file' };
  const decoded = isMarkdownPath(path) ? decodeMarkdown(bytes) : decodeHtml(bytes);
  if (decoded.text.trim() === '') return { skipped: 'empty file' };
  const text = decoded.text.replaceAll('\0', '\uFFFD');
  if (text !== decoded.text) {
    const reason = binaryReason(decoded.text);
    if (reason) return { skipped: reason };
  }
  try {
    const page = isMarkdownPath(path)
      ? parseMarkdown(text, { path, slug })
      : parseHtml(isXhtmlPath(path) ? htmlOfXhtml(text) : text, { path });
    if (page.exclusion && !readUnlisted) return { skipped: page.exclusion };
    return { page: { ...page, warnings: [...decoded.warnings, ...page.warnings] } };
  } catch (error) {
    // No input is known to get here; one bad page must not cost the whole index if one turns up.
    return { skipped: `could not be parsed: ${messageOf(error)}` };
  }
}

/** @param url of the page, relative to the site's root */
export function passagesOf(
  path: string,
  page: ParsedPage,
  options: PageOptions,
  url: string = pageUrl(path, options),
): PageOutcome {
  const { image } = page.meta;
  const meta = image ? { ...page.meta, image: imageFromRoot(image, url, page.baseHref) } : page.meta;
  const passages = distinct(packSections(page.sections, { ...options, lang: page.lang })).map(
    ({ text, headings, anchor }): Passage => ({
      text,
      title: page.title,
      headings: withoutTitle(headings, page.title),
      url: withAnchor(url, anchor),
      filters: page.filters,
      meta,
      ...(Object.keys(page.sort).length > 0 ? { sort: page.sort } : {}),
    }),
  );
  if (passages.length === 0) return { skipped: 'no text in its main content' };
  const { title, lang, hasBodyMark } = page;
  const info = { path, url, title, lang, hasBodyMark, passageCount: passages.length };
  return { page: info, passages, warnings: page.warnings };
}

/** Overloads of a function are described in the same words as a rule, each at a place of its own: of such passages the first is enough. */
function distinct(texts: readonly PackedText[]): PackedText[] {
  const firstAnchors = new Map<string, string | undefined>();
  return texts.filter(({ text, headings, anchor }) => {
    const key = JSON.stringify([text, headings]);
    if (firstAnchors.has(key)) return firstAnchors.get(key) === anchor;
    firstAnchors.set(key, anchor);
    return true;
  });
}

function withoutTitle(headings: readonly string[], title: string): string[] {
  return headings[0]?.toLowerCase() === title.toLowerCase() ? headings.slice(1) : [...headings];
}
