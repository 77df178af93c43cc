// Memory while indexing: the real command in a process of its own, on made-up pages, its resident memory sampled all along.
// On a slow machine `--encoded 5000` lets only so many be encoded and finds the others in a cache, as after an interrupted run.
// npm run bench:memory -- [--passages 100000] [--words 24] [--encoded <count>] [--folder <where to work>] [--json] [--assert]

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { blockCount } from '../src/codec/encode-rows.ts';
import { targetRowCount } from '../src/codec/pool.ts';
import { seededRandom } from '../src/codec/random.ts';
import { packWords } from '../src/format/fragment.ts';
import { blockBytes } from '../src/format/layout.ts';
import type { Manifest } from '../src/format/manifest.ts';
import { CONTEXT_TOKENS, passageContext } from '../src/indexing/encode-passage.ts';
import { PassageCache } from '../src/indexing/passage-cache.ts';
import { ingestDirectory } from '../src/ingest/directory.ts';
import { openModel } from '../src/model-files/model.ts';
import { codesFingerprint } from '../src/node/encode-passages.ts';
import { defaultModelFolder, packageRoot } from '../src/node/package-files.ts';
import { describeMachine, machineLine } from './machine.ts';

/** Issue 4: beyond what the open models take. */
const BAR_BYTES = 1024 ** 3;
const SAMPLE_MS = 50;
const PASSAGES_A_PAGE = 50;
/** Enough for every thread to open its model. */
const FEW = 32 * availableParallelism();

const { values: options } = parseArgs({
  options: {
    passages: { type: 'string', default: '100000' },
    words: { type: 'string', default: '24' },
    encoded: { type: 'string' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
    assert: { type: 'boolean', default: false },
  },
});
const passages = Number(options.passages);

/** Sections under headings of their own, each one passage; words from the model's vocabulary, the frequent ones more often. */
async function writePages(folder: string, count: number): Promise<void> {
  const file = join(defaultModelFolder, 'tokenizer.json');
  const { model } = JSON.parse(await readFile(file, 'utf8')) as { model: { vocab: Record<string, number> } };
  const words = Object.keys(model.vocab).filter((word) => /^[a-z]{3,}$/.test(word));
  const random = seededRandom(20_261_123);
  const word = () => words[Math.floor(words.length * random() ** 2)];
  const sentence = (length: number) => Array.from({ length }, word).join(' ');
  for (let first = 0, page = 0; first < count; first += PASSAGES_A_PAGE, page++) {
    const sections: string[] = [];
    for (let i = first; i < Math.min(count, first + PASSAGES_A_PAGE); i++) {
      sections.push(`## ${sentence(2)} ${i}\n\n${sentence(Number(options.words))}.\n`);
    }
    const path = join(folder, `${page % 100}`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, `${page}.md`), `# ${sentence(2)}\n\n${sections.join('\n')}`);
  }
}

/** Cache lines for passages from `from` on: real texts and keys, codes out of the air. */
async function fillCache(pages: string, output: string, from: number): Promise<void> {
  const model = await openModel(defaultModelFolder);
  const countTokens = (text: string) => model.folder.tokenizer.count(text);
  const maxTokens = model.folder.tokenizer.documentBudget - CONTEXT_TOKENS;
  const { passages: all } = await ingestDirectory(pages, { countTokens, maxTokens });
  const fingerprint = codesFingerprint(model);
  const random = seededRandom(1);
  const cache = PassageCache.open(journalOf(output));
  for (const passage of all.slice(from)) {
    const spans = [...passage.text.matchAll(/\S+/g)].map(({ index, 0: word }) => ({
      start: index,
      end: index + word.length,
    }));
    const rowCount = targetRowCount(spans.length * 2);
    const key = await PassageCache.key(fingerprint, passageContext(passage, countTokens), passage.text);
    cache.put(key, {
      blocks: Uint8Array.from({ length: blockCount(rowCount) * blockBytes(128, 2) }, () => random() * 256),
      rowCount,
      tokenCount: spans.length * 2,
      words: packWords(spans),
      rowWords: Array.from({ length: rowCount }, (_, row) => [row % spans.length]),
    });
  }
  await cache.compact();
  await cache.close();
}

const journalOf = (output: string) => join(dirname(output), '.latelight-cache', `${basename(output)}.jsonl`);

