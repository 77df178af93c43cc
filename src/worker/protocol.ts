// What page and worker say to each other: one union a direction, opened by a version handshake. Errors cross as data.

import type { ErrorData } from '../errors.ts';
import type { Backend, LoadProgress, OpenOptions, SearchRequest, SearchResult } from '../types.ts';

/** Changes with any change of these types: a page must not talk to a worker script of another build. */
export const PROTOCOL_VERSION = 1;

export interface OpenedInfo {
  backend: Backend;
  notice: string;
  passageCount: number;
  siteRoot: string;
  filters: Record<string, Record<string, number>>;
}

export type ToWorker =
  | {
      type: 'open';
      version: number;
      url: string;
      device: NonNullable<OpenOptions['device']>;
      offline: boolean;
      workers: OpenOptions['workers'];
    }
  | { type: 'search'; id: number; query: string; request: Omit<SearchRequest, 'signal'> }
  | { type: 'cancel'; id: number }
  | { type: 'close' };

export type FromWorker =
  | { type: 'hello'; version: number; lock: string }
  | { type: 'progress'; progress: LoadProgress }
  | { type: 'opened'; info: OpenedInfo }
  | { type: 'open-failed'; error: ErrorData }
  /** `info` is there when the backend changed since the last answer, after a lost device. */
  | { type: 'result'; id: number; result: SearchResult; info?: OpenedInfo }
  | { type: 'search-failed'; id: number; error: ErrorData };
