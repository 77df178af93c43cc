// The real page with its real engine, by keys and buttons: what comes in is found, opened at its passage, marked, cited; indexing is
// stopped and goes on; the page stays quick meanwhile.

import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { docxFile, pageOf, pdfFile } from '../src/ingest/documents.fixture.ts';
import { addFiles, firstHit, LIBRARY, type LibraryElement, listed, openLibraryPage, settled } from './library-page.ts';
import { longestTask } from './main-thread.ts';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
/** Enough for a passage of each page. */
const RULES = Array.from(
  { length: 8 },
  (_, n) => `The tenant agrees to rule number ${n} of the house and keeps it clean.`,
);
const LEASE = {
  path: 'home/lease.pdf',
  base64: base64(
    pdfFile({
      pages: [pageOf(...RULES), pageOf('The landlord pays for the new boiler and repairs it.', ...RULES)],
    }),
  ),
};
const BREAD = {
  path: 'home/bread.docx',
  base64: base64(docxFile([{ text: 'Knead the dough for ten minutes and let it rise.' }])),
};
const SKY = {
  path: 'sky/telescopes.md',
  text: `# Telescopes\n\nTelescopes gather light from distant galaxies.\n\n${'## Filler\n\nNothing of note is said here.\n\n'.repeat(30)}`,
};
/** pdf.js measures text on it: without size, and outside all landmarks. */
const PDF_CANVAS = '.hiddenCanvasElement';
const fastify = (name: string) => ({
  path: `fastify/${name}.html`,
  text: readFileSync(`demo/docs/fastify/${name}.html`, 'utf8'),
});

const searchBox = (page: Page) => page.locator('latelight-search').getByRole('searchbox');
const hits = (page: Page) => page.locator('latelight-search .results[data-stage=full]:not([data-stale])');
const reader = (page: Page) => page.locator('latelight-reader');

async function ask(page: Page, query: string): Promise<void> {
  await page.keyboard.press('/');
  await expect(searchBox(page)).toBeFocused();
  await page.keyboard.type(query);
  await expect(hits(page)).toBeVisible();
}

async function openBest(page: Page): Promise<void> {
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(reader(page)).toBeVisible();
}

/** Words that the reader's highlights hold, by highlight name. */
function marked(page: Page): Promise<string> {
  return page.evaluate(() =>
    [...CSS.highlights.values()]
      .flatMap((highlight) => [...highlight])
      .map((range) => range.toString())
      .join(' '),
  );
}

test('a browser with WebAssembly switched off is told so', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
  await page.goto(LIBRARY);
  await expect(page.getByText('expected WebAssembly, got a browser that has it switched off')).toBeVisible();
});

test('text that is pasted is indexed and found, and the browser is asked to keep it', async ({ page }) => {
  await page.addInitScript(() => {
    const asked = { times: 0 };
    (globalThis as { asked?: unknown }).asked = asked;
    navigator.storage.persist = async () => {
      asked.times++;
      return false;
    };
  });
  await openLibraryPage(page);
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'Lighthouses warn ships of rocks at night.');
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await expect.poll(async () => (await listed(page)).map(({ state }) => state)).toEqual(['done']);
  await ask(page, 'danger for boats');
  await expect(hits(page)).toContainText('Lighthouses warn ships');
  expect(await page.evaluate(() => (globalThis as unknown as { asked: { times: number } }).asked.times)).toBe(1);
});

test('a misspelt word finds what the right one does', async ({ page }) => {
  await openLibraryPage(page);
  await addFiles(page, [BREAD, SKY]);
  await settled(page);
  await ask(page, 'telesocpes');
  const search = page.locator('latelight-search');
  await expect(search).toContainText('telescopes');
  await expect(search.getByRole('button', { name: /instead/ })).toContainText('telesocpes');
  await expect(hits(page).getByRole('listitem').first()).toContainText('gather light');
});

