import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { defaultModelFolder } from '../node/package-files.ts';
import { Encoder } from './encoder.ts';
import { openModelFolder } from './model-folder.ts';
import { loadOrt, openWebRuntime, startOrt } from './runtime-web.ts';

const wasmPath = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');

it('compiles the runtime before there is a model, and not again for it; runs queue up, also behind a warm-up', async () => {
  const compile = vi.spyOn(WebAssembly, 'instantiate');
  const [ort, wasm, folder] = await Promise.all([
    loadOrt('wasm'),
    readFile(wasmPath),
    openModelFolder(defaultModelFolder),
  ]);
  await startOrt(ort, wasm);
  expect(compile).toHaveBeenCalledTimes(1);
  const model = await readFile(join(defaultModelFolder, 'model_int8.onnx'));
  const encoder = new Encoder(folder.tokenizer, await openWebRuntime(ort, wasm, model));
  const [, first, second] = await Promise.all([
    encoder.warmUp(),
    encoder.encodeQuery('close the server'),
    encoder.encodeQuery('close the server'),
  ]);
  expect(compile).toHaveBeenCalledTimes(1);
  expect(first.tokenCount).toBe(6);
  expect(second.data).toEqual(first.data);
  await encoder.close();
});
