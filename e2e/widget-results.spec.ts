// What a search shows: pages with their passages, pictures, more of them, templates of the page's own, and what a visitor keeps.

import { expect, type Page, test } from '@playwright/test';
import { box, handIn, openWidget, pages, requests, results, searchFor } from './widget-page.ts';

const INLINE = '<latelight-search></latelight-search>';
const MODAL = '<latelight-search mode="modal"></latelight-search>';
type Tag = (strings: TemplateStringsArray, ...values: unknown[]) => unknown;
const more = (page: Page) => page.getByRole('button', { name: 'Show more results' });
/** Keeps links from leading away, so that a test can go on after one. */
const stay = (page: Page) =>
  page.evaluate(() => addEventListener('latelight-select', (event) => event.preventDefault()));

test('asks for pages with three passages each, and shows them together', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  await expect(pages(page)).toHaveCount(10);
  const [asked] = await requests(page);
  expect(asked).toMatchObject({ query: 'close server', limit: 10, perPage: 3, firstLimit: 3 });
  const first = results(page).locator('.group').first();
  await expect(first.getByRole('link')).toHaveText([/^Guide 0\s*›?\s*Server › Part 0/, 'Part 1', 'Part 2']);
  await expect(page.getByText('The best 10 of 25 pages')).toBeVisible();
  // With hits on show, a short list in between would only flicker.
  await searchFor(page, 'close server now');
  expect((await requests(page)).at(-1)).not.toMatchObject({ firstLimit: 3 });
});

test('names two of the other pages that say the same, and leads to them', async ({ page }) => {
  const siteRoot = 'http://other.test/';
  const on = (name: string) => ({ id: 9, page: 9, site: 1, siteRoot, url: `${name}.html#same`, title: name });
  await openWidget(page, INLINE, { pageCount: 1, hit: { alsoOn: ['Pool', 'Agent', 'Client'].map(on) } });
  await searchFor(page, 'close server');
  const line = results(page).getByText('Also on');
  await expect(line).toHaveText(['Also on · Pool · Agent', 'Also on · Pool · Agent', 'Also on · Pool · Agent']);
  const agent = line.nth(1).getByRole('link', { name: 'Agent' });
  await expect(agent).toHaveAttribute('href', /^http:\/\/other\.test\/Agent\.html#same:~:text=/);
  await stay(page);
  const chosen = page.evaluate(
    () =>
      new Promise((resolve) =>
        addEventListener('latelight-select', (event) => {
          const { hit, index } = (event as CustomEvent).detail;
          resolve([hit.url, hit.headings, index]);
        }),
      ),
  );
  await agent.click();
  expect(await chosen).toEqual(['Agent.html#same', ['Server', 'Part 1'], 1]);
  // Arrow keys go from hit to hit.
  await box(page).focus();
  for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  await expect(results(page).getByRole('link', { name: 'Part 1' })).toBeFocused();
});

test('an option that is taken away or is no number is as if it had never been set', async ({ page }) => {
  await openWidget(page, '<latelight-search limit="5" per-page="2" device="wasm"></latelight-search>', {});
  const search = page.locator('latelight-search');
  await searchFor(page, 'close server');
  expect((await requests(page)).at(-1)).toMatchObject({ limit: 5, perPage: 2 });
  await search.evaluate((search) => {
    for (const name of ['limit', 'per-page', 'device']) search.removeAttribute(name);
  });
  await expect(pages(page)).toHaveCount(10);
  expect((await requests(page)).at(-1)).toMatchObject({ limit: 10, perPage: 3 });
  const options = await search.evaluate((search: HTMLElement & Record<string, unknown>) => {
    search.setAttribute('limit', 'abc');
    Object.assign(search, { perPage: undefined, shortcut: null });
    const { limit, perPage, shortcut, device } = search;
    for (const query of ['close', undefined, 'server', null]) search.query = query;
    return { limit, perPage, shortcut, device, query: search.query };
  });
  expect(options).toEqual({ limit: 10, perPage: 3, shortcut: 'on', device: 'auto', query: '' });
  await expect(box(page)).toHaveValue('');
});

test('line breaks in a query that a page sets are spaces', async ({ page }) => {
  await openWidget(page, INLINE, {});
  const set = (text: string) =>
    page.locator('latelight-search').evaluate((search, text) => {
      (search as HTMLElement & { query: string }).query = text;
      return (search as HTMLElement & { query: string }).query;
    }, text);
  expect(await set('close\nserver\r\nnow')).toBe('close server now');
  await expect(box(page)).toHaveValue('close server now');
  await expect(pages(page)).toHaveCount(10);
  expect((await requests(page)).at(-1)).toMatchObject({ query: 'close server now' });
  await page.locator('latelight-search').evaluate((search) => {
    (search as HTMLElement & { ask(query: string): void }).ask('retry\nrequests');
  });
  await expect(box(page)).toHaveValue('retry requests');
});

test('links lead to the words of the passage', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  const href = await pages(page).first().getAttribute('href');
  expect(href).toMatch(
    /\/site\/docs\/guide-0\.html#part-0:~:text=Close%20the%20server%20when,Then%20end%20the%20process$/,
  );
});

