// Host of assembly/. Owns one linear memory: a fixed part for a search, then every shard's bytes as they came.
// Takes query codes that were checked (search-input.ts); ranking is top-k.ts.

import type { Codec } from '../codec/codec.ts';
import { LatelightError } from '../errors.ts';
import { blockBytes, MAX_QUERY_TOKENS } from '../format/layout.ts';
import type { ShardCodes } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';
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
    more: number,
  ): number;
  scoreNarrow(...parameters: [...ScoreParameters, bias: number]): void;
  /** Where the last two of the four are zeros. */
  scoreNarrowTwo(...parameters: [...ScoreParameters, bias: number]): void;
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
  more: number,
];

/** As in assembly/score-narrow.ts. */
const TOO_WIDE = -(2 ** 31);

/**
 * Tokens scored together: the kernel that reads their tables, how often the first of them counts beyond once, and what is added to every
 * passage.
 */
interface TableGroup {
  kind: TableKind;
  score: (...parameters: [...ScoreParameters, bias: number]) => void;
  tables: number;
  more: number;
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

/** The kernels, which another worker may be sent: every choice of `options` returns the same integers. */
export function compileMaxsim({ relaxed }: WasmMaxsimOptions = {}): Promise<WebAssembly.Module> {
  const relaxedBytes = decodeBase64(RELAXED_SIMD.base64);
  const isRelaxed = relaxed ?? WebAssembly.validate(relaxedBytes);
  return WebAssembly.compile(isRelaxed ? relaxedBytes : decodeBase64(SIMD.base64));
}

export async function createWasmMaxsim(codec: Codec, options?: WasmMaxsimOptions): Promise<WasmMaxsim> {
  return openWasmMaxsim(codec, await compileMaxsim(options));
}

/** @param module of `compileMaxsim`, here or in another worker */
export async function openWasmMaxsim(codec: Codec, module: WebAssembly.Module): Promise<WasmMaxsim> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(SHARDS_OFFSET / PAGE_BYTES) });
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = instance.exports as unknown as Exports;
  const bytesPerBlock = blockBytes(codec.dim, codec.subspaceDim);
  const shards: ShardInMemory[] = [];
  let end = SHARDS_OFFSET;
  new Int8Array(memory.buffer, CODEWORDS_OFFSET, codec.codewords.length).set(codec.codewords);

  /** Puts a query where the kernel reads it. @returns what adds the scores of the passages first..end-1 of a shard to what is there. */
  function prepare(query: QueryCodes): (shard: ShardInMemory, first: number, end: number) => void {
    const groups = tableGroups(query);
    return ({ codesOffset, firstBlocksOffset, scoresOffset }, first, end) => {
      for (const { score, tables, more, bias } of groups) {
        score(codesOffset, bytesPerBlock, firstBlocksOffset, first, end, tables, scoresOffset, more, bias);
      }
    };
  }

  /** Tables of the query's tokens: narrow ones of four tokens where they fit, else of two. */
  function tableGroups({ codes, tokenCount, dim }: QueryCodes): TableGroup[] {
    const { subspaceDim, subspaceCount } = codec;
    return fours(codes, tokenCount, dim).flatMap(({ tokens, more }, four): TableGroup[] => {
      const at = QUERY_OFFSET + four * 4 * dim;
      const rows = new Int8Array(memory.buffer, at, 4 * dim).fill(0);
      tokens.forEach((token, i) => {
        rows.set(codes.subarray(token * dim, (token + 1) * dim), i * dim);
      });
      const tables = TABLES_OFFSET + four * 4 * subspaceCount * 32;
      const bias = kernels.buildNarrowTables(at, dim, CODEWORDS_OFFSET, subspaceDim, tables, WORK_ROW_OFFSET, more);
      if (bias !== TOO_WIDE) {
        const score = tokens.length > 2 ? kernels.scoreNarrow : kernels.scoreNarrowTwo;
        return [{ kind: 'narrow', score, tables, more, bias }];
      }
      return [0, 2].slice(0, Math.ceil(tokens.length / 2)).map((pair): TableGroup => {
        const ofPair = tables + pair * subspaceCount * 32;
        kernels.buildWideTables(at + pair * dim, dim, CODEWORDS_OFFSET, subspaceDim, ofPair);
        return { kind: 'wide', score: kernels.scoreWide, tables: ofPair, more: pair === 0 ? more : 0, bias: 0 };
      });
    });
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
      return tableGroups(query).map(({ kind }) => kind);
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

/**
 * Tokens that are scored together, up to four, each of which stands for itself but the first, which counts `more` times more: a model's [CLS]
 * and prefix often have one row (docs/decisions/0013), a repeated word has. Tokens of zeros score nothing and are left out.
 * @param codes int8 [tokenCount, dim]
 */
export function fours(codes: Int8Array, tokenCount: number, dim: number): { tokens: number[]; more: number }[] {
  const counts = new Map<string, { token: number; count: number }>();
  for (let token = 0; token < tokenCount; token++) {
    const row = codes.subarray(token * dim, (token + 1) * dim);
    if (row.every((value) => value === 0)) continue;
    const key = row.join();
    const alike = counts.get(key);
    if (alike) alike.count++;
    else counts.set(key, { token, count: 1 });
  }
  const single: number[] = [];
  const repeated: { token: number; count: number }[] = [];
  for (const one of counts.values()) {
    if (one.count > 1) repeated.push(one);
    else single.push(one.token);
  }
  // A four has room for one: the others stand there as often as they count.
  repeated.sort((a, b) => b.count - a.count);
  while (repeated.length > Math.ceil((repeated.length + single.length) / 4)) {
    const { token, count } = repeated.pop()!;
    single.push(...new Array<number>(count).fill(token));
  }
  const count = Math.ceil((repeated.length + single.length) / 4);
  return Array.from({ length: count }, (_, four) => {
    const head = repeated[four];
    const tokens = [...(head ? [head.token] : []), ...single.splice(0, head ? 3 : 4)];
    return { tokens, more: head ? head.count - 1 : 0 };
  });
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
