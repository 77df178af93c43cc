// The eight languages, a page's own words, and text from right to left.

import { expect, type Page, test } from '@playwright/test';
import { handIn, openWidget, pages, searchFor } from './widget-page.ts';

const INLINE = '<latelight-search></latelight-search>';
const scripts = (page: Page) =>
  page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
const placeholders = {
  en: 'Search by meaning',
  fr: 'Chercher par le sens',
  'de-AT': 'Nach Bedeutung suchen',
  es: 'Buscar por significado',
  'pt-BR': 'Pesquisar pelo sentido',
  'zh-Hans': '按含义搜索',
  ja: '意味で検索',
  ar: 'ابحث بالمعنى',
  // One that there is not.
  nl: 'Search by meaning',
};

for (const [lang, placeholder] of Object.entries(placeholders)) {
  test(`a page in ${lang} is answered in it, and loads no other`, async ({ page }) => {
    await openWidget(page, INLINE, {}, lang);
    await expect(page.getByPlaceholder(placeholder)).toBeVisible();
    const languages = (await scripts(page)).filter((path) => /\/(fr|de|es|pt|zh|ja|ar)-[^/]*\.js$/.test(path));
    const expected = ['en', 'nl'].includes(lang) ? [] : [expect.stringContaining(`/${lang.slice(0, 2)}-`)];
    expect(languages).toEqual(expected);
  });
}

test('nothing is shown in English before the words of another language are there', async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/assets/fr-*.js', async (route) => {
    await held;
    await route.continue();
  });
  await openWidget(page, INLINE, undefined, 'fr');
  const search = page.locator('latelight-search');
  expect(await search.evaluate((element) => element.shadowRoot?.childElementCount ?? 0)).toBe(0);
  release();
  await expect(page.getByPlaceholder('Chercher par le sens')).toBeVisible();
});

test('a language that cannot be had leaves English', async ({ page }) => {
  await page.route('**/assets/fr-*.js', (route) => route.abort());
  await openWidget(page, INLINE, {}, 'fr');
  await expect(page.getByPlaceholder('Search by meaning')).toBeVisible();
});

test('the element’s own lang counts before the page’s, also when it changes', async ({ page }) => {
  await openWidget(page, '<latelight-search lang="de"></latelight-search>', {}, 'fr');
  await expect(page.getByPlaceholder('Nach Bedeutung suchen')).toBeVisible();
  await page.locator('latelight-search').evaluate((search) => search.setAttribute('lang', 'es'));
  await expect(page.getByPlaceholder('Buscar por significado')).toBeVisible();
});

test('a page puts words of its own in their place, and adds languages', async ({ page }) => {
  // Set while the language is still on its way.
  let arrive = () => {};
  const held = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route('**/assets/fr-*.js', async (route) => {
    await held;
    await route.continue();
  });
  await openWidget(page, INLINE, {}, 'fr');
  await page.locator('latelight-search').evaluate((search: HTMLElement & { translations?: object }) => {
    search.translations = { placeholder: 'Que cherchez-vous ?', nothing: 'Rien : <b>{query}</b>' };
  });
  arrive();
  await expect(page.getByPlaceholder('Que cherchez-vous ?')).toBeVisible();
  await handIn(page, { pageCount: 0 });
  await page.getByRole('searchbox', { name: 'Rechercher' }).fill('reef');
  await expect(page.getByText('Rien : <b>reef</b>')).toBeVisible();
  await page.evaluate(() => {
    const element = customElements.get('latelight-search') as unknown as { translations: Record<string, object> };
    element.translations.nl = { placeholder: 'Zoeken op betekenis' };
    document.querySelector('latelight-search')?.setAttribute('lang', 'nl-BE');
  });
  await expect(page.getByPlaceholder('Que cherchez-vous ?')).toBeVisible();
  await page.locator('latelight-search').evaluate((search: HTMLElement & { translations?: object }) => {
    search.translations = undefined;
  });
  await expect(page.getByPlaceholder('Zoeken op betekenis')).toBeVisible();
});

