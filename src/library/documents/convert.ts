// A document that is not HTML -> HTML for the reader. Each kind's code is loaded when a document of that kind comes.

import type { Converted, ConvertedKind } from './document-protocol.ts';

/** What it returns throws UnreadableDocument for a damaged document. */
export async function converterOf(
  kind: ConvertedKind,
): Promise<(path: string, bytes: Uint8Array) => Converted | Promise<Converted>> {
  switch (kind) {
    case 'markdown': {
      const [{ decodeMarkdown }, { readFrontMatter }, { renderMarkdown }] = await Promise.all([
        import('../../ingest/decode.ts'),
        import('../../ingest/front-matter.ts'),
        import('../../ingest/markdown.ts'),
      ]);
      return (path, bytes) => {
        const { body, lang } = readFrontMatter(decodeMarkdown(bytes).text);
        return { html: renderMarkdown(body, /\.mdx$/i.test(path)), lang };
      };
    }
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
