// Several indexes in one list, over HTTP: another origin's, one that is down, one of another model.

import { expect, type Page, test } from '@playwright/test';
import type { MergedIndex, Site } from '../src/types.ts';
import { gotoBlank, readManifestFile, SMALL } from './engine.ts';

interface Merged {
  hits: { site: number; url: string; siteRoot: string }[];
  sites: Site[];
  filters: Record<string, Record<string, number>>;
  passageCount: number;
}

test.use({ serviceWorkers: 'block' });

/** Opens the small index with others, and searches twice. */
function openMerged(page: Page, mergeIndex: MergedIndex[], url = './') {
  return page.evaluate(
    async ({ url, mergeIndex }): Promise<Merged | { code: string; message: string }> => {
      try {
        const { open } = (await import(
          new URL('latelight.js', location.href).href
        )) as typeof import('../src/engine-api.ts');
        const engine = await open(url, { device: 'wasm', mergeIndex });
        const { hits } = await engine.search('how do I hide secrets in the log', { limit: 40 });
        const { sites, filters, passageCount } = engine;
        engine.close();
        return { hits: hits.map(({ site, url, siteRoot }) => ({ site, url, siteRoot })), sites, filters, passageCount };
      } catch (error) {
        const { code, message } = error as { code: string; message: string };
        return { code, message };
      }
    },
    { url, mergeIndex },
  );
}

/** The address of an index that nobody serves: answered with the small index's files, from another origin. */
const ELSEWHERE = 'https://elsewhere.example/docs/';

async function serveElsewhere(page: Page, status = 200): Promise<void> {
  await page.context().route(`${ELSEWHERE}**`, async (route) => {
    if (status !== 200) return route.fulfill({ status });
    const response = await route.fetch({ url: route.request().url().replace(ELSEWHERE, SMALL) });
    await route.fulfill({ response, headers: { ...response.headers(), 'access-control-allow-origin': '*' } });
  });
}

test('two origins give one list, filtered by site', async ({ page }) => {
  await serveElsewhere(page);
  await gotoBlank(page);
  const merged = (await openMerged(page, [{ url: ELSEWHERE, weight: 0.9, filter: { site: ['Elsewhere'] } }])) as Merged;
  expect(new Set(merged.hits.map(({ site }) => site))).toEqual(new Set([0, 1]));
  // The same passages, lighter: each comes after its twin.
  const first = merged.hits.findIndex(({ site }) => site === 1);
  expect(merged.hits.findIndex(({ site, url }) => site === 0 && url === merged.hits[first].url)).toBeLessThan(first);
  expect(merged.hits[first].siteRoot).toMatch(/^https:\/\/elsewhere\.example\//);
  const { passageCount, pageCount } = await readManifestFile();
  expect(merged.passageCount).toBe(2 * passageCount);
  expect(merged.filters.site).toEqual({ Elsewhere: pageCount });
  expect(merged.sites.map(({ error }) => error)).toEqual([undefined, undefined]);
});

test('an index that is down is named and takes nothing with it', async ({ page }) => {
  await serveElsewhere(page, 503);
  await gotoBlank(page);
  const merged = (await openMerged(page, [{ url: ELSEWHERE }])) as Merged;
  expect(merged.hits.length).toBeGreaterThan(0);
  expect(merged.sites[1]).toMatchObject({ url: ELSEWHERE, passageCount: 0, error: { code: 'download-failed' } });
  expect(merged.sites[1].error?.message).toContain('503');
});

test('an index that never answers is given up, and a table that is none costs only itself', async ({ page }) => {
  await page.context().route(`${ELSEWHERE}silent/**`, () => undefined);
  await page.context().route(`${ELSEWHERE}table/**`, async (route) => {
    const file = route.request().url().replace(`${ELSEWHERE}table/`, '');
    const manifest = await readManifestFile();
    const junk = Buffer.from('no table at all');
    const { createHash } = await import('node:crypto');
    const sha256 = createHash('sha256').update(junk).digest('hex');
    const headers = { 'access-control-allow-origin': '*' };
    if (file === 'manifest.json') {
      manifest.queryEncoder.queryTable = { file: 'models/junk.llq', bytes: junk.length, sha256 };
      return route.fulfill({ json: manifest, headers });
    }
    if (file === 'models/junk.llq') return route.fulfill({ body: junk, headers });
    const response = await route.fetch({ url: `${SMALL}${file}` });
    await route.fulfill({ response, headers: { ...response.headers(), ...headers } });
  });
  await gotoBlank(page);
  const merged = (await openMerged(page, [{ url: `${ELSEWHERE}silent/` }, { url: `${ELSEWHERE}table/` }])) as Merged;
  expect(new Set(merged.hits.map(({ site }) => site))).toEqual(new Set([0, 2]));
  expect(merged.sites[1].error).toMatchObject({ code: 'download-failed' });
  expect(merged.sites[1].error?.message).toContain('nothing came for 5 s');
  expect(merged.sites[2].error).toBeUndefined();
});

test('when the first is down the others are searched, and when all are the first error is told', async ({ page }) => {
  await serveElsewhere(page, 503);
  await gotoBlank(page);
  const merged = (await openMerged(page, [{ url: SMALL }], ELSEWHERE)) as Merged;
  expect(new Set(merged.hits.map(({ site }) => site))).toEqual(new Set([1]));
  expect(merged.sites[0].error?.code).toBe('download-failed');
  expect(await openMerged(page, [{ url: `${ELSEWHERE}other/` }], ELSEWHERE)).toMatchObject({ code: 'download-failed' });
});

test('an index of another codec is left out by name', async ({ page }) => {
  await page.context().route(`${ELSEWHERE}**`, async (route) => {
    const manifest = await readManifestFile();
    manifest.codec.sha256 = '0'.repeat(64);
    await route.fulfill({ json: manifest, headers: { 'access-control-allow-origin': '*' } });
  });
  await gotoBlank(page);
  const merged = (await openMerged(page, [{ url: ELSEWHERE }])) as Merged;
  expect(merged.hits.length).toBeGreaterThan(0);
  expect(merged.sites[1].error).toMatchObject({ code: 'bad-option' });
  expect(merged.sites[1].error?.message).toContain('another codec');
});

test('options that cannot be are refused', async ({ page }) => {
  await gotoBlank(page);
  expect(await openMerged(page, [{ url: SMALL, weight: 0 }])).toMatchObject({ code: 'bad-option' });
  expect(await openMerged(page, [{ url: 'http://[' }])).toMatchObject({ code: 'bad-option' });
  const filter = { site: 'Blog' } as unknown as MergedIndex['filter'];
  expect(await openMerged(page, [{ url: SMALL, filter }])).toMatchObject({ code: 'bad-option' });
});
