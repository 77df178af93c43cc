// How large text is, and what is left of a small window: pages whose root has another font size, 400% zoom, text at 200%.

import { expect, type Page, test } from '@playwright/test';
import { box, openWidget, pages, searchFor } from './widget-page.ts';

const filters = { section: { Guides: 9, Reference: 12 } };
const sorts = ['date'];

/** Font sizes and places of everything in the element that shows. */
const look = (page: Page) =>
  page.locator('latelight-search').evaluate((search) => {
    const origin = search.getBoundingClientRect();
    const elements = [
      ...(search.shadowRoot as ShadowRoot).querySelectorAll('button, #box, p, a, span, kbd, select, svg'),
    ];
    const shown = elements.filter((element) => element.checkVisibility() && !element.matches('.hidden, dialog *'));
    return shown.map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      const { fontSize } = getComputedStyle(element);
      const numbers = [x - origin.x, y - origin.y, width, height].map(Math.round);
      return [element.localName, element.className, fontSize, ...numbers].join(' ');
    });
  });

for (const mode of ['inline', 'modal']) {
  test(`a page with 10 px to the rem sets the size of text and all that goes with it, ${mode}`, async ({ page }) => {
    const open = async (style: string) => {
      const body = `<style>body { font-size: 16px; margin: 32px } ${style} latelight-search { width: 800px }</style>`;
      await openWidget(page, `${body}<latelight-search mode="${mode}"></latelight-search>`, { filters, sorts });
      if (mode === 'inline') await searchFor(page, 'close server');
      return look(page);
    };
    const plain = await open('');
    expect(plain.length).toBeGreaterThan(mode === 'inline' ? 60 : 2);
    const small = await open('html { font-size: 62.5% }');
    expect(small).not.toEqual(plain);
    expect(await open('html { font-size: 62.5% } latelight-search { --latelight-font-size: 1.6rem }')).toEqual(plain);
    expect(await open('html { font-size: 62.5%; --latelight-font-size: 16px }')).toEqual(plain);
    expect(await open('latelight-search { --latelight-font-size: 20px }')).not.toEqual(plain);
  });
}

test('the dialog takes the size of text too', async ({ page }) => {
  const style = '<style>html { font-size: 62.5% } latelight-search { --latelight-font-size: 1.6rem }</style>';
  await openWidget(page, `${style}<latelight-search mode="modal"></latelight-search>`, {});
  await page.keyboard.press('/');
  await searchFor(page, 'close server');
  const size = (selector: string) =>
    page
      .locator(`latelight-search ${selector}`)
      .first()
      .evaluate((element) => getComputedStyle(element).fontSize);
  expect([await size('#box'), await size('.excerpt'), await size('.note')]).toEqual(['19px', '16px', '14px']);
  expect((await page.getByRole('dialog').boundingBox())!.width).toBe(736);
});

test.describe('1280 by 1024 at 400%', () => {
  test.use({ viewport: { width: 320, height: 256 } });

  test('the first hit is in sight', async ({ page }) => {
    await openWidget(page, '<latelight-search mode="modal"></latelight-search>', { filters, sorts });
    await page.keyboard.press('/');
    await searchFor(page, 'how do I close the server and wait for what is under way');
    await expect(pages(page).first()).toBeInViewport({ ratio: 0.5 });
    // Words beyond the edge of their row come to who asks for them.
    const chips = page.getByRole('toolbar').getByRole('button');
    await chips.first().focus();
    await page.keyboard.press('End');
    await expect(chips.last()).toBeInViewport({ ratio: 1 });
  });
});

for (const how of ['the page’s', 'the element’s']) {
  test(`at twice the size of text, ${how}, a telephone’s dialog leaves room to type`, async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 700 });
    const style = how === 'the page’s' ? 'html { font-size: 200% }' : 'html { --latelight-font-size: 2rem }';
    await openWidget(page, `<style>${style}</style><latelight-search mode="modal"></latelight-search>`, {});
    await page.keyboard.press('/');
    await searchFor(page, 'close server');
    const width = await box(page).evaluate((input) => {
      const { paddingLeft, paddingRight } = getComputedStyle(input);
      return input.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
    });
    // Seven letters or so; it was two.
    expect(width).toBeGreaterThan(120);
    const close = (await page.getByRole('button', { name: 'Close the search' }).boundingBox())!;
    expect(Math.min(close.width, close.height)).toBeGreaterThanOrEqual(44);
  });
}
