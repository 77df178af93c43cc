// Nothing that an index, a page.json or an error says is ever HTML, and no address in it but http(s) is a link. The hits are
// handed in through `engine`: the element must hold even if everything before it failed.

import { expect, type Page, test } from '@playwright/test';

test.use({ serviceWorkers: 'block' });

const EVIL = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';

async function watch(page: Page): Promise<{ thirdParty: string[]; console: string[] }> {
  const seen = { thirdParty: [] as string[], console: [] as string[] };
  const origin = new URL(test.info().project.use.baseURL!).origin;
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^http/.test(url.protocol) && url.origin !== origin) seen.thirdParty.push(request.url());
  });
  page.on('console', (message) => {
    // Blocking service workers is this file's own doing, and the browser driver says so.
    if (/Service Worker registration blocked/.test(message.text())) return;
    if (['error', 'warning'].includes(message.type())) seen.console.push(message.text());
  });
  page.on('pageerror', (error) => seen.console.push(String(error)));
  return seen;
}

/** Hands in an engine whose answer is one hit, and searches. */
async function show(page: Page, hit: object, words = [{ text: EVIL, start: 0, end: 1 }]): Promise<void> {
  await page.goto('./');
  await page.evaluate(
    ({ hit, words }) => {
      const timings = { encodeMs: 1, scoreMs: 1, fetchMs: 0, alignMs: 0, totalMs: 2 };
      const base = {
        id: 0,
        url: 'a.html',
        title: 'Title',
        headings: [],
        excerpt: 'Text',
        marks: [],
        meta: {},
        score: 1,
      };
      const search = document.querySelector('latelight-search') as unknown as { engine: object; query: string };
      search.engine = {
        siteRoot: new URL('docs/', location.href).href,
        notice: words[0].text,
        search: (query: string) =>
          Promise.resolve({
            query,
            words,
            hits: [{ ...base, ...hit }],
            backend: 'wasm',
            encoder: 'wasm',
            passageCount: 1,
            timings,
          }),
      };
      search.query = 'anything';
    },
    { hit, words },
  );
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('listitem')).toHaveCount(1);
}

async function expectHarmless(page: Page): Promise<void> {
  expect(await page.evaluate(() => (globalThis as { pwned?: number }).pwned)).toBeUndefined();
  await expect(page.locator('latelight-search img, latelight-search script')).toHaveCount(0);
}

test('markup in a hit is shown as it was written', async ({ page }) => {
  const seen = await watch(page);
  const marks = [{ start: 1, end: 4, queryWord: 0, strength: 1 }];
  await show(page, { title: EVIL, headings: [EVIL, '<b>bold</b>'], excerpt: EVIL, marks });
  const hit = page.getByRole('region', { name: 'Results' }).getByRole('listitem');
  await expect(hit.getByRole('heading')).toContainText(EVIL);
  await expect(hit.getByRole('heading')).toContainText('<b>bold</b>');
  await expect(hit.locator('p')).toHaveText(EVIL);
  await expect(page.getByRole('toolbar').getByRole('button')).toContainText(EVIL);
  await expectHarmless(page);
  expect(seen).toEqual({ thirdParty: [], console: [] });
});

for (const url of [
  'javascript:globalThis.pwned=1',
  ' jAvAsCrIpT:globalThis.pwned=1',
  'data:text/html,<script>1</script>',
]) {
  test(`${url} is no link`, async ({ page }) => {
    await show(page, { url, title: 'Click me' });
    await expect(page.getByText('Click me')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Click me' })).toHaveCount(0);
    await page.getByText('Click me').click();
    await expectHarmless(page);
  });
}

test('addresses lead from the root of the site', async ({ page, baseURL }) => {
  await show(page, { url: 'guide/setup.html#install', title: 'Setup' });
  const address = await page.getByRole('link', { name: 'Setup' }).evaluate((link: HTMLAnchorElement) => link.href);
  expect(address).toBe(new URL('docs/guide/setup.html#install', baseURL).href);
});

test('marks beyond, across and inside each other lose no text', async ({ page }) => {
  const mark = (start: number, end: number) => ({ start, end, queryWord: 7, strength: 9 });
  const marks = [mark(-4, 2), mark(1, 1), mark(3, 2), mark(2, 9e9), mark(Number.NaN, 3), mark(0, 1e300)];
  await show(page, { excerpt: 'short text', marks });
  await expect(page.getByRole('listitem').locator('p')).toHaveText('short text');
});

test('text without a break stays inside a narrow page', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  const long = 'x'.repeat(4000);
  await show(page, { title: long, headings: [long], excerpt: long }, [{ text: long, start: 0, end: 1 }]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

test('a page.json of markup and wrong types does no harm', async ({ page }) => {
  await page.route('**/page.json', (route) =>
    route.fulfill({ json: { title: EVIL, tagline: 7, examples: [EVIL, 3] } }),
  );
  await page.goto('./');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(EVIL);
  await expect(page.getByRole('button', { name: 'onerror' })).toHaveText(EVIL);
  await expectHarmless(page);
});

test('an error message of markup is shown as text', async ({ page }) => {
  await page.goto('./');
  await page.evaluate((message) => {
    const search = document.querySelector('latelight-search') as unknown as { engine: object; query: string };
    search.engine = { siteRoot: location.href, notice: '', search: () => Promise.reject(new Error(message)) };
    search.query = 'anything';
  }, EVIL);
  await expect(page.getByRole('alert')).toContainText(EVIL);
  await expectHarmless(page);
});

test('a real search violates no policy and asks nobody else', async ({ page }) => {
  const seen = await watch(page);
  await page.goto('./#q=timeout');
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('heading').getByRole('link')).toHaveCount(10);
  expect(seen).toEqual({ thirdParty: [], console: [] });
});
