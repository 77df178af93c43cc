// Host of assembly/score-maxsim.ts. Owns one linear memory: a fixed part for a search, then every shard's bytes as they came.
// Takes query codes that were checked (search-input.ts); ranking is top-k.ts.

import type { Codec } from '../codec/codec.ts';
import { LatelightError } from '../errors.ts';
import { blockBytes, MAX_QUERY_TOKENS } from '../format/layout.ts';
import type { QueryCodes, ShardCodes } from '../types.ts';
import { RELAXED_SIMD, SIMD } from './score-maxsim-wasm.generated.ts';
import { EXCLUDED_SCORE, isIncluded } from './search-input.ts';

const PAGE_BYTES = 65536;
const MAX_PAGES = 65535; // one short of 4 GiB, so that the end of the last passage is an address too
const CODEWORDS_OFFSET = 1024; // at most 4 KiB: 256 dimensions of 16 codewords
const QUERY_OFFSET = 8192; // at most 16 KiB: 64 tokens of 256 dimensions
const TABLES_OFFSET = 32768; // at most 256 KiB: 64 tokens, 128 subspaces, 16 partial dots of 2 bytes
const SHARDS_OFFSET = TABLES_OFFSET + MAX_QUERY_TOKENS * 128 * 32;
// scoreDots reads other things than the tables, in the same place.
const PLANES_OFFSET = TABLES_OFFSET; // at most 4 KiB: 256 dimensions of 16 codewords
const SPREAD_OFFSET = PLANES_OFFSET + 4096; // at most 129 KiB: 64 tokens of 1 + 128 pairs of dimensions, 16 bytes each
const WORK_OFFSET = SPREAD_OFFSET + MAX_QUERY_TOKENS * 129 * 16; // at most 9 KiB: a decoded block of 8 KiB, 64 maxima
/** Tokens that scoreDots takes at once. */
const DOT_TOKENS = 4;

/**
 * Codes scored by all token pairs before the next, so that they are read from the L2 cache, and by a call short enough for the
 * engine to swap in its optimised code soon. With a fast memory the size is nothing: 16 KiB to 10 MB measured within 4%.
 */
const TILE_BYTES = 65536;

interface Exports {
  /** Of two tokens; returns what scoreGrouped must add, or WIDE when scoreWide must be called. */
  buildTables(query: number, dim: number, codewords: number, subspaceDim: number, tables: number): number;
  scoreGrouped(...parameters: [...ScoreParameters, bias: number]): void;
  scoreWide(...parameters: ScoreParameters): void;
  splitCodewords(codewords: number, subspaceCount: number, planes: number): void;
  spreadQuery(query: number, tokenCount: number, dim: number, spread: number): void;
  scoreDots(
    codes: number,
    blockBytes: number,
    firstBlocks: number,
    first: number,
    end: number,
    planes: number,
    spread: number,
    tokenCount: number,
    work: number,
    scores: number,
  ): void;
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

/** As in assembly/score-maxsim.ts. */
const WIDE = -(2 ** 31);

interface ShardInMemory {
  passageCount: number;
  firstBlocksOffset: number;
  scoresOffset: number;
  codesOffset: number;
}

export interface WasmMaxsim {
  readonly kernel: WasmKernel;
  /** Copies a checked shard into linear memory. @throws LatelightError `bad-option` when 4 GiB do not hold it. */
  addShard(shard: ShardCodes): void;
  /** i32 scores of each shard's passages, EXCLUDED_SCORE where the filter says so: views that the next call overwrites. */
  score(query: QueryCodes, filter: Uint32Array | undefined): Int32Array[];
  /** Blocks of one passage, counted over all shards: a view, which addShard may detach. */
  passageCodes(id: number): Uint8Array;
  readonly memoryBytes: number;
}

/** How pairs are scored: by products (assembly/score-dots.ts) or by tables (assembly/score-maxsim.ts). */
export type WasmKernel = 'dots' | 'tables';

export interface WasmMaxsimOptions {
  /** Forces one of the two builds; by default the machine's validator decides. */
  relaxed?: boolean;
  /** `tables` forces them; by default products are taken where the build and the codec allow it. */
  kernel?: 'tables';
}

/** Every choice of `options` returns the same integers. */
export async function createWasmMaxsim(codec: Codec, options: WasmMaxsimOptions = {}): Promise<WasmMaxsim> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(SHARDS_OFFSET / PAGE_BYTES) });
  const relaxedBytes = decodeBase64(RELAXED_SIMD.base64);
  const relaxed = options.relaxed ?? WebAssembly.validate(relaxedBytes);
  const bytes = relaxed ? relaxedBytes : decodeBase64(SIMD.base64);
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const { buildTables, scoreGrouped, scoreWide, splitCodewords, spreadQuery, scoreDots } =
    instance.exports as unknown as Exports;
  const kernel: WasmKernel = relaxed && options.kernel !== 'tables' && fitsDots(codec) ? 'dots' : 'tables';
  const bytesPerBlock = blockBytes(codec.dim, codec.subspaceDim);
  const shards: ShardInMemory[] = [];
  let end = SHARDS_OFFSET;
  new Int8Array(memory.buffer, CODEWORDS_OFFSET, codec.codewords.length).set(codec.codewords);
  if (kernel === 'dots') splitCodewords(CODEWORDS_OFFSET, codec.subspaceCount, PLANES_OFFSET);

  /** Puts a query where the kernel reads it. @returns what adds the scores of the passages first..end-1 of a shard to what is there. */
  function prepare({ codes, tokenCount, dim }: QueryCodes): (shard: ShardInMemory, first: number, end: number) => void {
    const group = kernel === 'dots' ? DOT_TOKENS : 2;
    const paddedCount = Math.ceil(tokenCount / group) * group;
    const query = new Int8Array(memory.buffer, QUERY_OFFSET, paddedCount * dim).fill(0);
    query.set(codes);
    if (kernel === 'dots') {
      spreadQuery(QUERY_OFFSET, paddedCount, dim, SPREAD_OFFSET);
      return ({ codesOffset, firstBlocksOffset, scoresOffset }, first, end) =>
        scoreDots(
          codesOffset,
          bytesPerBlock,
          firstBlocksOffset,
          first,
          end,
          PLANES_OFFSET,
          SPREAD_OFFSET,
          paddedCount,
          WORK_OFFSET,
          scoresOffset,
        );
    }
    const pairs = Array.from({ length: paddedCount / 2 }, (_, pair) => {
      const tables = TABLES_OFFSET + pair * codec.subspaceCount * 64;
      const bias = buildTables(QUERY_OFFSET + pair * 2 * dim, dim, CODEWORDS_OFFSET, codec.subspaceDim, tables);
      return { tables, bias };
    });
    return ({ codesOffset, firstBlocksOffset, scoresOffset }, first, end) => {
      for (const { tables, bias } of pairs) {
        if (bias === WIDE) scoreWide(codesOffset, bytesPerBlock, firstBlocksOffset, first, end, tables, scoresOffset);
        else scoreGrouped(codesOffset, bytesPerBlock, firstBlocksOffset, first, end, tables, scoresOffset, bias);
      }
    };
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

    kernel,

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

/** Products take codewords of two dimensions which, 64 more, are 0..127. With subspaces of 4, tables need half the work and win. */
function fitsDots({ subspaceDim, codewords }: Codec): boolean {
  return subspaceDim === 2 && codewords.every((value) => value >= -64 && value <= 63);
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
