// A library as one file, and indexes of the command line: there and back again.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { ImportReport } from '../src/library/types.ts';
import {
  addFiles,
  differences,
  firstHit,
  type LibraryElement,
  listed,
  openLibraryPage,
  settled,
  stored,
} from './library-page.ts';

const BEES = { path: 'nature/bees.md', text: '# Bees\n\nBees dance to tell the others where nectar is found.' };
const LEASE = { path: 'home/lease.txt', text: 'The landlord pays for the new boiler and repairs it.' };

/** What an index holds of its documents. */
const OF_INDEX = /^((manifest|library)\.json|(shards|fragments|lexicon|pages|filters|documents)\/.*)$/;

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const cli = (...args: string[]) => execFileSync(process.execPath, ['bin/latelight.js', ...args], { encoding: 'utf8' });

async function exported(page: Page): Promise<Uint8Array> {
  const text = await page.evaluate(async () => {
    const { library } = document.querySelector<LibraryElement>('latelight-library')!;
    const reader = new FileReader();
    const zip = await library!.export();
    return new Promise<string>((resolve) => {
      reader.onload = () => resolve(reader.result as string);
      reader.readAsDataURL(zip);
    });
  });
  return Buffer.from(text.slice(text.indexOf(',') + 1), 'base64');
}

/** @returns the report, or what it was refused with */
function imported(page: Page, zip: Uint8Array): Promise<ImportReport | string> {
  return page.evaluate(async (text) => {
    const { library } = document.querySelector<LibraryElement>('latelight-library')!;
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return library!.import(new Blob([bytes])).catch(String);
  }, base64(zip));
}

async function freshPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await openLibraryPage(page);
  return page;
}

