// The search page of an index folder: what its tab, its history and its outline say.

import { expect, type Page, test } from '@playwright/test';
import { queryOf } from '../src/page/query-address.ts';
import { SMALL } from './engine.ts';
import { handIn } from './widget-page.ts';

// A worker's own requests are out of a test's reach.
test.use({ serviceWorkers: 'block' });

test('the title has the query, and goes back to the page’s own', async ({ page }) => {
  await page.route('**/page.json', (route) => route.fulfill({ json: { title: 'Fastify docs' } }));
  await page.goto('./');
  await expect(page).toHaveTitle('Fastify docs');
  await page.getByRole('searchbox').fill('set a request timeout');
  await expect(page).toHaveTitle('set a request timeout - Fastify docs');
  await page.reload();
  await expect(page).toHaveTitle('set a request timeout - Fastify docs');
  await page.getByRole('searchbox').fill('');
  await expect(page).toHaveTitle('Fastify docs');
});

test('the search has one heading', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByRole('searchbox')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Search', level: 2 })).toHaveCount(1);
});

test('the address is written once typing pauses, or a hit is followed, and never twice alike', async ({ page }) => {
  await page.addInitScript(() => {
    const { replaceState } = history;
    const writes: { address: string; at: number }[] = [];
    Object.assign(window, { writes });
    history.replaceState = (...args) => {
      writes.push({ address: String(args[2]), at: performance.now() });
      replaceState.apply(history, args);
    };
  });
  const writes = async () => {
    const made = await page.evaluate(() => (window as unknown as { writes: { address: string; at: number }[] }).writes);
    return made.map(({ address, at }) => ({ query: queryOf(new URL(address)), at }));
  };
  await page.goto('./');
  await handIn(page, { delayMs: 1 }); // an instant result and a full one for every key
  const text = 'set a request timeout';
  await page.getByRole('searchbox').pressSequentially(text);
  await expect.poll(async () => (await writes()).at(-1)?.query).toBe(text);
  const typed = await writes();
  for (let i = 1; i < typed.length; i++) expect(typed[i].at - typed[i - 1].at).toBeGreaterThan(390);
  expect(new Set(typed.map(({ query }) => query)).size).toBe(typed.length);
  // A hit is followed before the pause is over.
  const address = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const search = document.querySelector('latelight-search')!;
        search.addEventListener('latelight-results', () => {
          search.dispatchEvent(new Event('latelight-select'));
          resolve(location.hash);
        });
      }),
  );
  await page.getByRole('searchbox').fill('close');
  expect(await address).toBe('#q=close');
});

/** Addresses and Referers of all that the page asks the server for from now on, as they are sent: without what stands behind a #. */
function watchRequests(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request) => {
    const address = request.url().split('#')[0];
    sent.push(`${address} from ${request.headers().referer ?? ''}`);
  });
  return sent;
}

test('what is asked stays in the browser: no hit is told of it, nor the server when the page is loaded again', async ({
  page,
}) => {
  const sent = watchRequests(page);
  await page.goto(SMALL);
  await page.getByRole('searchbox').fill('hide passwords');
  await expect(page).toHaveURL(/q=hide\+passwords$/);
  const hit = page.getByRole('region', { name: 'Results' }).getByRole('heading').getByRole('link').first();
  await hit.click();
  await page.waitForURL(/\/docs\//);
  await page.goBack();
  await expect(page.getByRole('searchbox')).toHaveValue('hide passwords');
  await page.reload();
  await expect(hit).toBeVisible();
  expect(sent.filter((request) => /passwords/.test(request))).toEqual([]);
  expect(sent).toContainEqual(expect.stringMatching(/\/docs\/\S+ from $/));
  // Opened, come back to, loaded again.
  expect(sent.filter((request) => request === `${SMALL} from `)).toHaveLength(3);
});

test('nor does what is asked in the playground leave the browser', async ({ page }) => {
  const sent = watchRequests(page);
  await page.goto(`${SMALL}playground.html`);
  await page.getByRole('searchbox', { name: 'Query' }).fill('hide passwords');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/q=hide\+passwords$/);
  await page.getByRole('link', { name: 'The search page' }).click();
  await expect(page.getByRole('searchbox', { name: 'Search' })).toBeVisible();
  await page.goBack();
  await page.reload();
  await expect(page.getByRole('searchbox', { name: 'Query' })).toHaveValue('hide passwords');
  expect(sent.filter((request) => /passwords/.test(request))).toEqual([]);
});

for (const name of ['', 'playground.html'])
  test(`an old link to ${name || 'the search page'} has its query moved to where no server is told`, async ({
    page,
  }) => {
    await page.goto(`${SMALL}${name}?q=hide+passwords`);
    await expect(page.getByRole('searchbox')).toHaveValue('hide passwords');
    await expect(page).toHaveURL(`${SMALL}${name}#q=hide+passwords`);
  });

test('another query pasted into the address is searched for', async ({ page }) => {
  await page.goto('./#q=close');
  await handIn(page, {});
  await page.evaluate(() => {
    location.hash = '#q=set%20a%20timeout';
    // What the page does a pause after the last key, which may be now.
    history.replaceState(null, '', '#q=close');
  });
  await expect(page.getByRole('searchbox')).toHaveValue('set a timeout');
  await expect(page).toHaveTitle(/^set a timeout - /);
  await expect(page.getByRole('status')).toHaveText('10 results for set a timeout');
});
