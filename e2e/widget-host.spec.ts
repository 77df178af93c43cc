// What pages and their frameworks do with the element: move it, take it out and put it back, set what is set already, set text where
// a number is meant, call it before it is drawn, and hand it an address that is none.

import { expect, type Page, test } from '@playwright/test';
import type { SearchResult } from '../src/types.ts';
import { box, handIn, openWidget, pages, requests, results, searchFor } from './widget-page.ts';

const INLINE = '<latelight-search></latelight-search>';
const filters = { section: { Guides: 9, Reference: 12 } };
type Search = HTMLElement & Record<string, unknown> & { ask(query: string): void; clear(): void };
const search = (page: Page) => page.locator('latelight-search');
/** As a keyed list or a router does: into another place of the page, in one go. */
const move = (page: Page) => search(page).evaluate((search) => document.body.append(search));
/** As a list that is filtered or a tab does: for longer than a task. */
const takeOut = (page: Page) =>
  search(page).evaluate((search) => {
    Object.assign(window, { search });
    search.remove();
  });
const putBack = (page: Page) =>
  page.evaluate(() => document.body.append((window as unknown as { search: Search }).search));
const hasEngine = (page: Page) => search(page).evaluate((search: Search) => search.engine !== undefined);
const more = (page: Page) => page.getByRole('button', { name: 'Show more results' });
const last = async (page: Page) => (await requests(page)).at(-1);

test('one that is moved goes from quick results on to the best', async ({ page }) => {
  await openWidget(page, INLINE, { delayMs: 300 });
  await box(page).fill('close server');
  await expect(results(page)).toHaveAttribute('data-stage', 'instant');
  await move(page);
  await expect(results(page)).toHaveAttribute('data-stage', 'full');
  await expect(results(page)).toHaveAttribute('aria-busy', 'false');
  await expect(results(page)).not.toHaveAttribute('data-stale');
});

test('one that is moved while more are on their way shows them', async ({ page }) => {
  await openWidget(page, INLINE, { delayMs: 300 });
  await searchFor(page, 'close server');
  await more(page).click();
  await move(page);
  await expect(pages(page)).toHaveCount(20);
  await expect(more(page)).toHaveAttribute('aria-disabled', 'false');
  await more(page).click();
  await expect(pages(page)).toHaveCount(25);
});

test('one that is moved with all on show asks for nothing again', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  await move(page);
  await box(page).fill('close server now');
  await expect.poll(() => last(page)).toMatchObject({ query: 'close server now' });
  expect(await requests(page)).toHaveLength(2);
});

test('what is set or asked while it is out of the page is searched when it is back', async ({ page }) => {
  await openWidget(page, INLINE, { filters, sorts: ['date'] });
  await searchFor(page, 'close server');
  for (const [set, asked] of [
    [{ filter: { section: ['Guides'] } }, { query: 'close server', filter: { section: ['Guides'] } }],
    [{ sort: 'date:desc' }, { sort: { by: 'date', order: 'desc' } }],
    [{ query: 'open server' }, { query: 'open server' }],
    [{ limit: 5 }, { limit: 5 }],
  ]) {
    const before = (await requests(page)).length;
    await search(page).evaluate(async (search: Search, set) => {
      search.remove();
      Object.assign(search, set);
      await search.updateComplete;
      document.body.append(search);
    }, set);
    await expect.poll(() => last(page)).toMatchObject(asked);
    expect(await requests(page)).toHaveLength(before + 1);
    await expect(results(page)).not.toHaveAttribute('data-stale');
  }
});

test('one that comes back after its engine was closed opens it again, and keeps its hits meanwhile', async ({
  page,
}) => {
  await openWidget(page, INLINE);
  await searchFor(page, 'close the server');
  // What shows filters and engine is there only with one.
  expect(await hasEngine(page)).toBe(true);
  const watched = await search(page).evaluateHandle((search: Search) => {
    const [told, shown]: unknown[][] = [[], []];
    const results = search.shadowRoot?.querySelector<HTMLElement>('.results') as HTMLElement;
    const look = () => shown.push([results.dataset.stage, results.querySelectorAll('h3').length]);
    new MutationObserver(look).observe(results, { attributes: true, attributeFilter: ['data-stage'], childList: true });
    search.addEventListener('latelight-results', ({ detail }) => told.push((detail as SearchResult).stage));
    return { told, shown };
  });
  await takeOut(page);
  await expect.poll(() => page.evaluate(() => (window as unknown as { search: Search }).search.engine)).toBeUndefined();
  await putBack(page);
  await expect.poll(() => watched.evaluate(({ told }) => told.at(-1))).toBe('full');
  expect(await watched.jsonValue()).toEqual({ told: ['full'], shown: [] });
  await expect(pages(page)).toHaveCount(10);
  await expect(results(page)).not.toHaveAttribute('data-stale');
  expect(await hasEngine(page)).toBe(true);
});

