// <latelight-reader> has HTML, Markdown, DOCX and EPUB made into what it shows by a worker: one that hangs is ended, and holds up nothing.

import { expect, type Page, test } from '@playwright/test';
import { parseMarkdown } from '../src/ingest/markdown.ts';
import { type Bench, marked, openBench, serveBench, show } from './library-reader-page.ts';

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
      body: "addEventListener('message', ({ data: { id } }) => { postMessage({ type: 'reading', id }); console.log('reading'); for (;;); });",
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
  const reading = page.waitForEvent('console', (message) => message.text() === 'reading');
  await show(page, { ...lanterns, path: 'hangs.md' });
  // A clock that is moved before takes the worker for one that never says a word.
  await reading;
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

const opened = Array.from({ length: 400 }, (_, at) => `<b id=b${at}>`).join('');
const paragraphs = `${'<p>x'.repeat(5000)}<p>Lanterns are counted at noon.`;
for (const { name, kind, content } of [
  {
    name: 'HTML whose elements the parser makes again in every paragraph',
    kind: 'html',
    content: `<p>${opened}${paragraphs}`,
  },
  { name: 'HTML that multiplies once it is written again', kind: 'html', content: `<p><table>${opened}${paragraphs}` },
  { name: 'Markdown with HTML that multiplies', kind: 'markdown', content: `x\n\n<div><p>${opened}${paragraphs}` },
] as const) {
  test(`${name} is shown, and the page stays usable`, async ({ page }) => {
    await openBench(page, bench);
    await show(page, { kind, path: `multiplies.${kind}`, content, passages, passage: 0 });
    await expect(page.locator('latelight-reader .document')).toContainText('Lanterns are counted at noon.');
    await expect
      .poll(() => page.evaluate(() => [...(CSS.highlights.get('latelight-passage') ?? [])].map(String).join('')))
      .toBe('Lanterns are counted at noon.');
    const made = () =>
      page.locator('latelight-reader').evaluate((reader) => reader.shadowRoot!.querySelectorAll('*').length);
    expect(await made()).toBeLessThan(20_000);
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
}

test('a passage is found whole in words that have readings beside them', async ({ page }) => {
  await openBench(page, bench);
  const content = '# Noon\n\n<ruby>灯<rp>(</rp><rt>とう</rt><rp>)</rp>台<rt>だい</rt></ruby>の油は九リットル。';
  const [{ blocks }] = parseMarkdown(content, { path: 'ruby.md' }).sections;
  expect(blocks.map(({ text }) => text)).toEqual(['灯台の油は九リットル。']);
  const found = [{ ...passages[0], text: blocks[0].text }];
  await show(page, { ...lanterns, content, passages: found, path: 'ruby.md' });
  await expect.poll(() => marked(page, 'latelight-passage')).toBe('灯|台|の油は九リットル。');
});
