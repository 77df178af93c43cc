// Documents of every kind in the browser, those that cannot be read, and those that changed.

import { expect, test } from '@playwright/test';
import { docxFile, epubFile, pageOf, pdfFile } from '../src/ingest/documents.fixture.ts';
import { malformedFiles } from '../src/ingest/malformed.fixture.ts';
import {
  addFiles,
  differences,
  firstHit,
  type LibraryElement,
  listed,
  openLibraryPage,
  removeDocuments,
  settled,
  stored,
} from './library-page.ts';

/** Enough for a passage of its own. */
const LEASE = Array.from(
  { length: 8 },
  (_, n) => `The tenant agrees to rule number ${n} of the house and keeps the stairs clean.`,
);

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

test('every kind of document is read, found and filtered by folder and kind', async ({ page }) => {
  await openLibraryPage(page);
  await addFiles(page, [
    {
      path: 'home/lease.pdf',
      base64: base64(pdfFile({ pages: [pageOf(...LEASE), pageOf('The landlord pays for the new boiler.', ...LEASE)] })),
    },
    {
      path: 'home/recipe.docx',
      base64: base64(docxFile([{ text: 'Knead the dough for ten minutes and let it rise.' }])),
    },
    {
      path: 'books/sea.epub',
      base64: base64(epubFile([{ body: '<p>The sailors lowered the sails before the storm.</p>' }])),
    },
    { path: 'books/notes.md', text: '# Notes\n\nTelescopes gather light from distant galaxies.' },
    { path: 'books/page.html', text: '<title>Bees</title><h1>Bees</h1><p>Bees dance to tell where nectar is.</p>' },
    { path: 'work/plan.txt', text: 'The quarterly budget meeting moves to Thursday.' },
    {
      path: 'work/retry.ts',
      text: 'export function retryWithBackoff(attempts: number) {\n  return attempts * 2;\n}\n',
    },
  ]);
  await settled(page);
  const documents = await listed(page);
  expect(documents.filter(({ state }) => state !== 'done')).toEqual([]);
  expect((await firstHit(page, 'who repairs the heating')).excerpt).toContain('boiler');
  expect((await firstHit(page, 'baking bread')).excerpt).toContain('dough');
  expect((await firstHit(page, 'bad weather on a ship')).excerpt).toContain('sails');
  expect((await firstHit(page, 'retryWithBackoff')).excerpt).toContain('retryWithBackoff');
  expect((await firstHit(page, 'boiler', { folder: ['books'] })).excerpt).not.toContain('boiler');
  expect((await firstHit(page, 'astronomy', { type: ['Word'] })).excerpt).toContain('dough');
  const anchors = await page.evaluate(async (id) => {
    const { library } = document.querySelector<LibraryElement>('latelight-library')!;
    return (await library!.passages(id)).map(({ anchor }) => anchor);
  }, documents[0].id);
  expect(anchors.at(-1)).toBe('page=2');
});

test('a file that changed takes the place of the old one, and only its changed passages are encoded', async ({
  page,
}) => {
  await openLibraryPage(page);
  const section = (n: number, text: string) => `## Part ${n}\n\n${`${text} `.repeat(40)}\n\n`;
  const first = Array.from({ length: 12 }, (_, n) => section(n, `Chapter ${n} is about the number ${n * 7}.`));
  await addFiles(page, [{ path: 'book.md', text: `# Book\n\n${first.join('')}` }]);
  await settled(page);
  const [before] = await listed(page);
  const second = first.with(3, section(3, 'Zebras have stripes and live in herds on the plains.'));
  await addFiles(page, [{ path: 'book.md', text: `# Book\n\n${second.join('')}` }]);
  // Found until the new one is done.
  expect((await firstHit(page, 'chapter about a number')).title).toBe('Book');
  await settled(page);
  const after = await listed(page);
  expect(after.map(({ path, state }) => ({ path, state }))).toEqual([{ path: 'book.md', state: 'done' }]);
  const [{ reusedCount, passageCount }] = (await stored(page)).documents;
  // The section that changed is a few passages long.
  expect(reusedCount).toBeLessThan(passageCount);
  expect(reusedCount).toBeGreaterThanOrEqual(before.passageCount - 4);
  expect(after[0].id).not.toBe(before.id);
  expect((await firstHit(page, 'animals with stripes')).excerpt).toContain('Zebras');
  expect(differences(await stored(page))).toEqual({ orphans: [], missing: [] });
});

