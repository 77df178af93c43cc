// The library's page alone, on a library in memory: what comes in, what is asked before something goes, where focus is, what axe
// finds in each state, and that thousands of documents keep nobody waiting. That documents are read and found is tested elsewhere.

import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { build, type PreviewServer, preview } from 'vite';
import type { MemoryLibrary } from '../src/library/app/bench/memory-library.ts';
import { longestTask } from './main-thread.ts';

let server: PreviewServer;
let folder: string;
let url: string;
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-library-ui-'));
  // Built as it is shipped: what Lit checks while one develops takes as long again.
  const root = join(import.meta.dirname, '../src/library/app/bench');
  const config = { root, configFile: false, logLevel: 'warn', build: { outDir: folder, target: 'esnext' } } as const;
  await build(config);
  server = await preview({ ...config, preview: { port: 0, host: 'localhost' } });
  url = `http://localhost:${(server.httpServer.address() as AddressInfo).port}/`;
});
test.afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function show(page: Page, state: string, hash = ''): Promise<void> {
  await page.goto(`${url}?state=${state}${hash}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

const searchBox = (page: Page) => page.locator('latelight-search').getByRole('searchbox');
const rows = (page: Page) => page.locator('latelight-documents').getByRole('listitem');
const status = (page: Page) => page.locator('latelight-library > p[role=status], latelight-library p.hidden').last();
const calls = (page: Page) => page.evaluate(() => (window as unknown as { library: MemoryLibrary }).library.calls);
const bench = <T>(page: Page, act: (library: MemoryLibrary) => T) =>
  page.evaluate(`(${act})(window.library)`) as Promise<T>;

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

async function search(page: Page): Promise<void> {
  await page.keyboard.press('/');
  await expect(searchBox(page)).toBeFocused();
  await page.keyboard.type('when is the tide highest');
  await expect(page.locator('.results[data-stage=full]:not([data-stale])')).toBeVisible();
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
  const files = await pick('Add files');
  await files.setFiles([{ name: 'a.md', mimeType: 'text/markdown', buffer: Buffer.from('# A') }]);
  await expect(rows(page)).toHaveCount(1);
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

test('a result opens the reader with its place in the address; Back closes it and returns focus', async ({ page }) => {
  await show(page, 'few');
  await search(page);
  const link = page.locator('latelight-search .results a').nth(1);
  await link.click();
  await expect(page).toHaveURL(/#doc=2&passage=1&words=tide,moon$/);
  const reader = page.getByRole('complementary', { name: 'Mooring and lines 2' });
  await expect(reader).toBeFocused();
  await reader.getByRole('button', { name: 'Read on' }).click();
  await expect(page).toHaveURL(/#doc=2&passage=7&words=tide,moon$/);
  await expect(reader.getByText('7 tide moon')).toBeVisible();
  await page.goBack();
  await expect(reader).toBeHidden();
  await expect(link).toBeFocused();
  await expect(searchBox(page)).toHaveValue('when is the tide highest');
  await page.goForward();
  await expect(reader).toBeVisible();
});

test('the reader closes to the list however many documents were opened in it, and with Escape', async ({ page }) => {
  await page.setViewportSize({ width: 1400, height: 800 });
  await show(page, 'few');
  await rows(page).nth(0).getByRole('link').click();
  await rows(page).nth(1).getByRole('link').click();
  await expect(page.getByRole('complementary', { name: 'Lights and buoys 5' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.reader')).toBeHidden();
  await expect(rows(page).nth(1).getByRole('link')).toBeFocused();
  expect(new URL(page.url()).hash).toBe('');
});

test('Escape of an input method leaves the reader open', async ({ page }) => {
  // Of an address that was opened by itself: that closes at once, without a step back.
  await show(page, 'few', '#doc=1');
  const button = page.getByRole('complementary').getByRole('button', { name: 'Read on' });
  const hashAfterEscape = (keyCode: number) =>
    button.evaluate((button, keyCode) => {
      button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', keyCode, bubbles: true, composed: true }));
      return location.hash;
    }, keyCode);
  // As Safari sends it after the composition; then one that is not.
  expect(await hashAfterEscape(229)).toBe('#doc=1');
  expect(await hashAfterEscape(27)).toBe('');
});

test('a result opens in a new tab, too', async ({ page, context }) => {
  await show(page, 'few');
  await search(page);
  const [tab] = await Promise.all([
    context.waitForEvent('page'),
    page
      .locator('latelight-search .results a')
      .first()
      .click({ modifiers: ['Control'] }),
  ]);
  await expect(tab.getByRole('complementary', { name: 'Tides of the northern sea 1' })).toBeVisible();
  await expect(page.locator('.reader')).toBeHidden();
});

test('an address of a document that is gone says so', async ({ page }) => {
  await show(page, 'few', '#doc=99');
  await expect(page.getByText('This document is not in the library any more.')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.locator('.reader')).toBeHidden();
});

test('the search can be kept to one document', async ({ page }) => {
  await show(page, 'few');
  await page.getByRole('button', { name: 'Search only in Harbour rules 3' }).click();
  await expect(searchBox(page)).toBeFocused();
  await page.keyboard.type('tide');
  await expect(page.locator('.results').getByRole('heading')).toHaveCount(1);
  await page.getByRole('button', { name: 'Search all documents' }).click();
  await expect(page.locator('.results').getByRole('heading')).toHaveCount(6);
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

test('the tab is called by the document that is open', async ({ page }) => {
  await show(page, 'few');
  const name = await page.title();
  await page.getByRole('link', { name: 'Harbour rules 3' }).click();
  await expect(page).toHaveTitle(`Harbour rules 3 - ${name}`);
  await page.keyboard.press('Escape');
  await expect(page).toHaveTitle(name);
});

test('focus is not hidden behind the indexing bar', async ({ page }) => {
  await show(page, 'few');
  await bench(page, (library) => {
    const rate = { passagesPerSecond: undefined, secondsLeft: undefined };
    library.change({ progress: { passagesDone: 1, passagesTotal: 9, documentsWaiting: 6, ...rate } });
  });
  await search(page);
  const bar = page.getByRole('region', { name: 'Indexing' });
  /** Of what has focus, the pixels below the bar's upper edge. */
  const hidden = () =>
    bar.evaluate((bar) => {
      let focused = document.activeElement!;
      while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
      const isOfBar = bar.contains(focused);
      return isOfBar ? 0 : Math.max(0, focused.getBoundingClientRect().bottom - bar.getBoundingClientRect().top);
    });
  for (const height of [560, 600, 640, 680]) {
    await page.setViewportSize({ width: 900, height });
    await page.evaluate(() => scrollTo(0, 0));
    await searchBox(page).focus();
    for (let at = 0; at < 6; at++) {
      await page.keyboard.press('ArrowDown');
      expect(await hidden(), `hit ${at} at ${height} px`).toBe(0);
    }
    for (let at = 0; at < 30; at++) {
      await page.keyboard.press('Tab');
      expect(await hidden(), `stop ${at} at ${height} px`).toBe(0);
    }
  }
  // Where the bar does not stay, and without it, there is nothing to keep clear of.
  const padding = () => page.evaluate(() => document.documentElement.style.scrollPaddingBlockEnd);
  expect(await padding()).toMatch(/px$/);
  await page.setViewportSize({ width: 900, height: 400 });
  await expect.poll(padding).toBe('');
  await page.setViewportSize({ width: 900, height: 600 });
  await expect.poll(padding).toMatch(/px$/);
  await bench(page, (library) => library.change({ progress: undefined }));
  await expect.poll(padding).toBe('');
});

test('a long path is shown whole, a name of the other direction keeps to its side, and rings fit in the row', async ({
  page,
}) => {
  await page.setViewportSize({ width: 480, height: 800 });
  await show(page, 'few');
  await bench(page, (library) => {
    const path = `${'a-very-long-folder-name'.repeat(6)}/x.md`;
    library.put({ title: 'חוזה השכירות', path });
    library.put({ title: 'averylongtitle'.repeat(8), path: 'b.md' });
    library.change({});
  });
  const row = rows(page).filter({ hasText: 'חוזה' });
  const side = (text: string) =>
    row.evaluate((row, text) => {
      const range = document.createRange();
      range.selectNodeContents(row.querySelector(text)!);
      return range.getBoundingClientRect().left;
    }, text);
  expect(await side('.title')).toBe(await side('.facts'));
  const outside = await rows(page).evaluateAll((all) =>
    all.flatMap((row) => {
      const { left, right } = row.getBoundingClientRect();
      return [...row.querySelectorAll('.title, .path, input, .acts button')].flatMap((part) => {
        const range = document.createRange();
        range.selectNodeContents(part);
        const isText = part.matches('.title, .path');
        const bounds = (isText ? range : part).getBoundingClientRect();
        // A box's ring is 4 pixels outside of it; that of a button is 4 inside.
        const ring = part.localName === 'input' ? 4 : part.localName === 'button' ? -4 : 0;
        return bounds.left - ring < left || bounds.right + ring > right ? part.outerHTML : [];
      });
    }),
  );
  expect(outside).toEqual([]);
});

test('in forced colours what is done of a bar differs from what is not', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await show(page, 'indexing');
  await page.locator('latelight-search').evaluate((search) => {
    const bar = Object.assign(document.createElement('progress'), { className: 'bytes', max: 2, value: 1 });
    search.shadowRoot!.querySelector('.frame')!.append(bar);
  });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const bars = await page.getByRole('progressbar').evaluateAll((all) =>
      all.map((bar) => {
        const { backgroundColor, color, borderTopWidth } = getComputedStyle(bar);
        const light = (of: string) => {
          const [r, g, b] = of.match(/[\d.]+/g)!.map((value) => {
            const part = Number(value) / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
        };
        const [a, b] = [light(backgroundColor), light(color)];
        return { contrast: Math.max(a, b) / Math.min(a, b), edge: borderTopWidth, high: bar.clientHeight };
      }),
    );
    expect(bars.length).toBeGreaterThan(3);
    for (const { contrast, edge, high } of bars) {
      expect(contrast).toBeGreaterThan(3);
      expect(edge).toBe('1px');
      expect(high).toBeGreaterThanOrEqual(6);
    }
  }
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

const STATES: [string, (page: Page) => Promise<void>][] = [
  ['empty', async () => undefined],
  ['indexing', async () => undefined],
  ['failures', (page) => page.getByRole('checkbox', { name: 'Select logo.psd' }).check()],
  ['other-tab', (page) => page.getByText('Privacy', { exact: true }).click()],
  ['few', search],
  ['few', (page) => rows(page).first().getByRole('link').click()],
  ['few', (page) => page.getByRole('button', { name: /^Remove Lights/ }).click()],
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 320]) {
    test.describe(`${colorScheme}, ${width} px`, () => {
      test.use({ colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' });

      test('axe finds nothing, nothing is too wide or too small to press, the policy is kept', async ({ page }) => {
        const refused: string[] = [];
        page.on('console', (message) => {
          if (message.text().includes('Content Security Policy')) refused.push(message.text());
        });
        for (const [state, act] of STATES) {
          await show(page, state);
          await act(page);
          // The reader has its own tests: what stands for it here has no looks.
          const { violations } = await new AxeBuilder({ page }).exclude('latelight-reader').analyze();
          expect(
            violations.map(({ id, nodes }) => `${state} ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
          ).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
          expect(await tooSmall(page), state).toEqual([]);
        }
        expect(refused).toEqual([]);
      });
    });
  }
}

function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const library = document.querySelector('latelight-library')!.shadowRoot!;
    const roots = [library, library.querySelector('latelight-documents')?.shadowRoot];
    const targets = roots.flatMap((root) => [
      ...(root?.querySelectorAll('button, summary, select, .pick, .filter') ?? []),
    ]);
    return targets
      .map((target) => ({ html: target.outerHTML, bounds: target.getBoundingClientRect() }))
      .filter(({ bounds }) => bounds.width > 0 && Math.min(bounds.width, bounds.height) < 43.9)
      .map(({ html }) => html);
  });
}
