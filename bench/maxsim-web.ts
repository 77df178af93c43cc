// Our WASM scorer against maxsim-web's (float32 rows, WASM SIMD), interleaved in one process, on the same rows: it is given what our
// codes decode to, so its float sums are sums of integers below 2^24 and both must return exactly the same scores.
// node scripts/run-ts.js bench/maxsim-web.ts <checkout of github.com/joe32140/maxsim-web> [--json] [--assert]

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { Codec } from '../src/codec/codec.ts';
import { unpackBlocks } from '../src/codec/encode-rows.ts';
import { randomCodec, randomQuery, randomShard } from '../src/engine/scorers.fixture.ts';
import { BLOCK_ROWS, rowBytes } from '../src/format/layout.ts';
import { createWasmMaxsim } from '../src/kernels/score-maxsim-wasm.ts';
import type { ShardCodes } from '../src/types.ts';
import { describeMachine, machineLine } from './machine.ts';

const PASSAGES = 1000;
const ROWS = 304;
const TOKENS = 32;
const DIM = 128;
const RUNS = 9;
const WARM_UP = 2;
/** Times faster than the fastest of maxsim-web's ways that ours must be, by bytes a row. */
const BARS = [
  { subspaceDim: 2, factor: 12 },
  { subspaceDim: 4, factor: 20 },
] as const;

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

/**
 * The build in its repository (bacd093) does not start: the export that its script grows as the externref table names table 0, the
 * functions', which cannot grow. In this copy it names table 1; the code is as it was.
 */
function withExternrefTable(wasm: Buffer): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(wasm);
  const name = '__wbindgen_export_0';
  const at = wasm.indexOf(name) + name.length; // kind 1: a table; then its number
  if (copy[at] === 1 && copy[at + 1] === 0) copy[at + 1] = 1;
  return copy;
}

/** A module of its own for each use, so that one's memory does not weigh on the other's. */
async function openTheirs(checkout: string): Promise<TheirScorer> {
  const folder = resolve(checkout, 'benchmark/wasm');
  const script = pathToFileURL(join(folder, 'maxsim_web_wasm.js')).href;
  const bytes = withExternrefTable(await readFile(join(folder, 'maxsim_web_wasm_bg.wasm')));
  const theirs = await import(/* @vite-ignore */ `${script}?${Math.random()}`);
  await theirs.default({ module_or_path: bytes });
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

const checkout = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
if (!checkout) {
  console.error('bench: expected the path of a checkout of https://github.com/joe32140/maxsim-web');
  process.exit(2);
}
setFlagsFromString('--experimental-wasm-relaxed-simd'); // newer than Node 20's defaults; browsers have it
const machine = describeMachine();
const results = [];

for (const { subspaceDim, factor } of BARS) {
  const codec = randomCodec(1, DIM, subspaceDim);
  const shard = randomShard(2, codec, new Array(PASSAGES).fill(ROWS / BLOCK_ROWS));
  const query = randomQuery(3, TOKENS, DIM);
  const floats = decode(codec, shard);
  const floatQuery = Float32Array.from(query.codes);
  const preloaded = await openTheirs(checkout);
  preloaded.load_documents(floats, new Uint32Array(PASSAGES).fill(ROWS), DIM);
  const batch = await openTheirs(checkout);
  const ours = [await createWasmMaxsim(codec, false), await createWasmMaxsim(codec, true)];
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
  const rows = [...times].map(([name, values]) => {
    const sorted = values.sort((a, b) => a - b);
    return { name, minMs: sorted[0], medianMs: sorted[RUNS >> 1] };
  });
  const theirs = rows.filter(({ name }) => name.startsWith('maxsim-web'));
  const best = (key: 'minMs' | 'medianMs') => Math.min(...theirs.map((row) => row[key]));
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

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ machine, results }, null, 2));
} else {
  console.log(machineLine(machine));
  console.log(`${PASSAGES} passages x ${ROWS} rows x ${TOKENS} query tokens at ${DIM} dimensions, one core.`);
  console.log('Scores of all passages are equal. Factors are against the faster of the two ways to call maxsim-web.\n');
  console.log('| scorer | bytes a row | min ms | median ms | times faster, by min | by median | bar |');
  console.log('|---|---|---|---|---|---|---|');
  for (const { name, rowBytes, minMs, medianMs, timesFaster, bar, passed } of results) {
    const factors = `${timesFaster.min.toFixed(1)} | ${timesFaster.median.toFixed(1)}`;
    const verdict = bar ? `${bar} ${passed ? 'met' : 'MISSED'}` : '';
    console.log(`| ${name} | ${rowBytes} | ${minMs.toFixed(1)} | ${medianMs.toFixed(1)} | ${factors} | ${verdict} |`);
  }
}
if (process.argv.includes('--assert') && results.some(({ passed }) => !passed)) process.exitCode = 1;
