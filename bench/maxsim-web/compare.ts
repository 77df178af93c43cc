// The comparison of bench/maxsim-web.ts, the same in Node and in a page: both scorers in one process, interleaved, on equal rows.

import type { Codec } from '../../src/codec/codec.ts';
import { unpackBlocks } from '../../src/codec/encode-rows.ts';
import { fittedCodec, randomQuery, randomShard } from '../../src/engine/scorers.fixture.ts';
import { BLOCK_ROWS, rowBytes } from '../../src/format/layout.ts';
import { createWasmMaxsim } from '../../src/kernels/score-maxsim-wasm.ts';
import type { ShardCodes } from '../../src/shared-types.ts';
import { median } from '../statistics.ts';

export const PASSAGES = 1000;
export const ROWS = 304;
export const TOKENS = 32;
export const DIM = 128;
const RUNS = 9;
const WARM_UP = 2;
/** Times faster than the fastest of maxsim-web's ways that ours must be, by bytes a row. */
const BARS = [
  { subspaceDim: 2, factor: 12 },
  { subspaceDim: 4, factor: 20 },
] as const;

/** Address of its script, and its code. */
export interface Theirs {
  script: string;
  wasm: Uint8Array<ArrayBuffer>;
}

/** What this bench uses of its wasm-bindgen module. */
interface TheirScorer {
  load_documents(rows: Float32Array, rowCounts: Uint32Array, dim: number): void;
  search_preloaded(query: Float32Array, tokenCount: number): Float32Array;
  maxsim_batch_uniform(
    query: Float32Array,
    tokenCount: number,
    rows: Float32Array,
    passageCount: number,
    rowCount: number,
    dim: number,
  ): Float32Array;
}

/** A module of its own for each use, so that one's memory does not weigh on the other's. */
async function openTheirs({ script, wasm }: Theirs): Promise<TheirScorer> {
  const theirs = await import(/* @vite-ignore */ `${script}?${Math.random()}`);
  await theirs.default({ module_or_path: wasm });
  return new theirs.MaxSimWasm();
}

/** f32 [rows, dim] of a shard's rows: the codewords its codes name. */
function decode(codec: Codec, { codes }: ShardCodes): Float32Array {
  const { dim, subspaceDim, subspaceCount, codewords } = codec;
  const rowCount = codes.length / rowBytes(dim, subspaceDim);
  const words = unpackBlocks(codes, rowCount, subspaceCount);
  const rows = new Float32Array(rowCount * dim);
  for (let i = 0; i < words.length; i++) {
    const word = ((i % subspaceCount) * 16 + words[i]) * subspaceDim;
    for (let d = 0; d < subspaceDim; d++) rows[i * subspaceDim + d] = codewords[word + d];
  }
  return rows;
}

function expectEqual(name: string, expected: ArrayLike<number>, actual: ArrayLike<number>): void {
  for (let id = 0; id < PASSAGES; id++) {
    if (expected[id] !== actual[id])
      throw new Error(`bench: ${name}: expected ${expected[id]} for passage ${id}, got ${actual[id]}`);
  }
}

export interface Result {
  name: string;
  minMs: number;
  medianMs: number;
  /** 512 for float32 rows. */
  rowBytes: number;
  /** Bytes a row of ours in the same round. */
  comparedWith: number;
  timesFaster: { min: number; median: number };
  bar?: number;
  passed: boolean;
}

export async function compare(theirs: Theirs): Promise<Result[]> {
  const results: Result[] = [];
  for (const { subspaceDim, factor } of BARS) {
    const codec = fittedCodec(1, DIM, subspaceDim);
    const shard = randomShard(2, codec, new Array(PASSAGES).fill(ROWS / BLOCK_ROWS));
    const query = randomQuery(3, TOKENS, DIM, codec.queryScale);
    const floats = decode(codec, shard);
    const floatQuery = Float32Array.from(query.codes);
    const preloaded = await openTheirs(theirs);
    preloaded.load_documents(floats, new Uint32Array(PASSAGES).fill(ROWS), DIM);
    const batch = await openTheirs(theirs);
    const ours = [await createWasmMaxsim(codec, { relaxed: false }), await createWasmMaxsim(codec, { relaxed: true })];
    for (const maxsim of ours) maxsim.addShard(shard);

    const contestants = {
      'maxsim-web, documents preloaded': () => preloaded.search_preloaded(floatQuery, TOKENS),
      'maxsim-web, one batch': () => batch.maxsim_batch_uniform(floatQuery, TOKENS, floats, PASSAGES, ROWS, DIM),
      'latelight, SIMD': () => ours[0].score(query, undefined)[0],
      'latelight, relaxed SIMD': () => ours[1].score(query, undefined)[0],
    };
    const expected = contestants['latelight, SIMD']().slice();
    const times = new Map<string, number[]>();
    for (let run = 0; run < WARM_UP + RUNS; run++) {
      for (const [name, score] of Object.entries(contestants)) {
        const start = performance.now();
        const scores = score();
        const elapsedMs = performance.now() - start;
        if (run === 0) expectEqual(name, expected, scores);
        if (run >= WARM_UP) times.set(name, [...(times.get(name) ?? []), elapsedMs]);
      }
    }
    const rows = [...times].map(([name, values]) => ({ name, minMs: Math.min(...values), medianMs: median(values) }));
    const others = rows.filter(({ name }) => name.startsWith('maxsim-web'));
    const best = (key: 'minMs' | 'medianMs') => Math.min(...others.map((row) => row[key]));
    for (const row of rows) {
      const isOurs = row.name.startsWith('latelight');
      const times = { min: best('minMs') / row.minMs, median: best('medianMs') / row.medianMs };
      results.push({
        ...row,
        rowBytes: isOurs ? rowBytes(DIM, subspaceDim) : DIM * 4,
        comparedWith: rowBytes(DIM, subspaceDim),
        timesFaster: times,
        bar: isOurs ? factor : undefined,
        passed: !isOurs || Math.min(times.min, times.median) >= factor,
      });
    }
  }

  return results;
}
