// The search page of an index folder: what its tab, its history and its outline say.

import { expect, test } from '@playwright/test';

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
