// A page of some site that has the search as a dialog behind a button of its own.

import type { Page } from '@playwright/test';
import { SMALL } from './engine.ts';

/** Below the small index, which it searches. */
export async function openSite(page: Page): Promise<void> {
  await page.route('**/site.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><title>A site</title><script type="module" src="latelight.js"></script>
        <button data-latelight-open>Search here</button><latelight-search mode="modal"></latelight-search></html>`,
    }),
  );
  await page.goto(`${SMALL}site.html`);
}
