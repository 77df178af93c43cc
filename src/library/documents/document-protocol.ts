// What the worker that reads files of anybody's making is asked and answers. It has one document at a time.

import type { ErrorData } from '../../errors.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import type { DocumentKind } from '../../ingest/document-kind.ts';
import type { Passage } from '../../shared-types.ts';
import type { HtmlParts } from './html-parts.ts';

/** To be indexed. `url` is that of the app's folder; passages are measured in the engine's tokens. */
export interface ParseJob {
  type: 'parse';
  url: string;
  engine: EngineFile;
  path: string;
  file: Blob;
}

/** To be shown. */
export interface ConvertJob {
  type: 'convert';
  kind: ConvertedKind;
  path: string;
  file: Blob;
}

/** Kinds that are shown as HTML. */
export type ConvertedKind = Extract<DocumentKind, 'html' | 'markdown' | 'docx' | 'epub'>;

export function isConverted(kind: DocumentKind | undefined): kind is ConvertedKind {
  return kind === 'html' || kind === 'markdown' || kind === 'docx' || kind === 'epub';
}

export interface ReadDocument {
  title: string;
  passages: Passage[];
  /** What stands before each passage when it is encoded. */
  contexts: string[];
  warnings: string[];
}

/** What a document came to: its passages, or why it has none. */
export type Parsed = ReadDocument | { skipped: string };

export type Converted = HtmlParts;

export interface Answers {
  parse: Parsed;
  convert: Converted;
}

export type DocumentJob = ParseJob | ConvertJob;

/** `id` comes back with what is said of the job. */
export type ToDocumentWorker = DocumentJob & { id: number };

export type FromDocumentWorker =
  | { type: 'hello'; lock: string }
  /** The worker's script and the app's own files are there: from now on time is the document's. */
  | { type: 'reading'; id: number }
  | { type: 'read'; id: number; answer: Answers[keyof Answers] }
  | { type: 'failed'; id: number; error: ErrorData };