test('a hit opens the PDF at its page with the passage marked; its citation is copied; Escape leads back', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openLibraryPage(page);
  await addFiles(page, [BREAD, SKY, LEASE]);
  await settled(page);
  await ask(page, 'who repairs the heating');
  await expect(hits(page).getByRole('listitem').first()).toContainText('boiler');
  await expect(page.getByText('The best 3 of 3 documents')).toBeVisible();
  await openBest(page);
  await expect(reader(page).getByRole('textbox', { name: 'Page' })).toHaveValue('2');
  await expect.poll(() => marked(page)).toContain('boiler');
  // What pdf.js measures with takes no line below the app.
  await expect(page.locator('body > canvas').first()).toHaveCSS('display', 'none');
  await expect(reader(page).locator('.text-layer :focus')).toContainText('boiler');
  await expect(page).toHaveTitle(/^lease.* - Library$/i);
  await reader(page).getByRole('button', { name: 'Copy citation' }).click();
  await expect(reader(page).getByText('Citation copied')).toBeVisible();
  const citation = await page.evaluate(() => navigator.clipboard.readText());
  expect(citation).toContain('The landlord pays for the new boiler');
  expect(citation).toMatch(/lease.*(p\.|page) 2/is);

  // Another passage of it has an address of its own, which opens by itself.
  await reader(page).getByRole('button', { name: 'Previous passage' }).click();
  await expect(page).toHaveURL(/doc=\d+&passage=0/);
  await expect(reader(page).getByRole('textbox', { name: 'Page' })).toHaveValue('1');
  await page.reload();
  await expect(reader(page).getByRole('textbox', { name: 'Page' })).toHaveValue('1');
  await page.keyboard.press('Escape');
  await expect(reader(page)).toBeHidden();
});

test('a hit of the passage that reading on has led to leads to it once more', async ({ page }) => {
  await page.setViewportSize({ width: 1400, height: 800 });
  await openLibraryPage(page);
  await addFiles(page, [LEASE]);
  await settled(page);
  const [{ id }] = await listed(page);
  // As a hit does, with the words that are marked already.
  const open = (passage: number) =>
    page.evaluate(
      ([documentId, passage]) => {
        document.querySelector('latelight-library')!.openPlace({ documentId, passage, words: ['tenant'] });
      },
      [id, passage] as const,
    );
  await open(0);
  const start = reader(page).locator('.text-layer :focus');
  await expect(start).toContainText('rule number 0');
  await reader(page).getByRole('button', { name: 'Next passage' }).press('Enter');
  await expect(page).toHaveURL(/&passage=1&words=tenant$/);
  await searchBox(page).focus();
  await open(1);
  await expect(start).toContainText('boiler');
});

test('folders and kinds narrow the search', async ({ page }) => {
  await openLibraryPage(page);
  await addFiles(page, [BREAD, SKY, LEASE]);
  await settled(page);
  await ask(page, 'who repairs the heating');
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByRole('checkbox', { name: /^sky/ }).check();
  await expect(hits(page).getByRole('listitem').first()).toContainText('Telescopes');
  await page.getByRole('checkbox', { name: /^sky/ }).uncheck();
  await page.getByRole('checkbox', { name: /^Word/ }).check();
  await expect(hits(page).getByRole('listitem').first()).toContainText('dough');
});

