// What a model of any size costs: load, queries, documents, an index of a few pages, searches and memory, in Node and in Chromium.
// npm run bench:any-model -- <model folder> [--passages 120] [--json]
// A codec that the folder lacks is fitted on the bench's own made-up text and left in the folder.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { startServer } from '../src/cli/commands/serve-command.ts';
import { table } from '../src/cli/text.ts';
import { seededRandom } from '../src/codec/random.ts';
import { Encoder } from '../src/encoder/encoder.ts';
import { type ModelFolder, openModelFolder, type WeightFormat } from '../src/encoder/model-folder.ts';
import { openNodeRuntime } from '../src/encoder/runtime-node.ts';
import { openWebRuntime } from '../src/encoder/runtime-web.ts';
import { codecFileName } from '../src/model-files/codec-files.ts';
import { codecShape, DEFAULT_SHAPE, wholeWeights } from '../src/model-files/model.ts';
import { packageRoot } from '../src/node/package-files.ts';
import { describeMachine, machineLine } from './machine.ts';
import { median } from './statistics.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    passages: { type: 'string', default: '120' },
    json: { type: 'boolean', default: false },
    /** One runtime and weight format, in a process of its own so that memory is its alone: `node:int8`, `wasm:fp32`. */
    only: { type: 'string' },
  },
});
if (!positionals[0]) {
  console.error('any-model: expected a model folder');
  process.exit(2);
}
const folder = resolve(positionals[0]);
const QUERY = 'how long does the server wait for a slow client';
const LENGTHS = [128, 512];
const REPEATS = 5;
/** A GPU-less machine takes seconds for a long document: fewer of them. */
const REPEATS_LONG = 3;

interface Times {
  min: number;
  median: number;
}

interface EncodeReport {
  runtime: string;
  weights: string;
  megabytes: number;
  loadMs: number;
  queryTokens: number;
  queryMs: Times;
  /** By tokens of the document, those that the model's length allows. */
  documentMs: Record<number, Times>;
  /** Resident memory of the process before and after, in MB. */
  emptyMb: number;
  residentMb: number;
}

const residentMb = () => Math.round(process.memoryUsage.rss() / 1e6);
const megabytes = (path: string) => Math.round(statSync(path).size / 1e5) / 10;

async function timed(count: number, run: () => Promise<unknown>): Promise<Times> {
  await run();
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return { min: Math.min(...times), median: median(times) };
}

/** Common words up to a number of tokens, special and prefix tokens counted. */
function textOf(model: ModelFolder, tokens: number): string {
  const words = 'server close request timeout log output stream file error retry header body'.split(' ');
  let text = '';
  for (let i = 0; model.tokenizer.encode(text, 'document').ids.length < tokens; i++) text += ` ${words[(i * 7) % 12]}`;
  return text.trim();
}

async function encodeReport(runtime: string, weights: WeightFormat): Promise<EncodeReport> {
  const emptyMb = residentMb();
  const model = await openModelFolder(folder);
  const path = await wholeWeights(model, weights);
  const started = performance.now();
  const encoder = new Encoder(model.tokenizer, runtime === 'node' ? await openNodeRuntime(path) : await openWasm(path));
  const loadMs = performance.now() - started;
  const { tokenCount } = await encoder.encodeQuery(QUERY);
  const queryMs = await timed(REPEATS, () => encoder.encodeQuery(QUERY));
  const documentMs: Record<number, Times> = {};
  for (const length of LENGTHS.filter((tokens) => tokens <= model.config.documentLength)) {
    const text = textOf(model, length);
    documentMs[length] = await timed(REPEATS_LONG, () => encoder.encodeDocument(text));
  }
  const report = { queryTokens: tokenCount, queryMs, documentMs, emptyMb, residentMb: residentMb() };
  await encoder.close();
  return { runtime, weights, megabytes: megabytes(path), loadMs, ...report };
}

