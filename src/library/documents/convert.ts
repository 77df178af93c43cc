// A document that is not HTML -> HTML for the reader. Code of DOCX and EPUB is loaded when such a document comes.

import { decodeMarkdown } from '../../ingest/decode.ts';
import { readFrontMatter } from '../../ingest/front-matter.ts';
import { renderMarkdown } from '../../ingest/markdown.ts';
import type { Converted, ConvertedKind } from './document-protocol.ts';

type Converter = (path: string, bytes: Uint8Array) => Converted | Promise<Converted>;

/** What it returns throws UnreadableDocument for a damaged document. */
export async function converterOf(kind: ConvertedKind): Promise<Converter> {
  switch (kind) {
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
