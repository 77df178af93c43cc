// What the library makes of storage that a crash, another version, another model, a full disk or a second tab left it with.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, expect, type Page, test } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import {
  addFiles,
  differences,
  firstHit,
  LIBRARY,
  type LibraryElement,
  listed,
  openLibraryPage,
  removeDocuments,
  settled,
  stored,
} from './library-page.ts';

const note = (n: number) => ({
  path: `notes/${n}.md`,
  text: `# Note ${n}\n\nThis is note ${n} about subject ${n * 3}.`,
});
const notes = (count: number) => Array.from({ length: count }, (_, n) => note(n));
const BEES = { path: 'bees.md', text: '# Bees\n\nBees dance to tell the others where nectar is found.' };

function problem(page: Page): Promise<{ code: string; message: string } | undefined> {
  return page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.state.problem);
}

function isIndexer(page: Page): Promise<boolean> {
  return page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.state.isIndexer);
}

/** Changes a setting past the app. */
async function setSetting(page: Page, name: string, value: unknown): Promise<void> {
  await page.evaluate(
    ([key, content]) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('latelight-library');
        request.onsuccess = () => {
          const transaction = request.result.transaction('settings', 'readwrite');
          transaction.objectStore('settings').put(content, key as string);
          transaction.oncomplete = () => {
            request.result.close();
            resolve();
          };
          transaction.onabort = () => reject(transaction.error);
        };
      }),
    [name, value] as const,
  );
}

test('what a crash left between a file and its record is removed at the next start', async ({ page }) => {
  await openLibraryPage(page);
  await addFiles(page, notes(2));
  await settled(page);
  await page.evaluate(async () => {
    const library = await (await navigator.storage.getDirectory()).getDirectoryHandle('latelight-library');
    for (const folder of ['documents', 'shards']) {
      const file = await (await library.getDirectoryHandle(folder)).getFileHandle('left-over', { create: true });
      const writable = await file.createWritable();
      await writable.write('nobody names me');
      await writable.close();
    }
    await new Promise<void>((resolve) => {
      const request = indexedDB.open('latelight-library');
      request.onsuccess = () => {
        const transaction = request.result.transaction(['parts', 'files'], 'readwrite');
        transaction.objectStore('parts').put({ documentId: 4711, first: 0, passages: [] });
        transaction.objectStore('files').put(new Uint8Array(3), 'left-over');
        transaction.oncomplete = () => {
          request.result.close();
          resolve();
        };
      };
    });
  });
  const before = differences(await stored(page));
  expect(before.orphans).toHaveLength(4);
  await openLibraryPage(page);
  await expect.poll(async () => differences(await stored(page))).toEqual({ orphans: [], missing: [] });
  expect((await firstHit(page, 'note 1')).excerpt).toContain('note 1');
});

test('documents of a damaged shard are indexed again from their files', async ({ page }) => {
  await openLibraryPage(page);
  await addFiles(page, [BEES, ...notes(2)]);
  await settled(page);
  const [shard] = (await stored(page)).shards;
  await page.evaluate(async (name) => {
    const library = await (await navigator.storage.getDirectory()).getDirectoryHandle('latelight-library');
    const file = await (await library.getDirectoryHandle('shards')).getFileHandle(name);
    const writable = await file.createWritable({ keepExistingData: true });
    await writable.write({ type: 'write', position: 100, data: new Uint8Array(64).fill(255) });
    await writable.close();
  }, shard);
  await openLibraryPage(page);
  await expect.poll(async () => (await stored(page)).shards).not.toContain(shard);
  await expect.poll(async () => (await firstHit(page, 'where insects find food'))?.excerpt).toContain('nectar');
  await settled(page);
  expect((await listed(page)).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  await expect.poll(async () => differences(await stored(page))).toEqual({ orphans: [], missing: [] });
});

test('codes of another model are not searched: documents are indexed again', async ({ page }) => {
  await openLibraryPage(page);
  await addFiles(page, [BEES]);
  await settled(page);
  const before = await stored(page);
  await setSetting(page, 'codes', 'of another model');
  await openLibraryPage(page);
  await expect
    .poll(async () => (await stored(page)).segments.map(({ key }) => key))
    .not.toContain(before.segments[0].key);
  await expect.poll(async () => (await firstHit(page, 'where insects find food'))?.excerpt).toContain('nectar');
  await settled(page);
  expect((await listed(page)).map(({ state }) => state)).toEqual(['done']);
});

test('a full disk: adding and indexing say so, nothing is lost, and work goes on when there is room', async ({
  page,
}) => {
  await openLibraryPage(page);
  await addFiles(page, [BEES]);
  await settled(page);
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const usage = () => page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: await usage() });
  const refused = await addFiles(page, [
    { path: 'large.txt', text: 'A long story about a ship. '.repeat(40_000) },
  ]).then(() => 'was kept', String);
  expect(refused).toContain('storage this browser gives is full');
  expect((await listed(page)).map(({ path }) => path)).toEqual(['bees.md']);
  expect((await firstHit(page, 'where insects find food')).excerpt).toContain('nectar');

  // Room for the file, not for what is made of it.
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.pause());
  await addFiles(page, notes(40));
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: await usage() });
  await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.resume());
  await expect.poll(async () => (await problem(page))?.code).toBe('storage-full');
  await expect(page.getByText('Remove documents or free disk space').first()).toBeVisible();
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.resume());
  await settled(page);
  expect(await problem(page)).toBeUndefined();
  expect((await listed(page)).filter(({ state }) => state !== 'done')).toEqual([]);
  expect(differences(await stored(page))).toEqual({ orphans: [], missing: [] });
});

