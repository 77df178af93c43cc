// What an app does around the element: routers that follow links and change the page's language, translations that come late, engines
// that somebody closed, dialogs of the app's own, and controls that have keys and clicks of their own.

import { expect, type Page, test } from '@playwright/test';
import { box, handIn, openWidget, pages, searchFor } from './widget-page.ts';

const INLINE = '<latelight-search></latelight-search>';
const MODAL = '<latelight-search mode="modal"></latelight-search>';
type Search = HTMLElement & { isOpen: boolean; show(): void; close(): void };
const areOpen = (page: Page) =>
  page.locator('latelight-search').evaluateAll((all) => all.map((search) => (search as Search).isOpen));
/** @returns whether the element took a key that is pressed where `selector` is */
const takes = (page: Page, selector: string, key: Pick<KeyboardEventInit, 'key' | 'ctrlKey'>) =>
  page.locator(selector).evaluate((target: HTMLElement, key) => {
    target.focus();
    const event = new KeyboardEvent('keydown', { bubbles: true, composed: true, cancelable: true, ...key });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  }, key);

test('links say to client routers, which look into shadow roots, that they are not theirs; favourites open in `target` too', async ({
  page,
}) => {
  await openWidget(page, '<latelight-search target="_blank"></latelight-search>', {});
  await searchFor(page, 'close server');
  // All three find the link of a click in this way.
  const links = page.locator('latelight-search').locator('a[href]');
  const own = links.and(page.locator('[data-sveltekit-reload][data-turbo=false][data-astro-reload][target=_blank]'));
  await expect(links).not.toHaveCount(0);
  expect(await own.count()).toBe(await links.count());
  await page.getByRole('button', { name: /Guide 0/ }).click();
  await box(page).fill('');
  await expect(page.getByRole('link', { name: 'Guide 0' })).toBeVisible();
  await expect(links).toHaveCount(1);
  await expect(own).toHaveCount(1);
});

test('a language that the page adds is spoken by an element that is there', async ({ page }) => {
  await openWidget(page, INLINE, {}, 'nl');
  await expect(page.getByPlaceholder('Search by meaning')).toBeVisible();
  await page.evaluate(() => {
    const element = customElements.get('latelight-search') as unknown as { translations: Record<string, object> };
    element.translations.nl = { placeholder: 'Zoeken op betekenis' };
  });
  await expect(page.getByPlaceholder('Zoeken op betekenis')).toBeVisible();
});

test('a page that changes its language in place is answered in the new one', async ({ page }) => {
  await openWidget(page, INLINE, {}, 'fr');
  await expect(page.getByRole('searchbox', { name: 'Rechercher' })).toBeVisible();
  await page.evaluate(() => {
    document.documentElement.lang = 'de';
  });
  await expect(page.getByPlaceholder('Nach Bedeutung suchen')).toBeVisible();
});

test('trying again opens an engine of its own where the one handed in was closed', async ({ page }) => {
  await openWidget(page, INLINE, { error: { code: 'closed', message: 'search: the engine was closed' } });
  await box(page).fill('close the server');
  await expect(page.getByRole('alert')).toContainText('the engine was closed');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(pages(page)).toHaveCount(10);
});

