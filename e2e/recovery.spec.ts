// A worker or a device that dies: the loss is named where nobody can recover from it, and recovered from where somebody can.

import { expect, type Page, test } from '@playwright/test';
import { gotoBlank, hasAdapter, SMALL } from './engine.ts';

const box = (page: Page) => page.getByRole('searchbox', { name: 'Search' });

test('a worker that dies during a search is named, and trying again starts another', async ({ page }) => {
  // Held fragments keep the search pending until the worker is gone.
  await page.context().route('**/fragments/*', () => undefined);
  await page.goto(SMALL);
  const requested = page.waitForRequest('**/fragments/*');
  await box(page).fill('redact passwords');
  await requested;
  const worker = page.workers().find((candidate) => candidate.url().includes('search.worker'))!;
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await worker.evaluate(() => self.close()).catch(() => undefined);
  await expect(page.getByRole('alert')).toContainText('stopped unexpectedly');
  await page.context().unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('listitem').first()).toContainText(/redact/i);
});

test('a worker that dies between searches is replaced by the next search', async ({ page }) => {
  await gotoBlank(page);
  const handle = await page.evaluateHandle(async () => {
    const { open } = (await import(new URL('latelight.js', location.href).href)) as typeof import('../src/index.ts');
    const engine = await open('./', { device: 'wasm' });
    await engine.search('first');
    return engine;
  });
  const [worker] = page.workers();
  const closed = worker.waitForEvent('close');
  await worker.evaluate(() => self.close()).catch(() => undefined);
  await closed;
  const query = await handle.evaluate(async (engine) => {
    // The first call may still meet the dead worker: it is told so by name, and the next one is served.
    const first = await engine.search('second').catch((error: { code: string }) => error);
    if ('hits' in first) return first.query;
    if (first.code !== 'worker-crashed') throw first;
    return (await engine.search('second')).query;
  });
  expect(query).toBe('second');
});

async function openOnGpu(page: Page) {
  await gotoBlank(page);
  const adapter = await hasAdapter(page);
  if (process.env.REQUIRE_GPU) expect(adapter, 'REQUIRE_GPU is set, and there is no WebGPU adapter').toBe(true);
  test.skip(!adapter, 'no WebGPU adapter');
  const handle = await page.evaluateHandle(async () => {
    const { open } = (await import(new URL('latelight.js', location.href).href)) as typeof import('../src/index.ts');
    return open('./', { device: 'webgpu' });
  });
  return () =>
    handle.evaluate(async (engine) => {
      const result = await engine.search('hide passwords in log output');
      return {
        backend: result.backend,
        ids: result.hits.map((hit) => hit.id),
        scores: result.hits.map((hit) => hit.score),
      };
    });
}

test('a lost GPU device is replaced without the caller noticing', async ({ page }) => {
  const search = await openOnGpu(page);
  const before = await search();
  expect(before.backend).toBe('webgpu');
  await page.workers()[0].evaluate(() => {
    // The next use of the device is its last: the driver took it away in the middle of a search.
    const { createCommandEncoder } = GPUDevice.prototype;
    GPUDevice.prototype.createCommandEncoder = function (this: GPUDevice, ...args) {
      GPUDevice.prototype.createCommandEncoder = createCommandEncoder;
      const encoder = createCommandEncoder.apply(this, args);
      this.destroy();
      (globalThis as { destroyed?: boolean }).destroyed = true;
      return encoder;
    };
  });
  expect(await search()).toEqual(before);
  expect(await page.workers()[0].evaluate(() => (globalThis as { destroyed?: boolean }).destroyed)).toBe(true);
});

test('a GPU that refuses one run of the encoder is opened again without the caller noticing', async ({ page }) => {
  const search = await openOnGpu(page);
  const before = await search();
  expect(before.backend).toBe('webgpu');
  await page.workers()[0].evaluate(() => {
    const { createBindGroup } = GPUDevice.prototype;
    GPUDevice.prototype.createBindGroup = () => {
      GPUDevice.prototype.createBindGroup = createBindGroup;
      (globalThis as { refused?: boolean }).refused = true;
      throw new RangeError('out of memory');
    };
  });
  expect(await search()).toEqual(before);
  expect(await page.workers()[0].evaluate(() => (globalThis as { refused?: boolean }).refused)).toBe(true);
  expect(await search()).toEqual(before);
});