test('more results come below, where they were asked for, and the first of them has focus', async ({ page }) => {
  await openWidget(page, INLINE, { pageCount: 25 });
  await searchFor(page, 'close server');
  await more(page).focus();
  const before = await page.evaluate(() => scrollY);
  await page.keyboard.press('Enter');
  await expect(pages(page)).toHaveCount(20);
  await expect(pages(page).nth(10)).toBeFocused();
  await expect(pages(page).nth(10)).toBeInViewport();
  expect(await page.evaluate(() => scrollY)).toBe(before);
  await more(page).focus();
  await page.keyboard.press('Enter');
  await expect(pages(page)).toHaveCount(25);
  await expect(more(page)).toHaveCount(0);
  // The button is gone: the first page that came has focus.
  await expect(pages(page).nth(20)).toBeFocused();
  await expect(page.getByRole('status')).toHaveText('25 results for close server');
});

test('while more are on their way the others stay, and are not out of date', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  await page.evaluate(() => {
    const search = document.querySelector('latelight-search') as unknown as { engine: { search: object } };
    search.engine.search = () => new Promise(() => undefined);
  });
  await more(page).click();
  await expect(more(page)).toHaveAttribute('aria-disabled', 'true');
  await expect(pages(page)).toHaveCount(10);
  await expect(results(page)).not.toHaveAttribute('data-stale');
  await expect(results(page)).toHaveAttribute('aria-busy', 'false');
});

test('a hit that has focus keeps it when full results take the place of quick ones', async ({ page }) => {
  await openWidget(page, INLINE, { delayMs: 1500 });
  await box(page).fill('close server');
  await expect(page.locator('[data-stage=instant]')).toBeVisible();
  await expect(page.getByText('Quick results; better ones are on their way.')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const second = results(page).getByRole('link').nth(1);
  await expect(second).toBeFocused();
  await expect(page.locator('[data-stage=full]')).toBeVisible();
  await expect(second).toBeFocused();
});

test('Control and Enter opens the first hit from the box in a new tab', async ({ page, context }) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  const opened = context.waitForEvent('page');
  await page.keyboard.press('Control+Enter');
  expect((await opened).url()).toContain('guide-0.html');
  await expect(box(page)).toBeFocused();
  await expect(pages(page)).toHaveCount(10);
});

test('pictures are those of the site, over http alone, and leave no trace when they fail', async ({ page }) => {
  await page.route('**/docs/*.svg', (route) =>
    route.fulfill({
      contentType: 'image/svg+xml',
      body: '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"/>',
    }),
  );
  const image = results(page).locator('img');
  await openWidget(page, INLINE, { hit: { meta: { image: 'a.svg' } } });
  await searchFor(page, 'close server');
  await expect(image).toHaveCount(10);
  await expect(image.first()).toHaveAttribute('src', /\/site\/docs\/a\.svg$/);
  for (const [name, value] of [
    ['alt', ''],
    ['loading', 'lazy'],
    ['referrerpolicy', 'no-referrer'],
  ])
    await expect(image.first()).toHaveAttribute(name, value);
  await expect(image.first()).toBeVisible();
  await handIn(page, { hit: { meta: { image: 'missing.png' } } });
  await expect(image.first()).toHaveAttribute('src', /missing/);
  await expect(image.first()).toBeHidden();
  await handIn(page, { hit: { meta: { image: 'data:image/svg+xml,<svg/>' } } });
  await expect(image).toHaveCount(0);
});