async function openWasm(path: string) {
  const ort = (await import('onnxruntime-web/wasm')) as unknown as Parameters<typeof openWebRuntime>[0];
  const wasm = await readFile(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  return openWebRuntime(ort, wasm, await readFile(path));
}

/** Pages of one passage each, of seeded words; `texts` of the same for a codec. */
async function writePages(site: string, count: number): Promise<void> {
  const words =
    'server client request timeout close slow log file stream retry header body cache wait signal error'.split(' ');
  const random = seededRandom(5);
  const sentence = (length: number) =>
    Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(' ');
  await mkdir(site, { recursive: true });
  for (let i = 0; i < count; i++) await writeFile(join(site, `${i}.md`), `# ${sentence(3)} ${i}\n\n${sentence(24)}.\n`);
  const texts = Array.from({ length: 100 }, () => JSON.stringify({ text: sentence(12) })).join('\n');
  await writeFile(join(site, '../general.jsonl'), texts);
}

function latelight(...args: string[]): string {
  return execFileSync(process.execPath, [join(packageRoot, 'bin/latelight.js'), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

async function indexReport(work: string) {
  await writePages(join(work, 'site'), Number(options.passages));
  const shape = await codecShape(await openModelFolder(folder), { subspaceDim: DEFAULT_SHAPE.subspaceDim });
  if (!existsSync(join(folder, codecFileName(shape)))) {
    latelight('fit-codec', join(work, 'general.jsonl'), '--model', folder, '--passages', '100');
  }
  const output = join(work, 'index');
  const summary = JSON.parse(
    latelight('index', join(work, 'site'), '-o', output, '--model', folder, '--no-webgpu', '--no-cache', '--json'),
  ) as { passages: number; seconds: number; totalBytes: number };
  const found = JSON.parse(latelight('search', output, QUERY, '--json')) as { timings: Record<string, number> };
  return { output, ...summary, nodeSearchMs: found.timings.totalMs };
}

/** Opens the index in Chromium as a site's script would, and searches it. */
async function chromiumReport(output: string) {
  const server = await startServer(output, { port: 0, host: 'localhost' });
  const address = server.address();
  const base = `http://localhost:${typeof address === 'object' && address ? address.port : 0}/`;
  const browser = await chromium.launch(await chromiumLaunch());
  try {
    const page = await browser.newPage();
    await page.goto(new URL('page.json', base).href);
    const before = rendererMb();
    const measured = await page.evaluate(
      async ({ query, repeats }) => {
        const { open } = (await import(
          new URL('latelight.js', location.href).href
        )) as typeof import('../src/engine-api.ts');
        const started = performance.now();
        const engine = await open('./', { device: 'wasm' });
        const openMs = performance.now() - started;
        const first = await engine.search(query);
        const firstMs = performance.now() - started;
        const encodeMs: number[] = [];
        for (let i = 0; i < repeats; i++) encodeMs.push((await engine.search(`${query} ${i}`)).timings.encodeMs);
        encodeMs.sort((a, b) => a - b);
        const queryMs = { min: encodeMs[0], median: encodeMs[Math.floor(repeats / 2)] };
        return { openMs, firstMs, queryMs, queryTokens: first.queryCodes.tokenCount, hits: first.hits.length };
      },
      { query: QUERY, repeats: REPEATS },
    );
    return { ...measured, version: browser.version(), residentMb: rendererMb(), emptyMb: before };
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
}

/** Resident memory of the largest renderer that this process started, on Linux; 0 elsewhere. */
function rendererMb(): number {
  if (process.platform !== 'linux') return 0;
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' }).split('\n');
  const processes = rows.map((row) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(row)).filter((match) => match !== null);
  const parentOf = new Map(processes.map(([, pid, parent]) => [pid, parent]));
  const ours = (pid: string): boolean => {
    const parent = parentOf.get(pid);
    return parent === String(process.pid) || (parent !== undefined && parent !== '0' && ours(parent));
  };
  const renderers = processes.filter(([, pid, , , args]) => args.includes('--type=renderer') && ours(pid));
  return Math.round(Math.max(0, ...renderers.map(([, , , rss]) => Number(rss))) / 1e3);
}

if (options.only) {
  const [runtime, weights] = options.only.split(':') as [string, WeightFormat];
  console.log(JSON.stringify(await encodeReport(runtime, weights)));
  process.exit(0);
}

const machine = describeMachine();
const model = await openModelFolder(folder);
const work = await mkdtemp(join(tmpdir(), 'latelight-any-model-'));
try {
  const encode: EncodeReport[] = [];
  for (const weights of Object.keys(model.weights)) {
    for (const runtime of ['node', 'wasm']) {
      const args = ['scripts/run-ts.js', 'bench/any-model.ts', folder, '--only', `${runtime}:${weights}`];
      const out = execFileSync(process.execPath, args, {
        cwd: packageRoot,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      encode.push(JSON.parse(out.trim().split('\n').at(-1)!) as EncodeReport);
    }
  }
  const index = await indexReport(work);
  const page = await chromiumReport(index.output);
  const manifest = JSON.parse(readFileSync(join(index.output, 'manifest.json'), 'utf8'));
  const { output: _, ...indexed } = index;
  const report = {
    machine,
    dim: model.dim,
    encode,
    index: indexed,
    chromium: page,
    pageModelBytes: manifest.queryEncoder.weights.wasm.bytes,
  };
  if (options.json) console.log(JSON.stringify(report));
  else print(report);
} finally {
  await rm(work, { recursive: true, force: true });
}
process.exit(0);

function print({
  machine,
  encode,
  index,
  chromium: page,
  pageModelBytes,
}: {
  machine: ReturnType<typeof describeMachine>;
  encode: EncodeReport[];
  index: Omit<Awaited<ReturnType<typeof indexReport>>, 'output'>;
  chromium: Awaited<ReturnType<typeof chromiumReport>>;
  pageModelBytes: number;
}): void {
  const ms = (times?: Times) => (times ? `${times.min.toFixed(0)} / ${times.median.toFixed(0)}` : '-');
  console.log(machineLine(machine));
  const header = [
    'one thread',
    'MB',
    'load ms',
    `query, ${encode[0].queryTokens} rows`,
    ...LENGTHS.map((n) => `document, ${n}`),
    'RSS MB',
  ];
  const rows = encode.map((report) => [
    `${report.runtime === 'node' ? 'Node' : 'WASM in Node'}, ${report.weights}`,
    `${report.megabytes}`,
    report.loadMs.toFixed(0),
    ms(report.queryMs),
    ...LENGTHS.map((length) => ms(report.documentMs[length])),
    `${report.residentMb} (${report.emptyMb} before)`,
  ]);
  console.log(table([header, ...rows], true));
  console.log('times: min / median ms\n');
  console.log(
    `index: ${index.passages} passages in ${index.seconds} s, on all cores; a search from the command line ${index.nodeSearchMs.toFixed(0)} ms`,
  );
  console.log(
    `Chromium ${page.version}, WASM: open ${(page.openMs / 1000).toFixed(1)} s, first hits after ${(page.firstMs / 1000).toFixed(1)} s, ` +
      `query of ${page.queryTokens} rows ${ms(page.queryMs)} ms, renderer ${page.residentMb} MB (${page.emptyMb} before), ` +
      `model ${(pageModelBytes / 1e6).toFixed(0)} MB`,
  );
}
