// The dialog: every way in, every way out, focus back where it was, the page behind it out of reach and where it was.

import { expect, type Page, test } from '@playwright/test';
import { box, handIn, openWidget, pages, searchFor } from './widget-page.ts';

const BODY = `<button id="first">First</button>
  <latelight-search mode="modal"></latelight-search>
  <a id="opener" href="elsewhere.html" data-latelight-open>Find</a>
  <textarea id="field"></textarea>${'<p>Text</p>'.repeat(80)}`;
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Search' });
const trigger = (page: Page) => page.locator('latelight-search').getByRole('button', { name: 'Search', exact: true });

const waysIn: Record<string, { open: (page: Page) => Promise<void>; back: string }> = {
  'its button': { open: (page) => trigger(page).click(), back: 'latelight-search' },
  'its button, by key': {
    open: async (page) => {
      await trigger(page).focus();
      await page.keyboard.press('Enter');
    },
    back: 'latelight-search',
  },
  'an element that says so': { open: (page) => page.locator('#opener').click(), back: '#opener' },
  'the slash key': { open: (page) => page.keyboard.press('/'), back: '#first' },
  'Control and K': { open: (page) => page.keyboard.press('Control+k'), back: '#first' },
  'Command and K': { open: (page) => page.keyboard.press('Meta+k'), back: '#first' },
  'a call that names the opener': {
    open: (page) =>
      page
        .locator('latelight-search')
        .evaluate((search: HTMLElement & { show(opener: HTMLElement | null): void }) =>
          search.show(document.querySelector<HTMLElement>('#opener')),
        ),
    back: '#opener',
  },
  'a call': {
    open: (page) =>
      page.locator('latelight-search').evaluate((search: HTMLElement & { show(): void }) => search.show()),
    back: '#first',
  },
};

for (const [name, { open, back }] of Object.entries(waysIn)) {
  test(`opens by ${name}, and gives focus back`, async ({ page }) => {
    await openWidget(page, BODY, {});
    await page.locator('#first').focus();
    await open(page);
    await expect(dialog(page)).toBeVisible();
    await expect(box(page)).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toBeHidden();
    await expect(page.locator(back)).toBeFocused();
  });
}

test('keys of a field and of an editor stay theirs, and so do all with shortcut="off"', async ({ page }) => {
  await openWidget(page, BODY, {});
  await page.locator('#field').focus();
  await page.keyboard.press('/');
  await expect(page.locator('#field')).toHaveValue('/');
  await page.locator('#field').evaluate((field) => {
    field.outerHTML = '<p contenteditable id="editor">x</p>';
  });
  await page.locator('#editor').focus();
  await page.keyboard.press('Control+k');
  await page.keyboard.press('/');
  await expect(dialog(page)).toBeHidden();
  await page.locator('latelight-search').evaluate((search) => search.setAttribute('shortcut', 'off'));
  await page.locator('#first').focus();
  await page.keyboard.press('/');
  await page.keyboard.press('Control+k');
  await expect(dialog(page)).toBeHidden();
});

for (const delegatesFocus of [false, true]) {
  test(`a slash typed into a closed shadow root stays there, delegatesFocus: ${delegatesFocus}`, async ({ page }) => {
    await openWidget(page, `<x-field></x-field><x-button tabindex="0"></x-button>${BODY}`, {});
    await page.evaluate((delegatesFocus) => {
      const host = document.querySelector('x-field') as HTMLElement;
      const field = document.createElement('input');
      host.attachShadow({ mode: 'closed', delegatesFocus }).append(field);
      field.focus();
      Object.assign(window, { field });
    }, delegatesFocus);
    await page.keyboard.press('/');
    expect(await page.evaluate(() => (window as unknown as { field: HTMLInputElement }).field.value)).toBe('/');
    await expect(dialog(page)).toBeHidden();
    await page.keyboard.press('Control+k');
    await expect(dialog(page)).toBeVisible();
    await page.keyboard.press('Escape');
    // One that has focus itself has no field inside that does.
    await page.locator('x-button').focus();
    await page.keyboard.press('/');
    await expect(dialog(page)).toBeVisible();
  });
}

