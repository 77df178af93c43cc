// What an index costs as it grows, on a real page in Chromium: writing, bytes, opening with everything cached, memory, and a
// search's time with one worker and with two. Synthetic sizes repeat the demo's real passages (bench/synthetic-index.ts).
// node scripts/run-ts.js bench/scale.ts [--real <index folder>]... [--passages 10000,100000] [--json] [--write docs/scale.md]

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Manifest, parseManifest } from '../src/format/manifest.ts';
import type { SearchTimings } from '../src/types.ts';
import { type EnginePage, openEnginePage } from './engine-page.ts';
import { describeMachine, machineLine } from './machine.ts';
import { scaleChart } from './scale-chart.ts';
import { median, quantile } from './statistics.ts';
import { writeSyntheticIndex } from './synthetic-index.ts';

const BASE = 'demo/search';
const OPENINGS = 5;
const ROUNDS = 5;
const QUERIES = [
  'how do I close the server without dropping requests',
  'hide passwords in log output',
  'set a timeout for slow requests',
  'validate the body of a request before the handler runs',
  'retry a request that failed',
  'send logs to a file from another thread',
  'create a table with a default value',
  'what happens when the disk is full',
  'restore from a backup at a point in time',
  'find out why a query is slow',
  'limit how many connections are open',
  'mock a request in tests',
  'add a column that is computed from others',
  'serve over http2',
  'stop two processes from changing the same row',
  'log in with a certificate',
  'change the language of messages',
  'parse a date from text',
  'share code between plugins',
  'remove old versions of rows',
];

/** Figures of one index with one number of workers; times in ms, [p50, p95] or a median. */
export interface Scored {
  workers: number;
  openMs: number;
  /** From the start of the search worker. */
  codesReadyMs: number;
  /** Of the page's process, less what it held before the engine was opened. */
  residentBytes: number;
  scoreMs: [number, number];
  totalMs: [number, number];
}

export interface Size {
  name: string;
  passageCount: number;
  blockCount: number;
  /** Files written by the format writer; undefined for an index that was made elsewhere. */
  writeMs?: number;
  codeBytes: number;
  fragmentBytes: number;
  /** All files but the models' and onnxruntime's. */
  otherBytes: number;
  scored: Scored[];
}

