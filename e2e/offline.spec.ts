// The second visit needs no network: page by the service worker, model and index by content hash from the Cache API.

import { expect, test } from '@playwright/test';
import { textKept } from './engine.ts';

const box = (page: import('@playwright/test').Page) => page.getByRole('searchbox', { name: 'Search' });

test('after one visit the page reloads and searches offline, for a question never asked before', async ({
  page,
  context,
}) => {
  await page.goto('/');
  await box(page).fill('retry failed requests');
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('listitem').first()).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await textKept(page, page.url());
  await context.setOffline(true);
  await page.reload();
  await box(page).fill('hide passwords in log output');
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('listitem').first()).toContainText(/redact/i);
});

test('a returning visitor downloads neither model nor index again', async ({ page }) => {
  await page.goto('/');
  await box(page).fill('logging');
  // The full stage's results: by then everything has been downloaded.
  await expect(page.locator('.results[data-stage=full]').getByRole('listitem').first()).toBeVisible();
  const again: string[] = [];
  page.context().on('request', (request) => {
    if (/\/(models|runtime|shards)\//.test(request.url())) again.push(request.url());
  });
  await page.reload();
  await box(page).fill('redact passwords');
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('listitem').first()).toContainText(/redact/i);
  expect(again).toEqual([]);
});
