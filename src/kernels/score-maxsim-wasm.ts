// Host of assembly/. Owns one linear memory: a fixed part for a search, then every shard's bytes as they came.
// Takes query codes that were checked (search-input.ts); ranking is top-k.ts.

import type { Codec } from '../codec/codec.ts';
import { LatelightError } from '../errors.ts';
import { blockBytes, MAX_QUERY_TOKENS } from '../format/layout.ts';
import type { QueryCodes, ShardCodes } from '../types.ts';
import { RELAXED_SIMD, SIMD } from './score-maxsim-wasm.generated.ts';
import { EXCLUDED_SCORE, isIncluded } from './search-input.ts';

const PAGE_BYTES = 65536;
const MAX_PAGES = 65535; // one short of 4 GiB, so that the end of the last passage is an address too
const WORK_ROW_OFFSET = 512; // 32 bytes: partial dots on their way into a table
const CODEWORDS_OFFSET = 1024; // at most 4 KiB: 256 dimensions of 16 codewords
const QUERY_OFFSET = 8192; // at most 16 KiB: 64 tokens of 256 dimensions
const TABLES_OFFSET = 32768; // at most 256 KiB: 64 tokens, 128 subspaces, 16 partial dots of 2 bytes
const SHARDS_OFFSET = TABLES_OFFSET + MAX_QUERY_TOKENS * 128 * 32;

/**
 * Codes scored by all groups of tokens before the next, so that they are read from the L2 cache, and by a call short enough for the
 * engine to swap in its optimised code soon. With a fast memory the size is nothing: 16 KiB to 10 MB measured within 4%.
 */
const TILE_BYTES = 65536;

interface Exports {
  /** Of two tokens. */
  buildWideTables(query: number, dim: number, codewords: number, subspaceDim: number, tables: number): void;
  /** Of four tokens; returns what scoreNarrow must add, or TOO_WIDE when they need the tables of two. */
  buildNarrowTables(
    query: number,
    dim: number,
    codewords: number,
    subspaceDim: number,
    tables: number,
    work: number,
  ): number;
  scoreNarrow(...parameters: [...ScoreParameters, bias: number]): void;
  scoreWide(...parameters: ScoreParameters): void;
}

type ScoreParameters = [
  codes: number,
  blockBytes: number,
  firstBlocks: number,
  first: number,
  end: number,
  tables: number,
  scores: number,
];

/** As in assembly/score-narrow.ts. */
const TOO_WIDE = -(2 ** 31);

/** Tokens scored together: the kernel that reads their tables, and what it adds to every passage. */
interface TableGroup {
  kind: TableKind;
  score: (...parameters: [...ScoreParameters, bias: number]) => void;
  tables: number;
  bias: number;
}

interface ShardInMemory {
  passageCount: number;
  firstBlocksOffset: number;
  scoresOffset: number;
  codesOffset: number;
}

export interface WasmMaxsim {
  /** Which tables the query's tokens take, four (narrow) or two (wide) at a time. For tests and benches. */
  tableKinds(query: QueryCodes): TableKind[];
  /** Copies a checked shard into linear memory. @throws LatelightError `bad-option` when 4 GiB do not hold it. */
  addShard(shard: ShardCodes): void;
  /** i32 scores of each shard's passages, EXCLUDED_SCORE where the filter says so: views that the next call overwrites. */
  score(query: QueryCodes, filter: Uint32Array | undefined): Int32Array[];
  /** Blocks of one passage, counted over all shards: a view, which addShard may detach. */
  passageCodes(id: number): Uint8Array;
  readonly memoryBytes: number;
}

/** Partial scores of one byte, or of two. */
export type TableKind = 'narrow' | 'wide';

export interface WasmMaxsimOptions {
  /** Forces one of the two builds; by default the machine's validator decides. */
  relaxed?: boolean;
}

