// Indexing in Node on all cores against PyLate's own `encode`, same passages, same model, same machine, rounds in turn.
// npm run bench:pylate -- [--python <python with pylate>] [--model <folder with fp32 model.onnx and golden.json>]
//   [--passages <BEIR folder, folder of pages or text file>] [--limit 300] [--rounds 3] [--json] [--assert]

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { openModel } from '../src/model-files/model.ts';
import { EncodePool } from '../src/node/encode-pool.ts';
import { defaultModelFolder, packageRoot } from '../src/node/package-files.ts';
import { describeMachine, machineLine } from './machine.ts';
import { readPassages } from './passages.ts';
import { median } from './statistics.ts';

/** Issue 4: our whole indexing against PyLate's encode in its default precision. */
const BAR = 1.5;
const WARM_UP_PASSAGES = 32;
const INSTALL = `Install it with

  python3 -m venv pylate-venv && pylate-venv/bin/pip install pylate==1.6.0 onnx
  npm run bench:pylate -- --python pylate-venv/bin/python`;

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: process.env.LATELIGHT_PYTHON ?? 'python3' },
    model: { type: 'string', default: join(packageRoot, '../shared/models/v0') },
    passages: { type: 'string', default: join(packageRoot, 'demo/docs') },
    limit: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    assert: { type: 'boolean', default: false },
  },
});

interface PylateReady {
  pylate: string;
  torch: string;
  threads: number;
  /** Largest difference from golden.json. */
  difference: number;
}

/** The Python side: one process for the whole run, so that loading is timed on neither side. */
class Pylate {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(python: string, model: string) {
    this.child = spawn(python, [join(packageRoot, 'bench/pylate_encode.py'), model], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.child.on('error', () => undefined); // seen as an end of lines
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  async next<T>(): Promise<T> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`bench: expected an answer of ${options.python} with PyLate, got none. ${INSTALL}`);
    return JSON.parse(value) as T;
  }

  encode(passages: string[], precision: string): Promise<{ seconds: number; rows: number }> {
    this.child.stdin!.write(`${JSON.stringify({ passages, precision })}\n`);
    return this.next();
  }

  close(): void {
    this.child.stdin!.end();
  }
}

interface Side {
  name: string;
  run: (passages: string[]) => Promise<{ seconds: number; rows: number }>;
  seconds: number[];
}

if (!existsSync(join(options.model, 'model.onnx'))) {
  throw new Error(
    `bench: expected float32 weights at ${options.model}/model.onnx, found none. Name a folder with --model.`,
  );
}
const machine = describeMachine();
const model = await openModel(defaultModelFolder);
const passages = await readPassages(options.passages, model.folder.tokenizer, Number(options.limit));
const tokens = passages.reduce((sum, text) => sum + model.folder.tokenizer.encode(text, 'document').ids.length, 0);
const pool = new EncodePool(model.setup, passages.length, new AbortController().signal);
const pylate = new Pylate(options.python, options.model);
const ready = await pylate.next<PylateReady>();

/** @param type `passage`: encoded, pooled, coded, words laid along the rows; `rows`: encoded alone */
function ours(type: 'passage' | 'rows'): Side['run'] {
  return async (texts) => {
    let rows = 0;
    const started = performance.now();
    await pool.runAll(
      texts.map((text) => (type === 'rows' ? { type, text } : { type, context: '', text })),
      ({ tokenCount }) => {
        rows += tokenCount;
      },
    );
    return { seconds: (performance.now() - started) / 1000, rows };
  };
}

const sides: Side[] = [
  { name: `Latelight, whole indexing (${model.weights})`, run: ours('passage'), seconds: [] },
  { name: `Latelight, encoding alone (${model.weights})`, run: ours('rows'), seconds: [] },
  { name: 'PyLate encode, float32', run: (texts) => pylate.encode(texts, 'fp32'), seconds: [] },
  { name: 'PyLate encode, bfloat16 autocast', run: (texts) => pylate.encode(texts, 'bf16'), seconds: [] },
];
for (const { run } of sides) await run(passages.slice(0, WARM_UP_PASSAGES));
let rows = 0;
for (let round = 0; round < Number(options.rounds); round++) {
  for (const side of sides) {
    const answer = await side.run(passages);
    side.seconds.push(answer.seconds);
    // The same texts give the same rows on both sides, or one of them did other work.
    rows ||= answer.rows;
    if (answer.rows !== rows) throw new Error(`bench: expected ${rows} rows of ${side.name}, got ${answer.rows}`);
  }
}
pylate.close();
await pool.close();

const results = sides.map(({ name, seconds }) => {
  const medianSeconds = median(seconds);
  return {
    name,
    minSeconds: Math.min(...seconds),
    medianSeconds,
    passagesPerSecond: passages.length / medianSeconds,
    tokensPerSecond: tokens / medianSeconds,
  };
});
const ratio = (side: number) => results[0].passagesPerSecond / results[side].passagesPerSecond;
if (options.json)
  console.log(JSON.stringify({ machine, pylate: ready, passages: passages.length, tokens, rows, results }, null, 2));
else {
  console.log(machineLine(machine));
  console.log(
    `PyLate ${ready.pylate}, torch ${ready.torch}, ${ready.threads} threads; golden rows within ${ready.difference.toExponential(1)}.`,
  );
  console.log(`${passages.length} passages, ${(tokens / passages.length).toFixed(0)} tokens each on average.\n`);
  console.log('| | min s | median s | passages/s | tokens/s |\n|---|---|---|---|---|');
  for (const one of results) {
    console.log(
      `| ${one.name} | ${one.minSeconds.toFixed(2)} | ${one.medianSeconds.toFixed(2)} | ${one.passagesPerSecond.toFixed(1)} | ${one.tokensPerSecond.toFixed(0)} |`,
    );
  }
  console.log(`\nWhole indexing: ${ratio(2).toFixed(2)}x PyLate in float32, ${ratio(3).toFixed(2)}x in bfloat16.`);
}
if (options.assert && ratio(2) < BAR) {
  console.error(`bench: expected at least ${BAR}x PyLate's float32`);
  process.exitCode = 1;
}
