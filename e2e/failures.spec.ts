// Each thing that can go wrong while loading: the page names it, and trying again works once the cause is gone.

import { expect, type Page, test } from '@playwright/test';
import { gotoBlank, openAndSearch, readManifestFile, SMALL, tamper } from './engine.ts';

async function expectErrorThenRetry(page: Page, sentence: RegExp, detail: RegExp): Promise<void> {
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(sentence);
  await expect(alert).toContainText(detail);
  await page.context().unrouteAll({ behavior: 'wait' });
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('searchbox', { name: 'Search' }).fill('redact passwords');
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('listitem').first()).toContainText(/redact/i);
  await expect(alert).toHaveCount(0);
}

test('a truncated shard is refused as hash-mismatch', async ({ page }) => {
  const { shards } = await readManifestFile();
  await tamper(page, shards[0].file, (route, bytes) => route.fulfill({ body: bytes.subarray(0, bytes.length - 100) }));
  await page.goto(SMALL);
  await expectErrorThenRetry(page, /not the one this site published/, /expected \d+ bytes, got \d+/);
});

test('a shard with one changed byte is refused as hash-mismatch', async ({ page }) => {
  const { shards } = await readManifestFile();
  await tamper(page, shards[0].file, (route, bytes) => {
    bytes[bytes.length - 7] ^= 1;
    return route.fulfill({ body: bytes });
  });
  await page.goto(SMALL);
  await expectErrorThenRetry(page, /not the one this site published/, /expected SHA-256/);
});

test('a shard that is longer than promised is not read to its end', async ({ page }) => {
  const { shards } = await readManifestFile();
  await tamper(page, shards[0].file, (route, bytes) => route.fulfill({ body: Buffer.concat([bytes, bytes]) }));
  await page.goto(SMALL);
  await expectErrorThenRetry(page, /not the one this site published/, /got more/);
});

test('a shard whose manifest was changed with it is refused by its structure', async ({ page }) => {
  await gotoBlank(page);
  const manifest = await readManifestFile();
  await page.context().route('**/manifest.json', async (route) => {
    const changed = structuredClone(manifest);
    changed.shards[0].blockCount -= 1;
    await route.fulfill({ json: changed });
  });
  expect(await openAndSearch(page, 'wasm', [{ text: 'a' }])).toMatchObject({ code: 'bad-shard' });
});

test('a script of the runtime that cannot be had is a download that failed, not a crash', async ({ page }) => {
  await page.context().route('**/assets/ort.wasm*.js', (route) => route.fulfill({ status: 404, body: 'no' }));
  await page.goto(SMALL);
  await expectErrorThenRetry(page, /could not be downloaded/, /expected the script of onnxruntime-web \(wasm\)/);
});

test('a missing file is named with its status', async ({ page }) => {
  const { queryEncoder } = await readManifestFile();
  await page
    .context()
    .route(`**/${queryEncoder.weights.wasm.file}`, (route) => route.fulfill({ status: 404, body: 'no' }));
  await page.goto(SMALL);
  await expectErrorThenRetry(page, /could not be downloaded/, /\.onnx: expected a file, got status 404/);
});

test('a page in place of the manifest is refused as bad-manifest', async ({ page }) => {
  await page
    .context()
    .route('**/manifest.json', (route) => route.fulfill({ body: '<!doctype html><title>Home</title>' }));
  await page.goto(SMALL);
  await expectErrorThenRetry(page, /index cannot be read/, /expected the file to be JSON/);
});

test('a dead network is refused as download-failed', async ({ page }) => {
  await page.context().route('**/manifest.json', (route) => route.abort('connectionfailed'));
  await page.goto(SMALL);
  await expectErrorThenRetry(page, /could not be downloaded/, /manifest\.json: expected a file/);
});

test('a damaged fragment fails the search, not the engine', async ({ page }) => {
  await gotoBlank(page);
  const manifest = await readManifestFile();
  await page.context().route('**/fragments/*', (route) => route.fulfill({ body: '{}' }));
  expect(await openAndSearch(page, 'wasm', [{ text: 'a' }])).toMatchObject({ code: 'hash-mismatch' });
  await page.context().unrouteAll({ behavior: 'wait' });
  expect(await openAndSearch(page, 'wasm', [{ text: 'a' }])).toHaveProperty('found');
  expect(manifest.fragments.length).toBeGreaterThan(1);
});

test('an engine that a page opened itself gets past a new publication of its index when somebody tries again', async ({
  page,
}) => {
  const { fragments, ...rest } = await readManifestFile();
  const ofBefore = fragments.map((ref) => ({ ...ref, file: ref.file.replace('fragments/', 'fragments/before-') }));
  await page.context().route('**/manifest.json', (route) => route.fulfill({ json: { ...rest, fragments: ofBefore } }));
  await gotoBlank(page);
  await page.evaluate(async () => {
    const { open, LatelightSearch } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/latelight.ts');
    const engine = await open('./', { device: 'wasm' });
    await engine.ready;
    document.body.append(Object.assign(new LatelightSearch(), { engine }));
  });
  await page.getByRole('searchbox', { name: 'Search' }).fill('redact passwords');
  await expectErrorThenRetry(page, /could not be downloaded/, /before-.*: expected a file, got status 404/);
});

test('a page that is neither https nor localhost is told so', async ({ page, context }) => {
  await context.route('http://insecure.test/**', async (route) => {
    const path = new URL(route.request().url()).pathname;
    await route.fulfill({ response: await route.fetch({ url: new URL(`.${path}`, SMALL).href }) });
  });
  await gotoBlank(page, 'http://insecure.test/');
  expect(await openAndSearch(page, 'wasm', [{ text: 'a' }])).toMatchObject({ code: 'insecure-context' });
});
