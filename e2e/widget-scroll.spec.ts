// Scroll bars that take room, which a driven browser hides unless told not to: the page must not move when the dialog locks it.

import { expect, test } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { openWidget, searchFor } from './widget-page.ts';

test.use({ launchOptions: { ...(await chromiumLaunch()), ignoreDefaultArgs: ['--hide-scrollbars'] } });

const BODY = `<latelight-search mode="modal"></latelight-search><p id="below">As wide as the page</p>${'<p>Text</p>'.repeat(80)}`;

test('the page neither scrolls nor moves behind the dialog', async ({ page }) => {
  await openWidget(page, BODY, {});
  const dialog = page.getByRole('dialog');
  const place = () => page.locator('#below').evaluate((link) => JSON.stringify(link.getBoundingClientRect()));
  await page.evaluate(() => scrollTo(0, 150));
  expect(await page.evaluate(() => innerWidth - document.documentElement.clientWidth)).toBeGreaterThan(0);
  const before = await place();
  await page.keyboard.press('/');
  await expect(dialog).toBeVisible();
  expect(await place()).toBe(before);
  await page.mouse.move(10, 400);
  await page.mouse.wheel(0, 500);
  await searchFor(page, 'close server');
  expect(await page.evaluate(() => scrollY)).toBe(150);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(await place()).toBe(before);
  expect(await page.evaluate(() => document.documentElement.getAttribute('style') ?? '')).toBe('');
});
