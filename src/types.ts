// Every public type. No code.

import type { ErrorCode } from './errors.ts';

/** Where scores are computed. `reference` is the plain loop that tests compare the others with. */
export type Backend = 'webgpu' | 'wasm' | 'reference';

/** A query after quantize-query: rotated, rounded at the codec's query scale. */
export interface QueryCodes {
  /** [tokenCount, dim] */
  codes: Int8Array;
  tokenCount: number;
  dim: number;
}

/** What to open and how. */
export interface OpenOptions {
  /**
   * `auto` (default) takes WebGPU on a hardware adapter and WASM otherwise; `webgpu` takes any adapter, software ones too, and
   * rejects with `no-webgpu` when there is none; `wasm` never asks for a GPU.
   */
  device?: 'auto' | 'webgpu' | 'wasm';
  /** Also keep every fragment, fetched in the background after opening, so that all of the index can be searched offline. */
  offline?: boolean;
  /**
   * Workers that score on the CPU, 1..16, each with a part of the index; by default as many as pay: one for small indexes, up to
   * four on as many cores for large ones. WebGPU has no use for it.
   */
  workers?: number;
  /**
   * BCP 47 language of the page: of a site that is indexed by language, its pages in this one are searched, or those of the default
   * language when it has none.
   */
  language?: string;
  /**
   * Further indexes of the same model and codec, searched with this one into one list. One that cannot be opened is left out, and
   * `engine.sites` says why.
   */
  mergeIndex?: MergedIndex[];
  /**
   * Whether to open as soon as searches can be answered from the index's query table, long before the encoder has arrived. Default
   * true; an index without a table opens when everything is there. The table is read in any case: it weighs the words of a query in both stages.
   */
  instant?: boolean;
  /** Called as bytes arrive, until the full stage is ready. */
  onProgress?: (progress: LoadProgress) => void;
  /** Cancels opening. */
  signal?: AbortSignal;
}

/** An index searched together with another. */
export interface MergedIndex {
  /** Its folder, absolute or relative to the page; another origin must allow it (CORS). */
  url: string;
  /** Its scores are multiplied by this, above 0; default 1. */
  weight?: number;
  /** Values that all of its passages have besides their own, to filter by: `{ site: ['Blog'] }`. */
  filter?: Record<string, string[]>;
}

/** Bytes so far over everything a first search needs. */
export interface LoadProgress {
  /** Bytes that are here, from the network or the cache. */
  loadedBytes: number;
  /** Bytes of everything, as the index says; what is compressed on the way counts uncompressed. */
  totalBytes: number;
  /** What is arriving: the inference runtime, the query encoder, the index. */
  part: 'runtime' | 'model' | 'index';
  /** True when the bytes came from this browser's cache. */
  fromCache: boolean;
}

export interface SearchRequest {
  /** Hits wanted, 1..512; default 10. With `perPage`, pages wanted. */
  limit?: number;
  /**
   * Groups hits by page: at most so many of each page, best first, the pages by their best hit. Pages are found among the 512 best
   * passages, a page's further ones among the 30 best. Without it passages come as they score.
   */
  perPage?: number;
  /** Passages must have one of the values under every name given. */
  filter?: Record<string, string[]>;
  /**
   * Orders the 50 best pages by one of `engine.sorts` instead of by score; no further ones are given, whatever the `limit`. Pages
   * without a value come last. Needs `perPage`.
   */
  sort?: { by: string; order: 'asc' | 'desc' };
  /**
   * Whether words are also looked up letter by letter: phrases in quotation marks must occur if they do anywhere; version numbers, identifiers and
   * words the model does not know count where they occur, and so does, less, every other word, the more the rarer it is. Default true; false
   * searches by meaning alone. Without effect on an index that has no lexicon.
   */
  exact?: boolean;
  /**
   * Whether words that no passage has are searched for as the words that were meant: one that is misspelt by a letter, and the last one
   * while it is being typed. Default true. The result's `corrections` say which. Without effect on an index that has no lexicon.
   */
  typoTolerance?: boolean;
  /**
   * `instant`: the query table answers, whether or not the encoder is there, to compare the two; no hits when it knows no word of the
   * query. By default the full stage answers.
   */
  stage?: Stage;
  /** Whether the result shall count pages by filter value. Default false. */
  facets?: boolean;
  /**
   * The query as another search's `queryCodes` gave it: the text is then not encoded again. Only codes of the same model and
   * codec mean anything; with them every backend returns the same ids and scores.
   */
  queryCodes?: QueryCodes;
  /**
   * Called with a result from the query table when the encoder is not there yet; `search` itself waits for it. Not called
   * when the table knows no word of the query.
   */
  onInstant?: (result: SearchResult) => void;
  /**
   * `onInstant` is called twice: first with only so many hits (pages, with `perPage`), before the text of the others is read. For a page
   * that has nothing on show yet.
   */
  firstLimit?: number;
  /** Cancels this search. A newer search on the same engine cancels it too; both reject with code `aborted`. */
  signal?: AbortSignal;
}

