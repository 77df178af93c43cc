// The modal search by keyboard in Firefox and WebKit, where Playwright's builds of them are installed
// (`npx playwright install firefox webkit`); skipped, and counted as such, where they are not.

import { existsSync } from 'node:fs';
import { type BrowserType, expect, firefox, test, webkit } from '@playwright/test';
import { openSite } from './site-page.ts';

const BROWSERS: [string, BrowserType][] = [
  ['Firefox', firefox],
  ['WebKit', webkit],
];

for (const [name, type] of BROWSERS) {
  test(`${name}: opens with a key, searches, follows a hit, gives focus back`, async () => {
    test.skip(!existsSync(type.executablePath()), `Playwright's ${name} is not installed`);
    const browser = await type.launch();
    try {
      const page = await browser.newPage();
      await openSite(page);
      const opener = page.getByRole('button', { name: 'Search here' });
      await opener.focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await expect(dialog).toBeVisible();
      await page.keyboard.type('hide passwords in the log');
      await expect(page.locator('latelight-search .results[data-stage=full]')).toBeVisible();
      await page.keyboard.press('ArrowDown');
      await expect(page.locator('latelight-search h3 a:focus')).toHaveCount(1);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await expect(dialog).toBeHidden();
      await expect(opener).toBeFocused();
    } finally {
      await browser.close();
    }
  });
}