test('a new version that is cancelled leaves the old one, which is found all the time', async ({ page }) => {
  await openLibraryPage(page);
  const text = (what: string) =>
    `# Harbour\n\nThe harbour opens at ${what}.\n\n${'## More\n\nMore about ships.\n\n'.repeat(80)}`;
  await addFiles(page, [{ path: 'harbour.md', text: text('dawn') }]);
  await settled(page);
  await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.pause());
  await addFiles(page, [{ path: 'harbour.md', text: text('noon') }]);
  // Its hits lead to it.
  expect((await firstHit(page, 'when does the harbour open')).excerpt).toContain('dawn');
  const { url } = await firstHit(page, 'when does the harbour open');
  await page.goto(new URL(url, page.url()).href);
  await expect(page.locator('latelight-reader').getByText('The harbour opens at dawn.')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Cancel the rest' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove them' }).click();
  await expect
    .poll(async () => (await listed(page)).map(({ path, state }) => ({ path, state })))
    .toEqual([{ path: 'harbour.md', state: 'done' }]);
  expect((await firstHit(page, 'when does the harbour open')).excerpt).toContain('dawn');
  await expect.poll(async () => differences(await stored(page))).toEqual({ orphans: [], missing: [] });
  // Removing it altogether takes both.
  await addFiles(page, [{ path: 'harbour.md', text: text('noon') }]);
  await removeDocuments(
    page,
    (await listed(page)).map(({ id }) => id),
  );
  await expect.poll(async () => (await stored(page)).documents).toEqual([]);
});