function unpack(zip: Uint8Array, folder: string): void {
  for (const [path, bytes] of Object.entries(unzipSync(zip))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

test('an exported library opens on the command line and in another browser, where importing it again changes nothing', async ({
  page,
  browser,
}, testInfo) => {
  await openLibraryPage(page);
  await addFiles(page, [BEES, LEASE]);
  await settled(page);
  const zip = await exported(page);

  const folder = testInfo.outputPath('library');
  unpack(zip, folder);
  expect(cli('inspect', folder)).toMatch(/passages +2\n.*all match/s);
  const { hits } = JSON.parse(cli('search', folder, 'where insects find food', '--json'));
  expect(hits[0].excerpt).toContain('nectar');
  expect(readFileSync(join(folder, 'documents', BEES.path), 'utf8')).toBe(BEES.text);

  const other = await freshPage(browser);
  expect(await imported(other, zip)).toEqual({ documents: 2, passages: 2, replaced: 0, unchanged: 0, newer: 0 });
  expect((await listed(other)).map(({ path, state }) => `${path} ${state}`).sort()).toEqual([
    'home/lease.txt done',
    'nature/bees.md done',
  ]);
  await expect.poll(async () => (await firstHit(other, 'who repairs the heating'))?.excerpt).toContain('boiler');
  expect((await firstHit(other, 'who repairs the heating', { folder: ['nature'] })).excerpt).toContain('nectar');
  const file = await other.evaluate(async () => {
    const { library } = document.querySelector<LibraryElement>('latelight-library')!;
    const bees = [...library!.state.documents.values()].find(({ path }) => path === 'nature/bees.md');
    return (await library!.file(bees!.id)).text();
  });
  expect(file).toBe(BEES.text);
  expect(await imported(other, zip)).toEqual({ documents: 0, passages: 0, replaced: 0, unchanged: 2, newer: 0 });
  expect(differences(await stored(other))).toEqual({ orphans: [], missing: [] });
});

test('a file that the host has in parts is whole in an export', async ({ page, context }, testInfo) => {
  const partBytes = 2 ** 22;
  await context.route('**/library/engine.json', async (route) => {
    const engine = await (await route.fetch()).json();
    engine.queryEncoder.weights.wasm.partBytes = partBytes;
    await route.fulfill({ json: engine });
  });
  const asked = new Set<number>();
  await context.route(/\/models\/\w+\.\d+\.onnx$/, async (route) => {
    const [, whole, number] = /^(.*)\.(\d+)\.onnx$/.exec(route.request().url())!;
    const bytes = await (await route.fetch({ url: `${whole}.onnx` })).body();
    asked.add(Number(number));
    await route.fulfill({ body: bytes.subarray((Number(number) - 1) * partBytes, Number(number) * partBytes) });
  });
  await openLibraryPage(page);
  await addFiles(page, [BEES]);
  await settled(page);
  const folder = testInfo.outputPath('library');
  unpack(await exported(page), folder);
  expect([...asked].sort()).toEqual([1, 2]);
  const { hits } = JSON.parse(cli('search', folder, 'where insects find food', '--json'));
  expect(hits[0].excerpt).toContain('nectar');
});

test('an index made by the command line is searched here, and goes out again as it came', async ({
  page,
}, testInfo) => {
  await openLibraryPage(page);
  const index = 'demo/small';
  const { passageCount, queryEncoder } = JSON.parse(readFileSync(join(index, 'manifest.json'), 'utf8'));
  const files = readdirSync(index, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(index, join(parentPath, name)).split(sep).join('/'))
    .filter((path) => OF_INDEX.test(path));
  const zip = zipSync(Object.fromEntries(files.map((path) => [path, readFileSync(join(index, path))])));
  const report = (await imported(page, zip)) as ImportReport;
  expect(report).toMatchObject({ passages: passageCount, unchanged: 0 });
  await expect.poll(async () => (await firstHit(page, 'hide passwords in log output'))?.title).toContain('Redaction');

  const folder = testInfo.outputPath('library');
  unpack(await exported(page), folder);
  // Words count as in the index, since they are counted here too.
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  expect(manifest.queryEncoder.queryTable.sha256).toBe(queryEncoder.queryTable.sha256);
  const query = ['hide passwords in log output', '--json'];
  const before = JSON.parse(cli('search', index, ...query)).hits;
  const after = JSON.parse(cli('search', folder, ...query)).hits;
  const told = (hits: { title: string; score: number; excerpt: string }[]) =>
    hits.map(({ title, score, excerpt }) => ({ title, score, excerpt }));
  expect(told(after)).toEqual(told(before));
});

test('a word that becomes common here tells less', async ({ page }) => {
  await openLibraryPage(page);
  await addFiles(page, [BEES, LEASE]);
  await settled(page);
  /** How much of the score of both is the one's about the boiler. */
  const share = () =>
    page.evaluate(async () => {
      const { engine } = document.querySelector<LibraryElement>('latelight-library')!.library!;
      const { hits } = await engine.search('boiler nectar', { limit: 20 });
      const [boiler, nectar] = ['boiler and', 'nectar'].map((word) =>
        hits.find(({ excerpt }) => excerpt.includes(word)),
      );
      return boiler && nectar && boiler.score / (boiler.score + nectar.score);
    });
  const before = await share();
  await addFiles(
    page,
    ['red', 'old', 'new', 'small'].map((kind) => ({
      path: `${kind}.txt`,
      text: `The ${kind} boiler heats the house.`,
    })),
  );
  await settled(page);
  await expect.poll(share).toBeLessThan(before! - 0.01);
});

test('an import that goes well shows no document as failed', async ({ page, browser }) => {
  await openLibraryPage(page);
  await addFiles(page, [BEES, LEASE]);
  await settled(page);
  const zip = await exported(page);
  const other = await freshPage(browser);
  const states = await other.evaluate(async (text) => {
    const { library } = document.querySelector<LibraryElement>('latelight-library')!;
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const seen = new Set<string>();
    let imported: Promise<unknown> | undefined;
    // While somebody else changes segments the import waits with its documents kept: until the page has been told of them.
    await navigator.locks.request('latelight-library-segments', () => {
      const told = new Promise<void>((resolve) => {
        library!.subscribe(({ documents }) => {
          for (const { state } of documents.values()) seen.add(state);
          if (documents.size === 2) resolve();
        });
      });
      imported = library!.import(new Blob([bytes]));
      return told;
    });
    await imported;
    return [...seen];
  }, base64(zip));
  expect(states).toEqual(['indexing', 'done']);
});

test('a document that was corrected after the export is kept when the export is imported', async ({ page }) => {
  await openLibraryPage(page);
  await addFiles(page, [BEES, LEASE]);
  await settled(page);
  const zip = await exported(page);
  await addFiles(page, [{ ...LEASE, text: 'The tenant pays for the new boiler and repairs it.' }]);
  await settled(page);
  expect(await imported(page, zip)).toEqual({ documents: 0, passages: 0, replaced: 0, unchanged: 1, newer: 1 });
  expect((await firstHit(page, 'who repairs the heating')).excerpt).toContain('tenant');
  // One that failed is no correction.
  await addFiles(page, [{ ...BEES, text: '' }]);
  expect(await imported(page, zip)).toMatchObject({ documents: 1, replaced: 1, newer: 1, unchanged: 0 });
  expect((await listed(page)).map(({ path, state }) => `${path} ${state}`).sort()).toEqual([
    'home/lease.txt done',
    'nature/bees.md done',
  ]);
});

test('what is no library is refused with the reason, and nothing of it is kept', async ({ page }) => {
  await openLibraryPage(page);
  await addFiles(page, [BEES]);
  await settled(page);
  const zip = await exported(page);
  await page.evaluate(() => {
    const { library } = document.querySelector<LibraryElement>('latelight-library')!;
    return library!.remove([...library!.state.documents.keys()]);
  });
  // The model is in it for the command line; leaving it out saves time here.
  const files = unzipSync(zip, { filter: ({ name }) => OF_INDEX.test(name) });
  const small = zipSync(files);
  const manifest = JSON.parse(Buffer.from(files['manifest.json']).toString());
  const changed = (change: Record<string, Uint8Array>) => zipSync({ ...files, ...change });
  const shard = manifest.shards[0].file;
  const otherModel = { ...manifest, codec: { ...manifest.codec, sha256: '0'.repeat(64) } };
  const climbing = Buffer.from(files['library.json']).toString().replaceAll('nature/bees.md', '../../bees.md');
  // One byte of a packed file is another: what the zip says of its content is not so.
  const packed = zipSync(files, { level: 0 });
  const at = Buffer.from(packed).indexOf(Buffer.from(files[shard]).subarray(0, 64));
  expect(at).toBeGreaterThan(0);
  const cases: [string, Uint8Array, string][] = [
    [
      'a damaged zip',
      packed.map((byte, i) => (i === at + 9 ? byte ^ 1 : byte)),
      `expected ${shard} as it was packed, got`,
    ],
    ['no zip', strToU8('PK what a pity'), 'expected a zip file'],
    ['cut short', small.subarray(0, small.length / 2), 'expected a zip file'],
    ['no index', zipSync({ 'letter.txt': strToU8('Dear Sir') }), 'unpack it and drop the folder'],
    ['another model', changed({ 'manifest.json': strToU8(JSON.stringify(otherModel)) }), 'codec of this app'],
    ['a damaged shard', changed({ [shard]: files[shard].map((byte, i) => (i === 99 ? byte ^ 1 : byte)) }), 'expected'],
    ['no shard', zipSync(Object.fromEntries(Object.entries(files).filter(([path]) => path !== shard))), 'got none'],
    ['a damaged list', changed({ 'library.json': strToU8('{"format":"latelight-library"') }), 'library.json'],
  ];
  for (const [name, bytes, reason] of cases) {
    expect(await imported(page, bytes), name).toContain(reason);
    expect(await stored(page), name).toMatchObject({ documents: [], segments: [], files: [], shards: [] });
  }
  // A path is a name here, and climbs nowhere.
  expect(await imported(page, changed({ 'library.json': strToU8(climbing) }))).toMatchObject({ documents: 1 });
  expect((await listed(page)).map(({ path }) => path)).toEqual(['bees.md']);
  expect(await imported(page, small)).toMatchObject({ documents: 1 });
});

test('an empty library has nothing to export, and says so', async ({ page }) => {
  await openLibraryPage(page);
  expect(await exported(page).then(() => 'exported', String)).toContain('nothing to export');
});
