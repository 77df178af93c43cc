// The library's page alone: from a result to its document and back, addresses, and the tab's name.

import { expect, test } from '@playwright/test';
import { rows, search, searchBox, serveLibraryUi, show } from './library-ui-page.ts';

serveLibraryUi();

test('a result opens the reader with its place in the address; Back closes it and returns focus', async ({ page }) => {
  await show(page, 'few');
  await search(page);
  const link = page.locator('latelight-search .results a').nth(1);
  await link.click();
  await expect(page).toHaveURL(/#doc=2&passage=1&words=tide,moon$/);
  const reader = page.getByRole('complementary', { name: 'Mooring and lines 2' });
  await expect(reader).toBeFocused();
  await reader.getByRole('button', { name: 'Read on' }).click();
  await expect(page).toHaveURL(/#doc=2&passage=7&words=tide,moon$/);
  await expect(reader.getByText('7 tide moon')).toBeVisible();
  await page.goBack();
  await expect(reader).toBeHidden();
  await expect(link).toBeFocused();
  await expect(searchBox(page)).toHaveValue('when is the tide highest');
  await page.goForward();
  await expect(reader).toBeVisible();
});

test('the reader closes to the list however many documents were opened in it, and with Escape', async ({ page }) => {
  await page.setViewportSize({ width: 1400, height: 800 });
  await show(page, 'few');
  await rows(page).nth(0).getByRole('link').click();
  await rows(page).nth(1).getByRole('link').click();
  await expect(page.getByRole('complementary', { name: 'Lights and buoys 5' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.reader')).toBeHidden();
  await expect(rows(page).nth(1).getByRole('link')).toBeFocused();
  expect(new URL(page.url()).hash).toBe('');
});

test('Escape of an input method leaves the reader open', async ({ page }) => {
  // Of an address that was opened by itself: that closes at once, without a step back.
  await show(page, 'few', '#doc=1');
  const button = page.getByRole('complementary').getByRole('button', { name: 'Read on' });
  const hashAfterEscape = (keyCode: number) =>
    button.evaluate((button, keyCode) => {
      button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', keyCode, bubbles: true, composed: true }));
      return location.hash;
    }, keyCode);
  // As Safari sends it after the composition; then one that is not.
  expect(await hashAfterEscape(229)).toBe('#doc=1');
  expect(await hashAfterEscape(27)).toBe('');
});

test('a result opens in a new tab, too', async ({ page, context }) => {
  await show(page, 'few');
  await search(page);
  const [tab] = await Promise.all([
    context.waitForEvent('page'),
    page
      .locator('latelight-search .results a')
      .first()
      .click({ modifiers: ['Control'] }),
  ]);
  await expect(tab.getByRole('complementary', { name: 'Tides of the northern sea 1' })).toBeVisible();
  await expect(page.locator('.reader')).toBeHidden();
});

test('an address of a document that is gone says so', async ({ page }) => {
  await show(page, 'few', '#doc=99');
  await expect(page.getByText('This document is not in the library any more.')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.locator('.reader')).toBeHidden();
});

test('the search can be kept to one document', async ({ page }) => {
  await show(page, 'few');
  await page.getByRole('button', { name: 'Search only in Harbour rules 3' }).click();
  await expect(searchBox(page)).toBeFocused();
  await page.keyboard.type('tide');
  await expect(page.locator('.results').getByRole('heading')).toHaveCount(1);
  await page.getByRole('button', { name: 'Search all documents' }).click();
  await expect(page.locator('.results').getByRole('heading')).toHaveCount(6);
});

test('the tab is called by the document that is open', async ({ page }) => {
  await show(page, 'few');
  const name = await page.title();
  await page.getByRole('link', { name: 'Harbour rules 3' }).click();
  await expect(page).toHaveTitle(`Harbour rules 3 - ${name}`);
  await page.keyboard.press('Escape');
  await expect(page).toHaveTitle(name);
});
