// What a second worker gives: the split scorer against one worker, interleaved, in Node threads and in Chromium (a real page, the
// engine's own workers); and what a message costs, which decides from what size on a second worker pays.
// node scripts/run-ts.js bench/workers.ts [--json] [--assert] [--no-chromium]

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { readCodec } from '../src/codec/codec-file.ts';
import { buildScoreThread } from '../src/engine/score-thread.fixture.ts';
import { firstDifference, fittedCodec, randomQuery, randomShard } from '../src/engine/scorers.fixture.ts';
import { createSplitScorer } from '../src/engine/split-scorer.ts';
import { createWasmScorer } from '../src/engine/wasm-scorer.ts';
import { openEnginePage } from './engine-page.ts';
import { describeMachine, machineLine } from './machine.ts';
import { median } from './statistics.ts';
import { writeSyntheticIndex } from './synthetic-index.ts';

const PASSAGES = 50_000;
const BLOCKS = 4; // 64 rows
const TOKENS = 12;
const RUNS = 61;
const WARM_UP = 3;
const BAR = 1.7;
/** Passages of 2 blocks: from where on two workers are faster. */
const SMALL = [100, 1000, 2000, 4000, 8000];

interface Row {
  where: string;
  what: string;
  one: { minMs: number; medianMs: number };
  two: { minMs: number; medianMs: number };
  /** By minimum, which the bar is on: the medians of two threads on two cores say mostly what else the machine did. */
  speedUp: number;
  medianSpeedUp: number;
  bar?: number;
}

function summary(times: number[]) {
  const warm = times.slice(WARM_UP);
  return { minMs: Math.min(...warm), medianMs: median(warm) };
}

function toRow(where: string, what: string, times: number[][], bar?: number): Row {
  const [one, two] = times.map(summary);
  return { where, what, one, two, speedUp: one.minMs / two.minMs, medianSpeedUp: one.medianMs / two.medianMs, bar };
}

async function inNode(): Promise<Row[]> {
  const threads = await buildScoreThread();
  const rows: Row[] = [];
  const measure = async (dim: number, subspaceDim: 2 | 4, passageCount: number, blocks: number, bar?: number) => {
    const codec = fittedCodec(1, dim, subspaceDim);
    const shard = randomShard(2, codec, new Array(passageCount).fill(blocks));
    const query = randomQuery(3, TOKENS, dim, codec.queryScale);
    const scorers = [await createWasmScorer(codec), await createSplitScorer(codec, 2, threads.start)];
    for (const scorer of scorers) await scorer.addShard(shard);
    const times: number[][] = [[], []];
    const found = [];
    for (let run = 0; run < WARM_UP + RUNS; run++) {
      for (const [i, scorer] of scorers.entries()) {
        const start = performance.now();
        found[i] = await scorer.search(query, { k: 10 });
        times[i].push(performance.now() - start);
      }
    }
    const difference = firstDifference(found[0], found[1]);
    if (difference) throw new Error(`bench: two workers differ from one at ${difference}`);
    for (const scorer of scorers) scorer.close();
    const size = `${passageCount} x ${blocks * 16} rows x ${TOKENS} tokens, ${dim / subspaceDim / 2} bytes a row`;
    rows.push(toRow('Node', size, times, bar));
  };
  await measure(64, 4, PASSAGES, BLOCKS, BAR);
  await measure(128, 2, PASSAGES, BLOCKS, BAR);
  for (const passageCount of SMALL) await measure(128, 2, passageCount, 2);
  await threads.remove();
  return rows;
}

async function inChromium(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-workers-'));
  const profile = await mkdtemp(join(tmpdir(), 'latelight-profile-'));
  try {
    const { manifest } = await writeSyntheticIndex('demo/search', folder, {
      passageCount: PASSAGES,
      blocksEach: BLOCKS,
    });
    const chromium = await openEnginePage(folder, profile);
    const { queryScale } = readCodec(await readFile(join(folder, manifest.codec.file)));
    const query = randomQuery(3, TOKENS, manifest.codec.dim, queryScale);
    const times = await chromium.page.evaluate(
      async ({ codes, tokenCount, dim, runs }) => {
        const { open } = (await import(
          new URL('latelight.js', location.href).href
        )) as typeof import('../src/engine-api.ts');
        const queryCodes = { codes: Int8Array.from(codes), tokenCount, dim };
        const engines = [
          await open('./', { device: 'wasm', workers: 1 }),
          await open('./', { device: 'wasm', workers: 2 }),
        ];
        const times: number[][] = [[], []];
        const hits: string[] = [];
        for (let run = 0; run < runs; run++) {
          for (const [i, engine] of engines.entries()) {
            const result = await engine.search('any', { queryCodes });
            times[i].push(result.timings.scoreMs);
            hits[i] = result.hits.map(({ id, score }) => `${id}:${score}`).join(' ');
          }
        }
        for (const engine of engines) engine.close();
        if (hits[0] !== hits[1]) throw new Error(`two workers found ${hits[1]}, one ${hits[0]}`);
        return times;
      },
      { codes: [...query.codes], tokenCount: TOKENS, dim: query.dim, runs: WARM_UP + RUNS },
    );
    const where = `Chromium ${chromium.version}`;
    await chromium.close();
    const size = `${PASSAGES} x ${BLOCKS * 16} rows x ${TOKENS} tokens, ${manifest.codec.dim / manifest.codec.subspaceDim / 2} bytes a row`;
    return [toRow(where, size, times, BAR)];
  } finally {
    for (const path of [folder, profile]) await rm(path, { recursive: true, force: true });
  }
}

setFlagsFromString('--experimental-wasm-relaxed-simd'); // newer than Node 20's defaults; browsers have it
const machine = describeMachine();
const rows = [...(await inNode()), ...(process.argv.includes('--no-chromium') ? [] : await inChromium())];
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ machine, rows }, null, 2));
} else {
  console.log(machineLine(machine));
  console.log('Top 10 of two workers and of one are equal.\n');
  console.log(
    '| where | what | one worker, min / median ms | two, min / median ms | times faster, by min | by median | bar |',
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const { where, what, one, two, speedUp, medianSpeedUp, bar } of rows) {
    const ms = ({ minMs, medianMs }: Row['one']) => `${minMs.toFixed(1)} / ${medianMs.toFixed(1)}`;
    const verdict = bar ? `${bar} ${speedUp >= bar ? 'met' : 'MISSED'}` : '';
    console.log(
      `| ${where} | ${what} | ${ms(one)} | ${ms(two)} | ${speedUp.toFixed(2)} | ${medianSpeedUp.toFixed(2)} | ${verdict} |`,
    );
  }
}
if (process.argv.includes('--assert') && rows.some(({ bar, speedUp }) => bar && speedUp < bar)) process.exitCode = 1;
