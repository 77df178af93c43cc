// The library's page alone: what comes in, what is asked before something goes, where focus is, and that thousands of documents keep
// nobody waiting. That documents are read and found is tested elsewhere.

import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { bench, calls, rows, searchBox, serveLibraryUi, show, status } from './library-ui-page.ts';
import { longestTask } from './main-thread.ts';

serveLibraryUi();

async function middleOf(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await page.locator(selector).boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

/** As a drop from the desktop: files alone, because a page cannot make folders. */
async function drop(page: Page, names: string[]): Promise<void> {
  const transfer = await page.evaluateHandle((names) => {
    const transfer = new DataTransfer();
    for (const name of names) transfer.items.add(new File(['text'], name));
    return transfer;
  }, names);
  const [dataTransfer, target] = [transfer, page.locator('latelight-library')];
  await target.dispatchEvent('dragenter', { dataTransfer });
  await expect(page.getByText('Drop to add to your library')).toBeVisible();
  await target.dispatchEvent('drop', { dataTransfer });
  await expect(page.getByText('Drop to add to your library')).toBeHidden();
}

test('files that are dropped are added, and it is said once', async ({ page }) => {
  await show(page, 'empty');
  await drop(page, ['tides.md', '.plan.md', 'logo.psd']);
  await expect(rows(page)).toHaveCount(3);
  expect(await calls(page)).toEqual([['add', 'tides.md', '.plan.md', 'logo.psd']]);
  await expect(status(page)).toContainText('3 documents added.');
  await expect(status(page)).toContainText('logo.psd could not be indexed. Files of this kind cannot be read.');
});

test('a zip that is dropped is a library to import', async ({ page }) => {
  await show(page, 'few');
  await drop(page, ['latelight-library-2026-11-24.zip']);
  await expect(
    page.getByText('3 documents with 40 passages imported. 1 document was here already.').first(),
  ).toBeVisible();
  expect(await calls(page)).toEqual([['import']]);
});

test('a folder’s file that the browser does not give is listed, and those after it come', async ({ page }) => {
  await page.addInitScript(() => {
    const folder = async () => {
      const papers = await (await navigator.storage.getDirectory()).getDirectoryHandle('papers', { create: true });
      for (const name of ['a.md', 'b.md', 'c.md']) await papers.getFileHandle(name, { create: true });
      return papers;
    };
    const getFile = FileSystemFileHandle.prototype.getFile;
    FileSystemFileHandle.prototype.getFile = function () {
      if (this.name === 'b.md') return Promise.reject(new DOMException('no permission', 'NotAllowedError'));
      return getFile.call(this);
    };
    Object.assign(window, { showDirectoryPicker: folder });
  });
  await show(page, 'empty');
  await page.getByRole('button', { name: 'Add folder' }).click();
  await expect(rows(page)).toHaveCount(3);
  expect((await calls(page)).flat().sort()).toEqual(['add', 'papers/a.md', 'papers/b.md', 'papers/c.md']);
});

test('text that is pasted becomes a document with the time in its name, two of one minute become two', async ({
  page,
}) => {
  await page.clock.setFixedTime(new Date('2026-11-24T10:32:00'));
  await show(page, 'empty');
  const paste = () =>
    page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'A tide is highest at full moon.');
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
  await paste();
  await expect(rows(page)).toHaveCount(1);
  await paste();
  await expect(rows(page)).toHaveCount(2);
  expect(await calls(page)).toEqual([
    ['add', 'Pasted 2026-11-24 10.32.txt'],
    ['add', 'Pasted 2026-11-24 10.32 (2).txt'],
  ]);
});

test('text that is pasted into the search box stays there', async ({ page }) => {
  await show(page, 'few');
  await searchBox(page).evaluate((box) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'tide');
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, composed: true, cancelable: true }));
  });
  expect(await calls(page)).toEqual([]);
});

test('files and folders are picked with buttons', async ({ page }) => {
  // As in browsers without the File System Access API.
  await page.addInitScript(() => {
    for (const name of ['showDirectoryPicker', 'showOpenFilePicker'])
      delete (window as unknown as Record<string, unknown>)[name];
  });
  await show(page, 'empty');
  const pick = async (name: string) => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name }).click()]);
    return chooser;
  };
  // Where nothing can take it away before its files come.
  const inputs = page.locator('body > input[type=file]');
  await expect(inputs).toHaveCount(0);
  await pick('Add files');
  await expect(inputs).toHaveCount(1);
  await expect(inputs).toBeHidden();
  await inputs.dispatchEvent('cancel');
  await expect(inputs).toHaveCount(0);
  const files = await pick('Add files');
  await files.setFiles([{ name: 'a.md', mimeType: 'text/markdown', buffer: Buffer.from('# A') }]);
  await expect(rows(page)).toHaveCount(1);
  await expect(inputs).toHaveCount(0);
  const folder = await pick('Add folder');
  await folder.setFiles(join(import.meta.dirname, '../src/library/app/views'));
  await expect(rows(page).nth(1)).toBeVisible();
  expect((await calls(page))[1].slice(1)).toContain('views/icons.ts');
});

