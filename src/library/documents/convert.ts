// A document -> HTML for the reader. Code of DOCX and EPUB is loaded when such a document comes.

import { decodeHtml, decodeMarkdown } from '../../ingest/decode.ts';
import { readFrontMatter } from '../../ingest/front-matter.ts';
import { renderMarkdown } from '../../ingest/markdown.ts';
import { htmlOfXhtml, isXhtmlPath } from '../../ingest/xhtml.ts';
import type { Converted, ConvertedKind } from './document-protocol.ts';
import { htmlParts } from './html-parts.ts';

type Converter = (path: string, bytes: Uint8Array) => Promise<Converted>;

interface Html {
  html: string;
  /** As the document says outside its HTML; '' when it does not. */
  lang: string;
}

/** What it returns throws UnreadableDocument for a damaged document. */
export async function converterOf(kind: ConvertedKind): Promise<Converter> {
  const toHtml = await htmlOf(kind);
  return async (path, bytes) => {
    const { html, lang } = await toHtml(path, bytes);
    const parts = htmlParts(html);
    return { ...parts, lang: lang || parts.lang };
  };
}

async function htmlOf(kind: ConvertedKind): Promise<(path: string, bytes: Uint8Array) => Html | Promise<Html>> {
  switch (kind) {
    case 'html':
      return (path, bytes) => {
        const { text } = decodeHtml(bytes);
        return { html: isXhtmlPath(path) ? htmlOfXhtml(text) : text, lang: '' };
      };
    case 'markdown':
      return (path, bytes) => {
        const { body, lang } = readFrontMatter(decodeMarkdown(bytes).text);
        return { html: renderMarkdown(body, /\.mdx$/i.test(path)), lang };
      };
    case 'docx': {
      const { docxHtml } = await import('../../ingest/docx.ts');
      return async (_path, bytes) => ({ html: await docxHtml(bytes), lang: '' });
    }
    case 'epub': {
      const { epubHtml } = await import('../../ingest/epub.ts');
      return (_path, bytes) => epubHtml(bytes);
    }
    default:
      return kind satisfies never;
  }
}
