// Everything by keys alone, on the demo index with the real engine.

import { expect, type Page, test } from '@playwright/test';
import { queryOf } from '../src/page/query-address.ts';

const QUERY = 'set a request timeout';
const box = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const hits = (page: Page) => page.getByRole('region', { name: 'Results' }).getByRole('link');
const chip = (page: Page, word: string) =>
  page.getByRole('toolbar').getByRole('button', { name: new RegExp(`^${word}\\b`) });
const leave = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());

async function searchFor(page: Page, query = QUERY): Promise<void> {
  await page.goto('./');
  await box(page).focus();
  await page.keyboard.type(query);
  // Hits of the full stage: nothing takes their place any more.
  await expect(page.getByText(/^The best 10 of/)).toBeVisible();
  await expect(page).toHaveURL((url) => queryOf(url) === query);
}

test('the slash key reaches the box from the page, and is a slash inside a field', async ({ page }) => {
  await page.goto('./');
  await leave(page);
  await page.keyboard.press('/');
  await expect(box(page)).toBeFocused();
  await expect(box(page)).toHaveValue('');
  await page.keyboard.type('a/b');
  await expect(box(page)).toHaveValue('a/b');

  await page.evaluate(() => document.querySelector('footer')?.append(document.createElement('textarea')));
  const other = page.locator('footer textarea');
  await other.focus();
  await page.keyboard.press('/');
  await expect(other).toHaveValue('/');
});

test('arrows, Home and End walk from the box through the hits and back', async ({ page }) => {
  await searchFor(page);
  await page.keyboard.press('ArrowDown');
  await expect(hits(page).first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(hits(page).nth(1)).toBeFocused();
  await page.keyboard.press('End');
  await expect(hits(page).last()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(hits(page).last()).toBeFocused();
  await page.keyboard.press('Home');
  await expect(hits(page).first()).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(box(page)).toBeFocused();
});

test('Enter moves from the box to the first hit, and opens the hit that has focus', async ({ page }) => {
  await searchFor(page);
  await page.keyboard.press('Enter');
  await expect(hits(page).first()).toBeFocused();
  const address = await hits(page)
    .first()
    .evaluate((link: HTMLAnchorElement) => link.href);
  await page.keyboard.press('Enter');
  // Scripts of a page do not see the text that its address leads to.
  await expect(page).toHaveURL(address.split(':~:')[0]);
});

test('Control and Enter opens the hit in a new tab', async ({ page, context }) => {
  await searchFor(page);
  await page.keyboard.press('ArrowDown');
  const opened = context.waitForEvent('page');
  await page.keyboard.press('Control+Enter');
  await opened;
  await expect(hits(page).first()).toBeFocused();
});

test('Escape leads from a hit to the box, clears it, and leaves it', async ({ page }) => {
  await searchFor(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await expect(box(page)).toBeFocused();
  await expect(box(page)).toHaveValue(QUERY);
  await page.keyboard.press('Escape');
  await expect(box(page)).toHaveValue('');
  await expect(hits(page)).toHaveCount(0);
  await expect(page).toHaveURL((url) => url.hash === '');
  await expect(box(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(box(page)).not.toBeFocused();
});

test('a letter typed on a hit goes on with the query', async ({ page }) => {
  await searchFor(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.type('s');
  await expect(box(page)).toBeFocused();
  await expect(box(page)).toHaveValue(`${QUERY}s`);
});

test('a chip shows the marks of its word alone, and Space keeps them', async ({ page }) => {
  await searchFor(page);
  const marks = page.locator('mark');
  const dim = page.locator('mark[data-dim]');
  await expect(dim).toHaveCount(0);
  await page.keyboard.press('Tab'); // the button that clears
  await page.keyboard.press('Tab'); // how the search was made
  await page.keyboard.press('Tab');
  await expect(chip(page, 'set')).toBeFocused();
  await page.keyboard.press('End');
  await expect(chip(page, 'timeout')).toBeFocused();
  await expect(dim).not.toHaveCount(0);
  const shown = await page.locator('mark:not([data-dim])').allTextContents();
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.some((text) => /timeout/i.test(text))).toBe(true);

  await page.keyboard.press('Space');
  await expect(chip(page, 'timeout')).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('ArrowUp');
  await expect(box(page)).toBeFocused();
  await expect(page.locator('mark:not([data-dim])')).toHaveText(shown);

  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(chip(page, 'timeout')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(chip(page, 'timeout')).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('ArrowLeft');
  await expect(chip(page, 'request')).toBeFocused();
  expect(await marks.count()).toBeGreaterThan(shown.length);
});

test('the details of a search open with Enter and close with Escape', async ({ page }) => {
  await searchFor(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Finding what matched')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText('Finding what matched')).toBeHidden();
  await expect(box(page)).toHaveValue(QUERY);
});

test('results are always those of what the box holds, and the last are announced', async ({ page }) => {
  await page.goto('./');
  const shown = await page.evaluateHandle(() => {
    const queries: { result: string; box: string }[] = [];
    const search = document.querySelector('latelight-search') as unknown as HTMLElement & { query: string };
    search.addEventListener('latelight-results', (event) => {
      queries.push({ result: (event as CustomEvent<{ query: string }>).detail.query, box: search.query });
    });
    return queries;
  });
  await page.keyboard.press('/');
  await page.keyboard.type('validate the body', { delay: 30 });
  await page.keyboard.press('Control+a');
  await page.keyboard.type(QUERY);
  await expect(page.getByRole('status')).toHaveText(`10 results for ${QUERY}`);
  const queries = await shown.jsonValue();
  expect(queries.filter(({ result, box }) => result !== box)).toEqual([]);
  expect(queries.at(-1)?.result).toBe(QUERY);
  await expect(chip(page, 'timeout')).toBeVisible();
  await expect(chip(page, 'validate')).toHaveCount(0);
});

test('a search can be linked and reloaded', async ({ page }) => {
  await page.goto(`./#q=${encodeURIComponent(QUERY)}`);
  await expect(box(page)).toHaveValue(QUERY);
  await expect(page.getByText(/^The best 10 of/)).toBeVisible();
  const before = await hits(page).allTextContents();
  await page.reload();
  await expect(box(page)).toHaveValue(QUERY);
  await expect(hits(page)).toHaveText(before);
});

test('an example fills the box and searches', async ({ page }) => {
  await page.goto('./');
  const example = page.getByRole('region', { name: 'Ask in your own words' }).getByRole('button').first();
  const question = (await example.textContent()) ?? '';
  await example.focus();
  await page.keyboard.press('Enter');
  await expect(box(page)).toHaveValue(question);
  await expect(box(page)).toBeFocused();
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('heading')).toHaveCount(10);
  await expect(example).toBeHidden();
});