test('Escape leads back to the box from wherever inside focus is, empties it, closes', async ({ page }) => {
  await openWidget(page, BODY, {});
  await page.keyboard.press('/');
  await searchFor(page, 'close server');
  const elsewhere = [pages(page).first(), page.getByRole('toolbar').getByRole('button').first()];
  for (const place of [...elsewhere, dialog(page).getByRole('button', { name: 'Close the search' })]) {
    await place.focus();
    await page.keyboard.press('Escape');
    await expect(box(page)).toBeFocused();
    await expect(box(page)).toHaveValue('close server');
  }
  await page.keyboard.press('Escape');
  await expect(box(page)).toBeFocused();
  await expect(box(page)).toHaveValue('');
  await expect(dialog(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
});

test('closes by its button and by a click outside, not by one inside', async ({ page }) => {
  await openWidget(page, BODY, {});
  await page.keyboard.press('/');
  await dialog(page).getByRole('button', { name: 'Close the search' }).click();
  await expect(dialog(page)).toBeHidden();
  await page.keyboard.press('/');
  const bounds = (await dialog(page).boundingBox())!;
  await page.mouse.click(bounds.x + 20, bounds.y + 20);
  await expect(dialog(page)).toBeVisible();
  // Text selected from inside to outside ends there, and is no click outside.
  await page.mouse.move(bounds.x + 60, bounds.y + 25);
  await page.mouse.down();
  await page.mouse.move(10, 10);
  await page.mouse.up();
  await expect(dialog(page)).toBeVisible();
  await page.mouse.click(10, 10);
  await expect(dialog(page)).toBeHidden();
});

test('Tab stays inside, and the page behind cannot be reached', async ({ page }) => {
  await openWidget(page, BODY, {});
  await page.keyboard.press('/');
  await searchFor(page, 'close server');
  const outside = await page.evaluate(() => {
    const link = document.querySelector<HTMLElement>('#opener')!;
    link.focus();
    return document.activeElement === link;
  });
  expect(outside).toBe(false);
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const where = await page.evaluate(() => document.activeElement?.localName);
    // Between the last stop and the first one the browser's own controls have focus.
    expect(['latelight-search', 'body']).toContain(where);
  }
});

test('opening again shows the search as it was left, its text selected', async ({ page }) => {
  await openWidget(page, BODY, {});
  await page.keyboard.press('/');
  await searchFor(page, 'close server');
  await dialog(page).getByRole('button', { name: 'Close the search' }).click();
  await page.keyboard.press('/');
  await expect(pages(page)).toHaveCount(10);
  await page.keyboard.type('x');
  await expect(box(page)).toHaveValue('x');
});

test('closed and opened again by keys, as fast as they come', async ({ page }) => {
  await openWidget(page, BODY, {});
  await page.keyboard.press('/');
  await searchFor(page, 'close server');
  // In one task: a frame between them would hide where the focus was.
  await page.locator('latelight-search').evaluate((search) => {
    const press = (key: string) => {
      let target: Element = document.activeElement ?? document.body;
      while (target.shadowRoot?.activeElement) target = target.shadowRoot.activeElement;
      target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }));
    };
    for (const key of ['Escape', 'Escape', '/']) press(key);
    if (!(search as HTMLElement & { isOpen: boolean }).isOpen) throw new Error('expected it to be open again');
  });
  await page.keyboard.type('once more');
  await expect(box(page)).toHaveValue('once more');
});

test('opened again before its last closing was told, it stays open and keeps the cursor', async ({ page }) => {
  await openWidget(page, BODY, {});
  await page.locator('latelight-search').evaluate(async (search) => {
    const element = search as HTMLElement & { show(): void; close(): void };
    const closed = new Promise((resolve) =>
      search.shadowRoot?.querySelector('dialog')?.addEventListener('close', resolve),
    );
    element.show();
    element.close();
    element.show(); // the dialog's event of the closing is still to come
    await closed;
  });
  await page.keyboard.type('close server');
  await expect(box(page)).toHaveValue('close server');
  await expect(dialog(page)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.style.overflow)).toBe('hidden');
});