test('a new version that cannot be read hides nothing: the one before it is found, opened, and stays when the failed one is removed', async ({
  page,
}) => {
  await openLibraryPage(page);
  await addFiles(page, [{ path: 'budget.md', text: '# Budget\n\nThe roof costs nine thousand.' }]);
  await settled(page);
  await addFiles(page, [{ path: 'budget.md', text: '' }]);
  await expect(page.getByText('Failed. The file is empty. The version before it can still be searched.')).toBeVisible();
  const { url, excerpt } = await firstHit(page, 'price of the roof');
  expect(excerpt).toContain('nine thousand');
  await page.goto(new URL(url, page.url()).href);
  const reader = page.getByRole('complementary', { name: 'Budget', exact: true });
  await expect(reader.getByText('The roof costs nine thousand.')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Remove budget.md' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove budget.md?' });
  await expect(dialog.getByText('The version before it stays.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect
    .poll(async () => (await listed(page)).map(({ path, state }) => ({ path, state })))
    .toEqual([{ path: 'budget.md', state: 'done' }]);
  expect((await firstHit(page, 'price of the roof')).excerpt).toContain('nine thousand');
  await expect.poll(async () => differences(await stored(page))).toEqual({ orphans: [], missing: [] });
});

test('what is empty, encrypted, damaged, huge or of another kind gets a row that says why; the rest goes on', async ({
  page,
}) => {
  await openLibraryPage(page);
  await page.evaluate(async () => {
    const huge = new Blob([new Uint8Array(257 * 2 ** 20)]);
    await document.querySelector<LibraryElement>('latelight-library')!.library!.add([
      { path: 'huge.txt', file: huge },
      { path: 'closed/', file: undefined },
    ]);
  });
  await addFiles(page, [
    { path: 'empty.md', text: '' },
    { path: 'locked.pdf', base64: base64(pdfFile({ pages: [pageOf(...LEASE)], encrypted: true })) },
    { path: 'damaged.docx', base64: base64(docxFile([{ text: 'Cut short.' }]).subarray(0, 400)) },
    { path: 'photo.jpg', base64: base64(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70, 0)) },
    { path: 'good.md', text: '# Good\n\nLighthouses warn ships of rocks.' },
  ]);
  await settled(page);
  const reasons = Object.fromEntries((await listed(page)).map(({ path, reason }) => [path, reason]));
  expect(reasons['huge.txt']).toContain('larger than 256 MB');
  expect(reasons.closed).toMatch(/may not read it/);
  expect(reasons['empty.md']).toBe('The file is empty.');
  expect(reasons['locked.pdf']).toMatch(/password|encrypted/i);
  expect(reasons['damaged.docx']).toMatch(/^Damaged/);
  expect(reasons['photo.jpg']).toMatch(/not read/);
  expect(reasons['good.md']).toBeUndefined();
  for (const reason of Object.values(reasons))
    if (reason) await expect(page.getByText(`Failed. ${reason}`)).toBeVisible();
  // Only what is kept can be tried again.
  await expect(page.getByRole('button', { name: 'Retry locked.pdf' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Retry empty.md' })).toHaveCount(0);
  await page.getByRole('link', { name: 'empty.md' }).click();
  await expect(page.locator('.reader').getByText('The file is empty.')).toBeVisible();
  // What is refused for its size takes no space.
  expect((await stored(page)).files).toHaveLength(4);
});

test('a path has one document: the last that was added, be it in one drop', async ({ page }) => {
  await openLibraryPage(page);
  const text = (n: number) => `# Harbour\n\nThe harbour number ${n} opens at dawn.`;
  await addFiles(
    page,
    [1, 2, 3].map((n) => ({ path: 'harbour.md', text: text(n) })),
  );
  await settled(page);
  await addFiles(page, [{ path: 'harbour.md', text: text(4) }]);
  await addFiles(page, [{ path: 'harbour.md', text: text(5) }]);
  await settled(page);
  expect((await listed(page)).map(({ path, state }) => ({ path, state }))).toEqual([
    { path: 'harbour.md', state: 'done' },
  ]);
  await expect.poll(async () => (await firstHit(page, 'when does it open'))?.excerpt).toContain('number 5');
  await expect.poll(async () => differences(await stored(page))).toEqual({ orphans: [], missing: [] });
  expect((await stored(page)).files).toHaveLength(1);
});

test('removing documents frees what they took', async ({ page }) => {
  await openLibraryPage(page);
  const text = (n: number) => `# Note ${n}\n\nThis is note number ${n} about subject ${n * 3}.`;
  await addFiles(
    page,
    Array.from({ length: 6 }, (_, n) => ({ path: `n/${n}.md`, text: text(n) })),
  );
  await settled(page);
  const ids = (await listed(page)).map(({ id }) => id);
  await removeDocuments(page, ids.slice(0, 4));
  await expect.poll(async () => (await listed(page)).length).toBe(2);
  const half = await stored(page);
  expect(differences(half)).toEqual({ orphans: [], missing: [] });
  expect(half.files).toHaveLength(2);
  expect((await firstHit(page, 'note number 5')).excerpt).toContain('note number 5');
  await removeDocuments(page, ids.slice(4));
  const none = await stored(page);
  expect({ ...none }).toEqual({ documents: [], segments: [], parts: [], texts: [], files: [], shards: [] });
});

/** A megabyte of text and more in one line or thousands: read without trouble, but minutes of encoding. */
const LONG_BYTES = 500_000;

test('200 malformed files: each gets a reason or is read, none stops the rest', async ({ page }) => {
  test.setTimeout(900_000);
  await openLibraryPage(page);
  const files = malformedFiles();
  expect(files).toHaveLength(200);
  const isLong = ({ path, bytes }: { path: string; bytes: Uint8Array }) =>
    path.startsWith('endless/') && bytes.length > LONG_BYTES;
  const addAll = (some: typeof files) =>
    addFiles(
      page,
      some.map(({ path, bytes }) => ({ path: `bad/${path}`, base64: base64(bytes) })),
    );
  const short = files.filter((file) => !isLong(file));
  for (let at = 0; at < short.length; at += 20) await addAll(short.slice(at, at + 20));
  await addFiles(page, [{ path: 'good.md', text: '# Good\n\nLighthouses warn ships of rocks.' }]);
  await settled(page);
  const documents = await listed(page);
  expect(documents).toHaveLength(short.length + 1);
  expect(documents.filter(({ state, reason }) => state === 'failed' && !reason)).toEqual([]);
  expect(documents.filter(({ reason }) => reason?.includes('more than this browser can read'))).toEqual([]);
  // 9 seconds are what a document of no size may take.
  expect(documents.filter(({ reason }) => reason?.includes('seconds'))).toEqual([]);
  expect((await firstHit(page, 'warning for boats')).excerpt).toContain('Lighthouses');
  const failed = documents.filter(({ state }) => state === 'failed').length;
  console.log(`${failed} of ${short.length} have a reason, the others are read`);

  // The long ones are seen read, then removed in the middle of their encoding.
  const long = files.filter(isLong);
  expect(long.length).toBeGreaterThan(0);
  for (const file of long) {
    await addAll([file]);
    const path = `bad/${file.path}`;
    const find = async () => (await listed(page)).find((document) => document.path === path);
    await expect
      .poll(async () => ((await find())?.reason ? 'has a reason' : (await find())?.doneCount && 'is read'), {
        message: path,
      })
      .toMatch(/reason|read/);
    await removeDocuments(page, [(await find())!.id]);
    expect(await find()).toBeUndefined();
  }
  await settled(page);
  await expect.poll(async () => differences(await stored(page))).toEqual({ orphans: [], missing: [] });
});
