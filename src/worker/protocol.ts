// What page and worker say to each other: one union a direction, opened by a version handshake. Errors cross as data.

import type { ErrorData } from '../errors.ts';
import type {
  Backend,
  Explanation,
  Hit,
  LoadProgress,
  OpenOptions,
  SearchRequest,
  SearchResult,
  Site,
  Stage,
} from '../types.ts';
import type { ToHolder } from './life-lock.ts';

/** Changes with any change of these types: a page must not talk to a worker script of another build. */
export const PROTOCOL_VERSION = 7;

export interface OpenedInfo {
  backend: Backend;
  notice: string;
  passageCount: number;
  siteRoot: string;
  filters: Record<string, Record<string, number>>;
  sorts: string[];
  sites: Site[];
}

/** The options that the worker opens with. */
export type OpenSettings = Required<Pick<OpenOptions, 'device' | 'offline' | 'instant' | 'mergeIndex' | 'language'>> &
  Pick<OpenOptions, 'workers'>;

export type ExplainRequest = Pick<SearchRequest, 'typoTolerance'>;

export type ToWorker =
  | ToHolder
  | { type: 'open'; version: number; url: string; settings: OpenSettings }
  /** `instant`: whether a result of the instant stage is wanted too, should the full stage not be ready. */
  | {
      type: 'search';
      id: number;
      query: string;
      request: Omit<SearchRequest, 'signal' | 'onInstant'>;
      instant: boolean;
    }
  | { type: 'explain'; id: number; query: string; hit: Pick<Hit, 'id' | 'site'>; request?: ExplainRequest }
  | { type: 'cancel'; id: number }
  /** An instant result of that search is on the screen. */
  | { type: 'shown'; id: number }
  | { type: 'close' };

/** `info` is there when it changed since the page was last told: another backend after a lost device, a site that failed. */
interface WithNews {
  info?: OpenedInfo;
}

export type FromWorker =
  | { type: 'hello'; version: number }
  | { type: 'held'; lock: string }
  | { type: 'progress'; progress: LoadProgress }
  | { type: 'opened'; info: OpenedInfo; stage: Stage }
  | { type: 'open-failed'; error: ErrorData }
  /** After `opened` with stage `instant`: the full stage is there, or cannot be. */
  | ({ type: 'full' } & WithNews)
  | { type: 'full-failed'; error: ErrorData }
  | { type: 'instant-result'; id: number; result: SearchResult }
  | ({ type: 'explanation'; id: number; explanation: Explanation } & WithNews)
  | ({ type: 'result'; id: number; result: SearchResult } & WithNews)
  /** Of a search or an explanation. */
  | ({ type: 'search-failed'; id: number; error: ErrorData } & WithNews);
