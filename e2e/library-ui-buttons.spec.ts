// The library's page: what buttons do in states that are rare. A document that is done while a question is read, a history that is full,
// a script that could not be had.

import { expect, type Page, test } from '@playwright/test';
import { addFiles, openLibraryPage } from './library-page.ts';
import { bench, calls, rows, searchBox, serveLibraryUi, show, status } from './library-ui-page.ts';

serveLibraryUi();

const WIDE = { width: 1400, height: 800 };
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

test('Close leads to the list after more documents than a browser keeps steps', async ({ page }) => {
  await page.setViewportSize(WIDE);
  await show(page, 'many');
  await page.evaluate(() => {
    const app = document.querySelector('latelight-library')!;
    for (let documentId = 1; documentId <= 60; documentId++)
      app.openPlace({ documentId, passage: undefined, words: [] });
  });
  await expect(page.getByRole('complementary', { name: 'Lights and buoys 60' })).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(reader(page)).toBeHidden();
  expect(new URL(page.url()).hash).toBe('');
});

test('Close leads to the list, too, when the browser has fewer steps than were taken, as in a restored session', async ({
  page,
}) => {
  await page.setViewportSize(WIDE);
  await show(page, 'few');
  await rows(page).first().getByRole('link').click();
  await expect(reader(page)).toBeVisible();
  await page.evaluate(() => history.replaceState({ depth: 30 }, ''));
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(reader(page)).toBeHidden();
  expect(new URL(page.url()).hash).toBe('');
});

test('Escape twice closes the document, and does not leave the page', async ({ page }) => {
  await show(page, 'few');
  await rows(page).first().getByRole('link').click();
  const steps = await reader(page).evaluate((pane) => {
    const go = history.go.bind(history);
    const taken: (number | undefined)[] = [];
    history.go = (delta) => {
      taken.push(delta);
      go(delta);
    };
    const pressEscape = () =>
      pane.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }));
    pressEscape();
    pressEscape();
    return taken;
  });
  expect(steps).toEqual([-1]);
  await expect(reader(page)).toBeHidden();
  // And the next one again.
  await rows(page).first().getByRole('link').click();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(reader(page)).toBeHidden();
});

test('the app’s shortcut to search leads there from a document on a phone', async ({ page }) => {
  await page.setViewportSize(PHONE);
  await show(page, 'few');
  await rows(page).first().getByRole('link').click();
  await expect(reader(page)).toBeFocused();
  await page.evaluate(() => document.querySelector('latelight-library')!.start('search'));
  await expect(reader(page)).toBeHidden();
  await expect(searchBox(page)).toBeFocused();
});

test('a document that could not be read is read again when it is opened again', async ({ page }) => {
  await page.setViewportSize(WIDE);
  await show(page, 'few');
  await bench(page, (library) => {
    const { passages } = library;
    library.passages = () => {
      library.passages = passages;
      return Promise.reject(new Error('Storage did not answer.'));
    };
  });
  const link = page.getByRole('link', { name: 'Harbour rules 3' });
  await link.click();
  await expect(reader(page).getByText('Storage did not answer.')).toBeVisible();
  await link.click();
  await expect(reader(page).getByText('A tide is highest when sun and moon pull')).toBeVisible();
});

test('a report that is dismissed in an empty library leaves the focus on what adds files', async ({ page }) => {
  await show(page, 'empty');
  await bench(page, (library) => {
    library.add = () => Promise.reject(new Error('Storage did not answer.'));
  });
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'A tide is highest at full moon.');
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await expect(page.getByText('Nothing was added: Storage did not answer.').first()).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('button', { name: 'Add files' })).toBeFocused();
});

test('a search that was kept to one document is over when another tab has emptied the library', async ({ page }) => {
  await show(page, 'few');
  await page.getByRole('button', { name: 'Search only in Harbour rules 3' }).click();
  await expect(page.getByText('Searching only in')).toBeVisible();
  await bench(page, (library) => library.remove([1, 2, 3, 4, 5, 6]));
  await expect(page.getByRole('heading', { name: 'Search your own documents by meaning' })).toBeVisible();
  await bench(page, (library) => {
    library.put({});
    library.change({});
  });
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText('Searching only in')).toBeHidden();
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