/** A word of the passage that matched a word of the query. */
export interface Mark {
  /** Where it begins in the hit's `excerpt`, in UTF-16 units. */
  start: number;
  /** Where it ends: the unit after its last. */
  end: number;
  /** Index in the result's `words` of the query word it answers best. */
  queryWord: number;
  /** 0..1, relative to the strongest match of this search; 1 for a word that was found letter by letter. */
  strength: number;
}

/** A word of the query, as the encoder saw it. */
export interface QueryWord {
  /** As it stands in the query. */
  text: string;
  /** Where it begins in the query, in UTF-16 units. */
  start: number;
  /** Where it ends: the unit after its last. */
  end: number;
}

/** A part of the query that was looked up letter by letter. */
export interface ExactTerm {
  /** The word as it stands in the query, or the phrase without its quotation marks. */
  text: string;
  /** In quotation marks: every hit has it, unless the result has `phrasesMissed`. */
  quoted: boolean;
  /** Whether the index has it anywhere, as it stands. */
  found: boolean;
}

/** A word of the query that was searched for as another. */
export interface Correction {
  /** As it stands in the query. */
  from: string;
  /** What was searched for in its place: a word of the index. */
  to: string;
  /** Where `from` begins in the query, in UTF-16 units. */
  start: number;
  /** Where it ends: the unit after its last. */
  end: number;
  /** `spelling`: taken for misspelt; `completion`: the last word, taken for the beginning of one. */
  kind: 'spelling' | 'completion';
}

export interface Hit {
  /** Passage id in its index. */
  id: number;
  /** The page it is on: consecutive hits of one `site` and `page` belong together when the request grouped them. */
  page: number;
  /** Index in `engine.sites`. */
  site: number;
  /** Absolute address that `url` is relative to. */
  siteRoot: string;
  /** Address relative to `siteRoot`, with anchor: `new URL(hit.url, hit.siteRoot)` is where it leads. */
  url: string;
  /** Title of the page. */
  title: string;
  /** Headings above the passage, outermost first. */
  headings: string[];
  /** Plain text; never HTML. */
  excerpt: string;
  /** Words of the excerpt that answered. */
  marks: Mark[];
  /** What the page says of itself: `image`, `description`, what `data-latelight-meta` and front matter name. */
  meta: Record<string, string>;
  /** The integer MaxSim sum; equal on every backend for the same query codes. Words found letter by letter and weights order hits beside it. */
  score: number;
  /** Exact terms it has, of those asked for: indexes in the result's `exact`. */
  exact: number[];
  /**
   * With `perPage`: other pages that say the same, word for word, best first, which are not hits for it. As far as they are among the best;
   * with a filter, of those that pass it.
   */
  alsoOn: HitPlace[];
}

/** Where a passage is; the fields are those of a hit. */
export type HitPlace = Pick<Hit, 'id' | 'page' | 'site' | 'siteRoot' | 'url' | 'title'>;

/** Milliseconds of each stage of one search. */
export interface SearchTimings {
  /** The query encoder, or the table of words. */
  encodeMs: number;
  /** Quantize, MaxSim and top-k. */
  scoreMs: number;
  /** Fetching the fragments of the hits; near 0 when cached. */
  fetchMs: number;
  /** Finding which words matched. */
  alignMs: number;
  /** Looking words up letter by letter; 0 when none were. */
  exactMs: number;
  /** From the request to the result, in the worker. */
  totalMs: number;
}

/** `instant`: query rows come from a table of words; `full`: from the encoder, which sees words in their context. */
export type Stage = 'instant' | 'full';

