// What a screen reader is told of a search: in the element's status, which speaks when its text changes.

import { expect, type Page, test } from '@playwright/test';
import { box, handIn, openWidget, results, searchFor } from './widget-page.ts';

const INLINE = '<latelight-search debounce="0"></latelight-search>';
const filters = { section: { Guides: 9, Reference: 12 } };
const status = (page: Page) => page.locator('latelight-search [role=status]');

/** Every change of the status from now on, whatever it then holds. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  await status(page).evaluate((status) => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver(() => said.push(status.textContent ?? '')).observe(status, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  return () => page.evaluate(() => (window as unknown as { said: string[] }).said.map((text) => text.trim()));
}

test('a number of results is said again after filters and order have changed, and only then', async ({ page }) => {
  await openWidget(page, INLINE, { filters, sorts: ['date'] });
  const said = await listen(page);
  const sentence = '10 results for close server';
  await searchFor(page, 'close server');
  await expect.poll(said).toEqual([sentence]);
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByRole('checkbox', { name: /^Guides/ }).check();
  await expect.poll(said).toEqual([sentence, sentence]);
  await page.getByRole('combobox').selectOption('date:desc');
  await expect.poll(said).toEqual([sentence, sentence, sentence]);
  await page.getByRole('button', { name: 'Clear all filters' }).click();
  await expect.poll(said).toEqual([sentence, sentence, sentence, sentence]);
  // The same question: nothing new. What comes after it shows that it was waited for.
  await page.locator('latelight-search').evaluate((search) => search.setAttribute('per-page', '2'));
  await expect(results(page).getByRole('link')).toHaveCount(18);
  await expect(results(page)).toHaveAttribute('aria-busy', 'false');
  await page.clock.install();
  await page.locator('latelight-search').evaluate((search) => search.setAttribute('per-page', '1'));
  await expect(results(page).getByRole('link')).toHaveCount(10);
  await page.clock.runFor(2000);
  expect(await said()).toHaveLength(4);
});

test('an error leaves no number of results standing', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  await expect(status(page)).toHaveText('10 results for close server');
  await handIn(page, { error: { code: 'download-failed', message: 'x' } });
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(status(page)).toHaveText('');
});

test('who waits for the first search is told so, once and without the bytes', async ({ page }) => {
  await page.route('**/manifest.json', () => undefined);
  await openWidget(page, INLINE);
  const said = await listen(page);
  await box(page).focus();
  await expect(page.locator('latelight-search .note')).toHaveText('Getting the search ready.');
  await page.keyboard.type('close');
  await expect.poll(said).toEqual(['Getting the search ready. Your search runs as soon as it is ready.']);
  await page.keyboard.type(' server');
  await handIn(page, {});
  await expect(status(page)).toHaveText('10 results for close server');
  expect(await said()).toHaveLength(2);
});

test('a long query is said and shown in part', async ({ page }) => {
  await openWidget(page, INLINE, {});
  const family = '👨‍👩‍👧‍👦';
  await searchFor(page, family.repeat(100));
  await expect(status(page)).toHaveText(`10 results for ${family.repeat(80)}…`);
  await handIn(page, { pageCount: 0 });
  await searchFor(page, 'word '.repeat(500));
  await expect(results(page).locator('bdi')).toHaveText(`${'word '.repeat(16).trim()}…`);
});