test('a full disk: documents can be removed, are found no more, and what is left of them goes when there is room', async ({
  page,
}) => {
  await openLibraryPage(page);
  await addFiles(page, [BEES, ...notes(30)]);
  await settled(page);
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const used = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  // Over what is given by now: not a byte can be written, nor will be once a document is gone.
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: used - 5e6 });
  const before = await stored(page);
  const [bees, first, second] = (await listed(page)).map(({ id }) => id);
  await removeDocuments(page, [bees]);
  await removeDocuments(page, [first, second]);
  expect((await listed(page)).map(({ path }) => path)).toEqual(
    notes(30)
      .slice(2)
      .map(({ path }) => path),
  );
  const during = await stored(page);
  expect(during.files).toHaveLength(before.files.length - 3);
  expect(during.segments).toEqual(before.segments);
  await expect.poll(async () => (await firstHit(page, 'where insects find food')).excerpt).not.toContain('nectar');
  const offered = await page.evaluate(async () => {
    const { engine } = document.querySelector<LibraryElement>('latelight-library')!.library!;
    const { hits } = await engine.search('note 1', { limit: 100 });
    return { hits: hits.length, notes: engine.filters.folder.notes, bees: engine.filters.document['bees.md'] ?? 0 };
  });
  expect(offered).toEqual({ hits: 28, notes: 28, bees: 0 });

  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await openLibraryPage(page);
  await expect.poll(async () => differences(await stored(page))).toEqual({ orphans: [], missing: [] });
  expect((await stored(page)).segments.flatMap(({ documents }) => documents)).toHaveLength(28);
  expect((await listed(page)).every(({ state }) => state === 'done')).toBe(true);
  await expect.poll(async () => (await firstHit(page, 'note 7')).excerpt).toContain('note 7');
});

test('a full disk: a new version can be cancelled, and the old one is there as it was', async ({ page }) => {
  await openLibraryPage(page);
  await addFiles(page, [BEES]);
  await settled(page);
  const [{ id: old }] = await listed(page);
  const file = (id: number) =>
    page.evaluate(async (of) => {
      const { library } = document.querySelector<LibraryElement>('latelight-library')!;
      const [content, passages] = await Promise.all([library!.file(of), library!.passages(of)]);
      return { text: await content.text(), passages: passages.length };
    }, id);
  const before = await file(old);
  await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.pause());
  await addFiles(page, [{ path: BEES.path, text: 'Another text about bees.' }]);
  const [{ id: next }] = await listed(page);
  expect(next).not.toBe(old);
  expect(await file(old)).toEqual(before);

  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const used = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: used - 5e6 });
  await page.evaluate(
    (id) => document.querySelector<LibraryElement>('latelight-library')!.library!.remove([id], { keepOlder: true }),
    next,
  );
  expect((await listed(page)).map(({ id, state }) => ({ id, state }))).toEqual([{ id: old, state: 'done' }]);
  expect(await file(old)).toEqual(before);
  await openLibraryPage(page);
  expect((await listed(page)).map(({ id, state }) => ({ id, state }))).toEqual([{ id: old, state: 'done' }]);
  expect((await firstHit(page, 'where insects find food')).excerpt).toContain('nectar');
});

test('storage of a newer version is left alone, with a word to say so', async ({ page }) => {
  await page.goto(new URL('engine.json', new URL(LIBRARY, test.info().project.use.baseURL)).href);
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open('latelight-library', 99);
        request.onupgradeneeded = () => request.result.createObjectStore('documents').put('from the future', 1);
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      }),
  );
  await page.goto(LIBRARY);
  await expect(page.getByText('Reload the page to get the newer app; nothing was changed.')).toBeVisible();
  const kept = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const request = indexedDB.open('latelight-library');
        request.onsuccess = () => {
          const all = request.result.transaction('documents').objectStore('documents').getAll();
          all.onsuccess = () => resolve(all.result);
        };
      }),
  );
  expect(kept).toEqual(['from the future']);
});

test('a browser that keeps nothing for the page has it said once, and nothing fails unheard', async ({
  baseURL,
}, testInfo) => {
  const profile = testInfo.outputPath('profile');
  await mkdir(join(profile, 'Default'), { recursive: true });
  // As a person blocks a site's data.
  const blocked = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(profile, 'Default/Preferences'), JSON.stringify(blocked));
  const context = await chromium.launchPersistentContext(profile, await chromiumLaunch());
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.goto(new URL(LIBRARY, baseURL).href);
    await expect(page.getByRole('alert')).toHaveText(
      /^library: expected this browser to keep data for this page, got [^.]+[^.]\. Allow site data, or leave the private window\.$/,
    );
    expect(errors).toEqual([]);
  } finally {
    await context.close();
  }
});

