// A worker or a device that dies: the loss is named where nobody can recover from it, and recovered from where somebody can.

import { expect, type Page, test } from '@playwright/test';
import { gotoBlank, hasAdapter, SMALL } from './engine.ts';
import { addFiles, LIBRARY, listed, openLibraryPage, settled } from './library-page.ts';

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
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    const engine = await open('./', { device: 'wasm' });
    await engine.search('first');
    return engine;
  });
  const [worker] = page.workers();
  const closed = worker.waitForEvent('close');
  await worker.evaluate(() => self.close()).catch(() => undefined);
  await closed;
  const query = await handle.evaluate(async (engine) => (await engine.search('second')).query);
  expect(query).toBe('second');
});

async function skipWithoutAdapter(page: Page): Promise<void> {
  const adapter = await hasAdapter(page);
  if (process.env.REQUIRE_GPU) expect(adapter, 'REQUIRE_GPU is set, and there is no WebGPU adapter').toBe(true);
  test.skip(!adapter, 'no WebGPU adapter');
}

async function openOnGpu(page: Page, device: 'auto' | 'webgpu') {
  await gotoBlank(page);
  await skipWithoutAdapter(page);
  const handle = await page.evaluateHandle(async (device) => {
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    const engine = await open('./', { device });
    await engine.ready;
    return engine;
  }, device);
  return () =>
    handle.evaluate(async (engine) => {
      const result = await engine.search('hide passwords in log output');
      return {
        backend: result.backend,
        notice: engine.notice,
        ids: result.hits.map((hit) => hit.id),
        scores: result.hits.map((hit) => hit.score),
      };
    });
}

test('a lost GPU device is replaced without the caller noticing', async ({ page }) => {
  const search = await openOnGpu(page, 'webgpu');
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

/** Runs in the worker before its script: the software adapter passes for a GPU, which `auto` takes. */
const passForGpu = `for (const name of ['isFallbackAdapter', 'architecture', 'description']) {
  Object.defineProperty(GPUAdapterInfo.prototype, name, { get: () => name !== 'isFallbackAdapter' && 'x' });
}`;

async function runFirst(page: Page, script: string, code: string): Promise<void> {
  await page.context().route(script, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${code};${await response.text()}` });
  });
}

test('after a run of the encoder that the GPU refuses, auto goes on with WASM, for good', async ({ page }) => {
  await runFirst(page, '**/search.worker-*', passForGpu);
  const search = await openOnGpu(page, 'auto');
  const before = await search();
  expect(before.backend).toBe('webgpu');
  await page.workers()[0].evaluate(() => {
    const { createBindGroup } = GPUDevice.prototype;
    GPUDevice.prototype.createBindGroup = () => {
      GPUDevice.prototype.createBindGroup = createBindGroup;
      throw new RangeError('out of memory');
    };
  });
  for (let i = 0; i < 2; i++)
    expect(await search()).toMatchObject({ backend: 'wasm', notice: expect.stringContaining('The GPU refused') });
});

test.describe('the library', () => {
  // Else its service worker fetches the scripts, past the routes.
  test.use({ serviceWorkers: 'block' });

  test('a GPU that is lost while documents are encoded is gone on without, and no document fails', async ({ page }) => {
    await page.goto(LIBRARY);
    await skipWithoutAdapter(page);
    const loseIt = `
      addEventListener('message', ({ data }) => {
        if (data.type !== 'encode') return;
        const { submit } = GPUQueue.prototype;
        GPUQueue.prototype.submit = function (...work) {
          submit.apply(this, work);
          opened?.destroy();
          console.log('device lost');
        };
      });
      let opened;
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (...args) {
        opened = await requestDevice.apply(this, args);
        return opened;
      };`;
    // Routes do not see what a worker's worker fetches.
    const nested = `
      const { Worker } = globalThis;
      const script = (code) => URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
      const first = script(${JSON.stringify(`${passForGpu}${loseIt}`)});
      globalThis.Worker = class extends Worker {
        constructor(url, options) {
          const isIt = String(url).includes('encode.worker');
          super(isIt ? script(\`import '\${first}'; import '\${url}';\`) : url, options);
        }
      };`;
    await runFirst(page, '**/indexer.worker-*', `{${nested}}`);
    const lost: string[] = [];
    page.on('console', (message) => {
      if (message.text() === 'device lost') lost.push(message.text());
    });
    await openLibraryPage(page, `${LIBRARY}?device=auto`);
    await addFiles(page, [
      { path: 'harbours.md', text: '# Harbours\n\nThe ships lie in the harbour until the storm is over.' },
      { path: 'bees.md', text: '# Bees\n\nBees dance to tell where nectar is.' },
    ]);
    await settled(page);
    expect(lost).not.toEqual([]);
    expect((await listed(page)).map(({ state, reason }) => ({ state, reason }))).toEqual([
      { state: 'done', reason: undefined },
      { state: 'done', reason: undefined },
    ]);
  });
});
