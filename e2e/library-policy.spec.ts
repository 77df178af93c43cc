// What the library may not do, and on what it may run: a strict policy for page and workers alike, no request elsewhere, WebGPU.

import { expect, type Page, test } from '@playwright/test';
import { docxFile, epubFile } from '../src/ingest/documents.fixture.ts';
import { hasAdapter } from './engine.ts';
import { addFiles, firstHit, LIBRARY, type LibraryElement, listed, openLibraryPage, settled } from './library-page.ts';
import { expectScan, scannedPage } from './scanned-page.ts';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const FILES = [
  { path: 'lease.pdf', base64: scannedPage('The landlord pays for the new boiler.') },
  { path: 'recipe.docx', base64: base64(docxFile([{ text: 'Knead the dough for ten minutes and let it rise.' }])) },
  { path: 'sea.epub', base64: base64(epubFile([{ body: '<p>The sailors lowered the sails before the storm.</p>' }])) },
  {
    path: 'bees.html',
    text: '<head><meta property="og:image" content="cover.png"></head><h1>Bees</h1><p>Bees dance to tell where nectar is.</p><img src="https://example.com/a.png">',
  },
];

function backend(page: Page, query: string): Promise<string> {
  return page.evaluate(async (text) => {
    const { engine } = document.querySelector<LibraryElement>('latelight-library')!.library!;
    await engine.ready;
    return (await engine.search(text, { limit: 1 })).backend;
  }, query);
}

test.describe('under a policy for page and workers', () => {
  const POLICY =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; font-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'";
  test.use({ serviceWorkers: 'block' });

  test('documents of every kind are read, searched and shown, nothing is reported and nothing asked for elsewhere', async ({
    page,
    context,
    baseURL,
  }) => {
    const elsewhere: string[] = [];
    const reported: string[] = [];
    const pictures: string[] = [];
    context.on('request', (request) => {
      const url = request.url();
      if (url.endsWith('cover.png')) pictures.push(url);
      if (!/^(blob|data):/.test(url) && new URL(url).origin !== new URL(baseURL!).origin) elsewhere.push(url);
    });
    context.on('console', (message) => {
      if (/content security policy/i.test(message.text())) reported.push(message.text());
    });
    await context.route(`**${LIBRARY}**`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': POLICY } });
    });
    await openLibraryPage(page);
    await addFiles(page, FILES);
    await settled(page);
    const documents = await listed(page);
    expect(documents.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
    expect(await backend(page, 'who repairs the heating')).toBe('wasm');
    expect((await firstHit(page, 'who repairs the heating')).excerpt).toContain('boiler');
    // The page's own server is not told what a document shows, either.
    await page.locator('latelight-search').getByRole('searchbox').fill('insects that dance');
    await expect(page.locator('.results[data-stage=full]').getByRole('listitem').first()).toContainText('Bees');
    await expect(page.locator('.results img')).toHaveCount(0);
    for (const { id } of documents) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `doc=${id}&passage=0&words=the`);
      await expect(page.locator('latelight-reader')).toBeVisible();
      await expect(
        page
          .locator('latelight-reader')
          .getByText(/boiler|dough|sails|nectar/)
          .first(),
      ).toBeVisible();
      if (id === documents[0].id) await expectScan(page);
    }
    expect(elsewhere).toEqual([]);
    expect(pictures).toEqual([]);
    // The picture of a saved page is one that the policy would have stopped, had the reader let it through.
    expect(reported).toEqual([]);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });
});

test('on WebGPU one worker encodes, and hits are those of WebAssembly', async ({ page, context }) => {
  await page.goto(LIBRARY);
  const adapter = await hasAdapter(page);
  if (process.env.REQUIRE_GPU) expect(adapter, 'REQUIRE_GPU is set, and there is no WebGPU adapter').toBe(true);
  test.skip(!adapter, 'no WebGPU adapter in this browser');
  await openLibraryPage(page, `${LIBRARY}?device=webgpu`);
  await addFiles(page, FILES);
  await settled(page);
  expect((await listed(page)).map(({ state, reason }) => ({ state, reason }))).toEqual(
    FILES.map(() => ({ state: 'done', reason: undefined })),
  );
  expect(await backend(page, 'who repairs the heating')).toBe('webgpu');
  const query = 'bad weather on a ship';
  const found = await firstHit(page, query);
  expect(found.excerpt).toContain('sails');
  await page.close();
  const other = await context.newPage();
  await openLibraryPage(other, `${LIBRARY}?device=wasm`);
  expect(await backend(other, query)).toBe('wasm');
  expect(await firstHit(other, query)).toEqual(found);
});
