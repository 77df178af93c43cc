// Any file -> a page, or one plain sentence why not. The name says what it should be, its first bytes what it is. In Node and
// in workers; what reads PDF, DOCX and EPUB loads when the first such file comes.

import { abortError, inSentence, LatelightError, throwIfAborted } from '../errors.ts';
import { type DocumentKind, documentKind, isBook } from './document-kind.ts';
import type { DocumentLimits } from './document-limits.ts';
import { fileSignature, hasLatePdfHeader } from './file-signature.ts';
import { type ParseOutcome, parsePage } from './ingest-page.ts';
import type { ParsedPage } from './parsed-page.ts';
import { shortMessage, UnreadableDocument } from './unreadable.ts';

const KINDS_READ = 'HTML, Markdown, plain text, source code, PDF, DOCX and EPUB are read';

/**
 * Nothing is thrown for anything the bytes may hold; rejects only with code `aborted`, and in a page with `download-failed` when the
 * script that reads this kind cannot be had. `bytes` are not changed.
 */
export async function parseDocument(
  path: string,
  bytes: Uint8Array,
  limits: DocumentLimits = {},
): Promise<ParseOutcome> {
  throwIfAborted(limits.signal, 'ingest');
  try {
    const kind = kindOf(path, bytes);
    if (kind === 'html' || kind === 'markdown') return parsePage(path, bytes, limits);
    const read = await readerOf(kind).catch((error) => {
      throw isOfScript(error) ? new ReaderNotHad(kind, error) : error;
    });
    const page = await read(path, bytes, limits);
    if (!page.sections.some(({ blocks }) => blocks.length > 0)) return { skipped: 'no text in it' };
    return { page };
  } catch (error) {
    if (limits.signal?.aborted) throw abortError('ingest');
    if (error instanceof ReaderNotHad) throw error;
    if (error instanceof UnreadableDocument) return { skipped: error.message };
    return { skipped: `damaged, or of a sort that is not read: ${shortMessage(error)}` };
  }
}

/** @throws UnreadableDocument */
function kindOf(path: string, bytes: Uint8Array): DocumentKind {
  const named = documentKind(path);
  if (bytes.length === 0) throw new UnreadableDocument('empty file');
  const signature = fileSignature(bytes);
  if (signature?.kind) return signature.kind;
  const extension = /\.\w+$/.exec(path)?.[0] ?? '';
  const isNamedBook = isBook(named);
  // An archive whose names are lost may still be what its name says: its reader tells what is wrong with it.
  if (isNamedBook && named !== 'pdf' && signature?.seems === 'a ZIP archive') return named;
  if (signature?.reason) throw new UnreadableDocument(signature.reason);
  if ((isNamedBook || named === undefined) && hasLatePdfHeader(bytes)) return 'pdf';
  if (isNamedBook)
    throw new UnreadableDocument(`named ${extension}, but seems to be ${signature?.seems ?? seemingText(bytes)}`);
  if (named === undefined)
    throw new UnreadableDocument(
      `${signature ? `${signature.seems}, which` : 'a kind of file that'} is not read: ${KINDS_READ}`,
    );
  if (signature) throw new UnreadableDocument(`binary content: named ${extension}, but seems to be ${signature.seems}`);
  return named;
}

function seemingText(bytes: Uint8Array): string {
  const start = new TextDecoder().decode(bytes.subarray(0, 1024));
  if (/[\0\uFFFD]/.test(start.slice(0, -4))) return 'damaged or another kind of binary file';
  return /^\s*(<!doctype html|<html|<head)/i.test(start) ? 'an HTML page' : 'plain text';
}

/** No document is to blame: the network may be off, or a newer version published. */
class ReaderNotHad extends LatelightError {
  constructor(kind: DocumentKind, cause: unknown) {
    super('download-failed', `ingest: expected the script that reads ${kind}, got ${inSentence(cause)}.`, { cause });
  }
}

/** What Chromium, Firefox and Safari say of a script that did not come. One that came, and that an old browser cannot run, would not be better later. */
function isOfScript(error: unknown): boolean {
  return error instanceof TypeError && /dynamically imported module|Importing a module script/.test(error.message);
}

type Reader = (path: string, bytes: Uint8Array, limits: DocumentLimits) => ParsedPage | Promise<ParsedPage>;

/** With the packages that read it, which would otherwise be loaded while the document is read, and be taken for a damaged one. */
async function readerOf(kind: Exclude<DocumentKind, 'html' | 'markdown'>): Promise<Reader> {
  switch (kind) {
    case 'text':
      return (await import('./plain-text.ts')).parsePlainText;
    case 'code':
      return (await import('./code-file.ts')).parseCodeFile;
    case 'pdf':
      await (await import('./pdf-library.ts')).pdfLibrary();
      return (await import('./pdf.ts')).parsePdf;
    case 'docx':
      await import('mammoth');
      return (await import('./docx.ts')).parseDocx;
    case 'epub':
      return (await import('./epub.ts')).parseEpub;
    default:
      return kind satisfies never;
  }
}
