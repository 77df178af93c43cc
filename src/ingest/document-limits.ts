// What one document may cost, and what its readers need to know of their surroundings.

import { abortError, unlessAborted } from '../errors.ts';
import { UnreadableDocument } from './unreadable.ts';

/** Folders of files that pdfjs-dist brings along, each ending in `/`: URLs in a browser, paths in Node. */
export interface PdfAssets {
  /** Character maps, without which most Chinese, Japanese and Korean PDFs have no text. */
  cMapUrl: string;
  standardFontDataUrl: string;
}

export interface DocumentLimits {
  /** Of a DOCX or EPUB, everything that is unpacked together. Default 256 MiB. */
  maxUnpackedBytes?: number;
  pdfAssets?: PdfAssets;
  /** Pages that ask not to be found (robots noindex, a draft, a redirect) are read too. Default false: skipped. */
  readUnlisted?: boolean;
  /** Id of a heading of Markdown, given its text; repeated ones are numbered. Default: GitHub's rule. */
  slug?: (heading: string) => string;
  signal?: AbortSignal;
}

export const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;
/** One XML or HTML file in a DOCX or EPUB. Like that of a loose HTML page: its tree takes ten times as much memory. */
export const MAX_MARKUP_BYTES = 32 * 1024 * 1024;

/** For a promise of a package that may never settle on a damaged file. What keeps the thread busy cannot be ended from here. */
export async function withinTime<T>(
  promise: Promise<T>,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const tell = () => reject(new UnreadableDocument(`damaged: not read within ${milliseconds / 1000} seconds`));
    timer = setTimeout(tell, milliseconds);
  });
  try {
    return await unlessAborted(Promise.race([promise, late]), signal, 'ingest');
  } catch (error) {
    if (signal?.aborted) throw abortError('ingest');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