test('the words of a quoted phrase that no page has can be searched without the marks', async ({ page }) => {
  const exact = [{ text: 'shut the gate', quoted: true, found: false }];
  await openWidget(page, INLINE, { pageCount: 0, result: { exact } });
  await searchFor(page, '"shut the gate" now');
  await expect(page.getByText('No page has “shut the gate”.')).toBeVisible();
  await expect(results(page)).toContainText('No results for "shut the gate" now');
  await page.getByRole('button', { name: 'Search without quotation marks' }).click();
  await expect(box(page)).toHaveValue('shut the gate now');
  await expect(box(page)).toBeFocused();
  expect((await requests(page)).at(-1)).toMatchObject({ query: 'shut the gate now' });
});

test('results without the quotation marks are said to be that, and the phrase that no page has', async ({ page }) => {
  const exact = [{ text: 'shut the gate', quoted: true, found: false }];
  await openWidget(page, INLINE, { result: { exact, phrasesMissed: true } });
  await searchFor(page, '"shut the gate" now');
  await expect(page.getByText('No page has “shut the gate”.')).toBeVisible();
  await expect(page.locator('latelight-search .missing').last()).toHaveText(
    'These are results without the quotation marks.',
  );
  await expect(page.getByRole('status')).toContainText('These are results without the quotation marks. 10 results');
  await expect(pages(page)).toHaveCount(10);
  await expect(page.getByRole('button', { name: 'Search without quotation marks' })).toHaveCount(0);
});

test('phrases that are found, but by no passage together, come with a way out when nothing is found', async ({
  page,
}) => {
  const exact = ['close', 'gate'].map((text) => ({ text, quoted: true, found: true }));
  await openWidget(page, INLINE, { result: { exact, phrasesMissed: true } });
  await searchFor(page, '"close" "gate"');
  await expect(page.getByText('No result has all that is in quotation marks.')).toBeVisible();
  await handIn(page, { pageCount: 0, result: { exact, phrasesMissed: true } });
  await page.getByRole('button', { name: 'Search without quotation marks' }).click();
  await expect(box(page)).toHaveValue('close gate');
});

test('exact words and phrases that were found are told from others', async ({ page }) => {
  const exact = [
    { text: 'setTimeout', quoted: false, found: true },
    { text: 'close the server', quoted: true, found: true },
  ];
  await openWidget(page, INLINE, { result: { exact } });
  await searchFor(page, 'setTimeout please');
  const chips = page.getByRole('toolbar').getByRole('button');
  await expect(chips.first()).toHaveAccessibleName(/^setTimeout\s?, \d+ marked, looked up letter by letter$/);
  await expect(chips.last()).not.toHaveAccessibleName(/letter/);
  await expect(page.locator('latelight-search .phrase')).toContainText('“close the server”');
});

test('what misspelt words were taken for is said in a line that was there, and can be taken back', async ({ page }) => {
  const corrections = [
    { from: 'clsoe', to: 'close', start: 0, end: 5, kind: 'spelling' },
    { from: 'serv', to: 'server', start: 10, end: 14, kind: 'completion' },
  ];
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close the serv');
  const top = async () => (await pages(page).first().boundingBox())!.y;
  const before = await top();
  await openWidget(page, INLINE, { result: { corrections } });
  await searchFor(page, 'clsoe the serv');
  const line = page.locator('latelight-search').locator('[part=spelling]');
  await expect(line).toHaveText(/^\s*Showing results for close the serv\.\s+Search for clsoe the serv instead\s*$/);
  await expect(line.locator('b')).toHaveText('close the serv');
  expect(await top()).toBe(before);
  await expect(page.getByRole('status')).toHaveText(/results for close the serv$/);
  await page.getByRole('button', { name: 'Search for clsoe the serv instead' }).press('Enter');
  await expect
    .poll(async () => (await requests(page)).at(-1))
    .toMatchObject({
      query: 'clsoe the serv',
      typoTolerance: false,
    });
  await expect(box(page)).toBeFocused();
});

test('of a word that was only finished nothing is said', async ({ page }) => {
  const corrections = [{ from: 'serv', to: 'server', start: 10, end: 14, kind: 'completion' }];
  await openWidget(page, INLINE, { result: { corrections } });
  await searchFor(page, 'close the serv');
  await expect(page.locator('latelight-search').locator('[part=note]')).toHaveText(/^\s*The best \d+ of \d+ pages\s*$/);
  await expect(page.locator('latelight-search').locator('[part=spelling]')).toHaveCount(0);
});

