// WebAssembly memory never shrinks: what a session takes while it opens, a page holds until it is closed.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultModelFolder } from '../node/package-files.ts';
import { loadOrt, openWebRuntime } from './runtime-web.ts';

const wasmPath = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
/** 125 MB were measured, in steps of a fifth: memory grows by that. 450 MB while the graph worked its weights out in floats. */
const MOST_BYTES = 152e6;

it("opens the page's encoder without keeping its weights in floats", async () => {
  const memories: WebAssembly.Memory[] = [];
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  };
  try {
    const weights = await readFile(join(defaultModelFolder, 'query/model_int8.onnx'));
    const { session } = await openWebRuntime(await loadOrt('wasm'), await readFile(wasmPath), weights);
    expect(memories.length).toBeGreaterThan(0);
    const bytes = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    expect(bytes).toBeGreaterThan(weights.byteLength);
    expect(bytes).toBeLessThan(MOST_BYTES);
    await session.release();
  } finally {
    WebAssembly.Memory = Memory;
  }
});
