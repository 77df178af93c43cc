// Filters and order: asked of the engine, counted by it, taken away again, and absent where an index has none.

import { expect, type Page, test } from '@playwright/test';
import { box, openWidget, pages, requests, searchFor } from './widget-page.ts';

const INLINE = '<latelight-search></latelight-search>';
const filters = { section: { Guides: 9, Reference: 12 }, version: { v4: 5, v5: 20 } };
const button = (page: Page) => page.getByRole('button', { name: 'Filters', exact: false }).first();
const value = (page: Page, name: RegExp) => page.getByRole('checkbox', { name });
const last = async (page: Page) => (await requests(page)).at(-1);

async function open(page: Page, body = INLINE, result = {}): Promise<void> {
  await openWidget(page, body, { filters, sorts: ['date', 'title'], result });
  await searchFor(page, 'close server');
}

test('several filters at once, ticked by keys, and taken away by their chips', async ({ page }) => {
  await open(page);
  expect(await last(page)).toMatchObject({ facets: true, filter: {} });
  await button(page).focus();
  await page.keyboard.press('Enter');
  await expect(button(page)).toHaveAttribute('aria-expanded', 'true');
  await expect(page.locator('latelight-search fieldset')).toHaveCount(2);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(value(page, /^Reference/)).toBeFocused();
  await page.keyboard.press('Space');
  await expect.poll(() => last(page)).toMatchObject({ filter: { section: ['Reference'] } });
  await expect(value(page, /^Reference/)).toBeChecked();
  await expect(value(page, /^Reference/)).toBeFocused();
  await value(page, /^v5/).check();
  await value(page, /^v4/).check();
  await expect.poll(() => last(page)).toMatchObject({ filter: { section: ['Reference'], version: ['v5', 'v4'] } });
  await page.getByRole('button', { name: 'Remove the filter v5' }).click();
  await expect.poll(() => last(page)).toMatchObject({ filter: { section: ['Reference'], version: ['v4'] } });
  await expect(value(page, /^v5/)).not.toBeChecked();
  await page.getByRole('button', { name: 'Clear all filters' }).click();
  await expect.poll(() => last(page)).toMatchObject({ filter: {} });
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(0);
  // What had focus is gone, and focus is where one goes on.
  await expect(button(page)).toBeFocused();
});

test('counts are those of the result, and the order is that of the index', async ({ page }) => {
  await open(page, INLINE, { facets: { section: { Guides: 3 }, version: { v4: 1, v5: 2 } } });
  await button(page).click();
  await expect(page.getByRole('checkbox')).toHaveCount(4);
  const names = await page
    .getByRole('checkbox')
    .evaluateAll((boxes) => boxes.map((box) => box.closest('label')?.innerText.split('\n')[0]));
  expect(names).toEqual(['Reference', 'Guides', 'v5', 'v4']);
  await expect(value(page, /^Reference/)).toHaveAccessibleName(/Reference.*0 pages/);
  await expect(value(page, /^Guides/)).toHaveAccessibleName(/Guides.*3 pages/);
  await expect(value(page, /^v4/)).toHaveAccessibleName(/v4.*1 page$/);
});

test('the filters attribute chooses and orders them', async ({ page }) => {
  await open(page, '<latelight-search filters="version, nothing"></latelight-search>');
  await button(page).click();
  await expect(page.locator('latelight-search fieldset')).toHaveText([/^\s*version/]);
  await page.locator('latelight-search').evaluate((search) => search.setAttribute('filters', 'off'));
  await expect(button(page)).toHaveCount(0);
});

test('no results with filters on offers to clear them', async ({ page }) => {
  await open(page, INLINE, { hits: [] });
  await page.locator('latelight-search').evaluate((search: HTMLElement & { filter?: object }) => {
    search.filter = { section: ['Guides'] };
  });
  await page.getByRole('region', { name: 'Results' }).getByRole('button', { name: 'Clear all filters' }).click();
  await expect.poll(() => last(page)).toMatchObject({ filter: {} });
});

test('the order is asked of the engine, and set by an attribute too', async ({ page }) => {
  await open(page);
  const list = page.getByLabel('Sort by');
  await expect(list).toHaveValue('');
  await list.selectOption('date, descending');
  await expect.poll(() => last(page)).toMatchObject({ sort: { by: 'date', order: 'desc' } });
  await list.selectOption('Best match');
  await expect.poll(async () => (await last(page))?.sort).toBeUndefined();
  await page.locator('latelight-search').evaluate((search) => search.setAttribute('sort', 'title:asc'));
  await expect.poll(() => last(page)).toMatchObject({ sort: { by: 'title', order: 'asc' } });
  await expect(list).toHaveValue('title:asc');
  // A name that the index has not is not asked for.
  await page.locator('latelight-search').evaluate((search) => search.setAttribute('sort', 'price'));
  await expect.poll(async () => (await last(page))?.sort).toBeUndefined();
});

test('what is on show while other filters are asked for is out of date, and says so', async ({ page }) => {
  await openWidget(page, INLINE, { filters });
  await searchFor(page, 'close server');
  await page.evaluate(() => {
    const search = document.querySelector('latelight-search') as unknown as {
      engine: { search: object };
      filter: object;
    };
    search.engine.search = () => new Promise(() => undefined);
    search.filter = { section: ['Guides'] };
  });
  await expect(page.getByRole('region', { name: 'Results' })).toHaveAttribute('aria-busy', 'true');
  await expect(page.locator('.results[data-stale]')).toBeVisible();
});

test('an index without filters and orders shows neither', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  await expect(pages(page)).toHaveCount(10);
  await expect(page.locator('latelight-search .refine')).toHaveCount(0);
  expect(await last(page)).toMatchObject({ facets: false });
  await expect(box(page)).toBeFocused();
});

for (const mode of ['inline', 'modal']) {
  test(`everything stays inside 160 px, ${mode}`, async ({ page }) => {
    await page.setViewportSize({ width: 160, height: 640 });
    const style = '<style>body { margin: 0 } h1 { font-size: 1rem }</style>';
    await openWidget(page, `${style}<latelight-search mode="${mode}"></latelight-search>`, {
      filters,
      sorts: ['date'],
    });
    await page.locator('latelight-search').evaluate((search) => (search as HTMLElement & { show(): void }).show());
    await searchFor(page, `close ${'x'.repeat(300)}`);
    await button(page).click();
    await page.getByRole('checkbox').first().check();
    const outside = await page.locator('latelight-search').evaluate((search) => {
      const elements = [...(search.shadowRoot as ShadowRoot).querySelectorAll('.scroll *:not(.hidden)')];
      return elements
        .filter((element) => element.getBoundingClientRect().right > 160)
        .map(({ outerHTML }) => outerHTML);
    });
    expect(outside).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(160);
  });
}
