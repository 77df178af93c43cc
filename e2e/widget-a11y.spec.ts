// axe finds nothing in any state of the element on a site's page: inline and modal, light and dark, wide and at 320 px (1280 px at
// 400%); everything one can press is large enough; forced colours and less motion are followed.

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { box, handIn, openWidget, pages, results, searchFor } from './widget-page.ts';

const MODAL = '<p>Text of the page.</p><latelight-search mode="modal"></latelight-search>';
const filters = { section: { Guides: 9, Reference: 12 }, version: { v4: 5, v5: 20 } };
const sorts = ['date'];

/** axe gives up on contrast inside a box that scrolls within a fixed one: for its eyes the dialog lies on the page at full length. */
function layOut(page: Page, isFlat: boolean): Promise<void> {
  return page.locator('latelight-search').evaluate((search, isFlat) => {
    const root = search.shadowRoot as ShadowRoot;
    const dialog = root.querySelector('dialog') as HTMLElement;
    const scroll = root.querySelector('.scroll') as HTMLElement;
    dialog.style.cssText = isFlat
      ? 'position: absolute; overflow: visible; max-block-size: none; block-size: auto'
      : '';
    scroll.style.cssText = isFlat ? 'overflow: visible' : '';
    // It does not know of the top layer either, and takes what lies behind the dialog for what lies on it.
    const behind = [root.querySelector('.trigger'), ...document.querySelectorAll('main > :not(latelight-search)')];
    for (const element of behind)
      (element as HTMLElement).style.display = isFlat && dialog.matches('[open]') ? 'none' : '';
  }, isFlat);
}