/** Of the journal and what the run appended beside it. */
function journalSize(output: string): number {
  const folder = dirname(journalOf(output));
  if (!existsSync(folder)) return 0;
  const names = readdirSync(folder).filter((name) => name.startsWith(`${basename(output)}.jsonl`));
  return names.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

interface Sample {
  seconds: number;
  rssBytes: number;
  /** Bytes of the journal of encoded passages and of the run's own part. */
  journalBytes: number;
}

interface Run {
  samples: Sample[];
  summary: { passages: number; reused: number; tokens: number; shardBytes: number; seconds: number };
}

/** `latelight index` in a process of its own, sampled until it ends. */
async function index(pages: string, output: string): Promise<Run> {
  const args = ['index', pages, '-o', output, '--cache', journalOf(output), '--no-webgpu', '--json'];
  const child = spawn(process.execPath, [join(packageRoot, 'bin/latelight.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (part) => {
    said.out += part;
  });
  child.stderr.on('data', (part) => {
    said.err += part;
    if (!options.json) process.stderr.write(part);
  });
  const samples: Sample[] = [];
  const started = performance.now();
  const timer = setInterval(() => {
    try {
      const journalBytes = journalSize(output);
      samples.push({
        seconds: (performance.now() - started) / 1000,
        rssBytes: residentBytes(child.pid!),
        journalBytes,
      });
    } catch {
      // It ended between two samples.
    }
  }, SAMPLE_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`bench: latelight index ended with ${code}\n${said.err}`);
  return { samples, summary: JSON.parse(said.out) as Run['summary'] };
}

/** Resident bytes of a process with all its threads. Linux only. */
function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Opens the finished folder and checks every hash, with the command that does so. */
async function inspect(output: string): Promise<number> {
  execFileSync(process.execPath, [join(packageRoot, 'bin/latelight.js'), 'inspect', output], { stdio: 'pipe' });
  const manifest = JSON.parse(await readFile(join(output, 'manifest.json'), 'utf8')) as Manifest;
  return manifest.passageCount;
}

const mebibytes = (bytes: number) => Math.round(bytes / 1024 ** 2);
const folder = await mkdtemp(join(options.folder, 'latelight-memory-'));
try {
  const machine = describeMachine();
  // What the command takes with its models open in all threads: the same command on a few passages, before it writes its files.
  await writePages(join(folder, 'few'), FEW);
  const few = await index(join(folder, 'few'), join(folder, 'few-index'));
  const open = few.samples.filter(({ journalBytes }) => journalBytes <= 1);
  const baseBytes = Math.max(...open.map(({ rssBytes }) => rssBytes));

  await writePages(join(folder, 'pages'), passages);
  if (options.encoded) await fillCache(join(folder, 'pages'), join(folder, 'index'), Number(options.encoded));
  const { samples, summary } = await index(join(folder, 'pages'), join(folder, 'index'));
  const found = await inspect(join(folder, 'index'));
  if (found !== passages) throw new Error(`bench: expected ${passages} passages in the index, got ${found}`);
  const peak = samples.reduce((highest, sample) => (sample.rssBytes > highest.rssBytes ? sample : highest));
  const beyondBytes = peak.rssBytes - baseBytes;
  // Twenty points of the whole course.
  const course = Array.from({ length: 20 }, (_, i) => samples[Math.floor(((i + 0.5) * samples.length) / 20)]).filter(
    Boolean,
  );
  if (options.json) {
    console.log(JSON.stringify({ machine, summary, baseBytes, peak, beyondBytes, course }, null, 2));
  } else {
    console.log(machineLine(machine));
    console.log(
      `${passages} passages, ${(summary.tokens / passages).toFixed(1)} rows before pooling on average, ${passages - summary.reused} encoded in this run, ${summary.seconds} s; inspect finds every file as promised.`,
    );
    for (const { seconds, rssBytes } of course)
      console.log(`${seconds.toFixed(0).padStart(6)} s ${mebibytes(rssBytes)} MiB`);
    console.log(
      `Models open: ${mebibytes(baseBytes)} MiB. Peak: ${mebibytes(peak.rssBytes)} MiB at ${peak.seconds.toFixed(0)} s. Beyond the models: ${mebibytes(beyondBytes)} MiB.`,
    );
  }
  if (options.assert && beyondBytes > BAR_BYTES) {
    console.error(`bench: expected at most ${mebibytes(BAR_BYTES)} MiB beyond the models`);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
