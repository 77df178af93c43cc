// A page of some site that has the search as a dialog behind a button of its own.

import type { Page } from '@playwright/test';
import { SMALL } from './engine.ts';

/** Stands beside `latelight.js`. */
export const SITE_PAGE = `<!doctype html><html lang="en"><title>A site</title><script type="module" src="latelight.js"></script>
  <button data-latelight-open>Search here</button><latelight-search mode="modal"></latelight-search></html>`;

/** Below the small index, which it searches. */
export async function openSite(page: Page): Promise<void> {
  await page.route('**/site.html', (route) => route.fulfill({ contentType: 'text/html', body: SITE_PAGE }));
  await page.goto(`${SMALL}site.html`);
}
