// A query has the same rows on the command line as in a browser, whatever the processor.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as ort from 'onnxruntime-web/wasm';
import { expect, it } from 'vitest';
import { defaultModelFolder } from '../cli/package-files.ts';
import { Encoder } from './encoder.ts';
import { openModelFolder } from './model-folder.ts';
import { openNodeRuntime } from './runtime-node.ts';
import { openWebRuntime } from './runtime-web.ts';

const wasm = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');

it('encodes queries with int8 weights as WebAssembly does', async () => {
  const { tokenizer, weights } = await openModelFolder(defaultModelFolder);
  const node = new Encoder(tokenizer, await openNodeRuntime(weights.int8!));
  const web = new Encoder(tokenizer, await openWebRuntime(ort, await readFile(wasm), await readFile(weights.int8!)));
  for (const text of ['sort 9.6.24', 'how do I set the timeout of a request']) {
    const [a, b] = [await node.encodeQuery(text), await web.encodeQuery(text)];
    const furthest = a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
    expect(furthest, text).toBeLessThan(1e-3);
  }
  await node.close();
  await web.close();
});
