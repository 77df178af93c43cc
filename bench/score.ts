// Speed of the WASM scorer on one core, against the bars it was built for, and equality with the reference on a sample.
// node scripts/run-ts.js bench/score.ts [--json] [--assert] [--webgpu]

import { setFlagsFromString } from 'node:v8';
import type { Codec } from '../src/codec/codec.ts';
import { createReferenceScorer } from '../src/engine/reference-scorer.ts';
import { firstDifference, fittedCodec, randomQuery, randomShard } from '../src/engine/scorers.fixture.ts';
import { createWasmScorer } from '../src/engine/wasm-scorer.ts';
import { createWebgpuScorer } from '../src/engine/webgpu-scorer.ts';
import { BLOCK_ROWS } from '../src/format/layout.ts';
import { openTestDevice } from '../src/kernels/open-test-device.fixture.ts';
import { createWasmMaxsim } from '../src/kernels/score-maxsim-wasm.ts';
import type { QueryCodes } from '../src/types.ts';
import { describeMachine, machineLine } from './machine.ts';
import { median } from './statistics.ts';

interface Case {
  dim: number;
  subspaceDim: 2 | 4;
  passageCount: number;
  rows: number;
  tokenCount: number;
  /** The first two query tokens have one row, as the default model's [CLS] and prefix: it is scored once. */
  alike?: boolean;
  /** Million (row, query token) pairs a second that must be reached. */
  minimumRate?: number;
  /** Milliseconds that must not be exceeded. */
  maximumMs?: number;
}

const CASES: Case[] = [
  { dim: 128, subspaceDim: 2, passageCount: 10_000, rows: 32, tokenCount: 12, minimumRate: 200, maximumMs: 20 },
  { dim: 128, subspaceDim: 4, passageCount: 10_000, rows: 32, tokenCount: 12, minimumRate: 400 },
  { dim: 64, subspaceDim: 4, passageCount: 10_000, rows: 32, tokenCount: 12, minimumRate: 700 },
  { dim: 128, subspaceDim: 2, passageCount: 1_000, rows: 304, tokenCount: 32, minimumRate: 200 },
  { dim: 128, subspaceDim: 2, passageCount: 10_000, rows: 32, tokenCount: 5 },
  { dim: 128, subspaceDim: 2, passageCount: 10_000, rows: 32, tokenCount: 5, alike: true },
  { dim: 128, subspaceDim: 2, passageCount: 10_000, rows: 32, tokenCount: 7 },
  { dim: 128, subspaceDim: 2, passageCount: 10_000, rows: 32, tokenCount: 7, alike: true },
  { dim: 128, subspaceDim: 2, passageCount: 10_000, rows: 32, tokenCount: 9 },
  { dim: 128, subspaceDim: 2, passageCount: 10_000, rows: 32, tokenCount: 9, alike: true },
  { dim: 64, subspaceDim: 4, passageCount: 50_000, rows: 64, tokenCount: 12 },
];
const RUNS = 15;
const WARM_UP = 3;

interface Row extends Case {
  backend: string;
  rowBytes: number;
  /** The first search of a new scorer, with the engine's baseline code. */
  firstMs: number;
  minMs: number;
  medianMs: number;
  rate: number;
  passed: boolean;
}

async function measure(search: () => Promise<unknown> | unknown): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    const start = performance.now();
    await search();
    times.push(performance.now() - start);
  }
  return times;
}

function toRow(backend: string, wanted: Case, times: number[]): Row {
  const warm = times.slice(WARM_UP);
  const minMs = Math.min(...warm);
  const { passageCount, rows, tokenCount, minimumRate = 0, maximumMs = Infinity } = wanted;
  const rate = (passageCount * rows * tokenCount) / minMs / 1000;
  return {
    ...wanted,
    backend,
    rowBytes: wanted.dim / wanted.subspaceDim / 2,
    firstMs: times[0],
    minMs,
    medianMs: median(warm),
    rate,
    passed: rate >= minimumRate && minMs <= maximumMs,
  };
}

function queryOf({ tokenCount, dim, alike }: Case, codec: Codec): QueryCodes {
  const query = randomQuery(3, tokenCount, dim, codec.queryScale);
  if (alike) query.codes.copyWithin(dim, 0, dim);
  return query;
}

/** Throws when a search over the first passages differs from the reference. */
async function checkSample(wanted: Case, webgpu: boolean): Promise<void> {
  const codec = fittedCodec(1, wanted.dim, wanted.subspaceDim);
  const shard = randomShard(2, codec, new Array(100).fill(wanted.rows / BLOCK_ROWS));
  const query = queryOf(wanted, codec);
  const expected = createReferenceScorer(codec);
  const gpu = webgpu ? await openTestDevice() : undefined;
  for (const scorer of [await createWasmScorer(codec), ...(gpu ? [await createWebgpuScorer(gpu.device, codec)] : [])]) {
    await Promise.all([scorer.addShard(shard), expected.passageCount || expected.addShard(shard)]);
    const options = { k: 100 };
    const difference = firstDifference(await expected.search(query, options), await scorer.search(query, options));
    if (difference) throw new Error(`bench: ${scorer.backend} differs from the reference at ${difference}`);
    scorer.close();
  }
}

const json = process.argv.includes('--json');
const webgpu = process.argv.includes('--webgpu');
setFlagsFromString('--experimental-wasm-relaxed-simd'); // newer than Node 20's defaults; browsers have it
const machine = describeMachine();
const rows: Row[] = [];

for (const wanted of CASES) {
  await checkSample(wanted, webgpu);
  const codec = fittedCodec(1, wanted.dim, wanted.subspaceDim);
  const shard = randomShard(2, codec, new Array(wanted.passageCount).fill(wanted.rows / BLOCK_ROWS));
  const query = queryOf(wanted, codec);
  const kernels = [
    { name: 'SIMD', maxsim: await createWasmMaxsim(codec, { relaxed: false }) },
    { name: 'relaxed SIMD', maxsim: await createWasmMaxsim(codec, { relaxed: true }) },
  ];
  for (const { name, maxsim } of kernels) {
    maxsim.addShard(shard);
    rows.push(toRow(name, wanted, await measure(() => maxsim.score(query, undefined))));
  }
  const scorer = await createWasmScorer(codec);
  await scorer.addShard(shard);
  rows.push(toRow('wasm, chosen, with top-10', wanted, await measure(() => scorer.search(query, { k: 10 }))));
  scorer.close();
}

if (json) {
  console.log(JSON.stringify({ machine, rows }, null, 2));
} else {
  console.log(machineLine(machine));
  console.log('One core; the first 100 passages of every case equal the reference.\n');
  console.log(
    '| scorer | dim | bytes a row | passages x rows x query tokens | first ms | min ms | median ms | M pairs/s | bar |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const row of rows) {
    const bar = row.minimumRate ? `${row.minimumRate}${row.maximumMs ? `, ${row.maximumMs} ms` : ''}` : '';
    const figures = [row.firstMs, row.minMs, row.medianMs].map((ms) => ms.toFixed(1)).join(' | ');
    const size = `${row.passageCount} x ${row.rows} x ${row.tokenCount}${row.alike ? ', two alike' : ''}`;
    const verdict = bar && `${bar} ${row.passed ? 'met' : 'MISSED'}`;
    console.log(
      `| ${row.backend} | ${row.dim} | ${row.rowBytes} | ${size} | ${figures} | ${row.rate.toFixed(0)} | ${verdict} |`,
    );
  }
}
if (process.argv.includes('--assert') && rows.some((row) => !row.passed)) process.exitCode = 1;
