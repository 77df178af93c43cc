// The library's page: what buttons do in states that are rare. A document that is done while a question is read.

import { expect, test } from '@playwright/test';
import { bench, calls, rows, serveLibraryUi, show, status } from './library-ui-page.ts';

serveLibraryUi();

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
