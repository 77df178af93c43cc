// Which view shows a document, and what it is made from. Each kind's code is loaded when a document of that kind is first opened.

import type { DocumentPassage, LibraryDocument } from '../types.ts';
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
  return new FlowView(container, scroller, await piecesOf(document, bytes));
}

export function openPassages({ container, scroller, passages }: OpenOptions): DocumentView {
  return new FlowView(container, scroller, passagePieces(passages));
}

async function piecesOf({ kind, path }: LibraryDocument, bytes: Uint8Array): Promise<Iterable<Node>> {
  const { decodeHtml, decodeMarkdown } = await import('../../ingest/decode.ts');
  switch (kind) {
    case 'text':
      return textPieces(decodeMarkdown(bytes).text);
    case 'code':
      return codePieces(decodeMarkdown(bytes).text);
    case 'markdown':
      return markdownPieces(decodeMarkdown(bytes).text, /\.mdx$/i.test(path));
    case 'docx': {
      const { docxHtml } = await import('../../ingest/docx.ts');
      return htmlPieces(await docxHtml(bytes));
    }
    case 'epub': {
      const { epubHtml } = await import('../../ingest/epub.ts');
      return htmlPieces(await epubHtml(bytes));
    }
    case 'html':
      return htmlPieces(decodeHtml(bytes).text);
    default:
      throw new Error(`reader: expected a document of a kind that can be shown, got ${kind ?? 'none'} (${path})`);
  }
}

async function htmlPieces(html: string, slug?: (heading: string) => string): Promise<Iterable<Node>> {
  const sanitise = await import('./sanitise.ts');
  return sanitise.htmlPieces(html, slug);
}

/** Headings get the ids the index knows them by. */
async function markdownPieces(source: string, isMdx: boolean): Promise<Iterable<Node>> {
  const [{ renderMarkdown }, { readFrontMatter }, { default: GithubSlugger }] = await Promise.all([
    import('../../ingest/markdown.ts'),
    import('../../ingest/front-matter.ts'),
    import('github-slugger'),
  ]);
  const slugger = new GithubSlugger();
  return htmlPieces(renderMarkdown(readFrontMatter(source).body, isMdx), (heading) => slugger.slug(heading));
}
