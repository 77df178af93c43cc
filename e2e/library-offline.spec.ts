// What the library promises a person: after one visit it works with the network off, from the start of the browser on, and sends nothing.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, expect, type Page, test } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import type { LatelightSearch } from '../src/element/latelight-search.ts';
import { addFiles, firstHit, LIBRARY, type LibraryElement, listed, openLibraryPage, settled } from './library-page.ts';
import { DEMO_PORT } from './ports.ts';
import { expectScan, scannedPage } from './scanned-page.ts';

const origin = `http://localhost:${DEMO_PORT}`;
const box = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const results = (page: Page) => page.getByRole('region', { name: 'Results' });

test('installed once, it starts offline after the browser was closed, takes a document in and finds it', async () => {
  const profile = await mkdtemp(join(tmpdir(), 'latelight-profile-'));
  const requests: string[] = [];
  const launch = async () => {
    const context = await chromium.launchPersistentContext(profile, await chromiumLaunch());
    context.on('request', (request) => requests.push(request.url()));
    return context;
  };
  try {
    let context = await launch();
    let page = await context.newPage();
    await openLibraryPage(page, origin + LIBRARY);
    await page.evaluate(async () => {
      await document.querySelector<LibraryElement>('latelight-library')!.library!.engine.ready;
      await navigator.serviceWorker.ready;
    });
    await addFiles(page, [
      { path: 'garden/frost.md', text: '# Frost\n\nCover tomato seedlings before the first cold night.' },
    ]);
    await settled(page);
    await context.close();

    context = await launch();
    await context.setOffline(true);
    requests.length = 0;
    page = await context.newPage();
    await openLibraryPage(page, origin + LIBRARY);
    await addFiles(page, [
      {
        path: 'letters/lease.pdf',
        base64: scannedPage('The landlord pays for the new boiler.'),
      },
    ]);
    await settled(page);
    expect((await listed(page)).map(({ path, state }) => [path, state])).toEqual([
      ['garden/frost.md', 'done'],
      ['letters/lease.pdf', 'done'],
    ]);
    await box(page).fill('who has to pay for heating repairs');
    const first = results(page).getByRole('listitem').first();
    await expect(first).toContainText('boiler');
    await box(page).fill('protect young plants from cold weather');
    await expect(first).toContainText('seedlings');
    const { id } = (await listed(page))[1];
    await page.evaluate((hash) => (location.hash = hash), `doc=${id}`);
    await expectScan(page);
    const elsewhere = requests.filter((url) => !/^(blob|data):/.test(url) && new URL(url).origin !== origin);
    expect(elsewhere).toEqual([]);
    await context.close();
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
});

const FROST = { path: 'frost.md', text: '# Frost\n\nCover tomato seedlings before the first cold night.' };
const problemOf = (page: Page) =>
  page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.state.problem?.code);

/** A first visit on which the models do not come, until they are let. */
async function withoutModels(
  browser: Browser,
  run: (page: Page, letThem: () => void, context: BrowserContext) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  let areLet = false;
  await context.route(/\.onnx$/, (route) => (areLet ? route.continue() : route.abort()));
  try {
    const page = await context.newPage();
    await openLibraryPage(page, LIBRARY);
    await addFiles(page, [FROST]);
    await expect.poll(() => problemOf(page)).toBe('download-failed');
    await run(page, () => (areLet = true), context);
    await settled(page);
    expect((await listed(page)).map(({ state }) => state)).toEqual(['done']);
    expect(await problemOf(page)).toBeUndefined();
    expect((await firstHit(page, 'protecting young plants')).excerpt).toContain('tomato');
  } finally {
    await context.close();
  }
}

test('a model that did not come is said to be missing for as long as it is, and comes when indexing is resumed', async ({
  browser,
}) => {
  await withoutModels(browser, async (page, letThem) => {
    const indexing = page.getByRole('region', { name: 'Indexing' });
    await expect(indexing).toContainText('Paused');
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => problemOf(page)).toBe('download-failed');
    // Whatever else the worker tells meanwhile.
    await addFiles(page, [{ ...FROST, text: `${FROST.text} Or bring them in.` }]);
    expect(await problemOf(page)).toBe('download-failed');
    letThem();
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => problemOf(page)).toBeUndefined();
  });
});