test('from right to left everything is the other way round, keys included', async ({ page }) => {
  await openWidget(page, INLINE, { hit: { title: 'دليل الخادم', headings: ['الإعداد', 'الإغلاق'] } }, 'ar', 'rtl');
  await searchFor(page, 'close server now');
  const right = async (selector: string) => {
    const bounds = await page.locator(`latelight-search ${selector}`).first().boundingBox();
    return bounds!.x + bounds!.width;
  };
  expect(await right('.lens')).toBeGreaterThan(await right('.clear'));
  expect(await right('.title')).toBeGreaterThan(await right('.star'));
  expect(Math.abs((await right('.path')) - (await right('.title')))).toBeLessThan(1);
  await expect(page.getByText('أفضل 10 من 25 صفحة')).toBeVisible();
  const chips = page.getByRole('toolbar').getByRole('button');
  await chips.first().focus();
  await page.keyboard.press('ArrowLeft');
  await expect(chips.nth(1)).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(chips.first()).toBeFocused();
  await expect(pages(page)).toHaveCount(10);
});

test('on a page in a language that there is not, English words are said to be English, and hits are not', async ({
  page,
}) => {
  await openWidget(page, INLINE, {}, 'nl-BE');
  await searchFor(page, 'close server');
  const langOf = (selector: string) =>
    page
      .locator(`latelight-search ${selector}`)
      .first()
      .evaluate((element) => element.closest('[lang]')?.getAttribute('lang'));
  for (const selector of ['label', '.note', '[role=status]', '.star', '.more'])
    expect(await langOf(selector)).toBe('en');
  for (const selector of ['.title', '.path', '.excerpt', '.heading']) expect(await langOf(selector)).toBe('nl-BE');
  // One that there is, and one that the page added.
  await page.locator('latelight-search').evaluate((search) => search.setAttribute('lang', 'de-CH'));
  await expect(page.getByPlaceholder('Nach Bedeutung suchen')).toBeVisible();
  await expect(page.locator('latelight-search [lang]')).toHaveCount(0);
  await page.evaluate(() => {
    const element = customElements.get('latelight-search') as unknown as { translations: Record<string, object> };
    element.translations.nl = { placeholder: 'Zoeken op betekenis' };
    document.querySelector('latelight-search')?.removeAttribute('lang');
  });
  await expect(page.getByPlaceholder('Zoeken op betekenis')).toBeVisible();
  await expect(page.locator('latelight-search [lang]')).toHaveCount(0);
});

test('a language that cannot be had leaves English that says so', async ({ page }) => {
  await page.route('**/assets/fr-*.js', (route) => route.abort());
  await openWidget(page, INLINE, {}, 'fr');
  await expect(page.locator('latelight-search .frame')).toHaveAttribute('lang', 'en');
});

test('from right to left an empty box begins on the right, what is typed on its own side', async ({ page }) => {
  await openWidget(page, INLINE, {}, 'ar', 'rtl');
  const direction = () => page.getByRole('searchbox').evaluate((box) => getComputedStyle(box).direction);
  expect(await direction()).toBe('rtl');
  await searchFor(page, 'close server now');
  expect(await direction()).toBe('ltr');
  await searchFor(page, 'إغلاق الخادم');
  expect(await direction()).toBe('rtl');
});

for (const [name, excerpt] of [
  ['Arabic', 'أغلق الخادم وانتظر ما هو قيد التنفيذ'],
  ['Latin', 'Close the server, and wait for what is under way'],
]) {
  test(`from right to left ${name} text stands on the side of its Latin headings`, async ({ page }) => {
    await openWidget(page, INLINE, { hit: { excerpt, marks: [] } }, 'ar', 'rtl');
    await searchFor(page, 'close server now');
    /** Where an element's text ends on the right. */
    const right = (selector: string) =>
      page
        .locator(`latelight-search ${selector}`)
        .first()
        .evaluate((element) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          return Math.max(...[...range.getClientRects()].map((line) => line.right));
        });
    const edge = await right('.title');
    for (const selector of ['.path', '.body .excerpt'])
      expect(Math.abs((await right(selector)) - edge)).toBeLessThan(2);
    expect(Math.abs((await right('.sub .excerpt')) - (await right('.heading')))).toBeLessThan(2);
    // The text itself still runs its own way.
    const text = page.locator('latelight-search .excerpt').first();
    expect(await text.evaluate((text) => getComputedStyle(text).direction)).toBe(name === 'Latin' ? 'ltr' : 'rtl');
  });
}
