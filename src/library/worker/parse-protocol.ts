// What the parsing worker is asked and answers. It has one document at a time.

import type { ErrorData } from '../../errors.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import type { Passage } from '../../types.ts';

export type ToParseWorker = { type: 'parse'; url: string; engine: EngineFile; path: string; file: Blob };

export interface ReadDocument {
  title: string;
  passages: Passage[];
  /** What stands before each passage when it is encoded. */
  contexts: string[];
  warnings: string[];
}

/** What a document came to: its passages, or why it has none. */
export type Parsed = ReadDocument | { skipped: string };

export type FromParseWorker =
  | { type: 'hello'; lock: string }
  /** The worker's script and the app's own files are there: from now on time is the document's. */
  | { type: 'reading' }
  | { type: 'parsed'; parsed: Parsed }
  | { type: 'parse-failed'; error: ErrorData };