test('a box behind a dialog of the page leaves keys and openers alone', async ({ page }) => {
  const dialog = `<dialog><button id="inside">Inside</button><a id="opener" href="#there" data-latelight-open>Find</a>
    <p id="place"></p></dialog>`;
  await openWidget(page, INLINE + dialog, {});
  await page.locator('dialog').evaluate((dialog: HTMLDialogElement) => dialog.showModal());
  expect(await takes(page, '#inside', { key: '/' })).toBe(false);
  expect(await takes(page, '#inside', { key: 'k', ctrlKey: true })).toBe(false);
  await page.locator('#opener').click();
  await expect(page).toHaveURL(/#there$/);
  // One inside it is within reach.
  await page.locator('#place').evaluate((place) => place.append(document.createElement('latelight-search')));
  await expect(box(page)).toHaveCount(2);
  expect(await takes(page, '#inside', { key: '/' })).toBe(true);
  await expect(box(page).nth(1)).toBeFocused();
  await page.locator('dialog').evaluate((dialog: HTMLDialogElement) => dialog.close());
  expect(await takes(page, 'body', { key: '/' })).toBe(true);
  await expect(box(page).first()).toBeFocused();
});

test('keys in the dialog of one stay with it, whatever stands before it on the page', async ({ page }) => {
  await openWidget(page, MODAL + MODAL, {});
  const second = page.locator('latelight-search').nth(1);
  await second.evaluate((search: Search) => search.show());
  await expect(second.getByRole('searchbox')).toBeFocused();
  await page.keyboard.press('Control+k');
  expect(await areOpen(page)).toEqual([false, true]);
  await expect(second.getByRole('searchbox')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  expect(await areOpen(page)).toEqual([true, false]);
});

test('an opener that is a link opens another tab or window when it is pressed so', async ({ page }) => {
  await openWidget(page, `<a id="link" href="search/" data-latelight-open>Find</a>${MODAL}`, {});
  const click = (keys: Pick<MouseEventInit, 'ctrlKey' | 'metaKey' | 'shiftKey'>) =>
    page.locator('#link').evaluate((link, keys) => {
      const event = new MouseEvent('click', { bubbles: true, composed: true, cancelable: true, ...keys });
      // The last to hear of it, so that no tab opens.
      let isTaken: boolean | undefined;
      const look = () => {
        isTaken = event.defaultPrevented;
        event.preventDefault();
      };
      window.addEventListener('click', look, { once: true });
      link.dispatchEvent(event);
      return isTaken;
    }, keys);
  for (const key of ['ctrlKey', 'metaKey', 'shiftKey']) expect(await click({ [key]: true }), key).toBe(false);
  expect(await areOpen(page)).toEqual([false]);
  expect(await click({})).toBe(true);
  expect(await areOpen(page)).toEqual([true]);
});

test('the slash key is taken from controls that nobody types into, and from no others', async ({ page }) => {
  const pressed = ['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'];
  const typed = ['text', 'search', 'email', 'number', 'date', 'password', 'unheard-of'];
  const inputs = [...pressed, ...typed].map((type) => `<input id="${type}" type="${type}">`).join('');
  await openWidget(page, `${inputs}<select id="select"></select><textarea id="textarea"></textarea>${INLINE}`, {});
  const taken = new Map<string, boolean>();
  for (const id of [...pressed, ...typed, 'select', 'textarea'])
    taken.set(id, await takes(page, `#${id}`, { key: '/' }));
  expect([...taken].filter(([, isTaken]) => isTaken).map(([id]) => id)).toEqual(pressed);
});

test('an order without a direction is shown as what it is', async ({ page }) => {
  await openWidget(page, '<latelight-search sort="date"></latelight-search>', { sorts: ['date', 'title'] });
  await searchFor(page, 'close server');
  await expect(page.getByLabel('Sort by')).toHaveValue('date:asc');
  await page.locator('latelight-search').evaluate((search) => search.setAttribute('sort', 'price'));
  await expect(page.getByLabel('Sort by')).toHaveValue('');
});

test('a filter that was ticked on another index is neither asked for nor shown, until that is back', async ({
  page,
}) => {
  await openWidget(page, INLINE, { filters: { tags: { loaf: 3 } } });
  await page.locator('latelight-search').evaluate((search) => {
    Object.assign(search, { filter: { tags: ['loaf'] } });
  });
  await searchFor(page, 'close server');
  const chip = page.locator('[part~=filter-on]');
  await expect(chip).toContainText('loaf');
  await handIn(page, { filters: { topic: { bread: 3 } } });
  await expect(page.getByRole('button', { name: /^\s*Filters/ })).toBeVisible();
  await expect(chip).toHaveCount(0);
  await handIn(page, { filters: { tags: { loaf: 3 } } });
  await expect(chip).toContainText('loaf');
});

const TRIGGER = 'latelight-search .trigger';
for (const [name, body, pressed, focused] of [
  ['the words of its button', MODAL, `${TRIGGER}-text`, TRIGGER],
  ['the picture of its button', MODAL, `${TRIGGER} svg`, TRIGGER],
  [
    'what is in an opener',
    `<button data-latelight-open><b>Find</b></button>${MODAL}`,
    'b',
    'button[data-latelight-open]',
  ],
  ['an opener in a button', `<button id="around"><b data-latelight-open>Find</b></button>${MODAL}`, 'b', '#around'],
  [
    'a field in what takes focus from scripts alone',
    `<main tabindex="-1"><input type="button" id="around" value="Find" data-latelight-open>${MODAL}</main>`,
    '#around',
    '#around',
  ],
]) {
  test(`focus goes back to a button when ${name} was pressed and gave it none`, async ({ page }) => {
    await openWidget(page, body, {});
    // As Safari does: a click, and no focus before it.
    await page.locator(pressed).dispatchEvent('click');
    await expect(box(page)).toBeFocused();
    await page.keyboard.press('Escape');
    expect(await areOpen(page)).toEqual([false]);
    await expect(page.locator(focused)).toBeFocused();
  });
}
