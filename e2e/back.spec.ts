// A visitor who follows a hit and comes back finds the page as it was left: the browser keeps it, worker and all, for the Back button.

import { expect, type Page, test } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { openSite } from './site-page.ts';

// Playwright switches off what is tested here.
test.use({
  launchOptions: {
    ...(await chromiumLaunch('--enable-unsafe-webgpu')),
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  },
});

const hits = (page: Page) => page.locator('latelight-search h3').getByRole('link');
const results = (page: Page) => page.locator('latelight-search .results[data-stage=full]:not([data-stale])');

test('Back leads to the results as they were, and to the engine that found them', async ({ page }) => {
  await openSite(page);
  await page.evaluate(() => {
    window.addEventListener('pageshow', ({ persisted }) => Object.assign(window, { persisted }));
    globalThis.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        document.body.dataset.workers = `${document.body.dataset.workers ?? ''}.`;
      }
    };
  });
  const opener = page.getByRole('button', { name: 'Search here' });
  await opener.click();
  await page.keyboard.type('hide passwords in the log');
  await expect(results(page)).toBeVisible();
  const found = await hits(page).allTextContents();
  await hits(page).first().click();
  await page.waitForURL(/\/docs\//);
  // A page that was kept is not loaded again.
  await page.goBack({ waitUntil: 'commit' });
  await expect.poll(() => page.evaluate(() => (window as { persisted?: boolean }).persisted)).toBe(true);
  await opener.click();
  await expect(results(page)).toBeVisible();
  expect(await hits(page).allTextContents()).toEqual(found);
  await page.getByRole('searchbox').fill('write logs to a file');
  await expect(hits(page).first()).not.toHaveText(found[0]);
  await expect(results(page)).toBeVisible();
  await expect(page.locator('body')).toHaveAttribute('data-workers', '.');
});
