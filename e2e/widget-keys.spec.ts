// Keys of other keyboards and of input methods, and the way round "more".

import { expect, type Page, test } from '@playwright/test';
import { box, openWidget, pages, results, searchFor } from './widget-page.ts';

const INLINE = '<button id="first">First</button><latelight-search></latelight-search>';
const MODAL = '<button id="first">First</button><latelight-search mode="modal"></latelight-search>';

type Key = Pick<KeyboardEventInit, 'key' | 'code' | 'ctrlKey' | 'isComposing' | 'keyCode'>;

/** A key that Playwright's keyboard, which is American, does not have. @returns whether the element took it */
function press(page: Page, key: Key): Promise<boolean> {
  return page.evaluate((key) => {
    let target: Element = document.activeElement ?? document.body;
    while (target.shadowRoot?.activeElement) target = target.shadowRoot.activeElement;
    const event = new KeyboardEvent('keydown', { bubbles: true, composed: true, cancelable: true, ...key });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  }, key);
}

// Safari ends the composition first, then sends the key that ended it: not composing any more, but 229.
for (const [browser, composing] of [
  ['Safari', { keyCode: 229 }],
  ['other browsers', { isComposing: true }],
] as const) {
  test(`Enter and Escape of an input method stay its own, as ${browser} send them`, async ({ page }) => {
    await openWidget(page, INLINE, {});
    await searchFor(page, 'サーバー');
    for (const key of ['Enter', 'Escape']) {
      expect(await press(page, { key, ...composing })).toBe(false);
      await expect(box(page)).toBeFocused();
      await expect(box(page)).toHaveValue('サーバー');
    }
    expect(await press(page, { key: 'Enter' })).toBe(true);
    await expect(pages(page).first()).toBeFocused();

    await openWidget(page, MODAL, {});
    expect(await press(page, { key: 'k', ctrlKey: true, ...composing })).toBe(false);
    expect(await press(page, { key: 'k', ctrlKey: true })).toBe(true);
    await searchFor(page, 'サーバー');
    expect(await press(page, { key: 'Escape', ...composing })).toBe(false);
    await expect(box(page)).toHaveValue('サーバー');
  });
}

test('Control and the key of K open the dialog where it has another letter', async ({ page }) => {
  await openWidget(page, MODAL, {});
  const opens = async (key: string, code: string) => {
    const taken = await press(page, { key, code, ctrlKey: true });
    await page.locator('latelight-search').evaluate((search) => (search as HTMLElement & { close(): void }).close());
    return taken;
  };
  // Arabic, Russian, Greek, Hebrew.
  for (const key of ['ن', 'л', 'κ', 'ל']) expect(await opens(key, 'KeyK')).toBe(true);
  // Dvorak: T where others have K, K where others have V.
  expect(await opens('t', 'KeyK')).toBe(false);
  expect(await opens('k', 'KeyV')).toBe(true);
  expect(await opens('Dead', 'KeyK')).toBe(false);
});

test('up from "more" leads to the last hit', async ({ page }) => {
  await openWidget(page, INLINE, {});
  await searchFor(page, 'close server');
  await page.getByRole('button', { name: 'Show more results' }).focus();
  await page.keyboard.press('ArrowUp');
  await expect(results(page).getByRole('link').last()).toBeFocused();
});