test('a newer version in another tab is not held up by this one, which says what to do', async ({ page }) => {
  await openLibraryPage(page);
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open('latelight-library', 99);
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      }),
  );
  await expect.poll(async () => (await problem(page))?.message).toContain('newer version of this app');
  await expect(page.getByText('Reload this page to go on').first()).toBeVisible();
});

test('two tabs: one indexes, both see and search, the second goes on when the first is closed', async ({ context }) => {
  const first = await context.newPage();
  await openLibraryPage(first);
  await expect.poll(() => isIndexer(first)).toBe(true);
  const second = await context.newPage();
  await openLibraryPage(second);
  expect(await isIndexer(second)).toBe(false);
  await addFiles(second, [BEES]);
  await settled(second);
  await settled(first);
  for (const page of [first, second]) {
    expect((await listed(page)).map(({ path, state }) => ({ path, state }))).toEqual([
      { path: 'bees.md', state: 'done' },
    ]);
    await expect.poll(async () => (await firstHit(page, 'where insects find food'))?.excerpt).toContain('nectar');
  }
  await addFiles(second, notes(30));
  await expect.poll(async () => (await listed(second)).some(({ state }) => state === 'indexing')).toBe(true);
  await first.close();
  await expect.poll(() => isIndexer(second)).toBe(true);
  await settled(second);
  expect((await listed(second)).filter(({ state }) => state !== 'done')).toEqual([]);
  expect((await stored(second)).documents).toHaveLength(31);
  await expect.poll(async () => differences(await stored(second))).toEqual({ orphans: [], missing: [] });
});

test('that another tab indexes is said where one does, and not after a reload of the only tab', async ({ context }) => {
  const first = await context.newPage();
  await first.addInitScript(() => {
    const look = () => {
      const shown = document.querySelector('latelight-library')?.shadowRoot?.textContent;
      if (shown?.includes('Another tab is indexing')) Object.assign(window, { wasSaid: true });
      requestAnimationFrame(look);
    };
    look();
  });
  const isSaid = (page: Page) => page.evaluate(() => 'wasSaid' in window);
  await openLibraryPage(first);
  // There is something to index for as long as this takes.
  await first.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.pause());
  await addFiles(first, [BEES]);
  for (const times of [1, 2]) {
    await openLibraryPage(first);
    await expect.poll(() => isIndexer(first), { message: `reload ${times}` }).toBe(true);
    expect(await isSaid(first)).toBe(false);
  }
  const second = await context.newPage();
  await openLibraryPage(second);
  const notice = second.getByText('Another tab is indexing.');
  await expect(notice).toBeVisible();
  await first.close();
  await expect(notice).toBeHidden();
  await expect.poll(() => isIndexer(second)).toBe(true);
});

test('removed in one tab while another indexes it: gone in both, nothing is left of it', async ({ context }) => {
  const first = await context.newPage();
  await openLibraryPage(first);
  await expect.poll(() => isIndexer(first)).toBe(true);
  const second = await context.newPage();
  await openLibraryPage(second);
  const text = Array.from({ length: 400 }, (_, n) => `Sentence ${n} of a long story about ships.`).join(' ');
  await addFiles(first, [{ path: 'long.txt', text }, BEES]);
  await expect.poll(async () => (await listed(second)).find(({ path }) => path === 'long.txt')?.state).toBe('indexing');
  await second.evaluate(() => {
    const { library } = document.querySelector<LibraryElement>('latelight-library')!;
    const ids = [...library!.state.documents.values()].filter(({ path }) => path === 'long.txt').map(({ id }) => id);
    return library!.remove(ids);
  });
  for (const page of [first, second]) {
    await settled(page);
    await expect.poll(async () => (await listed(page)).map(({ path }) => path)).toEqual(['bees.md']);
  }
  await expect.poll(async () => differences(await stored(first))).toEqual({ orphans: [], missing: [] });
});

test('documents that are removed as soon as they are added stop nothing', async ({ page }) => {
  await openLibraryPage(page);
  await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.engine.ready);
  // Whatever the worker is at with each of them: waiting, opening its file, reading, encoding.
  await page.evaluate(async () => {
    const { library } = document.querySelector<LibraryElement>('latelight-library')!;
    for (let round = 0; round < 60; round++) {
      const file = new Blob([`# Note ${round}\n\nThis is note ${round}.`]);
      const [{ id }] = await library!.add([{ path: `${round}.md`, file }]);
      for (let turns = round % 12; turns > 0; turns--) await library!.passages(id);
      await library!.remove([id]);
    }
  });
  await addFiles(page, [BEES]);
  await settled(page);
  expect(await problem(page)).toBeUndefined();
  expect((await listed(page)).map(({ path, state }) => ({ path, state }))).toEqual([
    { path: 'bees.md', state: 'done' },
  ]);
  await expect.poll(async () => differences(await stored(page))).toEqual({ orphans: [], missing: [] });
});