test('indexing is paused, goes on after a reload only when it is resumed, and the rest can be cancelled', async ({
  page,
}) => {
  await openLibraryPage(page);
  await addFiles(page, ['Guides/Serverless', 'Reference/Reply', 'Reference/Request', 'Guides/Testing'].map(fastify));
  await expect.poll(async () => (await listed(page)).some(({ doneCount }) => doneCount > 0)).toBe(true);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeFocused();
  await page.reload();
  await openLibraryPage(page);
  await expect(page.getByText('Paused')).toBeVisible();
  await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.engine.ready);
  const before = (await listed(page)).map(({ doneCount }) => doneCount);
  // A search takes its turn after whatever an unpaused indexer would have begun.
  await ask(page, 'serverless');
  expect((await listed(page)).map(({ doneCount }) => doneCount)).toEqual(before);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect
    .poll(async () => (await listed(page)).reduce((sum, { doneCount }) => sum + doneCount, 0))
    .toBeGreaterThan(before.reduce((sum, count) => sum + count, 0));
  await page.getByRole('button', { name: 'Cancel the rest' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove them' }).click();
  await expect.poll(async () => (await listed(page)).filter(({ state }) => state !== 'done')).toEqual([]);
  await expect(page.getByRole('region', { name: 'Indexing' })).toBeHidden();
});

test('shortcuts of the installed app put the cursor where it is wanted', async ({ page }) => {
  await openLibraryPage(page, `${LIBRARY}?add`);
  await expect(page.getByRole('button', { name: 'Add files' })).toBeFocused();
  await expect(page).toHaveURL(new RegExp(`${LIBRARY}$`));
  await addFiles(page, [BREAD]);
  await settled(page);
  await openLibraryPage(page, `${LIBRARY}?search`);
  await expect(searchBox(page)).toBeFocused();
});

test('privacy is said in plain words, and axe finds nothing in the list, the results, filters and the reader', async ({
  page,
}) => {
  await openLibraryPage(page);
  await expect(page.getByText('Everything stays on this device').first()).toBeVisible();
  await page.getByText('Privacy', { exact: true }).click();
  await expect(page.getByText('Nothing of your documents or your questions is sent anywhere.')).toBeVisible();
  await addFiles(page, [BREAD, SKY, LEASE, { path: 'empty.txt', text: '' }, { path: 'bad.pdf', text: '%PDF-1.7 no' }]);
  await settled(page);
  const problems = async () => {
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const { violations } = await new AxeBuilder({ page }).exclude(PDF_CANVAS).analyze();
      found.push(
        ...violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      );
    }
    return found;
  };
  expect(await problems()).toEqual([]);
  await expect(page.getByText('Failed. Damaged PDF')).toBeVisible();
  await ask(page, 'who repairs the heating');
  expect(await problems()).toEqual([]);
  await page.getByRole('button', { name: 'Filters' }).click();
  expect(await problems()).toEqual([]);
  await searchBox(page).focus();
  await openBest(page);
  await expect.poll(() => marked(page)).toContain('boiler');
  expect(await problems()).toEqual([]);
});

test('an open document that is still being indexed is not opened again with every passage, and knows them all at the end', async ({
  page,
}) => {
  await openLibraryPage(page);
  await addFiles(page, [fastify('Guides/Serverless')]);
  await expect.poll(async () => (await listed(page))[0].doneCount).toBeGreaterThan(0);
  await page.getByRole('link', { name: /AWS|Serverless/ }).click();
  await expect(reader(page).getByRole('region', { name: 'Document text' })).toContainText('Google Cloud Run');
  await reader(page)
    .locator('.document')
    .evaluate((root) => root.firstElementChild!.setAttribute('data-first', ''));
  await settled(page);
  const passages = () =>
    reader(page).evaluate((element) => (element as HTMLElement & { passages: unknown[] }).passages.length);
  const [{ passageCount }] = await listed(page);
  await expect.poll(passages).toBe(passageCount);
  await expect(reader(page).locator('.document [data-first]')).toHaveCount(1);
});

test('an address that was kept, and a reader that is open, lead to the new version of a document that changed', async ({
  page,
}) => {
  await openLibraryPage(page);
  const plan = (when: string) => ({ path: 'plan.md', text: `# Plan\n\nThe choir rehearses on ${when}.` });
  await addFiles(page, [plan('Tuesday evening')]);
  await settled(page);
  const { url } = await firstHit(page, 'when does the choir sing');
  await page.goto(new URL(url, page.url()).href);
  const reader = page.locator('latelight-reader');
  await expect(reader).toContainText('Tuesday evening');
  for (const when of ['Wednesday', 'Thursday']) {
    await addFiles(page, [plan(when)]);
    await settled(page);
    await expect(reader).toContainText(when);
  }
  // One that was itself replaced before it was done.
  await addFiles(page, [plan('Friday')]);
  await addFiles(page, [plan('Saturday')]);
  await settled(page);
  await expect(reader).toContainText('Saturday');
  await openLibraryPage(page, new URL(url, page.url()).href);
  await expect(reader).toContainText('Saturday');
});

test('no task of the page takes 50 ms while documents are indexed and somebody searches', async ({ page, browser }) => {
  await openLibraryPage(page);
  await addFiles(page, [SKY]);
  await settled(page);
  const { cpuMs } = await longestTask(browser, page, async () => {
    await addFiles(page, ['Guides/Serverless', 'Guides/Testing', 'Reference/Reply'].map(fastify));
    await page.locator('latelight-search #box').focus();
    await page.keyboard.type('light from far away', { delay: 50 });
    await settled(page);
  });
  expect((await listed(page)).map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
  expect(cpuMs).toBeLessThan(50);
});
