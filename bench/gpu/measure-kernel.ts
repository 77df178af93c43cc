// The scorer's kernel on a shape: its time, its share of the device's roofline, and every score compared with WASM.

import type { Codec } from '../../src/codec/codec.ts';
import { seededRandom } from '../../src/codec/random.ts';
import { randomCodec, randomQuery, randomShard } from '../../src/engine/scorers.fixture.ts';
import { createWebgpuScorer, type GpuTimings } from '../../src/engine/webgpu-scorer.ts';
import { blockBytes } from '../../src/format/layout.ts';
import { createFilledBuffer } from '../../src/kernels/compute-pipeline.ts';
import { chooseVariant, type MaxsimVariant } from '../../src/kernels/maxsim-prelude.ts';
import { createScoreMaxsim } from '../../src/kernels/score-maxsim.ts';
import { createWasmMaxsim } from '../../src/kernels/score-maxsim-wasm.ts';
import type { ShardCodes } from '../../src/shared-types.ts';
import type { QueryCodes } from '../../src/types.ts';
import { median } from '../statistics.ts';
import type { Roofline } from './measure-roofline.ts';
import type { PassClock } from './time-passes.ts';

export interface Shape {
  passageCount: number;
  /** Bytes a row: 32 (subspaces of 2) or 16 (subspaces of 4), at 128 dimensions. */
  rowBytes: 16 | 32;
  tokenCount: number;
}

export interface KernelRow extends Shape, MaxsimVariant {
  tokenTile: number;
  /** Rows of all passages; 16, 32 or 48 in each. */
  rows: number;
  minMs: number;
  medianMs: number;
  /** What the kernel cannot be faster than: its codes read once, its dot products at the better of the two rates. */
  bytesBoundMs: number;
  dotsBoundMs: number;
  bound: 'bytes' | 'dots';
  /** The larger bound over the time. Above 1 when codes stay in a cache from run to run. */
  share: number;
  scoresChecked: number;
  scoresDifferent: number;
}

export interface SearchRow extends Shape {
  /** From the call to its result, k = 10. */
  searchMedianMs: number;
  gpuTimings?: GpuTimings;
}

const DIM = 128;
const DEFAULT_TILE = 8;
const SEARCHES = 7;

interface Corpus {
  codec: Codec;
  shard: ShardCodes;
  query: QueryCodes;
  blockCount: number;
  /** Every passage's score by WASM. */
  expected: Int32Array;
}

/** Seeded; passages of 1, 2 and 3 blocks at random. */
export async function makeCorpus({ passageCount, rowBytes, tokenCount }: Shape): Promise<Corpus> {
  const codec = randomCodec(1, DIM, rowBytes === 32 ? 2 : 4);
  const random = seededRandom(passageCount);
  const blockCounts = Array.from({ length: passageCount }, () => 1 + Math.floor(3 * random()));
  const shard = randomShard(2, codec, blockCounts);
  const query = randomQuery(tokenCount, tokenCount, DIM);
  const wasm = await createWasmMaxsim(codec);
  wasm.addShard(shard);
  const expected = wasm.score(query, undefined)[0].slice();
  return { codec, shard, query, blockCount: shard.firstBlocks[passageCount], expected };
}

async function readScores(device: GPUDevice, scores: GPUBuffer, count: number): Promise<Int32Array> {
  const size = count * 4;
  const readBack = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(scores, 0, readBack, 0, size);
  device.queue.submit([encoder.finish()]);
  await readBack.mapAsync(GPUMapMode.READ);
  const read = new Int32Array(readBack.getMappedRange().slice(0));
  readBack.destroy();
  return read;
}

export async function measureKernel(
  device: GPUDevice,
  clock: PassClock,
  roofline: Roofline,
  shape: Shape,
  { codec, shard, query, blockCount, expected }: Corpus,
  options: { variant?: MaxsimVariant; tokenTile?: number } = {},
): Promise<KernelRow> {
  const { passageCount, tokenCount } = shape;
  const variant = options.variant ?? chooseVariant(device);
  const tokenTile = options.tokenTile ?? DEFAULT_TILE;
  const maxsim = await createScoreMaxsim(device, codec, { variant, tokenTile, expected: { passageCount, blockCount } });
  await maxsim.addShard(shard);
  const queryBuffer = createFilledBuffer(device, 'query', GPUBufferUsage.STORAGE, new Uint8Array(query.codes.buffer));
  let scores: GPUBuffer | undefined;
  const encode = (pass: GPUComputePassEncoder) => {
    scores = maxsim.encode(pass, queryBuffer, tokenCount, undefined);
  };
  const timing = await clock.time(encode);
  const actual = await readScores(device, scores!, passageCount);
  maxsim.close();
  queryBuffer.destroy();

  const rows = blockCount * 16;
  const bytes = blockCount * blockBytes(codec.dim, codec.subspaceDim);
  const dots = rows * tokenCount * (DIM / 4);
  const bytesBoundMs = bytes / roofline.readGBs / 1e6;
  const dotsBoundMs = dots / Math.max(roofline.packedGdots, roofline.floatGdots) / 1e6;
  const boundMs = Math.max(bytesBoundMs, dotsBoundMs);
  return {
    ...shape,
    ...variant,
    tokenTile,
    rows,
    ...timing,
    bytesBoundMs,
    dotsBoundMs,
    bound: bytesBoundMs > dotsBoundMs ? 'bytes' : 'dots',
    share: boundMs / timing.minMs,
    scoresChecked: passageCount,
    scoresDifferent: actual.reduce((sum, score, i) => sum + Number(score !== expected[i]), 0),
  };
}

/** A whole search, as the engine runs it. */
export async function measureSearch(device: GPUDevice, shape: Shape, corpus: Corpus): Promise<SearchRow> {
  const { codec, shard, query, blockCount } = corpus;
  const expected = { passageCount: shape.passageCount, blockCount };
  const scorer = await createWebgpuScorer(device, codec, { expected, timings: true });
  await scorer.addShard(shard);
  const times: number[] = [];
  let gpuTimings: GpuTimings | undefined;
  await scorer.search(query, { k: 10 });
  for (let i = 0; i < SEARCHES; i++) {
    const start = performance.now();
    ({ gpuTimings } = await scorer.search(query, { k: 10 }));
    times.push(performance.now() - start);
  }
  scorer.close();
  return { ...shape, searchMedianMs: median(times), ...(gpuTimings && { gpuTimings }) };
}