test('files and folders are picked with the File System Access API where there is one', async ({ page }) => {
  // The browser's own dialog cannot be pressed from here: what it would hand over are real handles.
  await page.addInitScript(() => {
    const root = async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('papers', { create: true });
      for (const name of ['a.md', 'b.md'])
        await (await folder.getFileHandle(name, { create: true })).createWritable().then((stream) => stream.close());
      return folder;
    };
    Object.assign(window, {
      showDirectoryPicker: root,
      showOpenFilePicker: async ({ multiple }: { multiple: boolean }) => {
        if (!multiple) throw new Error('expected several');
        return [await (await root()).getFileHandle('a.md')];
      },
    });
  });
  await show(page, 'empty');
  await page.getByRole('button', { name: 'Add files' }).click();
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Add folder' }).click();
  await expect(rows(page)).toHaveCount(3);
  // In whatever order the file system lists them.
  const [[, ...files], [, ...ofFolder]] = await calls(page);
  expect(files).toEqual(['a.md']);
  expect(ofFolder.sort()).toEqual(['papers/a.md', 'papers/b.md']);
});

test('a search that finds nothing while documents are indexed says so far', async ({ page }) => {
  await show(page, 'few');
  await bench(page, (library) => {
    for (const document of [...library.state.documents.values()]) library.put({ ...document, state: 'waiting' });
    const rate = { passagesPerSecond: undefined, secondsLeft: undefined };
    library.change({ progress: { passagesDone: 0, passagesTotal: 9, documentsWaiting: 6, ...rate } });
  });
  await page.keyboard.press('/');
  await page.keyboard.type('when is the tide highest');
  await expect(page.getByText('Nothing found so far.')).toBeVisible();
  await expect(page.getByText('No results for')).toBeHidden();
  await bench(page, (library) => library.change({ progress: undefined }));
  await expect(page.getByText('No results for')).toBeVisible();
  await expect(page.getByText('Nothing found so far.')).toBeHidden();
});

