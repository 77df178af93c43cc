// What the library's page and its indexing worker say to each other: calls with answers, and the state as it changes.

import type { ErrorData } from '../../errors.ts';
import type { AddedFile, DocumentPassage, ImportReport, LibraryDocument, LibraryState } from '../types.ts';

/** Calls by name: arguments and answer. */
export interface LibraryCalls {
  add(files: readonly AddedFile[]): LibraryDocument[];
  remove(ids: readonly number[], options?: { keepOlder?: boolean }): void;
  retry(ids: readonly number[]): void;
  pause(): void;
  resume(): void;
  file(id: number): Blob;
  passages(id: number): DocumentPassage[];
  export(): Blob;
  import(source: Blob | readonly AddedFile[]): ImportReport;
  /** The model and the runtime are kept by now: indexing may start. */
  start(): void;
  /** Removes what no record names. @returns how many files there were */
  sweep(): number | undefined;
}

export type CallName = keyof LibraryCalls;

export type Call = { [Name in CallName]: { name: Name; args: Parameters<LibraryCalls[Name]> } }[CallName];

export type ToIndexer =
  | { type: 'open'; url: string; device: 'auto' | 'webgpu' | 'wasm'; cores: number }
  | { type: 'call'; id: number; call: Call };

/** The state, with the documents that changed alone. */
export type StateChange = Omit<LibraryState, 'documents' | 'loading'> & {
  changed: LibraryDocument[];
  removed: number[];
};

export type FromIndexer =
  | { type: 'hello'; lock: string }
  | { type: 'opened' }
  | { type: 'open-failed'; error: ErrorData }
  | { type: 'state'; change: StateChange }
  /** Of a long call. */
  | { type: 'progress'; id: number; done: number; total: number }
  | { type: 'answer'; id: number; answer: unknown }
  | { type: 'call-failed'; id: number; error: ErrorData };
