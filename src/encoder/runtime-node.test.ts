// A query has the same rows on the command line as in a browser, whatever the processor.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as ort from 'onnxruntime-web/wasm';
import { expect, it } from 'vitest';
import { defaultModelFolder } from '../node/package-files.ts';
import { Encoder } from './encoder.ts';
import { openModelFolder } from './model-folder.ts';
import { openNodeRuntime } from './runtime-node.ts';
import { openWebRuntime } from './runtime-web.ts';

const wasm = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');

/** On these the rounding of activations does not depend on the order of sums. */
const alike = ['sort 9.6.24', 'how do I set the timeout of a request'];
const texts = [
  ...alike,
  'what happens when a transaction deadlocks',
  'password of the logger',
  'find files larger than a megabyte',
  'serve pages over https',
  'is the order of rows kept',
  'parse a date with a time zone',
  'stop a stream',
];

it('encodes queries with int8 weights as WebAssembly does', async () => {
  const { tokenizer, weights } = await openModelFolder(defaultModelFolder);
  const node = new Encoder(tokenizer, await openNodeRuntime(weights.int8!));
  const web = new Encoder(tokenizer, await openWebRuntime(ort, await readFile(wasm), await readFile(weights.int8!)));
  const furthest: number[] = [];
  for (const text of texts) {
    const [a, b] = [await node.encodeQuery(text), await web.encodeQuery(text)];
    const difference = a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
    if (alike.includes(text)) expect(difference, text).toBeLessThan(1e-3);
    furthest.push(difference);
  }
  // Sums in another order may round an activation to the next of 255 steps: one text in six has other rows for that. Products that overflow would show in all.
  furthest.sort((a, b) => a - b);
  expect(furthest[Math.floor(texts.length / 2)], furthest.join(', ')).toBeLessThan(1e-5);
  await node.close();
  await web.close();
});