test('removing asks first; focus goes to the row that takes the place', async ({ page }) => {
  await show(page, 'few');
  const button = page.getByRole('button', { name: 'Remove Lights and buoys 5' });
  await button.click();
  const dialog = page.getByRole('dialog', { name: 'Remove Lights and buoys 5?' });
  await expect(dialog.getByRole('button', { name: 'Keep' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(await calls(page)).toEqual([]);
  await expect(button).toBeFocused();
  await button.click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(rows(page)).toHaveCount(5);
  await expect(page.getByRole('link', { name: 'Weather at night 4' })).toBeFocused();
  await expect(status(page)).toHaveText('1 document removed.');
});

test('several are selected and removed together; without any the drop zone is back and has focus', async ({ page }) => {
  await show(page, 'few');
  await page.getByRole('checkbox', { name: 'Select Harbour rules 3' }).check();
  await page.getByRole('button', { name: 'Select all 6' }).click();
  await page.getByRole('group', { name: '6 selected' }).getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('heading', { name: 'Search your own documents by meaning' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add files' })).toBeFocused();
});

test('the rest is cancelled after a question; what is done stays', async ({ page }) => {
  await show(page, 'indexing');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeFocused();
  await page.getByRole('button', { name: 'Cancel the rest' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove them' }).click();
  await expect(rows(page)).toHaveCount(5);
  await expect(page.getByRole('region', { name: 'Indexing' })).toBeHidden();
});

test('a failed document says why and is tried again; a report of an error can be dismissed', async ({ page }) => {
  await show(page, 'failures');
  await expect(page.getByText('Failed. It needs a password.')).toBeVisible();
  await page.getByRole('button', { name: 'Retry secret.pdf' }).click();
  expect(await calls(page)).toEqual([['retry', 5]]);
  await bench(page, (library) => {
    library.export = () => Promise.reject(new Error('Storage is full.'));
  });
  await page.getByRole('button', { name: 'Export library' }).click();
  await expect(page.getByText('That did not work: Storage is full.').first()).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(searchBox(page)).toBeFocused();
});

test('what stopped indexing is resumed where it is told when nothing is left to index, and there is no bar', async ({
  page,
}) => {
  await show(page, 'failures');
  const problem = page.getByText('Storage is full. Remove documents');
  await expect(problem).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(problem).toBeHidden();
  await expect(searchBox(page)).toBeFocused();
  await bench(page, (library) => {
    const rate = { passagesPerSecond: undefined, secondsLeft: undefined };
    library.change({
      isPaused: true,
      progress: { passagesDone: 1, passagesTotal: 2, documentsWaiting: 0, ...rate },
      problem: { code: 'storage-full', message: 'Storage is full.' },
    });
  });
  await expect(page.getByRole('region', { name: 'Indexing' }).getByRole('button', { name: 'Resume' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Resume' })).toHaveCount(1);
});

test('the library is exported under the day’s name', async ({ page }) => {
  await page.clock.setFixedTime(new Date('2026-11-24T10:32:00'));
  await show(page, 'few');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export library' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('latelight-library-2026-11-24.zip');
  await expect(page.getByText('Exported as latelight-library-2026-11-24.zip (2 B).', { exact: true })).toHaveCount(2);
});

test('an export says how many documents are not in it', async ({ page }) => {
  await show(page, 'failures');
  await page.getByRole('button', { name: 'Export library' }).click();
  await expect(page.getByText('2 documents are not in it: only what can be searched is.').first()).toBeVisible();
});

test('the list is filtered and sorted, and shows a hundred at a time with focus on the first new one', async ({
  page,
}) => {
  await show(page, 'many');
  await expect(rows(page)).toHaveCount(100);
  await page.getByRole('button', { name: 'Show 100 more' }).click();
  await expect(rows(page)).toHaveCount(200);
  await expect(rows(page).nth(100).getByRole('link')).toBeFocused();
  await page.getByRole('combobox', { name: 'Sort' }).selectOption('Name');
  await expect(rows(page).first().getByRole('link')).toHaveText('Harbour rules 3');
  await page.getByRole('searchbox', { name: 'Filter the list by name' }).fill('night 2994');
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText('1 of 3,000 documents')).toBeVisible();
});

test('what filtering has left is said; the field has a direction only with text', async ({ page }) => {
  await show(page, 'few');
  const field = page.getByRole('searchbox', { name: 'Filter the list by name' });
  const said = page.locator('latelight-documents').getByRole('status');
  await expect(said).toHaveText('');
  await expect(field).not.toHaveAttribute('dir');
  await field.fill('lights');
  await expect(said).toHaveText('1 document has this in its name.');
  await expect(field).toHaveAttribute('dir', 'auto');
  await field.fill('no such');
  await expect(said).toHaveText('No document has this in its name.');
  await expect(said).toHaveCSS('position', 'static');
  await field.fill('');
  await expect(said).toHaveText('');
  await expect(said).toHaveClass('hidden');
  await expect(field).not.toHaveAttribute('dir');
});

test('asking the browser to keep the library says that it waits, and what came of it', async ({ page }) => {
  await show(page, 'few');
  const kept = page.getByRole('status').filter({ hasText: 'browser' });
  await expect(kept).toHaveText('This browser may clear it when the disk runs full.');
  // As Firefox, which asks the person.
  await bench(page, (library) => {
    library.promise = new Promise((resolve) => Object.assign(window, { answer: resolve }));
  });
  const ask = page.getByRole('button', { name: 'Ask the browser to keep it' });
  await ask.click();
  await expect(kept).toHaveText('Waiting for the browser’s answer. It may ask you.');
  await page.evaluate(() => (window as unknown as { answer: (is: boolean) => void }).answer(false));
  await expect(kept).toContainText('The browser did not promise it.');
  await expect(kept).toContainText('or allow it in this site’s permissions.');
  await expect(ask).toBeFocused();
});

test('a private window says that nothing stays, and asks for no promise', async ({ page }) => {
  await show(page, 'private');
  await expect(page.getByText('what you add is gone when it is closed')).toBeVisible();
  await expect(page.getByText('of 2.1 GB used')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Ask the browser to keep it' })).toHaveCount(0);
  await drop(page, ['tides.md']);
  await expect(status(page)).toContainText('1 document added.');
  expect(await bench(page, (library) => library.persistCalls)).toBe(0);
});

test('a new version waits for its button', async ({ page }) => {
  await show(page, 'other-tab');
  await expect(page.getByText('Another tab is indexing.')).toBeVisible();
  await page.getByRole('button', { name: 'Reload' }).click();
  expect(await calls(page)).toEqual([['apply']]);
});

test('no task takes 50 ms while 3,000 documents are indexed and somebody filters them', async ({ page, browser }) => {
  await show(page, 'many-indexing');
  await expect(rows(page)).toHaveCount(100);
  const filter = await middleOf(page, 'latelight-documents .filter');
  const box = await middleOf(page, 'latelight-search #box');
  const passagesDone = () => bench(page, ({ state }) => state.progress?.passagesDone ?? 0);
  const done = await passagesDone();
  // By mouse and keys alone: what Playwright looks up in the page it looks up in the page's own thread.
  const { cpuMs } = await longestTask(browser, page, async () => {
    await page.mouse.click(filter.x, filter.y);
    await page.keyboard.type('tide 1', { delay: 150 });
    await page.keyboard.press('Tab');
    await page.keyboard.type('Name', { delay: 50 });
    await page.mouse.click(box.x, box.y);
    await page.keyboard.type('when is the tide highest', { delay: 50 });
    await expect.poll(passagesDone).toBeGreaterThan(done + 12_000);
  });
  await expect(page.locator('latelight-documents .filter')).toHaveValue('tide 1');
  await expect(searchBox(page)).toHaveValue('when is the tide highest');
  await expect(page.getByRole('combobox', { name: 'Sort' })).toHaveValue('name');
  await expect(page.locator('.results').getByRole('heading').first()).toBeVisible();
  expect(cpuMs).toBeLessThan(50);
});