/** The first visit fills the cache and is not measured; the second is another browser's, whose memory is; the others are reloads. */
async function measure(folder: string, workers: number): Promise<Scored> {
  const profile = await mkdtemp(join(tmpdir(), 'latelight-profile-'));
  let browser = await openEnginePage(folder, profile);
  try {
    await openEngine(browser, workers);
    const { port } = browser;
    await browser.close();
    browser = await openEnginePage(folder, profile, port);
    const before = await browser.residentBytes();
    const visits = [await visit(browser, workers)];
    const timings = await searchAll(browser);
    const residentBytes = (await browser.residentBytes()) - before;
    while (visits.length < OPENINGS) {
      await browser.page.reload(); // ends the workers of the visit before
      visits.push(await visit(browser, workers));
    }
    const shares = (values: number[]): [number, number] => [median(values), quantile(values, 0.95)];
    return {
      workers,
      openMs: median(visits.map(({ openMs }) => openMs)),
      codesReadyMs: median(visits.map(({ codesReadyMs }) => codesReadyMs)),
      residentBytes,
      scoreMs: shares(timings.map(({ scoreMs }) => scoreMs)),
      totalMs: shares(timings.map(({ totalMs }) => totalMs)),
    };
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}

async function visit(browser: EnginePage, workers: number) {
  const openMs = await openEngine(browser, workers);
  const worker = browser.page.workers().find((candidate) => candidate.url().includes('search.worker'))!;
  const codesReadyMs = await worker.evaluate(
    () => performance.getEntriesByName('latelight-codes-ready')[0]?.startTime ?? Number.NaN,
  );
  return { openMs, codesReadyMs };
}

/** Every query once, unmeasured, which fetches fragments and warms the kernels, then in rounds. */
function searchAll({ page }: EnginePage): Promise<SearchTimings[]> {
  return page.evaluate(
    async ({ queries, rounds }) => {
      const { engine } = globalThis as unknown as { engine: import('../src/types.ts').SearchEngine };
      const timings = [];
      for (const query of queries) await engine.search(query);
      for (let round = 0; round < rounds; round++) {
        for (const query of queries) timings.push((await engine.search(query)).timings);
      }
      return timings;
    },
    { queries: QUERIES, rounds: ROUNDS },
  );
}

function openEngine({ page }: EnginePage, workers: number): Promise<number> {
  return page.evaluate(async (workers) => {
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    const started = performance.now();
    (globalThis as { engine?: unknown }).engine = await open('./', { device: 'wasm', workers });
    return performance.now() - started;
  }, workers);
}

async function measureFolder(name: string, folder: string, manifest: Manifest, writeMs?: number): Promise<Size> {
  const sum = (files: { bytes: number }[]) => files.reduce((total, { bytes }) => total + bytes, 0);
  const other = [manifest.codec, manifest.queryEncoder.tokenizer, ...(manifest.filters ? [manifest.filters] : [])];
  const scored: Scored[] = [];
  for (const workers of [1, 2]) scored.push(await measure(folder, workers));
  return {
    name,
    passageCount: manifest.passageCount,
    blockCount: manifest.shards.reduce((total, { blockCount }) => total + blockCount, 0),
    writeMs,
    codeBytes: sum(manifest.shards),
    fragmentBytes: sum(manifest.fragments),
    otherBytes: sum(other) + (await stat(join(folder, 'manifest.json'))).size,
    scored,
  };
}

function table(sizes: Size[]): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  const ms = (value: number) => value.toFixed(value < 100 ? 1 : 0);
  const pair = ([p50, p95]: [number, number]) => `${ms(p50)} / ${ms(p95)}`;
  const lines: [string, (size: Size) => string][] = [
    ['passages', ({ passageCount }) => passageCount.toLocaleString('en')],
    ['blocks of 16 rows', ({ blockCount }) => blockCount.toLocaleString('en')],
    ['writing the files, s (encoding apart)', ({ writeMs }) => (writeMs ? (writeMs / 1000).toFixed(1) : '')],
    ['codes, MB', ({ codeBytes }) => mb(codeBytes)],
    ['text and word maps, MB (fetched as shown)', ({ fragmentBytes }) => mb(fragmentBytes)],
    ['codec, tokenizer, manifest, MB', ({ otherBytes }) => mb(otherBytes)],
    ...[0, 1].flatMap((i): [string, (size: Size) => string][] => {
      const workers = i === 0 ? 'one worker' : 'two workers';
      return [
        [`${workers}: codes ready, ms from the worker's start`, ({ scored }) => ms(scored[i].codesReadyMs)],
        [`${workers}: opened, ms`, ({ scored }) => ms(scored[i].openMs)],
        [`${workers}: memory of the page's process, MB`, ({ scored }) => mb(scored[i].residentBytes)],
        [`${workers}: scoring, ms, p50 / p95`, ({ scored }) => pair(scored[i].scoreMs)],
        [`${workers}: whole search, ms, p50 / p95`, ({ scored }) => pair(scored[i].totalMs)],
      ];
    }),
  ];
  const rows = lines.map(([label, show]) => `| ${[label, ...sizes.map(show)].join(' | ')} |`);
  return [
    `| | ${sizes.map(({ name }) => name).join(' | ')} |`,
    `|---|${sizes.map(() => '---|').join('')}`,
    ...rows,
  ].join('\n');
}

const { values } = parseArgs({
  options: {
    real: { type: 'string', multiple: true, default: [] },
    passages: { type: 'string', default: '10000,100000' },
    write: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const machine = describeMachine();
const sizes: Size[] = [];
for (const folder of values.real) {
  const manifest = parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'));
  sizes.push(await measureFolder('real', folder, manifest));
}
for (const passageCount of values.passages.split(',').map(Number)) {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-scale-'));
  try {
    const { manifest, writeMs } = await writeSyntheticIndex(BASE, folder, { passageCount });
    sizes.push(await measureFolder('repeated', folder, manifest, writeMs));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
sizes.sort((a, b) => a.passageCount - b.passageCount);
if (values.json) {
  console.log(JSON.stringify({ machine, sizes }, null, 2));
} else {
  const report = `${machineLine(machine)}\n\n${table(sizes)}`;
  console.log(report);
  if (values.write) {
    const page = await readFile(values.write, 'utf8');
    const replaced = page.replace(
      /(<!-- bench:scale -->\n)[\s\S]*?(<!-- \/bench:scale -->)/,
      (_, start, end) => `${start}${report}\n${end}`,
    );
    await writeFile(values.write, replaced);
    await writeFile(join(dirname(values.write), 'images/scale.svg'), scaleChart(sizes));
  }
}
