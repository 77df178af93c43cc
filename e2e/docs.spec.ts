// The documentation as a site: built with the VitePress adapter, searched by itself.

import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { ask, buildExample, followFirstHit, type SiteServer, serveSite } from './example-sites.ts';

const root = join(import.meta.dirname, '..');
let site: SiteServer;

test.beforeAll(async () => {
  test.setTimeout(900_000);
  await buildExample('../docs');
  site = await serveSite(join(root, 'docs/.vitepress/dist'), '/');
});
test.afterAll(() => site?.close());

for (const [question, path] of [
  ['how do I change the colours', '/guide/theming'],
  ['Cache-Control of the files on my server', '/guide/hosting'],
  ['mergeIndex', '/reference/options'],
  ['should I use Algolia instead', '/guide/comparison'],
] as const) {
  test(`"${question}" leads to ${path}`, async ({ page }) => {
    await page.goto(`${site.url}guide/start`);
    expect((await followFirstHit(page, question)).pathname).toBe(path);
  });
}

test('the gallery shows each theme at work, one page each, with one engine', async ({ page }) => {
  const workers: string[] = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  await page.goto(`${site.url}guide/theming`);
  const boxes = page.locator('.gallery latelight-search');
  await expect(boxes).toHaveCount(4);
  for (const box of await boxes.all()) await expect(box.locator('[part~="hit"]')).toHaveCount(1);
  expect(workers.filter((url) => url.includes('search.worker'))).toHaveLength(1);
  const colours = await boxes.evaluateAll((all) => all.map((box) => getComputedStyle(box).backgroundColor));
  expect(new Set(colours).size).toBe(3);
});

test('in a bar that keeps its words in one line, hits wrap', async ({ page }) => {
  await page.goto(`${site.url}guide/start`);
  const search = page.locator('latelight-search').first();
  // What VitePress does to all in its bar, said here so that the test does not depend on it.
  await search.evaluate((element) => {
    (element.parentElement as HTMLElement).style.whiteSpace = 'nowrap';
  });
  await ask(page, 'what is indexed');
  const excerpt = search.locator('[part~="excerpt"]').first();
  expect(await excerpt.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
});
