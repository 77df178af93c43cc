// A page of a site with <latelight-search> in it, and an engine handed in whose answers a test knows: what the element shows must
// not depend on what a model thinks.

import { expect, type Page } from '@playwright/test';

/** What the engine of `openWidget` has; JSON, because it crosses into the page. */
export interface FakeIndex {
  /** Pages found for every query, three passages each. Default 25. */
  pageCount?: number;
  filters?: Record<string, Record<string, number>>;
  sorts?: string[];
  /** Merged over each hit. */
  hit?: object;
  /** Merged over each result. */
  result?: object;
  /** Milliseconds until the full result; the instant one comes at once if there is a delay. */
  delayMs?: number;
  error?: { code: string; message: string };
}

export const ADDRESS = 'site/page.html';

/** @param body HTML of the page, with the element in it. @param index without it the element opens the real one */
export async function openWidget(page: Page, body: string, index?: FakeIndex, lang = 'en', dir = 'ltr'): Promise<void> {
  await page.route(`**/${ADDRESS}*`, (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      body: `<!doctype html><html lang="${lang}" dir="${dir}"><head><title>A site</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
        <script type="module" src="../latelight.js"></script>
        <style>body { margin: 2rem; font-family: system-ui }</style></head>
        <body><main><h1>A site</h1>${body}</main></body></html>`,
    }),
  );
  await page.goto(ADDRESS);
  await page.evaluate(() => customElements.whenDefined('latelight-search'));
  if (index) await handIn(page, index);
}

/** Hands in an engine; what it was asked is kept in `requests` of the window. */
export async function handIn(page: Page, index: FakeIndex): Promise<void> {
  await page.evaluate((index) => {
    const { pageCount = 25, filters = {}, sorts = [], delayMs = 0, error } = index;
    const siteRoot = new URL('docs/', location.href).href;
    const requests: object[] = [];
    const answer = (query: string, request: { limit?: number; perPage?: number }, stage: string) => {
      const { limit = 10, perPage = 1 } = request;
      const excerpt = `Close the server when ${query} is done, and wait for what is under way.\nThen end the process.`;
      const marks = [
        { start: 0, end: 5, queryWord: 0, strength: 1 },
        { start: 10, end: 16, queryWord: 1, strength: 0.7 },
      ];
      const hits = Array.from({ length: Math.min(limit, pageCount) }, (_, page) =>
        Array.from({ length: Math.min(perPage, page % 4 === 3 ? 1 : 3) }, (_, at) => ({
          id: page * 10 + at,
          page,
          site: 0,
          siteRoot,
          url: `guide-${page}.html#part-${at}`,
          title: `Guide ${page}`,
          headings: ['Server', `Part ${at}`],
          excerpt,
          marks,
          meta: {},
          score: 1000 - page * 10 - at,
          exact: [],
          ...index.hit,
        })),
      ).flat();
      const words = query.split(/\s+/).map((text) => ({ text, start: query.indexOf(text), end: text.length }));
      const timings = { encodeMs: 4, scoreMs: 2, fetchMs: 1, alignMs: 1, exactMs: 1, totalMs: 9 };
      const hasMore = limit < pageCount;
      const counts = { backend: 'wasm', encoder: stage === 'instant' ? 'table' : 'wasm', passageCount: 75, timings };
      return {
        query,
        stage,
        hits,
        words,
        corrections: [],
        exact: [],
        hasMore,
        facets: filters,
        ...counts,
        ...index.result,
      };
    };
    const engine = {
      stage: 'full',
      ready: Promise.resolve(),
      backend: 'wasm',
      passageCount: 75,
      siteRoot,
      notice: '',
      filters,
      sorts,
      sites: [{ url: siteRoot, siteRoot, passageCount: 75, pageCount }],
      close: () => undefined,
      search(
        query: string,
        request: { limit?: number; perPage?: number; signal: AbortSignal; onInstant?: (result: object) => void },
      ): Promise<object> {
        requests.push({ query, ...request, signal: undefined, onInstant: undefined });
        if (error) return Promise.reject(Object.assign(new Error(error.message), { code: error.code }));
        if (delayMs > 0) request.onInstant?.(answer(query, request, 'instant'));
        return new Promise((resolve, reject) => {
          const abort = () => reject(Object.assign(new Error('search: aborted'), { code: 'aborted' }));
          request.signal.addEventListener('abort', abort, { once: true });
          setTimeout(() => resolve(answer(query, request, 'full')), delayMs);
        });
      },
    };
    Object.assign(window, { requests });
    (document.querySelector('latelight-search') as unknown as { engine: object }).engine = engine;
  }, index);
}

/** What the engine was asked, oldest first. */
export function requests(page: Page): Promise<Record<string, unknown>[]> {
  return page.evaluate(() => (window as unknown as { requests: Record<string, unknown>[] }).requests);
}

export const box = (page: Page) => page.locator('latelight-search').getByRole('searchbox');
export const results = (page: Page) => page.locator('latelight-search .results');
/** Links of pages, one for each. */
export const pages = (page: Page) => results(page).getByRole('heading').getByRole('link');

/** Types, and waits for the results of it. */
export async function searchFor(page: Page, query: string): Promise<void> {
  await box(page).fill(query);
  await expect(results(page).and(page.locator('[data-stage=full]:not([data-stale])'))).toBeVisible();
  await expect(results(page)).toHaveAttribute('aria-busy', 'false');
}