test('typo-tolerance="off" searches for words as they are spelt', async ({ page }) => {
  await openWidget(page, INLINE.replace('>', ' typo-tolerance="off">'), {});
  await searchFor(page, 'clsoe');
  expect((await requests(page)).at(-1)).toMatchObject({ typoTolerance: false });
});

test('a pasted stack trace and a word without end leave the first hit in sight', async ({ page }) => {
  const trace = `Error: close ${'at Server.close (node:net:2361:12) '.repeat(40)}`;
  await page.setViewportSize({ width: 1280, height: 800 });
  await openWidget(page, MODAL, {});
  await page.keyboard.press('/');
  await searchFor(page, trace);
  await expect(pages(page).first()).toBeInViewport();
  const chips = page.getByRole('toolbar').getByRole('button');
  await chips.first().focus();
  await page.keyboard.press('End');
  await expect(chips.last()).toBeFocused();
  await expect(chips.last()).toBeInViewport();
  await page.setViewportSize({ width: 320, height: 640 });
  await searchFor(page, 'x'.repeat(300));
  await expect(pages(page).first()).toBeInViewport();
  const { height } = (await chips.first().boundingBox())!;
  expect(height).toBe(44);
});

for (const mode of ['inline', 'modal']) {
  test(`resets of the page take nothing from its padding, font and colours, ${mode}`, async ({ page }) => {
    const look = async (reset: string) => {
      const body = `<style>${reset} latelight-search { --latelight-padding: 2rem; --latelight-font: monospace; }</style>
        <latelight-search mode="${mode}"></latelight-search>`;
      await openWidget(page, body, {});
      await page.locator('latelight-search').evaluate((search) => (search as HTMLElement & { show(): void }).show());
      await searchFor(page, 'close server');
      return page.locator('latelight-search').evaluate((search) => {
        const { left, top } = search.getBoundingClientRect();
        const root = search.shadowRoot as ShadowRoot;
        return [...root.querySelectorAll('.trigger, #box, .note, .results p')].map((element) => {
          const { font, color, letterSpacing, lineHeight } = getComputedStyle(element);
          const at = element.getBoundingClientRect();
          const fixed = search.getAttribute('mode') === 'modal' && !element.matches('.trigger');
          return { font, color, letterSpacing, lineHeight, x: at.x - (fixed ? 0 : left), y: at.y - (fixed ? 0 : top) };
        });
      });
    };
    const plain = await look('');
    expect(plain.length).toBeGreaterThan(10);
    expect(plain[0].font).toContain('monospace');
    expect(await look('* { margin: 0; padding: 0; font: inherit; color: red; letter-spacing: 3px }')).toEqual(plain);
    expect(await look('@layer base { * { padding: 0; line-height: 3; font-family: serif !important } }')).toEqual(
      plain,
    );
  });
}

test('a template in the element draws hits, and fills in text as text', async ({ page }) => {
  const title = '<img src=x onerror="globalThis.pwned=1">';
  await openWidget(
    page,
    `<latelight-search><template slot="hit"><article part="card"><a data-field="url"><b data-field="title"></b></a>
      <i data-field="breadcrumb"></i><p data-field="excerpt"></p><img data-field="image"></article></template></latelight-search>`,
    { hit: { title } },
  );
  await searchFor(page, 'close server');
  const card = results(page).locator('article').first();
  await expect(card.locator('b')).toHaveText(title);
  await expect(card.locator('i')).toHaveText('Server › Part 0');
  await expect(card.locator('mark').first()).toHaveText('Close');
  await expect(card.locator('img')).toHaveCount(0);
  await page.keyboard.press('ArrowDown');
  await expect(card.getByRole('link')).toBeFocused();
  expect(await page.evaluate(() => (globalThis as { pwned?: number }).pwned)).toBeUndefined();
  await page.evaluate(() => {
    const selected = new Promise((resolve) => {
      addEventListener('latelight-select', (event) => {
        event.preventDefault();
        resolve((event as CustomEvent<{ index: number }>).detail.index);
      });
    });
    Object.assign(globalThis, { selected });
  });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => (globalThis as unknown as { selected: Promise<number> }).selected)).toBe(1);
});