/** Every choice of `options` returns the same integers. */
export async function createWasmMaxsim(codec: Codec, options: WasmMaxsimOptions = {}): Promise<WasmMaxsim> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(SHARDS_OFFSET / PAGE_BYTES) });
  const relaxedBytes = decodeBase64(RELAXED_SIMD.base64);
  const relaxed = options.relaxed ?? WebAssembly.validate(relaxedBytes);
  const bytes = relaxed ? relaxedBytes : decodeBase64(SIMD.base64);
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const kernels = instance.exports as unknown as Exports;
  const bytesPerBlock = blockBytes(codec.dim, codec.subspaceDim);
  const shards: ShardInMemory[] = [];
  let end = SHARDS_OFFSET;
  new Int8Array(memory.buffer, CODEWORDS_OFFSET, codec.codewords.length).set(codec.codewords);

  /** @returns the number of tokens with the zeros that were added, which score nothing */
  function loadQuery({ codes, tokenCount, dim }: QueryCodes): number {
    const paddedCount = Math.ceil(tokenCount / 4) * 4;
    new Int8Array(memory.buffer, QUERY_OFFSET, paddedCount * dim).fill(0).set(codes);
    return paddedCount;
  }

  /** Puts a query where the kernel reads it. @returns what adds the scores of the passages first..end-1 of a shard to what is there. */
  function prepare(query: QueryCodes): (shard: ShardInMemory, first: number, end: number) => void {
    const paddedCount = loadQuery(query);
    const { dim } = query;
    const groups = tableGroups(paddedCount, dim);
    return ({ codesOffset, firstBlocksOffset, scoresOffset }, first, end) => {
      for (const { score, tables, bias } of groups) {
        score(codesOffset, bytesPerBlock, firstBlocksOffset, first, end, tables, scoresOffset, bias);
      }
    };
  }

  /** Tables of the query's tokens: narrow ones of four tokens where they fit, else of two. */
  function tableGroups(paddedCount: number, dim: number): TableGroup[] {
    const groups: TableGroup[] = [];
    for (let token = 0; token < paddedCount; token += 4) {
      const [query, tables] = [QUERY_OFFSET + token * dim, TABLES_OFFSET + token * codec.subspaceCount * 32];
      const { subspaceDim } = codec;
      const bias = kernels.buildNarrowTables(query, dim, CODEWORDS_OFFSET, subspaceDim, tables, WORK_ROW_OFFSET);
      if (bias !== TOO_WIDE) {
        groups.push({ kind: 'narrow', score: kernels.scoreNarrow, tables, bias });
        continue;
      }
      for (let pair = token; pair < token + 4; pair += 2) {
        const tables = TABLES_OFFSET + pair * codec.subspaceCount * 32;
        kernels.buildWideTables(QUERY_OFFSET + pair * dim, dim, CODEWORDS_OFFSET, subspaceDim, tables);
        groups.push({ kind: 'wide', score: kernels.scoreWide, tables, bias: 0 });
      }
    }
    return groups;
  }

  function reserve(byteLength: number): number {
    const offset = end;
    const pages = Math.ceil((offset + byteLength) / PAGE_BYTES);
    const missing = pages - memory.buffer.byteLength / PAGE_BYTES;
    try {
      if (pages > MAX_PAGES) throw new RangeError('more than 4 GiB');
      if (missing > 0) memory.grow(missing);
    } catch (cause) {
      const megabytes = Math.round((offset + byteLength) / 2 ** 20);
      throw new LatelightError(
        'bad-option',
        `addShard: expected an index that fits the memory of one worker, got ${megabytes} MiB. Split it over several workers.`,
        { cause },
      );
    }
    end = Math.ceil((offset + byteLength) / 16) * 16;
    return offset;
  }

  return {
    addShard({ codes, firstBlocks }) {
      const passageCount = firstBlocks.length - 1;
      if (passageCount === 0) return;
      const codesOffset = reserve(codes.length + firstBlocks.length * 4 + passageCount * 4);
      const firstBlocksOffset = codesOffset + codes.length;
      const scoresOffset = firstBlocksOffset + firstBlocks.length * 4;
      new Uint8Array(memory.buffer, codesOffset, codes.length).set(codes);
      new Uint32Array(memory.buffer, firstBlocksOffset, firstBlocks.length).set(firstBlocks);
      shards.push({ passageCount, firstBlocksOffset, scoresOffset, codesOffset });
    },

    tableKinds(query) {
      return tableGroups(loadQuery(query), query.dim).map(({ kind }) => kind);
    },

    score(query, filter) {
      const addScores = prepare(query);
      let firstPassage = 0;
      return shards.map((shard) => {
        const { passageCount, firstBlocksOffset, scoresOffset } = shard;
        const firstBlocks = new Uint32Array(memory.buffer, firstBlocksOffset, passageCount + 1);
        const scores = new Int32Array(memory.buffer, scoresOffset, passageCount).fill(0);
        if (filter) {
          for (let i = 0; i < passageCount; i++) if (!isIncluded(filter, firstPassage + i)) scores[i] = EXCLUDED_SCORE;
        }
        for (let first = 0, next = 0; first < passageCount; first = next) {
          const lastBlock = firstBlocks[first] + TILE_BYTES / bytesPerBlock;
          do next++;
          while (next < passageCount && firstBlocks[next + 1] <= lastBlock);
          addScores(shard, first, next);
        }
        firstPassage += passageCount;
        return scores;
      });
    },

    passageCodes(id) {
      let local = id;
      for (const { passageCount, firstBlocksOffset, codesOffset } of shards) {
        if (local < passageCount) {
          const [first, end] = new Uint32Array(memory.buffer, firstBlocksOffset + local * 4, 2);
          return new Uint8Array(memory.buffer, codesOffset + first * bytesPerBlock, (end - first) * bytesPerBlock);
        }
        local -= passageCount;
      }
      throw new LatelightError('bad-option', `passageCodes: expected a passage that there is, got ${id}`);
    },

    get memoryBytes() {
      return memory.buffer.byteLength;
    },
  };
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
