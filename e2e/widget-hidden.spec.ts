// Elements that nobody can see, though they stand on the page: keys and openers pass them by, none of their dialogs takes the page away.

import { expect, type Page, test } from '@playwright/test';
import { box, handIn, openWidget, searchFor } from './widget-page.ts';

const OPENER = '<a id="opener" href="#elsewhere" data-latelight-open>Find</a><button id="first">First</button>';
const MODAL = '<latelight-search mode="modal"></latelight-search>';
const hidden: Record<string, (element: string) => string> = {
  'display: none': (element) => `<div style="display: none">${element}</div>`,
  'visibility: hidden': (element) => `<div style="visibility: hidden">${element}</div>`,
  'a closed <details>': (element) => `<details><summary>More</summary>${element}</details>`,
  inert: (element) => `<div inert>${element}</div>`,
};
type Search = HTMLElement & { isOpen: boolean; show(): void };
const areOpen = (page: Page) =>
  page.locator('latelight-search').evaluateAll((all) => all.map((search) => (search as Search).isOpen));

for (const [name, wrap] of Object.entries(hidden)) {
  for (const mode of ['inline', 'modal']) {
    test(`keys go past one in ${name} to the next, ${mode}`, async ({ page }) => {
      const element = `<latelight-search mode="${mode}"></latelight-search>`;
      await openWidget(page, `${OPENER}${wrap(element)}${element}`, {});
      const second = page.locator('latelight-search').nth(1);
      for (const key of ['/', 'Control+k']) {
        await page.locator('#first').focus();
        await page.keyboard.press(key);
        await expect(second.getByRole('searchbox')).toBeFocused();
        expect(await areOpen(page)).toEqual([false, mode === 'modal']);
        await page.keyboard.press('Escape');
      }
      await page.locator('#opener').click();
      await expect(second.getByRole('searchbox')).toBeFocused();
    });
  }

  test(`one in ${name}, alone, leaves keys and links to the page, which stays within reach`, async ({ page }) => {
    await openWidget(page, OPENER + wrap(MODAL), {});
    await page.evaluate(() => {
      addEventListener('keydown', ({ defaultPrevented }) => {
        document.body.dataset.prevented = String(defaultPrevented);
      });
    });
    await page.locator('#first').focus();
    await page.keyboard.press('/');
    await expect(page.locator('body')).toHaveAttribute('data-prevented', 'false');
    await page.locator('latelight-search').evaluate((search) => (search as Search).show());
    expect(await areOpen(page)).toEqual([false]);
    expect(await page.evaluate(() => document.documentElement.style.overflow)).toBe('');
    await page.locator('#opener').click();
    await expect(page).toHaveURL(/#elsewhere$/);
    await expect(page.locator('#opener')).toBeFocused();
  });
}

test('a browser of before `checkVisibility` opens the dialog that can be seen, and none that is hidden', async ({
  page,
}) => {
  await page.addInitScript(() => Reflect.deleteProperty(Element.prototype, 'checkVisibility'));
  const wrapped = ['display: none', 'visibility: hidden'].map((name) => hidden[name](MODAL)).join('');
  await openWidget(page, `${OPENER}${wrapped}${MODAL}`, {});
  await page.locator('#opener').click();
  expect(await areOpen(page)).toEqual([false, false, true]);
});

test('a dialog that the page’s styles hide is closed again', async ({ page }) => {
  await openWidget(page, `<style>latelight-search::part(dialog) { display: none }</style>${OPENER}${MODAL}`, {});
  await page.locator('latelight-search').evaluate((search) => {
    search.addEventListener('latelight-open', () => search.setAttribute('data-told', ''));
  });
  await page.locator('#first').focus();
  await page.keyboard.press('/');
  expect(await areOpen(page)).toEqual([false]);
  expect(await page.evaluate(() => document.documentElement.style.overflow)).toBe('');
  await expect(page.locator('latelight-search')).not.toHaveAttribute('data-told');
  await page.locator('#first').click();
  await expect(page.locator('#first')).toBeFocused();
});

// Tailwind's preflight, normalize.css, and what the browser has.
for (const reset of ['', '[hidden] { display: none }', '[hidden] { display: none !important }']) {
  test(`\`hidden\` takes the button away and leaves the dialog, page's rule: ${reset || 'none'}`, async ({ page }) => {
    const style = `<style>${reset} .bar { display: flex; gap: 3rem } latelight-search { border: 9px solid; padding: 9px }</style>`;
    const bar = `<div class="bar"><latelight-search mode="modal" hidden></latelight-search>${OPENER}</div>`;
    await openWidget(page, style + bar, {});
    await expect(page.locator('latelight-search').getByRole('button')).toHaveCount(0);
    const place = (selector: string) => page.locator(selector).evaluate((element) => element.getBoundingClientRect().x);
    expect(await place('#opener')).toBe(await place('.bar'));
    for (const open of [() => page.locator('#opener').click(), () => page.keyboard.press('/')]) {
      await open();
      await expect(page.getByRole('dialog', { name: 'Search' })).toBeVisible();
      await searchFor(page, 'close server');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toBeHidden();
      await expect(page.locator('#opener')).toBeFocused();
    }
  });
}

test('`hidden` takes all of one without a dialog away, keys included', async ({ page }) => {
  await openWidget(page, `${OPENER}<latelight-search hidden></latelight-search>`, {});
  await page.locator('#first').focus();
  await page.keyboard.press('/');
  await expect(page.locator('#first')).toBeFocused();
  await expect(page.locator('latelight-search')).toBeHidden();
});

test('one that comes into sight takes keys from then on', async ({ page }) => {
  await openWidget(page, `${OPENER}<div id="menu" style="display: none">${MODAL}</div>`);
  await handIn(page, {});
  await page.keyboard.press('/');
  expect(await areOpen(page)).toEqual([false]);
  await page.locator('#menu').evaluate((menu) => menu.removeAttribute('style'));
  await page.keyboard.press('/');
  await expect(box(page)).toBeFocused();
});

test('the page is printed without the open dialog and what darkens it', async ({ page }) => {
  await openWidget(page, `${MODAL}${'<p>Text</p>'.repeat(200)}`, {});
  await page.keyboard.press('/');
  await searchFor(page, 'close server');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.emulateMedia({ media: 'screen' });
  await expect(page.getByRole('dialog')).toBeVisible();
});
