// <latelight-reader> has Markdown, DOCX and EPUB converted by a worker: one that hangs is ended, and holds up nothing.

import { expect, type Page, test } from '@playwright/test';
import { parseMarkdown } from '../src/ingest/markdown.ts';
import { type Bench, openBench, serveBench, show } from './library-reader-page.ts';

let bench: Bench;
test.beforeAll(async () => {
  bench = await serveBench();
});
test.afterAll(() => bench.close());

const passages = [{ number: 0, text: 'Lanterns are counted at noon.', anchor: 'noon', headings: ['Noon'] }];
const lanterns = {
  kind: 'markdown',
  content: '# Noon\n\nLanterns are counted at noon.',
  passages,
  passage: 0,
} as const;
const converters = (page: Page) => page.workers().filter((worker) => worker.url().includes('document.worker'));

/** The worker's script has it start on a document and never end. */
async function letItHang(page: Page): Promise<void> {
  await page.route(/document\.worker\.ts/, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: "addEventListener('message', () => { postMessage({ type: 'reading' }); for (;;); });",
    }),
  );
}

test('a worker converts a document and is gone once that is shown', async ({ page }) => {
  await openBench(page, bench);
  const started = page.waitForEvent('worker');
  await show(page, { ...lanterns, path: 'lanterns.md' });
  expect((await started).url()).toContain('document.worker');
  await expect(page.locator('latelight-reader').getByRole('heading', { name: 'Noon' })).toHaveId('noon');
  await expect.poll(() => converters(page).length).toBe(0);
});

test('headings have the ids that the index knows them by, whatever stands before them', async ({ page }) => {
  await openBench(page, bench);
  const content = '# Noon {#midday}\n\nRopes.\n\n# Noon\n\nLanterns.\n\n# Noon\n\nSails.';
  await show(page, { ...lanterns, content, path: 'ids.md' });
  const headings = page.locator('latelight-reader').getByRole('heading', { name: 'Noon' });
  const { sections } = parseMarkdown(content, { path: 'ids.md' });
  expect(sections.map(({ anchor }) => anchor)).toEqual(['midday', 'noon', 'noon-1']);
  await expect(headings).toHaveCount(3);
  expect(await headings.evaluateAll((all) => all.map(({ id }) => id))).toEqual(['midday', 'noon', 'noon-1']);
});

test('a document that hangs is ended after its time, the page stays usable and its passages are shown', async ({
  page,
}) => {
  await letItHang(page);
  await page.clock.install();
  await openBench(page, bench);
  const started = page.waitForEvent('worker');
  await show(page, { ...lanterns, path: 'hangs.md' });
  await started;
  // The limit counts from the worker's first word, which may come after a clock that was moved once.
  await expect(async () => {
    await page.clock.fastForward(10_000);
    await expect(page.getByRole('alert')).toContainText('Reading it took more than 9 seconds.', { timeout: 500 });
  }).toPass();
  await expect(page.locator('latelight-reader .document')).toContainText('Lanterns are counted at noon.');
  await expect.poll(() => converters(page).length).toBe(0);
});

test('a document that is left while it is converted takes its worker with it', async ({ page }) => {
  await letItHang(page);
  await openBench(page, bench);
  const started = page.waitForEvent('worker');
  await show(page, { ...lanterns, path: 'hangs.md' });
  await started;
  await show(page, { kind: 'text', path: 'next.txt', content: 'Ropes are counted at night.', passages: [] });
  await expect(page.locator('latelight-reader .document')).toContainText('Ropes are counted at night.');
  // Long before its time is over.
  await expect.poll(() => converters(page).length, { timeout: 5000 }).toBe(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
});