test('events say when it opens and closes, and leave the element', async ({ page }) => {
  await openWidget(page, BODY, {});
  await page.evaluate(() => {
    for (const type of ['latelight-open', 'latelight-close'])
      document.body.addEventListener(type, () => {
        document.body.dataset.events = `${document.body.dataset.events ?? ''} ${type}`;
      });
  });
  await page.keyboard.press('/');
  await page.keyboard.press('Escape');
  await expect(page.locator('body')).toHaveAttribute('data-events', ' latelight-open latelight-close');
});

test('a link to the page that is open closes the dialog in its way', async ({ page }) => {
  await openWidget(page, BODY, { hit: { url: '../site/page.html#first' } });
  await page.keyboard.press('/');
  await searchFor(page, 'close server');
  await pages(page).first().click();
  await expect(dialog(page)).toBeHidden();
  await expect(page).toHaveURL(/#first/);
});

test('an element taken out while its dialog is open lets the page scroll again', async ({ page }) => {
  await openWidget(page, BODY, {});
  await page.keyboard.press('/');
  await expect(dialog(page)).toBeVisible();
  await page.locator('latelight-search').evaluate((search) => search.remove());
  expect(await page.evaluate(() => document.documentElement.style.overflow)).toBe('');
  await page.keyboard.press('/');
  await expect(dialog(page)).toHaveCount(0);
});

test('opening and closing 200 times leaves nothing behind', async ({ page }) => {
  await openWidget(page, BODY, {});
  await page.keyboard.press('/');
  await searchFor(page, 'close server');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const measure = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    return { heap: value('JSHeapUsedSize'), listeners: value('JSEventListeners'), nodes: value('Nodes') };
  };
  const cycle = (times: number) =>
    page.locator('latelight-search').evaluate(async (search, times) => {
      const element = search as HTMLElement & { show(): void; close(): void; updateComplete: Promise<boolean> };
      for (let i = 0; i < times; i++) {
        element.show();
        await element.updateComplete;
        element.close();
        await element.updateComplete;
      }
    }, times);
  await cycle(20);
  const before = await measure();
  await cycle(200);
  await expect(dialog(page)).toBeHidden();
  const after = await measure();
  test.info().annotations.push({ type: 'leaks', description: JSON.stringify({ before, after }) });
  expect(after.listeners).toBeLessThanOrEqual(before.listeners);
  expect(after.nodes).toBeLessThanOrEqual(before.nodes);
  // Compiled code and caches of the browser's own come and go: a leak of 200 results' worth would be megabytes.
  expect(after.heap - before.heap).toBeLessThan(200_000);
});

test('a trigger of the page’s own that is a link leads nowhere when the dialog opens, and stays a link when it is pressed for another tab', async ({
  page,
}) => {
  await openWidget(
    page,
    '<latelight-search mode="modal"><a slot="trigger" id="own" href="#there">Look up</a></latelight-search>',
    {},
  );
  await page.locator('#own').dispatchEvent('click', { ctrlKey: true, bubbles: true, composed: true, cancelable: true });
  await expect(dialog(page)).toBeHidden();
  await page.locator('#own').click();
  await expect(dialog(page)).toBeVisible();
  expect(new URL(page.url()).hash).toBe('');
});

test('a trigger of the page’s own takes the place of the button', async ({ page }) => {
  await openWidget(
    page,
    '<latelight-search mode="modal"><button slot="trigger" id="own">Look up</button></latelight-search>',
  );
  await handIn(page, {});
  await expect(trigger(page)).toHaveCount(0);
  await page.locator('#own').click();
  await expect(dialog(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('#own')).toBeFocused();
});