async function expectGood(page: Page): Promise<void> {
  await layOut(page, true);
  const { violations, incomplete } = await new AxeBuilder({ page }).analyze();
  await layOut(page, false);
  // What lies behind a dialog is not for reading, and axe cannot see through its backdrop.
  const found = [...violations, ...incomplete.filter(({ id }) => id === 'color-contrast')];
  const inside = found.map(({ id, nodes }) => ({
    id,
    nodes: nodes.filter(({ target }) => JSON.stringify(target).includes('latelight-search')),
  }));
  expect(
    inside
      .filter(({ nodes }) => nodes.length > 0)
      .map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${any[0]?.data?.messageKey} ${html}`).join(' ')}`,
      ),
  ).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  const { excess, small } = await page.locator('latelight-search').evaluate((search) => {
    const root = search.shadowRoot as ShadowRoot;
    const scroll = root.querySelector('.scroll') as HTMLElement;
    const targets = [...root.querySelectorAll<HTMLElement>('button, summary, select, #box, .value, .row')];
    const sizes = targets.map((target) => ({ html: target.outerHTML, bounds: target.getBoundingClientRect() }));
    return {
      excess: scroll.scrollWidth - scroll.clientWidth,
      small: sizes
        .filter(({ bounds }) => bounds.width > 0 && Math.min(bounds.width, bounds.height) < 44)
        .map(({ html }) => html),
    };
  });
  expect(excess).toBeLessThanOrEqual(0);
  expect(small).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 320]) {
    test.describe(`${colorScheme}, ${width} px`, () => {
      test.use({ colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' });

      test('trigger, empty dialog, results, filters open and on, order', async ({ page }) => {
        await openWidget(page, MODAL, { filters, sorts });
        await expectGood(page);
        await page.keyboard.press('/');
        await expectGood(page);
        await searchFor(page, 'close server');
        await expectGood(page);
        await page.getByRole('button', { name: 'Filters' }).click();
        await page.getByRole('checkbox', { name: /^Reference/ }).check();
        await page.getByRole('checkbox', { name: /^v5/ }).check();
        await expect(page.getByRole('button', { name: 'Clear all filters' })).toBeVisible();
        await expectGood(page);
      });

      test('recent searches, favourites, suggestions', async ({ page }) => {
        await openWidget(page, MODAL, {});
        await page.evaluate(() => addEventListener('latelight-select', (event) => event.preventDefault()));
        await page.keyboard.press('/');
        await searchFor(page, 'close server');
        await page.getByRole('button', { name: 'Favourite: Guide 1' }).click();
        await expectGood(page);
        await pages(page).first().click();
        await page.keyboard.press('/');
        await box(page).fill('');
        await expect(page.getByRole('region', { name: 'Favourites' })).toBeVisible();
        await expectGood(page);
        await searchFor(page, 'clo');
        await expect(page.getByRole('region', { name: 'Recent searches' })).toBeVisible();
        await expect(page.locator('latelight-search [aria-busy=true]')).toHaveCount(0);
        await expectGood(page);
      });

      test('quick results, a missing phrase, no results, an error', async ({ page }) => {
        await openWidget(page, MODAL, { delayMs: 60_000 });
        await page.keyboard.press('/');
        await box(page).fill('close server');
        await expect(page.locator('.results[data-stage=instant]')).toBeVisible();
        await expectGood(page);
        const exact = [
          { text: 'shut the gate', quoted: true, found: false },
          { text: 'close', quoted: false, found: true },
        ];
        await handIn(page, { result: { exact, phrasesMissed: true } });
        await expect(page.getByText('These are results without the quotation marks.', { exact: true })).toBeVisible();
        await expectGood(page);
        await handIn(page, { pageCount: 0, result: { exact } });
        await expect(results(page)).toContainText('No results for');
        await expectGood(page);
        await handIn(page, {
          error: { code: 'download-failed', message: 'manifest.json: expected status 200, got 503.' },
        });
        await expect(page.getByRole('alert')).toBeVisible();
        await expectGood(page);
      });
    });
  }
}

test.describe('from right to left', () => {
  test.use({ viewport: { width: 320, height: 800 } });

  test('an Arabic page at 400%', async ({ page }) => {
    await openWidget(
      page,
      MODAL,
      { filters, sorts, hit: { title: 'دليل الخادم', headings: ['الإعداد'] } },
      'ar',
      'rtl',
    );
    await page.keyboard.press('/');
    await searchFor(page, 'close server');
    await expectGood(page);
  });
});

test('the live region says counts and stages once typing pauses, not every keystroke', async ({ page }) => {
  await openWidget(page, '<latelight-search debounce="0"></latelight-search>', { delayMs: 1500 });
  await page.locator('latelight-search').evaluate((search) => {
    const said: string[] = [];
    Object.assign(window, { said });
    const status = search.shadowRoot?.querySelector('[role=status]') as HTMLElement;
    new MutationObserver(() => said.push(status.textContent ?? '')).observe(status, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  await box(page).focus();
  await page.keyboard.type('close server', { delay: 60 });
  await expect(page.getByRole('status')).toHaveText('10 results for close server');
  expect(await page.evaluate(() => (window as unknown as { said: string[] }).said)).toEqual([
    '10 quick results for close server',
    '10 results for close server',
  ]);
});

for (const reducedMotion of ['reduce', 'no-preference'] as const) {
  test.describe(`motion: ${reducedMotion}`, () => {
    test.use({ reducedMotion });

    test('the line of light moves where motion is welcome', async ({ page }) => {
      await openWidget(page, MODAL, { delayMs: 60_000 });
      await page.keyboard.press('/');
      await page.keyboard.type('close server');
      const names = await page
        .locator('latelight-search .sweep')
        .evaluate((line) => line.getAnimations().map((animation) => (animation as CSSAnimation).animationName));
      expect(names).toEqual(reducedMotion === 'reduce' ? ['appear'] : ['appear', 'sweep']);
    });
  });
}

test.describe('forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('a favourite, a ticked filter and the dialog can be told from the rest', async ({ page }) => {
    await openWidget(page, MODAL, { filters });
    await page.keyboard.press('/');
    await searchFor(page, 'close server');
    const colour = (locator: string) =>
      page
        .locator(locator)
        .first()
        .evaluate((element) => getComputedStyle(element).color);
    const star = page.getByRole('button', { name: /^Favourite/ });
    await star.first().click();
    expect(await colour('.star[aria-pressed=true]')).not.toBe(await colour('.star[aria-pressed=false]'));
    const edge = await page.getByRole('dialog').evaluate((dialog) => getComputedStyle(dialog).borderTopStyle);
    expect(edge).toBe('solid');
  });
});
