// What a page pays for a search box that nobody uses, and what quick typing costs the main thread.

import { expect, type Page, test } from '@playwright/test';
import { longestTask } from './main-thread.ts';
import { box, handIn, openWidget, pages, results } from './widget-page.ts';

const ENGINE = [
  '/latelight.js',
  expect.stringMatching(/^\/assets\/client-/),
  expect.stringMatching(/^\/assets\/search\.worker-/),
];

/** Paths of everything the page has fetched so far, but for itself and its icon. What a worker fetches is not among them. */
const fetched = (page: Page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => !path.endsWith('.ico')),
  );

test('a page with the element loads the element alone, until the box has focus', async ({ page }) => {
  await openWidget(page, '<latelight-search></latelight-search>');
  await expect(box(page)).toBeVisible();
  expect(await fetched(page)).toEqual(['/latelight.js']);
  await box(page).focus();
  await expect.poll(() => fetched(page)).toEqual(ENGINE);
});

test('a modal one waits until it is opened', async ({ page }) => {
  await openWidget(page, '<latelight-search mode="modal"></latelight-search>');
  const trigger = page.getByRole('button', { name: 'Search' });
  await trigger.focus();
  expect(await fetched(page)).toEqual(['/latelight.js']);
  await page.keyboard.press('Enter');
  await expect.poll(() => fetched(page)).toEqual(ENGINE);
});

test('a modal one searches the real index, quick results first', async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/models/*.onnx', async (route) => {
    await held;
    await route.continue();
  });
  await openWidget(page, '<latelight-search mode="modal"></latelight-search>');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('hide passwords in log output');
  await expect(page.locator('.results[data-stage=instant]')).toBeVisible();
  release();
  await expect(page.locator('.results[data-stage=full]')).toBeVisible();
  await expect(pages(page).first()).toContainText(/redact/i);
});

/** Records every hit shown for another text than the box holds, and tasks that were long by the clock. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = { longTasksMs: [] as number[], stale: [] as string[], frames: 0, shown: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longTasksMs.push(duration);
    }).observe({ type: 'longtask' });
    const search = document.querySelector('latelight-search') as HTMLElement & { query: string };
    search.addEventListener('latelight-results', (event) => {
      seen.shown++;
      const { query } = (event as CustomEvent<{ query: string }>).detail;
      if (query !== search.query) seen.stale.push(`event: ${query} for ${search.query}`);
    });
    const root = search.shadowRoot as ShadowRoot;
    const look = () => {
      seen.frames++;
      const text = root.querySelector<HTMLInputElement>('#box')?.value ?? '';
      const region = root.querySelector('.results') as HTMLElement;
      const excerpt = region.querySelector('.excerpt')?.textContent;
      const isCurrent = !region.hasAttribute('data-stale') && region.getAttribute('aria-busy') !== 'true';
      if (excerpt && isCurrent && !excerpt.includes(`when ${text} is done`))
        seen.stale.push(`frame: ${excerpt} for ${text}`);
      requestAnimationFrame(look);
    };
    look();
  });
}

interface Seen {
  longTasksMs: number[];
  stale: string[];
  frames: number;
  shown: number;
}

const seen = (page: Page) => page.evaluate(() => (window as unknown as { seen: Seen }).seen);
const TEXT = 'how do I close the server when requests are under way'.slice(0, 50);

/** So long a frame may wait for the main thread. */
const MOST_MS = 50;

for (const delayMs of [0, 30]) {
  test(`fifty quick keystrokes never show a result of another text, at ${delayMs} ms a search`, async ({
    page,
    browser,
  }) => {
    await openWidget(page, '<latelight-search debounce="0"></latelight-search>', { delayMs });
    await box(page).focus();
    await page.keyboard.type('warm');
    await expect(pages(page)).toHaveCount(10);
    await page.keyboard.press('Control+a');
    await watch(page);
    const longest = await longestTask(browser, page, async () => {
      await page.keyboard.type(TEXT, { delay: 15 });
      await expect(results(page).locator('.excerpt').first()).toContainText(`when ${TEXT} is done`);
    });
    const { stale, shown, longTasksMs } = await seen(page);
    test.info().annotations.push({ type: 'burst', description: JSON.stringify({ ...longest, longTasksMs, shown }) });
    expect(stale).toEqual([]);
    expect(shown).toBeGreaterThan(1);
    expect(longest.cpuMs).toBeLessThan(MOST_MS);
  });
}

test('the watch of fifty keystrokes sees a result of another text, and a task that is too long', async ({
  page,
  browser,
}) => {
  await openWidget(page, '<latelight-search></latelight-search>', {});
  await watch(page);
  await handIn(page, { result: { query: 'other' } });
  const longest = await longestTask(browser, page, async () => {
    await page.evaluate(() => {
      setTimeout(() => {
        const until = performance.now() + 400;
        while (performance.now() < until);
      });
    });
    await box(page).fill('anything');
    await expect.poll(async () => (await seen(page)).stale.length).toBeGreaterThan(0);
    await expect.poll(async () => (await seen(page)).longTasksMs.length).toBeGreaterThan(0);
  });
  expect(longest.cpuMs).toBeGreaterThan(MOST_MS);
});

test('with the real engine fifty quick keystrokes show the last text’s result, and none of another', async ({
  page,
  browser,
}) => {
  await openWidget(page, '<latelight-search></latelight-search>');
  await box(page).focus();
  await page.keyboard.type('timeout');
  await expect(page.locator('.results[data-stage=full]:not([data-stale])')).toBeVisible();
  await page.evaluate(() => {
    const stale: string[] = [];
    Object.assign(window, { stale });
    document.addEventListener('latelight-results', (event) => {
      const { query } = (event as CustomEvent<{ query: string }>).detail;
      if (query !== (event.target as HTMLElement & { query: string }).query) stale.push(query);
    });
  });
  await page.keyboard.press('Control+a');
  const longest = await longestTask(browser, page, async () => {
    await page.keyboard.type(TEXT, { delay: 15 });
    await expect(page.getByRole('status')).toHaveText(`10 results for ${TEXT}`);
  });
  test.info().annotations.push({ type: 'burst', description: JSON.stringify(longest) });
  expect(await page.evaluate(() => (window as unknown as { stale: string[] }).stale)).toEqual([]);
  expect(longest.cpuMs).toBeLessThan(MOST_MS);
});
