// Encoding speed, which weights are quickest where: passages in Node on all cores, queries in onnxruntime-web's WASM on one
// thread. `npm run bench:encode`; `--assert` exits 1 when a bar of docs/decisions/0001 is missed.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { EncodePool } from '../src/cli/encode-pool.ts';
import { openModel } from '../src/cli/model.ts';
import { defaultModelFolder } from '../src/cli/package-files.ts';
import { Encoder } from '../src/encoder/encoder.ts';
import { openModelFolder } from '../src/encoder/model-folder.ts';
import { openWebRuntime } from '../src/encoder/runtime-web.ts';
import { describeMachine, machineLine } from './machine.ts';

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
    times.sort((a, b) => a - b);
    const median = times[Math.floor(REPEATS / 2)];
    if (weights === 'int8' && tokens === 12) best = median;
    cells.push(`${tokens} tokens: min ${times[0].toFixed(1)}, median ${median.toFixed(1)} ms`);
  }
  await encoder.close();
  console.log(`onnxruntime-web WASM, one thread, ${weights}: ${cells.join('; ')}`);
}
if (process.argv.includes('--assert') && (rates.q8 < 40 || best > 15)) {
  console.error('bench: expected >= 40 passages a second and a 12-token query in <= 15 ms');
  process.exit(1);
}
process.exit(0);
