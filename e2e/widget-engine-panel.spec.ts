// How a search was made: open until it is left, and a press inside it is no leaving.

import { expect, type Page, test } from '@playwright/test';
import { openWidget, searchFor } from './widget-page.ts';

const details = (page: Page) => page.locator('latelight-search details');
const row = (page: Page) => details(page).getByText('Reading the query');

for (const mode of ['inline', 'modal']) {
  test.describe(mode, () => {
    test.use({ hasTouch: true });

    test.beforeEach(async ({ page }) => {
      await openWidget(page, `<latelight-search mode="${mode}"></latelight-search>`, {});
      await page.locator('latelight-search').evaluate((search) => (search as HTMLElement & { show(): void }).show());
      await searchFor(page, 'close server');
      await details(page).locator('summary').click();
    });

    // Chromium's renderer crashes when <details> closes while a press on what is in it takes the focus.
    test('a click, a tap and a selection in it leave it open', async ({ page }) => {
      await row(page).click();
      await expect(row(page)).toBeVisible();
      await row(page).tap();
      await expect(row(page)).toBeVisible();
      await row(page).dblclick();
      expect(await page.evaluate(() => getSelection()?.toString().trim())).toBe('query');
      await expect(row(page)).toBeVisible();
    });

    test('a click elsewhere closes it, Escape gives its summary the focus', async ({ page }) => {
      await row(page).click();
      await page.locator('latelight-search .note').click();
      await expect(row(page)).toBeHidden();
      await details(page).locator('summary').click();
      await row(page).click();
      await page.keyboard.press('Escape');
      await expect(row(page)).toBeHidden();
      await expect(details(page).locator('summary')).toBeFocused();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await expect(row(page)).toBeHidden();
    });
  });
}
