// From a hit to its passage: the browser scrolls to the text of the address, and a page that loads the highlight module marks words.

import { expect, type Page, test } from '@playwright/test';
import { box, openWidget, pages, searchFor } from './widget-page.ts';

const INLINE = '<latelight-search highlight></latelight-search>';
const FILLER = '<p>Nothing of interest.</p>'.repeat(60);
const ARTICLE = `<h1>Guide</h1>${FILLER}<h2 id="part-0">Part</h2>${FILLER}
  <p>Close the <b>server</b> when close server is done, and wait for what is under way.</p><p>Then end the process.</p>${FILLER}`;

/** Serves the page that hits lead to. */
async function serveTarget(page: Page, script: string): Promise<void> {
  await page.route('**/site/docs/*.html*', (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      body: `<!doctype html><html lang="en"><meta http-equiv="Content-Security-Policy" content="script-src 'self'; style-src 'self'">
        <title>Guide</title><nav>Close</nav><main>${ARTICLE}</main>${script}`,
    }),
  );
}

const MODULE = '<script type="module" src="/highlight.js"></script>';
const marked = (page: Page) =>
  page.evaluate(() => [...(CSS.highlights.get('latelight') ?? [])].map((range) => (range as Range).toString()));

test('a hit leads to its very words, scrolled into view', async ({ page }) => {
  await serveTarget(page, '');
  await openWidget(page, '<latelight-search></latelight-search>', {});
  await searchFor(page, 'close server');
  await pages(page).first().click();
  await expect(page).toHaveTitle('Guide');
  await expect(page.getByText('wait for what is under way')).toBeInViewport();
  // The anchor alone would have stopped here.
  await expect(page.locator('#part-0')).not.toBeInViewport();
});

test('a page that loads the module marks the words, in its text alone, and changes nothing', async ({ page }) => {
  await serveTarget(page, MODULE);
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  await pages(page).first().click();
  await expect(page).toHaveTitle('Guide');
  expect(new URL(page.url()).searchParams.getAll('latelight-highlight')).toEqual(['Close']);
  await expect.poll(() => marked(page)).toEqual(['Close', 'close']);
  await expect(page.locator('mark')).toHaveCount(0);
});

test('without the Highlight API words are wrapped, and the text stays as it was', async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(CSS, 'highlights');
    Object.defineProperty(CSS, 'highlights', { value: undefined, configurable: true });
    Reflect.deleteProperty(CSS, 'highlights');
  });
  await serveTarget(page, MODULE);
  await page.goto('site/docs/guide-0.html?latelight-highlight=close&latelight-highlight=server');
  await expect(page.locator('mark')).toHaveText(['Close', 'server', 'close', 'server']);
  await expect(page.locator('main')).toContainText('Close the server when close server is done');
});

test('an address of markup and of a thousand words does no harm', async ({ page }) => {
  await serveTarget(page, MODULE);
  const evil = encodeURIComponent('<img src=x onerror=globalThis.pwned=1>');
  const many = Array.from({ length: 1000 }, (_, i) => `latelight-highlight=w${i}`).join('&');
  await page.goto(
    `site/docs/guide-0.html?latelight-highlight=${evil}&latelight-highlight=(?:x*)*y&latelight-highlight=end&${many}&latelight-highlight=process`,
  );
  await expect.poll(() => marked(page)).toEqual(['end']);
  expect(await page.evaluate(() => (globalThis as { pwned?: number }).pwned)).toBeUndefined();
});

test('a page without words in its address is left alone', async ({ page }) => {
  await serveTarget(page, MODULE);
  await page.goto('site/docs/guide-0.html');
  expect(await marked(page)).toEqual([]);
  await openWidget(page, INLINE, {});
  await expect(box(page)).toBeVisible();
});

test('of the real index, hits lead to words that are on their pages', async ({ page }) => {
  await page.goto('./#q=hide passwords in log output');
  await expect(page.getByText(/^The best 10 of/)).toBeVisible();
  const links = await pages(page).evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  const addresses = links.slice(0, 10);
  let found = 0;
  for (const address of addresses) {
    // Only a navigation that a person made scrolls to text.
    await page.goto('page.json');
    await page.evaluate(
      (href) => {
        const link = Object.assign(document.createElement('a'), { href, textContent: 'go' });
        document.body.replaceChildren(link);
      },
      address.replace(/#[^:]*:~:/, '#:~:'),
    );
    await page.getByText('go').click();
    await page.waitForLoadState('load');
    if (await page.evaluate(() => scrollY > 0)) found++;
  }
  test.info().annotations.push({ type: 'text fragments found', description: `${found} of ${addresses.length}` });
  expect(found).toBeGreaterThanOrEqual(8);
});