test('a function of the page draws hits, with a tag handed to it', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await page.evaluate(() => {
    const search = document.querySelector('latelight-search') as unknown as { renderHit: unknown };
    search.renderHit = (hit: { title: string }, group: { others: object[] }, html: Tag) =>
      html`<a href="#x"><em>${hit.title}</em> and ${group.others.length} more</a>`;
  });
  await searchFor(page, 'close server');
  await expect(results(page).getByRole('link').first()).toHaveText('Guide 0 and 2 more');
  await page.keyboard.press('ArrowDown');
  await expect(results(page).getByRole('link').first()).toBeFocused();
});

test('recent searches are kept when a hit is opened, offered in an empty box, and cleared', async ({ page }) => {
  await openWidget(page, MODAL, {});
  await stay(page);
  await page.keyboard.press('/');
  await searchFor(page, 'retry failed requests');
  await searchFor(page, 'close server');
  await pages(page).first().click();
  await page.reload();
  await page.evaluate(() => customElements.whenDefined('latelight-search'));
  await handIn(page, {});
  await page.keyboard.press('/');
  const recent = page.getByRole('region', { name: 'Recent searches' });
  await expect(recent.getByRole('listitem')).toHaveText(['close server']);
  await page.keyboard.press('ArrowDown');
  await expect(recent.getByRole('button', { name: 'close server' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(box(page)).toHaveValue('close server');
  await expect(box(page)).toBeFocused();
  await expect(pages(page)).toHaveCount(10);
  // And while typing what begins like it.
  await box(page).fill('clo');
  await expect(recent.getByRole('listitem')).toHaveText(['close server']);
  await box(page).fill('');
  await page.getByRole('button', { name: 'Clear recent searches' }).click();
  await expect(recent).toHaveCount(0);
  await expect(box(page)).toBeFocused();
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test('recents="off" and favourites="off" keep and show nothing', async ({ page }) => {
  await openWidget(page, '<latelight-search recents="off" favourites="off"></latelight-search>', {});
  await stay(page);
  await searchFor(page, 'close server');
  await expect(page.getByRole('button', { name: /^Favourite/ })).toHaveCount(0);
  await pages(page).first().click();
  await box(page).fill('');
  await expect(page.getByRole('region', { name: 'Recent searches' })).toHaveCount(0);
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test('favourites are kept by page, offered in an empty box, and taken out', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  const star = page.getByRole('button', { name: 'Favourite: Guide 1' });
  await star.focus();
  await page.keyboard.press('Space');
  await expect(star).toHaveAttribute('aria-pressed', 'true');
  await expect(star).toBeFocused();
  await box(page).fill('');
  const favourite = page.getByRole('region', { name: 'Favourites' });
  await expect(favourite.getByRole('link', { name: 'Guide 1' })).toHaveAttribute(
    'href',
    /\/site\/docs\/guide-1\.html$/,
  );
  await favourite.getByRole('button', { name: 'Remove Guide 1' }).click();
  await expect(favourite).toHaveCount(0);
  await expect(box(page)).toBeFocused();
});

test('a browser that forbids storage loses nothing but what would be stored', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await openWidget(page, INLINE, {});
  await stay(page);
  await searchFor(page, 'close server');
  await page.getByRole('button', { name: 'Favourite: Guide 1' }).click();
  await pages(page).first().click();
  await box(page).fill('');
  await expect(page.getByRole('region', { name: 'Favourites' })).toContainText('Guide 1');
  expect(errors).toEqual([]);
});

test('slots of the page: below an empty box, instead of no results, at the end', async ({ page }) => {
  const slots = ['empty', 'no-results', 'footer'].map((name) => `<p slot="${name}">Slot ${name}</p>`).join('');
  await openWidget(page, `<latelight-search>${slots}</latelight-search>`, { pageCount: 0 });
  await expect(page.getByText('Slot empty')).toBeVisible();
  await expect(page.getByText('Slot no-results')).toBeHidden();
  await searchFor(page, 'close server');
  await expect(page.getByText('Slot empty')).toBeHidden();
  await expect(page.getByText('Slot no-results')).toBeVisible();
  await expect(page.getByText('No results for')).toBeHidden();
  await expect(page.getByText('Slot footer')).toBeVisible();
});
