// A PDF -> a section per page, anchored `page=12` as viewers of PDF understand it. Text only: no pictures, no text recognition.

import type { PDFDocumentProxy } from 'pdfjs-dist';
import { throwIfAborted } from '../errors.ts';
import { hasLetterOrDigit, proseLines } from './clean-text.ts';
import { type DocumentLimits, withinTime } from './document-limits.ts';
import { madePage, plainSection } from './made-page.ts';
import { titleFromPath } from './page-title.ts';
import type { ParsedPage, Section } from './parsed-page.ts';
import { pdfLibrary } from './pdf-library.ts';
import { type PdfLine, type PdfTextItem, pdfLines } from './pdf-lines.ts';
import { pageHeadings } from './pdf-outline.ts';
import { hyphenatedWords, pdfParagraphs } from './pdf-paragraphs.ts';
import { withoutRunningLines } from './pdf-running-lines.ts';
import { largestText, metadataTitle } from './pdf-title.ts';
import { withoutStrayRejections } from './stray-rejections.ts';
import { shortMessage, UnreadableDocument } from './unreadable.ts';

// The slowest page of text measured takes under a second; a page that takes this long waits for what never comes.
const STEP_TIME_MS = 30_000;
const MAX_PAGES = 20_000;
// Of a damaged file some pages may still be read, but not one after the other of thousands that are not there.
const MAX_UNREAD_IN_A_ROW = 50;

/** @throws UnreadableDocument */
export function parsePdf(path: string, bytes: Uint8Array, limits: DocumentLimits = {}): Promise<ParsedPage> {
  return withoutStrayRejections(() => openAndRead(path, bytes, limits));
}

async function openAndRead(path: string, bytes: Uint8Array, limits: DocumentLimits): Promise<ParsedPage> {
  const { getDocument, VerbosityLevel } = await pdfLibrary();
  const task = getDocument({
    // pdf.js takes the buffer away from its owner and refuses what files are in Node, whose slice is no copy either.
    data: new Uint8Array(bytes),
    verbosity: VerbosityLevel.ERRORS,
    ...limits.pdfAssets,
    cMapPacked: true,
    useWorkerFetch: limits.pdfAssets !== undefined && isWebAddress(limits.pdfAssets.cMapUrl),
    useSystemFonts: false,
    disableFontFace: true,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    useWasm: false,
    enableXfa: false,
    stopAtErrors: false,
  });
  try {
    const document = await withinTime(task.promise, STEP_TIME_MS, limits.signal);
    return await readDocument(path, document, limits.signal);
  } catch (error) {
    throw problemOf(error);
  } finally {
    await task.destroy().catch(() => undefined);
  }
}

async function readDocument(path: string, document: PDFDocumentProxy, signal?: AbortSignal): Promise<ParsedPage> {
  const inTime = <T>(promise: Promise<T>) => withinTime(promise, STEP_TIME_MS, signal);
  const { pages, unread, problem } = await readPages(document, signal);
  if (pages.every((lines) => !lines.some(({ text }) => hasLetterOrDigit(text)))) {
    if (unread > 0) throw unreadPages(problem);
    throw new UnreadableDocument(
      'PDF without text: its pages are pictures, such as scans. Recognise its text (OCR) first',
    );
  }
  const info: Record<string, unknown> = await inTime(document.getMetadata()).then(
    (metadata) => ({ ...metadata.info }),
    () => ({}),
  );
  const headings = await inTime(pageHeadings(document)).catch((): string[][] => []);
  throwIfAborted(signal, 'ingest');
  const hyphenated = hyphenatedWords(pages);
  const kept = withoutRunningLines(pages);
  const sections = kept.map((lines, index) => pageSection(lines, index, headings[index] ?? [], hyphenated));
  const title = metadataTitle(info.Title) || largestText(pdfParagraphs(kept[0], hyphenated));
  return madePage({
    title: title || titleFromPath(path),
    titleIsFileName: title === '',
    lang: typeof info.Language === 'string' ? info.Language : '',
    sections: sections.filter(({ blocks }) => blocks.length > 0),
    warnings: unread > 0 ? [`${unread} of its ${document.numPages} pages could not be read`] : [],
  });
}

/** A mistake in a program (ours, pdf.js, the browser's) is not the document's; pdf.js tells of a document's with errors of its own. */
function unreadPages(cause: unknown): UnreadableDocument {
  const isOurs = cause instanceof TypeError || cause instanceof ReferenceError;
  const reason = isOurs
    ? `none of its pages could be read: ${shortMessage(cause)}`
    : 'damaged: none of its pages can be read';
  return new UnreadableDocument(reason, { cause });
}

async function readPages(document: PDFDocumentProxy, signal?: AbortSignal) {
  const pages: PdfLine[][] = [];
  let unread = 0;
  let problem: unknown;
  let inARow = 0;
  for (let number = 1; number <= Math.min(document.numPages, MAX_PAGES) && inARow < MAX_UNREAD_IN_A_ROW; number++) {
    throwIfAborted(signal, 'ingest');
    try {
      pages.push(await withinTime(readPage(document, number), STEP_TIME_MS, signal));
      inARow = 0;
    } catch (error) {
      // Waiting again for each of its pages could take hours.
      if (error instanceof UnreadableDocument || signal?.aborted) throw error;
      pages.push([]);
      problem ??= error;
      inARow++;
      unread++;
    }
  }
  if (document.numPages > pages.length) unread += document.numPages - pages.length;
  return { pages, unread, problem };
}

async function readPage(document: PDFDocumentProxy, number: number): Promise<PdfLine[]> {
  const page = await document.getPage(number);
  const { items } = await page.getTextContent();
  page.cleanup();
  return pdfLines(items.filter((item): item is (typeof items)[number] & PdfTextItem => 'str' in item));
}

function pageSection(lines: PdfLine[], index: number, headings: string[], hyphenated: ReadonlySet<string>): Section {
  const blocks = pdfParagraphs(lines, hyphenated)
    .map(({ text }) => ({ kind: 'prose' as const, text: proseLines(text), leadsOn: /[:：]$/.test(text) }))
    .filter(({ text }) => hasLetterOrDigit(text));
  return plainSection(blocks, { headings, level: headings.length, anchor: `page=${index + 1}` });
}

function problemOf(error: unknown): unknown {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') return new UnreadableDocument('encrypted PDF: it needs a password');
  if (name === 'AbortError' || error instanceof UnreadableDocument) return error;
  return new UnreadableDocument(`damaged PDF: ${shortMessage(error)}`, { cause: error });
}

function isWebAddress(address: string): boolean {
  return /^(https?|blob):/.test(address);
}
