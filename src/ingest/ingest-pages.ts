// A set of files, from wherever they come -> passages and a report. Pure: the page that indexes dropped files uses it too.

import { abortError, messageOf, throwIfAborted } from '../errors.ts';
import type { Passage } from '../shared-types.ts';
import { documentKind, isBook } from './document-kind.ts';
import type { DocumentLimits } from './document-limits.ts';
import { type PageInfo, type PageOptions, passagesOf } from './ingest-page.ts';
import { parseDocument } from './parse-document.ts';
import type { ParsedPage } from './parsed-page.ts';
import { withoutSharedBlocks } from './shared-blocks.ts';
import { withoutSharedTitles } from './shared-titles.ts';

export interface SourceFile {
  /** `/`-separated, relative to the folder that is indexed. */
  path: string;
  /** Size if known before reading; larger files than `maxFileBytes` are then never read. */
  sizeBytes?: number;
  /** Asked for by a glob of its own, so that it is read though it is an index that a generator made. */
  isNamed?: boolean;
  read(): Promise<Uint8Array>;
}

export interface Skipped {
  path: string;
  reason: string;
}

export interface IngestReport {
  /** Files looked at. */
  files: number;
  pages: number;
  passages: number;
  skipped: Skipped[];
  /** What was indexed, but not quite as it stands. */
  warnings: { path: string; message: string }[];
}

export interface IngestProgress {
  path: string;
  filesDone: number;
  filesTotal: number;
}

export interface IngestOptions extends PageOptions, DocumentLimits {
  /** Larger files are skipped and reported. Default 32 MiB; 256 MiB for PDF, DOCX and EPUB, which are mostly pictures. */
  maxFileBytes?: number;
  /** Called after every file. */
  onProgress?: (progress: IngestProgress) => void;
}

export interface IngestResult {
  /** By path in code-unit order, then in document order. */
  passages: Passage[];
  pages: PageInfo[];
  report: IngestReport;
}

const MAX_TEXT_FILE_BYTES = 32 * 1024 * 1024;
const MAX_BOOK_FILE_BYTES = 256 * 1024 * 1024;

/** The same files give the same result in whatever order they come. Rejects only with code `aborted` and, in a page, `download-failed`. */
export async function ingestPages(files: readonly SourceFile[], options: IngestOptions): Promise<IngestResult> {
  const report: IngestReport = { files: files.length, pages: 0, passages: 0, skipped: [], warnings: [] };
  const inOrder = [...files].sort((a, b) => byCodeUnits(a.path, b.path));
  let parsed: { path: string; page: ParsedPage }[] = [];
  for (const [index, file] of inOrder.entries()) {
    throwIfAborted(options.signal, 'ingest');
    const outcome = await readAndParse(file, options);
    if ('skipped' in outcome) report.skipped.push({ path: file.path, reason: outcome.skipped });
    else if (outcome.page.generated && !file.isNamed)
      report.skipped.push({ path: file.path, reason: outcome.page.generated });
    else parsed.push({ path: file.path, page: outcome.page });
    options.onProgress?.({ path: file.path, filesDone: index + 1, filesTotal: inOrder.length });
  }
  if (parsed.some(({ page }) => page.hasBodyMark)) {
    const unmarked = parsed.filter(({ page }) => page.hasBodyMark === false);
    report.skipped.push(
      ...unmarked.map(({ path }) => ({ path, reason: 'no data-latelight-body, which other pages have' })),
    );
    parsed = parsed.filter(({ page }) => page.hasBodyMark !== false);
  }
  const result: IngestResult = { passages: [], pages: [], report };
  for (const { path, page } of withoutSharedTitles(withoutSharedBlocks(parsed))) {
    throwIfAborted(options.signal, 'ingest');
    const outcome = passagesOf(path, page, options);
    if ('skipped' in outcome) {
      report.skipped.push({ path, reason: outcome.skipped });
      continue;
    }
    for (const passage of outcome.passages) result.passages.push(passage);
    result.pages.push(outcome.page);
    report.warnings.push(...outcome.warnings.map((message) => ({ path, message })));
  }
  report.pages = result.pages.length;
  report.passages = result.passages.length;
  report.skipped.sort((a, b) => byCodeUnits(a.path, b.path));
  return result;
}

async function readAndParse(file: SourceFile, options: IngestOptions) {
  const { signal } = options;
  const usual = isBook(documentKind(file.path)) ? MAX_BOOK_FILE_BYTES : MAX_TEXT_FILE_BYTES;
  const maxFileBytes = options.maxFileBytes ?? usual;
  const tooLarge = { skipped: `larger than ${maxFileBytes} bytes` };
  if ((file.sizeBytes ?? 0) > maxFileBytes) return tooLarge;
  let bytes: Uint8Array;
  try {
    bytes = await file.read();
  } catch (error) {
    if (signal?.aborted) throw abortError('ingest');
    return { skipped: `cannot be read: ${messageOf(error)}` };
  }
  return bytes.length > maxFileBytes ? tooLarge : parseDocument(file.path, bytes, options);
}

/** The order of `<`: the same on every machine, which localeCompare is not. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
