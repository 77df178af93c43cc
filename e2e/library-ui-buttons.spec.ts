// The library's page: what buttons do in states that are rare. A document that is done while a question is read, a script
// that could not be had.

import { expect, type Page, test } from '@playwright/test';
import { addFiles, openLibraryPage } from './library-page.ts';
import { bench, calls, rows, serveLibraryUi, show, status } from './library-ui-page.ts';

serveLibraryUi();

const PHONE = { width: 390, height: 800 };
const reader = (page: Page) => page.locator('.reader');

test('the question whether to cancel the rest counts along while it is read, and what is done by then stays', async ({
  page,
}) => {
  await show(page, 'indexing');
  await page.getByRole('button', { name: 'Cancel the rest' }).click();
  const question = page.getByRole('dialog').getByRole('heading');
  await expect(question).toHaveText('Remove 61 documents not yet indexed?');
  await bench(page, (library) => {
    for (const document of [...library.state.documents.values()].slice(0, -1))
      library.put({ ...document, state: 'done' });
    library.change({});
  });
  await expect(question).toHaveText('Remove 1 document not yet indexed?');
  await page.getByRole('button', { name: 'Remove them' }).click();
  await expect(rows(page)).toHaveCount(65);
  expect(await calls(page)).toEqual([['remove', 66]]);
  await expect(status(page)).toContainText('1 document removed.');
});

test('a question goes when there is nothing left to ask about', async ({ page }) => {
  await show(page, 'indexing');
  await page.getByRole('button', { name: 'Cancel the rest' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await bench(page, (library) => {
    for (const document of [...library.state.documents.values()]) library.put({ ...document, state: 'done' });
    library.change({ progress: undefined });
  });
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(rows(page)).toHaveCount(66);
  expect(await calls(page)).toEqual([]);
});

test('whether to delete everything is asked about what comes meanwhile, too', async ({ page }) => {
  await show(page, 'few');
  await page.getByText('Privacy', { exact: true }).click();
  await page.getByRole('button', { name: 'Delete all documents' }).click();
  const question = page.getByRole('dialog').getByRole('heading');
  await expect(question).toHaveText('Delete all 6 documents?');
  await bench(page, (library) => {
    library.put({});
    library.change({});
  });
  await expect(question).toHaveText('Delete all 7 documents?');
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await expect(page.getByRole('heading', { name: 'Search your own documents by meaning' })).toBeVisible();
});

test.describe('of the real page', () => {
  // It would have kept the script.
  test.use({ serviceWorkers: 'block', viewport: PHONE });

  test('a reader whose script could not be had is asked for again with each document that is opened, and can be closed meanwhile', async ({
    page,
  }) => {
    const script = '**/assets/latelight-reader-*';
    await page.route(script, (route) => route.abort());
    const failed = page.waitForEvent('requestfailed', (request) => request.url().includes('/latelight-reader-'));
    await openLibraryPage(page);
    await failed;
    await addFiles(page, [{ path: 'sky.md', text: '# Sky\n\nTelescopes gather light.' }]);
    const link = page.getByRole('link', { name: /sky/i });
    await link.click();
    await expect(reader(page).getByText('could not be loaded')).toBeVisible();
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(link).toBeFocused();

    await page.unroute(script);
    let give = () => {};
    const held = new Promise<void>((resolve) => {
      give = resolve;
    });
    await page.route(script, async (route) => {
      await held;
      await route.continue();
    });
    // By another address: not every browser asks for a script again that it could not have.
    const again = page.waitForRequest(/\/assets\/latelight-reader-[^/]+\.js\?again=\d$/);
    await link.click();
    await again;
    await expect(reader(page).getByText('Opening the document')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Close' })).toBeVisible();
    give();
    await expect(page.getByRole('region', { name: 'Document text' })).toContainText('Telescopes gather light.');
  });
});