export interface SearchResult {
  /** As it was asked. */
  query: string;
  /** Which stage made this result. Scores of the two are not comparable. */
  stage: Stage;
  /** Best first, or in the order asked for; those of one page together with `perPage`. */
  hits: Hit[];
  /** Words of the query, which `marks` refer to. */
  words: QueryWord[];
  /** Words of the query that were searched for as others, in its order. */
  corrections: Correction[];
  /** What was looked up letter by letter. */
  exact: ExactTerm[];
  /** Whether no passage that passes the filters has all phrases in quotation marks: hits are then those without regard to the marks, and a phrase counts where it occurs. */
  phrasesMissed: boolean;
  /** Whether a larger `limit` would give more hits. */
  hasMore: boolean;
  /** With `facets`: filter name -> value -> pages that have it and pass the filters on the other names. */
  facets?: Record<string, Record<string, number>>;
  /** The query as it was scored. */
  queryCodes: QueryCodes;
  /** Backend that scored. */
  backend: Backend;
  /** Execution provider that encoded; `table` in the instant stage. */
  encoder: 'webgpu' | 'wasm' | 'cpu' | 'table';
  /** Passages searched. */
  passageCount: number;
  /** Where the time went. */
  timings: SearchTimings;
}

/** One of the indexes an engine searches. */
export interface Site {
  /** Absolute address of the index folder. */
  url: string;
  /** Absolute address that its hits' `url`s are relative to. */
  siteRoot: string;
  /** Passages of this index. */
  passageCount: number;
  /** Pages of this index. */
  pageCount: number;
  /** Why it is left out; of a site that can be searched, why its hits are missing from the last search. */
  error?: { code: ErrorCode; message: string };
}

/** Which words of a passage answer which of a query, and how well. */
export interface Explanation {
  /** The whole passage. */
  text: string;
  /** Words of the query. */
  queryWords: QueryWord[];
  /** Words of `text`, as offsets in it. */
  words: { start: number; end: number }[];
  /** [queryWords, words] approximate cosines, row-major; 0 for a word without a row of its own. */
  similarity: Float32Array;
}

/** An open index. */
export interface SearchEngine {
  /** What can be searched with by now. */
  readonly stage: Stage;
  /**
   * Resolves when the full stage is ready. Rejects when it cannot be: `search` then rejects with the same error, after `onInstant`
   * was called, until `reopen` is.
   */
  readonly ready: Promise<void>;
  /** Where scores are computed. */
  readonly backend: Backend;
  /** Passages of all `sites`. */
  readonly passageCount: number;
  /** Absolute address that hits' `url`s are relative to. */
  readonly siteRoot: string;
  /** Why WebGPU is not in use although it was not ruled out, in words; empty otherwise. */
  readonly notice: string;
  /** Filter names and the values each takes, with the pages that have it. */
  readonly filters: Record<string, Record<string, number>>;
  /** Names that pages can be ordered by. */
  readonly sorts: string[];
  /** The indexes searched: the one that was opened, then those of `mergeIndex`. */
  readonly sites: Site[];
  /**
   * Searches. A query without a letter or digit finds nothing. An engine answers one search at a time: a newer one ends the one before, which rejects with the code `aborted` (its name
   * is `AbortError`).
   * @throws LatelightError `bad-option` for a request that cannot be, `bad-fragment` for text of the index that fails a check, `aborted`, `closed`,
   * `worker-crashed`, and what opening throws
   */
  search(query: string, request?: SearchRequest): Promise<SearchResult>;
  /**
   * How a passage answers a query, word by word; after `ready`.
   * @param hit of one of this engine's results
   * @param request `typoTolerance` as of that search
   * @throws LatelightError `bad-option` for a hit of no such passage, and as `search` does
   */
  explain(
    query: string,
    hit: Pick<Hit, 'id' | 'site'>,
    request?: Pick<SearchRequest, 'typoTolerance'>,
  ): Promise<Explanation>;
  /**
   * Opens all of it anew, as it is published by now, when something could not be had: when `ready` rejected, or, while there is a
   * network, when the last search failed with `download-failed` or `hash-mismatch` or one of `sites` has an `error`. Does nothing
   * otherwise. `ready` is another promise then. The element calls it when somebody presses "Try again". Searches under way end with
   * the reason why.
   * @returns when it can be searched with, as `open` does
   * @throws LatelightError as `open` does; `closed`
   */
  reopen(): Promise<void>;
  /** Ends the worker. What is under way, and every later call, rejects with the code `closed`. */
  close(): void;
}
