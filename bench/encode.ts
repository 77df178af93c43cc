// Encoding speed, which weights are quickest where: passages in Node on all cores, queries in onnxruntime-web's WASM on one
// thread. `npm run bench:encode`; `--assert` exits 1 when a bar of docs/decisions/0001 is missed.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Encoder } from '../src/encoder/encoder.ts';
import { openModelFolder } from '../src/encoder/model-folder.ts';
import { openNodeRuntime } from '../src/encoder/runtime-node.ts';
import { openWebRuntime } from '../src/encoder/runtime-web.ts';
import { openModel } from '../src/model-files/model.ts';
import { EncodePool } from '../src/node/encode-pool.ts';
import { defaultModelFolder } from '../src/node/package-files.ts';
import { describeMachine, machineLine } from './machine.ts';
import { median } from './statistics.ts';

const PASSAGES = 200;
/** onnxruntime's WASM reaches its optimised code only after some runs. */
const WARM_UP = 30;
const REPEATS = 31;

const model = await openModel(defaultModelFolder);
const { tokenizer } = model.folder;
/** Common words up to a number of tokens, special and prefix tokens counted. */
const textOf = (tokens: number, seed: number) => {
  const words = [
    'server',
    'close',
    'request',
    'timeout',
    'log',
    'output',
    'stream',
    'file',
    'error',
    'retry',
    'header',
    'body',
  ];
  let text = '';
  for (let i = 0; tokenizer.encode(text, 'document').ids.length < tokens; i++)
    text += ` ${words[(i * 7 + seed) % words.length]}`;
  return text.trim();
};

console.log(machineLine(describeMachine()));
const rates: Record<string, number> = {};
for (const weights of ['q8', 'int8'] as const) {
  const setup = { ...model.setup, weightsPath: model.folder.weights[weights]! };
  const pool = new EncodePool(setup, PASSAGES, new AbortController().signal);
  const tasks = Array.from({ length: PASSAGES }, (_, i) => ({ type: 'text', text: textOf(128, i) }) as const);
  await pool.runAll(tasks.slice(0, 20), () => undefined);
  const seconds: number[] = [];
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    await pool.runAll(tasks, () => undefined);
    seconds.push((performance.now() - started) / 1000);
  }
  await pool.close();
  rates[weights] = PASSAGES / Math.min(...seconds);
  console.log(
    `Node, all cores, ${weights}: ${rates[weights].toFixed(1)} passages of 128 tokens a second, encoded, pooled and coded`,
  );
}

// Texts of one length in one run, without padding: the same bits, and how much is won. Processor time, one thread.
const BATCH_TEXTS = 8;
for (const weights of ['q8', 'int8'] as const) {
  const { session, Tensor } = await openNodeRuntime(model.folder.weights[weights]!);
  const encode = async (texts: string[]): Promise<Float32Array> => {
    const ids = texts.map((text) => tokenizer.encode(text, 'document').ids);
    const shape = [texts.length, ids[0].length];
    const values: Record<string, bigint[]> = {
      input_ids: ids.flat().map(BigInt),
      attention_mask: ids.flat().map(() => 1n),
    };
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => [
        name,
        new Tensor('int64', BigInt64Array.from(values[name] ?? ids.flat().map(() => 0n)), shape),
      ]),
    );
    const results = await session.run(feeds);
    return results[session.outputNames[0]].data as Float32Array;
  };
  for (const tokens of [12, 24, 48, 96, 144, 192]) {
    const texts = Array.from({ length: BATCH_TEXTS }, (_, i) => textOf(tokens, i * 5));
    // A text may be a token longer than asked for; all must be equally long.
    const length = tokenizer.encode(texts[0], 'document').ids.length;
    const equal = texts.filter((text) => tokenizer.encode(text, 'document').ids.length === length);
    while (equal.length < BATCH_TEXTS) equal.push(equal[equal.length % 3]);
    const sizes = [1, 2, 4, 8];
    const best = sizes.map(() => Number.POSITIVE_INFINITY);
    const rows = sizes.map(() => new Float32Array(0));
    for (let round = 0; round < 4; round++) {
      for (const [at, size] of sizes.entries()) {
        const started = process.cpuUsage();
        const parts: Float32Array[] = [];
        for (let i = 0; i < BATCH_TEXTS; i += size) parts.push(await encode(equal.slice(i, i + size)));
        const { user, system } = process.cpuUsage(started);
        best[at] = Math.min(best[at], (user + system) / 1000 / BATCH_TEXTS);
        rows[at] = Float32Array.from(parts.flatMap((part) => [...part]));
      }
    }
    const cells = sizes.map((size, at) => {
      const same = rows[at].every((value, i) => value === rows[0][i]);
      return `${size}: ${best[at].toFixed(2)} ms, ${same ? 'same bits' : 'OTHER BITS'}`;
    });
    console.log(`Node, one thread, ${weights}, ${length} tokens, texts a run: ${cells.join('; ')}`);
  }
  await session.release();
}

const ort = (await import('onnxruntime-web/wasm')) as unknown as Parameters<typeof openWebRuntime>[0];
const wasm = await readFile(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
let best = 0;
for (const weights of ['int8', 'q8'] as const) {
  const folder = await openModelFolder(defaultModelFolder);
  const bytes = await readFile(join(folder.weights[weights]!));
  const encoder = new Encoder(folder.tokenizer, await openWebRuntime(ort, wasm, bytes));
  const cells: string[] = [];
  for (const tokens of [12, 32]) {
    const text = textOf(tokens, 3);
    for (let i = 0; i < WARM_UP; i++) await encoder.encodeQuery(text);
    const times: number[] = [];
    for (let i = 0; i < REPEATS; i++) {
      const started = performance.now();
      await encoder.encodeQuery(text);
      times.push(performance.now() - started);
    }
    const medianMs = median(times);
    if (weights === 'int8' && tokens === 12) best = medianMs;
    cells.push(`${tokens} tokens: min ${Math.min(...times).toFixed(1)}, median ${medianMs.toFixed(1)} ms`);
  }
  await encoder.close();
  console.log(`onnxruntime-web WASM, one thread, ${weights}: ${cells.join('; ')}`);
}
if (process.argv.includes('--assert') && (rates.q8 < 40 || best > 15)) {
  console.error('bench: expected >= 40 passages a second and a 12-token query in <= 15 ms');
  process.exit(1);
}
process.exit(0);
