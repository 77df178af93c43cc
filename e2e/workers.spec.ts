// Several workers score one index in the page: the same results as one, and none missing when a worker is not to be had or dies.

import { expect, type Page, test } from '@playwright/test';
import { gotoBlank } from './engine.ts';

/** Opens an engine and searches; gives ids and scores. */
async function openWith(page: Page, workers: number) {
  const handle = await page.evaluateHandle(async (workers) => {
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    return open('./', { device: 'wasm', workers });
  }, workers);
  return () =>
    handle.evaluate(async (engine) => {
      const { hits, backend } = await engine.search('hide passwords in log output', { limit: 50 });
      return { backend, found: hits.map(({ id, score }) => [id, score]) };
    });
}

const started = (page: Page) => page.workers().filter((worker) => worker.url().includes('score.worker'));

test('three workers find what one finds, each having fetched its script', async ({ page }) => {
  const scripts: string[] = [];
  page.context().on('request', (request) => {
    if (request.url().includes('score.worker')) scripts.push(request.url());
  });
  await gotoBlank(page);
  const one = await (await openWith(page, 1))();
  expect(scripts).toEqual([]);
  expect(one.found).toHaveLength(50);
  expect(await (await openWith(page, 3))()).toEqual(one);
  expect(scripts.length).toBeGreaterThan(0);
});

test('a worker whose script cannot be had leaves nothing out', async ({ page }) => {
  await gotoBlank(page);
  const one = await (await openWith(page, 1))();
  await page.context().route('**/score.worker*', (route) => route.abort());
  expect(await (await openWith(page, 2))()).toEqual(one);
});

test('a worker that dies leaves nothing out', async ({ page }) => {
  await gotoBlank(page);
  const one = await (await openWith(page, 1))();
  const search = await openWith(page, 2);
  expect(await search()).toEqual(one);
  const [worker] = started(page);
  expect(worker, 'the helper is among the workers of the page').toBeDefined();
  const closed = worker.waitForEvent('close');
  await worker.evaluate(() => self.close()).catch(() => undefined);
  await closed;
  expect(await search()).toEqual(one);
});

test('a number of workers that cannot be is refused by name', async ({ page }) => {
  await gotoBlank(page);
  for (const workers of [0, 1.5, 17]) await expect(openWith(page, workers)).rejects.toThrow(/expected 1 to 16 workers/);
});
