// Types that the parts of the engine share and that are not public. No code.

/** What the ingest stage makes of documents: the unit that is encoded, scored and shown. */
export interface Passage {
  /** Text that is encoded and shown: plain, white space collapsed, code blocks' lines kept. */
  text: string;
  /** Title of the page. */
  title: string;
  /** Headings above the passage, outermost first, without the title. */
  headings: string[];
  /** Page address relative to the indexed folder, `/`-separated, with the nearest anchor: `guide/setup.html#install`. */
  url: string;
  /** Named values to filter by, from `data-latelight-filter` and front matter. */
  filters: Record<string, string[]>;
  /** Further metadata shown with a hit, from `data-latelight-meta` and front matter (`image`, `description`, ...). */
  meta: Record<string, string>;
  /** Values to order pages by, from `data-latelight-sort` and front matter (`date`, ...): numbers, ISO dates or words. */
  sort?: Record<string, string>;
}

/** Codes of one shard as scorers take them. Layout: docs/FORMAT.md, "Codes". */
export interface ShardCodes {
  /** [blockCount, subspaceCount / 2, 16] bytes. */
  codes: Uint8Array;
  /** [passageCount + 1] first block of each passage; the last entry is the block count. */
  firstBlocks: Uint32Array;
}

/** Token embeddings in main memory: f32, rows L2-normalised, `dim` the model's full dimension. */
export interface TokenEmbeddings {
  /** [tokenCount, dim] */
  data: Float32Array;
  tokenCount: number;
  dim: number;
  /** [tokenCount] of a query: the weight that each unit row is scored with, at most 1 and no less than keeps it from rounding to zeros; all 1 when absent. */
  rowWeights?: Float32Array;
}

/** Query token embeddings that stayed on the GPU: f32 [tokenCount, dim], bound at byteOffset 0. */
export interface GpuTokenEmbeddings {
  buffer: GPUBuffer;
  tokenCount: number;
  dim: number;
  /** As in TokenEmbeddings; in main memory. */
  rowWeights?: Float32Array;
}

/** What scorers are asked for beside the query. */
export interface TopKOptions {
  /** Passages wanted, 1..MAX_RESULTS; fewer come back when fewer match. */
  k: number;
  /** One bit per passage, bit i of word i >> 5; passages whose bit is 0 are left out. */
  filter?: Uint32Array;
}

/** The best k passages: score descending, ties to the lowest id. Both arrays have the same length, at most k. */
export interface TopK {
  ids: Uint32Array;
  scores: Int32Array;
}
