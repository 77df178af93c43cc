// What a query costs beside its time, counted inside the search worker: the worker's script gets a few lines in front of it that count.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test, type Worker } from '@playwright/test';
import { gotoBlank, hasAdapter, readManifestFile, SMALL, smallFolder } from './engine.ts';

interface Counts {
  pipelines: number;
  /** Created and not destroyed. */
  buffers: number;
  created: number;
  /** WASM modules of more than 5 MB that have been compiled and started: onnxruntime. */
  runtimes: number;
}

/** Runs in the worker. */
function countResources(): void {
  const counts = { pipelines: 0, buffers: 0, created: 0, runtimes: 0 };
  Object.assign(globalThis, { counts });
  const wrap = (owner: object, name: string, after: (...args: unknown[]) => void) => {
    const original = (owner as Record<string, (...args: unknown[]) => unknown>)[name];
    (owner as Record<string, unknown>)[name] = function (this: unknown, ...args: unknown[]) {
      const result = original.apply(this, args);
      after(result, ...args);
      return result;
    };
  };
  if ('GPUDevice' in globalThis) {
    for (const name of ['createComputePipeline', 'createComputePipelineAsync']) {
      wrap(GPUDevice.prototype, name, () => counts.pipelines++);
    }
    const live = new Set<unknown>();
    wrap(GPUDevice.prototype, 'createBuffer', (buffer) => {
      live.add(buffer);
      counts.buffers = live.size;
      counts.created++;
    });
    const { destroy } = GPUBuffer.prototype;
    GPUBuffer.prototype.destroy = function () {
      live.delete(this);
      counts.buffers = live.size;
      return destroy.call(this);
    };
  }
  wrap(WebAssembly, 'instantiate', (result, source) => {
    const large = ((source as ArrayBuffer).byteLength ?? 0) > 5e6;
    if (large) void (result as Promise<unknown>).then(() => counts.runtimes++);
  });
}

/** Opens an engine that stays open as `window.engine`. */
async function openCounted(page: Page, device: 'wasm' | 'webgpu'): Promise<Worker> {
  await page.route('**/search.worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `(${countResources})();\n${await response.text()}` });
  });
  await gotoBlank(page);
  const started = page.waitForEvent('worker', (worker) => worker.url().includes('search.worker'));
  await page.evaluate(async (device) => {
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    const engine = open('./', { device });
    Object.assign(window, { engine });
    engine.catch(() => undefined);
  }, device);
  return started;
}

const counts = (worker: Worker) => worker.evaluate(() => ({ ...(globalThis as unknown as { counts: Counts }).counts }));

type OpenEngine = ReturnType<typeof import('../src/engine-api.ts')['open']>;

/** An engine that has done all it does before the first query. */
async function openWarmOnGpu(page: Page): Promise<Worker> {
  await gotoBlank(page);
  const adapter = await hasAdapter(page);
  if (process.env.REQUIRE_GPU) expect(adapter, 'REQUIRE_GPU is set, and there is no WebGPU adapter').toBe(true);
  test.skip(!adapter, 'no WebGPU adapter');
  const worker = await openCounted(page, 'webgpu');
  await page.evaluate(async () => {
    const engine = await (window as unknown as { engine: OpenEngine }).engine;
    await engine.ready;
  });
  await expect
    .poll(() => worker.evaluate(() => performance.getEntriesByName('latelight-warm-full').length), { timeout: 400_000 })
    .toBe(1);
  return worker;
}

test('on WebGPU no query length compiles a shader or leaves a buffer behind after the warm-up', async ({ page }) => {
  test.setTimeout(900_000);
  const worker = await openWarmOnGpu(page);
  const search = (wordCounts: number[]) =>
    page.evaluate(async (wordCounts) => {
      const engine = await (window as unknown as { engine: OpenEngine }).engine;
      for (const count of wordCounts) {
        const { encoder } = await engine.search(Array.from({ length: count }, () => 'log').join(' '), { limit: 1 });
        if (encoder !== 'webgpu') throw new Error(`expected WebGPU, got ${encoder}`);
      }
    }, wordCounts);
  // Tokens: three more than words. Remainders of four, and both sides of 8, 16 and 32.
  const words = [1, 2, 5, 9, 13, 22, 30, 45];
  const warm = await counts(worker);
  expect(warm.pipelines).toBeGreaterThan(10);
  await search(words);
  const first = await counts(worker);
  expect(first.pipelines).toBe(warm.pipelines);
  await search(words);
  const second = await counts(worker);
  expect(second.pipelines).toBe(warm.pipelines);
  expect(second.buffers).toBe(first.buffers);
  console.log(
    `pipelines ${warm.pipelines}; buffers ${warm.buffers} warm, ${first.buffers} after ${words.length} lengths; ` +
      `${((second.created - first.created) / words.length).toFixed(1)} made and freed a search`,
  );
});

test('nor does a dialog that is opened again and again, and rows of the bound buffer are those of their query', async ({
  page,
}) => {
  test.setTimeout(900_000);
  const worker = await openWarmOnGpu(page);
  // The dialog opened and closed over this engine: two searches, and no buffer for anything else.
  const inDialog = async (times: number) => {
    await page.evaluate(async (times) => {
      const element = document.querySelector('latelight-search') ?? document.createElement('latelight-search');
      element.mode = 'modal';
      element.engine = await (window as unknown as { engine: OpenEngine }).engine;
      document.body.append(element);
      for (let i = 0; i < times; i++) {
        element.show();
        await element.updateComplete;
        if (i === 0 || i === times - 1) {
          const found = new Promise((resolve) => {
            element.addEventListener('latelight-results', resolve, { once: true });
          });
          element.query = i === 0 ? 'log' : 'log log';
          await found;
          element.query = '';
        }
        element.close();
        await element.updateComplete;
      }
    }, times);
    return counts(worker);
  };
  const few = await inDialog(2);
  const many = await inDialog(200);
  const again = await inDialog(2);
  expect(many.buffers).toBe(few.buffers);
  expect(many.created - few.created).toBe(again.created - many.created);
  // Long, short, long again, in the same bound buffer: each has its own rows, as near to WASM's as two ways of rounding weights allow.
  const nearest = await page.evaluate(async () => {
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    const gpu = await (window as unknown as { engine: OpenEngine }).engine;
    const cpu = await open('./', { device: 'wasm', instant: false });
    const cosines: number[] = [];
    for (const text of ['how do I hide passwords in the output of the logger', 'worker', 'close the server and wait']) {
      const [{ codes: a }, { codes: b }] = [
        (await gpu.search(text, { limit: 1 })).queryCodes,
        (await cpu.search(text, { limit: 1 })).queryCodes,
      ];
      const dot = (x: Int8Array, y: Int8Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
      cosines.push(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
    }
    cpu.close();
    return Math.min(...cosines);
  });
  expect(nearest).toBeGreaterThan(0.97);
});

test('the runtime compiles and starts while the model is still on its way', async ({ page }) => {
  const { queryEncoder } = await readManifestFile();
  const { file } = queryEncoder.weights.wasm;
  let send: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    send = resolve;
  });
  await page.route(new URL(file, SMALL).href, async (route) => {
    await held;
    await route.fulfill({ body: await readFile(join(smallFolder, file)) });
  });
  const worker = await openCounted(page, 'wasm');
  await expect.poll(async () => (await counts(worker)).runtimes).toBe(1);
  send();
  const stage = await page.evaluate(async () => {
    const engine = await (window as unknown as { engine: OpenEngine }).engine;
    await engine.ready;
    return engine.stage;
  });
  expect(stage).toBe('full');
});