test('a failure goes with the engine that was closed: an eager one that is put back opens another', async ({
  page,
}) => {
  await page.route('**/manifest.json', (route) => route.fulfill({ status: 503 }));
  await openWidget(page, '<latelight-search src="../" eager></latelight-search>');
  const alert = page.getByRole('alert');
  await expect(alert).toBeVisible();
  await takeOut(page);
  await page.unroute('**/manifest.json');
  await putBack(page);
  await expect.poll(() => hasEngine(page)).toBe(true);
  await expect(alert).toHaveCount(0);
});

test('a failure goes with the engine that was closed: it is not shown while another is opened', async ({ page }) => {
  await page.route('**/manifest.json', (route) => route.fulfill({ status: 503 }));
  await openWidget(page, '<latelight-search src="../"></latelight-search>');
  const alert = page.getByRole('alert');
  await box(page).fill('close server');
  await expect(alert).toBeVisible();
  await takeOut(page);
  await page.unroute('**/manifest.json');
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/manifest.json', async (route) => {
    await held;
    await route.continue();
  });
  const asked = page.waitForRequest('**/manifest.json');
  await putBack(page);
  await asked;
  await expect(alert).toHaveCount(0);
  release();
  await expect(pages(page)).toHaveCount(10);
});

test('engine, filters, order and further indexes that are set already ask for nothing, whatever object brings them', async ({
  page,
}) => {
  await openWidget(page, INLINE, { filters, sorts: ['date'] });
  // As a framework does, which draws the page again with every result.
  await search(page).evaluate((search: Search) => {
    search.addEventListener('latelight-results', () => {
      const mergeIndex = [{ url: 'blog/' }];
      const { engine } = search;
      Object.assign(search, { engine, filter: { section: ['Guides'] }, sort: 'date:desc', mergeIndex });
    });
  });
  await searchFor(page, 'close server');
  await expect.poll(() => last(page)).toMatchObject({ filter: { section: ['Guides'] }, sort: { by: 'date' } });
  await searchFor(page, 'open server');
  const before = (await requests(page)).length;
  await more(page).click();
  await expect(pages(page)).toHaveCount(20);
  await expect(more(page)).toHaveAttribute('aria-disabled', 'false');
  await more(page).click();
  await expect(pages(page)).toHaveCount(25);
  expect(await requests(page)).toHaveLength(before + 2);
});

test('a list that was changed in place is searched when it is set again', async ({ page }) => {
  await openWidget(page, INLINE, { filters });
  await searchFor(page, 'close server');
  await search(page).evaluate((search: Search) => {
    const lists = { filter: { section: ['Guides'] }, mergeIndex: [{ url: 'blog/' }] };
    Object.assign(window, { lists });
    Object.assign(search, lists);
  });
  await expect.poll(() => last(page)).toMatchObject({ filter: { section: ['Guides'] } });
  await expect(results(page)).not.toHaveAttribute('data-stale');
  const push = (name: string, value: object | string) =>
    search(page).evaluate(
      async (search: Search, { name, value }) => {
        const { lists } = window as unknown as { lists: { filter: { section: unknown[] }; mergeIndex: unknown[] } };
        (name === 'filter' ? lists.filter.section : lists.mergeIndex).push(value);
        search[name] = lists[name as 'filter'];
        await search.updateComplete;
      },
      { name, value },
    );
  const before = (await requests(page)).length;
  await push('filter', 'Reference');
  await expect.poll(() => last(page)).toMatchObject({ filter: { section: ['Guides', 'Reference'] } });
  await push('mergeIndex', { url: 'news/' });
  expect(await requests(page)).toHaveLength(before + 2);
  expect(await search(page).evaluate((search: Search) => search.mergeIndex)).toHaveLength(2);
  await search(page).evaluate(async (search: Search) => {
    search.mergeIndex = undefined;
    await search.updateComplete;
  });
  expect(await requests(page)).toHaveLength(before + 3);
});

