// Which view shows a document, and what it is made from. Each kind's code is loaded when a document of that kind is first opened.

import { DocumentProcess } from '../documents/document-process.ts';
import { type ConvertJob, isConverted } from '../documents/document-protocol.ts';
import type { DocumentPassage, LibraryDocument } from '../types.ts';
import type { Content } from './content.ts';
import type { DocumentView } from './document-view.ts';
import { FlowView } from './flow-view.ts';
// Not when it is needed, unlike pdf.js itself: as a script of its own it would import this one, by an address that may have failed once.
import { type PdfAssets, PdfView } from './pdf-view.ts';
import { codePieces, passagePieces, textPieces } from './text-pieces.ts';

export interface OpenOptions {
  document: LibraryDocument;
  file: Blob | undefined;
  passages: readonly DocumentPassage[];
  pdfAssets: PdfAssets | undefined;
  container: HTMLElement;
  scroller: HTMLElement;
  /** Another document is wanted instead. */
  signal: AbortSignal;
  /** The view's page or zoom is another now. */
  onChange: () => void;
}

export async function openView(options: OpenOptions): Promise<DocumentView> {
  const { document, file, container, scroller, signal } = options;
  if (!file) return openPassages(options);
  if (document.kind === 'pdf')
    return PdfView.open(container, scroller, file, options.pdfAssets, options.onChange, signal);
  return FlowView.open(container, scroller, await contentOf(document, file, signal), signal);
}

export function openPassages({ container, scroller, passages }: OpenOptions): DocumentView {
  return new FlowView(container, scroller, { pieces: passagePieces(passages) });
}

async function contentOf({ kind, path }: LibraryDocument, file: Blob, signal: AbortSignal): Promise<Content> {
  if (isConverted(kind)) return convertedContent({ type: 'convert', kind, path, file }, signal);
  const { decodeText } = await import('../../ingest/text-content.ts');
  const bytes = new Uint8Array(await file.arrayBuffer());
  switch (kind) {
    case 'text':
      return { pieces: textPieces(decodeText(bytes).text) };
    case 'code':
      return { pieces: codePieces(decodeText(bytes).text) };
    default:
      throw new Error(`reader: expected a document of a kind that can be shown, got ${kind ?? 'none'} (${path})`);
  }
}

/** In a worker, which a document that was made to hang cannot keep. */
async function convertedContent(job: ConvertJob, signal: AbortSignal): Promise<Content> {
  const process = new DocumentProcess();
  try {
    const [converted, { htmlContent }, slug] = await Promise.all([
      process.read(job, signal),
      import('./sanitise.ts'),
      job.kind === 'markdown' ? headingIds() : undefined,
    ]);
    return htmlContent(converted, slug);
  } finally {
    process.close();
  }
}

/** Headings of Markdown get the ids the index knows them by. */
async function headingIds(): Promise<(heading: string) => string> {
  const { default: GithubSlugger } = await import('github-slugger');
  const slugger = new GithubSlugger();
  return (heading) => slugger.slug(heading);
}
