// The search page of an index folder: what its tab, its history and its outline say.

import { expect, test } from '@playwright/test';
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
    const writes: { query: string | null; at: number }[] = [];
    Object.assign(window, { writes });
    history.replaceState = (...args) => {
      writes.push({ query: new URL(String(args[2]), location.href).searchParams.get('q'), at: performance.now() });
      replaceState.apply(history, args);
    };
  });
  const writes = () =>
    page.evaluate(() => (window as unknown as { writes: { query: string | null; at: number }[] }).writes);
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
          resolve(location.search);
        });
      }),
  );
  await page.getByRole('searchbox').fill('close');
  expect(await address).toBe('?q=close');
});
