// What the library's page knows of its documents and asks of its worker. No code. The page never touches storage or models itself.

import type { DocumentKind } from '../ingest/document-kind.ts';
import type { LoadProgress, SearchEngine } from '../types.ts';

/**
 * `waiting`: its file is kept, nothing was read of it yet. `reading`: is being parsed. `indexing`: `doneCount` of its passages are encoded
 * and kept; after a crash it goes on there. `done`: all of it can be searched. `failed`: `reason` says why; retrying may help.
 */
export type DocumentState = 'waiting' | 'reading' | 'indexing' | 'done' | 'failed';

export interface LibraryDocument {
  /** Never used again once the document is gone. */
  id: number;
  /** `/`-separated, as it was dropped or picked: `papers/2026/zero.pdf`. One document a path; another with the same path replaces it. */
  path: string;
  /** File name without folders until the document was read. */
  title: string;
  /** Nothing for a file of a kind that cannot be read. */
  kind: DocumentKind | undefined;
  sizeBytes: number;
  /** Milliseconds since 1970. */
  addedAt: number;
  state: DocumentState;
  /** 0 until it was read. */
  passageCount: number;
  doneCount: number;
  /** Of a failed document: one sentence, for people. */
  reason?: string;
  /** What was indexed, but not quite as it stands. */
  warnings: string[];
  /** Whether the file itself is kept, to be shown: not of documents that came with an index. */
  hasFile: boolean;
  /** The document of the same path that is found until this one is done, and is listed in it alone. */
  older?: LibraryDocument;
  /** Documents of the same path whose place it took: addresses that name one of them lead here. */
  formerIds?: number[];
}

export interface IndexingProgress {
  /** Passages of the documents that are known to be indexed in this run, and those of them that are done. */
  passagesDone: number;
  passagesTotal: number;
  /** Documents that still wait to be read: their passages are not in `passagesTotal` yet. */
  documentsWaiting: number;
  /** Over the last seconds; nothing until it is known. */
  passagesPerSecond: number | undefined;
  /** Of what is known by now. */
  secondsLeft: number | undefined;
}

export interface StorageState {
  /** Of this origin, as the browser estimates it. */
  usedBytes: number;
  quotaBytes: number;
  /** Whether the browser promised not to clear it by itself. */
  persisted: boolean;
}

export interface LibraryState {
  documents: ReadonlyMap<number, LibraryDocument>;
  /** Nothing when there is nothing to index. */
  progress: IndexingProgress | undefined;
  isPaused: boolean;
  /** This tab indexes, or would if there were something to index. */
  isIndexer: boolean;
  /** Another tab has its turn, and did not only just let go of it; this one takes over when that is closed. */
  isIndexedElsewhere: boolean;
  storage: StorageState | undefined;
  /** Looks like a private window, with all of which the library goes. Not seen in Chromium's. */
  isPrivateWindow: boolean;
  /** Bytes of model and runtime, until they are here. */
  loading: LoadProgress | undefined;
  /** Why nothing can be indexed at the moment (storage is full, the model cannot be had, ...); one sentence with what to do. */
  problem: { code: string; message: string } | undefined;
}

/** A file to add. */
export interface AddedFile {
  /** `/`-separated, with the folders it came from. */
  path: string;
  /** Nothing when the browser did not give it: it is listed as failed. */
  file: Blob | undefined;
}

/** A passage of a document, as the reader needs it to find and mark it. */
export interface DocumentPassage {
  /** Its number in the document. */
  number: number;
  text: string;
  /** Headings above it, outermost first. */
  headings: string[];
  /** `page=12` in a PDF, an element's id elsewhere; empty without one. */
  anchor: string;
}

/** What a hit's address says: `#doc=12&passage=3&words=redact,secrets`. */
export interface ReaderPlace {
  documentId: number;
  passage: number | undefined;
  /** Words to mark, those that matched best. */
  words: string[];
}

export interface ImportReport {
  documents: number;
  passages: number;
  /** Of the documents, those that took the place of another of their path. */
  replaced: number;
  /** Documents that were here already, unchanged. */
  unchanged: number;
  /** Documents that were added here later than there: those here were kept. */
  newer: number;
}

/** Calls reject with LatelightError. */
export interface Library {
  /** Searches the whole library; to be given to `<latelight-search>`. Its hits' `url`s are `ReaderPlace` hashes of this page. */
  readonly engine: SearchEngine;
  readonly state: LibraryState;
  /** @returns a function that ends the subscription */
  subscribe(listener: (state: LibraryState) => void): () => void;
  /**
   * Keeps the files and queues them; resolves when they are safely kept, long before they are indexed. One that cannot be read takes the
   * place of no other that is not indexed yet: that stays, and is in the answer as failed.
   */
  add(files: readonly AddedFile[]): Promise<LibraryDocument[]>;
  /**
   * Forgets documents, whatever their state, and frees their space.
   * @param options `keepOlder`: of one that was to replace an older one of its path, that one stays, and is listed again; one
   * that is done by then stays itself
   */
  remove(ids: readonly number[], options?: { keepOlder?: boolean }): Promise<void>;
  /** Queues failed documents again; those whose file is not kept stay as they are. */
  retry(ids: readonly number[]): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The document's own file. @throws `bad-option` when there is none */
  file(id: number): Promise<Blob>;
  passages(id: number): Promise<DocumentPassage[]>;
  /** Asks the browser not to clear the library by itself. Whether it agreed. */
  persist(): Promise<boolean>;
  /** All that is indexed as one zip: an index folder that the command line opens, with the documents' files beside it. */
  export(onProgress?: (done: number, total: number) => void): Promise<Blob>;
  /** Takes in a zip made by `export`, or an index folder made by `latelight index` (zipped, or its files). */
  import(
    source: Blob | readonly AddedFile[],
    onProgress?: (done: number, total: number) => void,
  ): Promise<ImportReport>;
  close(): void;
}