test('options that a framework sets as text are searched with', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await search(page).evaluate((search) => Object.assign(search, { limit: '5', perPage: '2', offline: '' }));
  await searchFor(page, 'close server');
  expect(await last(page)).toMatchObject({ limit: 5, perPage: 2 });
  expect(await search(page).evaluate((search: Search) => search.offline)).toBe(true);
});

test('what one is asked before it is drawn is searched, and emptied too', async ({ page }) => {
  await openWidget(page, '');
  await page.evaluate(() => {
    const search = document.createElement('latelight-search');
    search.ask('forgotten');
    search.clear();
    search.ask('close server');
    document.body.append(search);
  });
  await expect(box(page)).toHaveValue('close server');
  await expect(box(page)).toBeFocused();
  await expect(pages(page)).toHaveCount(10);
});

test('one out of the page searches what it is asked when it is back', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  await search(page).evaluate(async (search: Search) => {
    Object.assign(window, { search });
    search.remove();
    search.ask('open server');
    await search.updateComplete;
  });
  expect(await requests(page)).toHaveLength(1);
  await page.evaluate(() => document.body.append((window as unknown as { search: Search }).search));
  await expect.poll(() => last(page)).toMatchObject({ query: 'open server' });
  await expect(box(page)).toHaveValue('open server');
});

for (const src of ['https://', '//']) {
  test(`an address that is none, ${src}, is an error like any other, and another one works`, async ({ page }) => {
    const thrown: string[] = [];
    page.on('pageerror', ({ message }) => thrown.push(message));
    await openWidget(page, `<latelight-search src="${src}"></latelight-search>`);
    await box(page).fill('close the server');
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
    await search(page).evaluate((search: Search) => Object.assign(search, { src: '../' }));
    await expect(pages(page)).toHaveCount(10);
    await expect(page.getByRole('alert')).toHaveCount(0);
    expect(thrown).toEqual([]);
  });
}

test('with another index, engine or device an old failure goes, with nothing in the box too', async ({ page }) => {
  await page.route('**/manifest.json', (route) => route.fulfill({ status: 503 }));
  await openWidget(page, '<latelight-search src="../"></latelight-search>');
  const alert = page.getByRole('alert');
  for (const [other, value] of [
    ['src', './..'],
    ['device', 'wasm'],
    ['mergeIndex', [{ url: '../' }]],
  ] as const) {
    await box(page).focus();
    await expect(alert).toBeVisible();
    await box(page).blur();
    await search(page).evaluate((search, set) => Object.assign(search, set), { [other]: value });
    await expect(alert).toHaveCount(0);
  }
  await box(page).focus();
  await expect(alert).toBeVisible();
  await handIn(page, {});
  await expect(alert).toHaveCount(0);
  await searchFor(page, 'close server');
  await expect(pages(page)).toHaveCount(10);
});

test('a hit that is chosen after its result went, before the page is drawn again, is told with its stage and place', async ({
  page,
}) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  const told = await search(page).evaluate((search: Search) => {
    const { translations } = customElements.get('latelight-search') as unknown as { translations: object };
    // Nothing is drawn before these words are there, which is never.
    Object.assign(translations, { nl: () => new Promise(() => undefined) });
    search.lang = 'nl';
    search.query = '';
    return new Promise<object>((resolve) => {
      document.addEventListener('latelight-select', (event) => {
        event.preventDefault();
        const { stage, index } = event.detail;
        resolve({ stage, index });
      });
      search.shadowRoot?.querySelectorAll<HTMLElement>('h3 a')[1].click();
    });
  });
  expect(told).toEqual({ stage: 'full', index: 3 });
});

test('a form of the page that is called as a property of the document does not hide it', async ({ page }) => {
  await openWidget(page, `<form name="baseURI"></form><latelight-search src="../"></latelight-search>`);
  await searchFor(page, 'close the server');
  await expect(pages(page).first()).toHaveAttribute('href', /fastify/);
});