test('a model that did not come is fetched when the network is there again', async ({ browser }) => {
  await withoutModels(browser, async (page, letThem, context) => {
    await context.setOffline(true);
    letThem();
    await context.setOffline(false);
    await expect.poll(() => problemOf(page)).toBeUndefined();
  });
});

test('a model that did not come is fetched when a search is tried again, not with every key', async ({ browser }) => {
  await withoutModels(browser, async (page, letThem) => {
    await box(page).fill('seedlings');
    const again = page.getByRole('button', { name: 'Try again' });
    await expect(again).toBeVisible();
    letThem();
    await box(page).fill('seedlings and tomatoes');
    await expect(again).toBeVisible();
    expect(await problemOf(page)).toBe('download-failed');
    // Also while what has been typed since still waits for a pause.
    await page
      .locator('latelight-search')
      .evaluate((search: LatelightSearch) => Object.assign(search, { debounce: 1e6 }));
    await box(page).fill('seedlings, tomatoes');
    await box(page).fill('seedlings');
    await again.click();
    await expect.poll(() => problemOf(page)).toBeUndefined();
  });
});

test('a tab that could not have the model leaves indexing to one that has it', async ({ browser }) => {
  await withoutModels(browser, async (page, letThem, context) => {
    letThem();
    const other = await context.newPage();
    await openLibraryPage(other, LIBRARY);
    for (const tab of [other, page]) await expect.poll(() => statesOf(tab)).toEqual(['done']);
    expect(await problemOf(page)).toBe('download-failed');
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => problemOf(page)).toBeUndefined();
  });
});

/** A library whose one document waits: the script that reads it does not come until it is let. */
async function withoutReader(
  browser: Browser,
  run: (page: Page, letIt: () => void, context: BrowserContext) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  let isLet = false;
  await context.route(/\/plain-text-[^/]*\.js$/, (route) => (isLet ? route.continue() : route.abort()));
  try {
    const page = await context.newPage();
    await openLibraryPage(page, LIBRARY);
    await addFiles(page, [{ ...FROST, path: 'frost.txt' }]);
    await expect.poll(() => problemOf(page)).toBe('download-failed');
    await run(page, () => (isLet = true), context);
  } finally {
    await context.close();
  }
}

const statesOf = async (page: Page) => (await listed(page)).map(({ state }) => state);

test('a document is not taken for a damaged one when the script that reads it did not come, and is read when indexing is resumed', async ({
  browser,
}) => {
  await withoutReader(browser, async (page, letIt) => {
    // In sight, and a second later for screen readers.
    await expect(page.getByText('reload this page; nothing was lost').first()).toBeVisible();
    expect(await statesOf(page)).toEqual(['reading']);
    letIt();
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => problemOf(page)).toBeUndefined();
    await settled(page);
    expect(await statesOf(page)).toEqual(['done']);
  });
});

test('what stopped indexing in one tab is shown in one that is opened afterwards, which can resume it', async ({
  browser,
}) => {
  await withoutReader(browser, async (page, letIt, context) => {
    const other = await context.newPage();
    await openLibraryPage(other, LIBRARY);
    await expect(other.getByText('Another tab stopped indexing.').first()).toBeVisible();
    await expect(other.getByRole('region', { name: 'Indexing' })).toContainText('Paused');
    letIt();
    await other.getByRole('button', { name: 'Resume' }).click();
    for (const tab of [page, other]) {
      await expect.poll(() => statesOf(tab)).toEqual(['done']);
      expect(await problemOf(tab)).toBeUndefined();
    }
  });
});

test('what stopped indexing in a tab is said by no other any more when that is closed and another indexes', async ({
  browser,
}) => {
  await withoutReader(browser, async (page, letIt, context) => {
    const [second, third] = [await context.newPage(), await context.newPage()];
    // In this order they wait for their turn.
    for (const tab of [second, third]) {
      await openLibraryPage(tab, LIBRARY);
      await expect(tab.getByText('Another tab stopped indexing.').first()).toBeVisible();
    }
    letIt();
    await page.close();
    for (const tab of [second, third]) {
      await expect.poll(() => statesOf(tab)).toEqual(['done']);
      await expect.poll(() => problemOf(tab)).toBeUndefined();
    }
  });
});
