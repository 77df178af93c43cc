// Which view shows a document, and what it is made from. Each kind's code is loaded when a document of that kind is first opened.

import type { DocumentPassage, LibraryDocument } from '../types.ts';
import type { Content } from './content.ts';
import type { DocumentView } from './document-view.ts';
import { FlowView } from './flow-view.ts';
import type { PdfAssets } from './pdf-view.ts';
import { codePieces, passagePieces, textPieces } from './text-pieces.ts';

export interface OpenOptions {
  document: LibraryDocument;
  file: Blob | undefined;
  passages: readonly DocumentPassage[];
  pdfAssets: PdfAssets | undefined;
  container: HTMLElement;
  scroller: HTMLElement;
  /** The view's page or zoom is another now. */
  onChange: () => void;
}

export async function openView(options: OpenOptions): Promise<DocumentView> {
  const { document, file, container, scroller } = options;
  if (!file) return openPassages(options);
  if (document.kind === 'pdf') {
    const { PdfView } = await import('./pdf-view.ts');
    return PdfView.open(container, scroller, file, options.pdfAssets, options.onChange);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  return new FlowView(container, scroller, await contentOf(document, bytes));
}

export function openPassages({ container, scroller, passages }: OpenOptions): DocumentView {
  return new FlowView(container, scroller, { pieces: passagePieces(passages) });
}

async function contentOf({ kind, path }: LibraryDocument, bytes: Uint8Array): Promise<Content> {
  const { decodeHtml, decodeMarkdown } = await import('../../ingest/decode.ts');
  switch (kind) {
    case 'text':
      return { pieces: textPieces(decodeMarkdown(bytes).text) };
    case 'code':
      return { pieces: codePieces(decodeMarkdown(bytes).text) };
    case 'markdown':
      return markdownContent(decodeMarkdown(bytes).text, /\.mdx$/i.test(path));
    case 'docx': {
      const { docxHtml } = await import('../../ingest/docx.ts');
      return htmlContent(await docxHtml(bytes));
    }
    case 'epub': {
      const { epubHtml } = await import('../../ingest/epub.ts');
      const { html, lang } = await epubHtml(bytes);
      return { ...(await htmlContent(html)), lang };
    }
    case 'html':
      return htmlContent(decodeHtml(bytes).text);
    default:
      throw new Error(`reader: expected a document of a kind that can be shown, got ${kind ?? 'none'} (${path})`);
  }
}

async function htmlContent(html: string, slug?: (heading: string) => string): Promise<Content> {
  const sanitise = await import('./sanitise.ts');
  return sanitise.htmlContent(html, slug);
}

/** Headings get the ids the index knows them by. */
async function markdownContent(source: string, isMdx: boolean): Promise<Content> {
  const [{ renderMarkdown }, { readFrontMatter }, { default: GithubSlugger }] = await Promise.all([
    import('../../ingest/markdown.ts'),
    import('../../ingest/front-matter.ts'),
    import('github-slugger'),
  ]);
  const slugger = new GithubSlugger();
  const { body, lang } = readFrontMatter(source);
  const content = await htmlContent(renderMarkdown(body, isMdx), (heading) => slugger.slug(heading));
  return { ...content, lang };
}
