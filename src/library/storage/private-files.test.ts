// Files of the library where the browser gives a file system, where it gives none, and where it gives one that cannot be written to.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PretendFiles, pretendCaches } from './browser-storage.fixture.ts';

type Files = typeof import('./private-files.ts');

let files: Files;
let disk: PretendFiles;
let caches: ReturnType<typeof pretendCaches>;

beforeEach(async () => {
  vi.resetModules();
  files = await import('./private-files.ts');
  disk = new PretendFiles();
  caches = pretendCaches();
  vi.stubGlobal('location', new URL('https://a.example/library/'));
  vi.stubGlobal('caches', caches);
  vi.stubGlobal('navigator', { storage: disk.storage });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = async (name: string) => (await files.readPrivateFile('documents', name)).text();
const write = (name: string, text = name) => files.writePrivateFile('documents', name, new Blob([text]));
const named = (name: string) => new DOMException('no', name);

it('keeps files in the file system where there is one, and makes no cache', async () => {
  await write('a');
  await files.writePrivateFile('shards', 'b', bytes('codes'));
  expect(await textOf('a')).toBe('a');
  expect(await (await files.readPrivateFile('shards', 'b')).text()).toBe('codes');
  expect(await files.listPrivateFiles('documents')).toEqual(['a']);
  await files.removePrivateFile('documents', 'a');
  expect(await files.listPrivateFiles('documents')).toEqual([]);
  expect(caches.names()).toEqual([]);
});

const WITHOUT: [string, () => void][] = [
  ['there is no navigator.storage', () => vi.stubGlobal('navigator', {})],
  ['it is of browsers before it', () => vi.stubGlobal('navigator', { storage: {} })],
  ['a private window of Firefox refuses it', () => (disk.refusal = named('SecurityError'))],
  ['a private window of Safari refuses it', () => (disk.refusal = named('UnknownError'))],
  ['its files have no access handles', () => (disk.access = undefined)],
  ['its files refuse access handles', () => (disk.access = () => Promise.reject(named('NotSupportedError')))],
];

describe.each(WITHOUT)('where %s', (_, without) => {
  beforeEach(() => {
    without(); // what it returns is no clean-up
  });

  it('keeps them in the cache', async () => {
    await write('a');
    await files.writePrivateFile('documents', 'b', bytes('second'));
    await files.writePrivateFile('shards', 'a', bytes('codes'));
    expect([await textOf('a'), await textOf('b')]).toEqual(['a', 'second']);
    expect(await (await files.readPrivateFile('shards', 'a')).text()).toBe('codes');
    expect(await files.listPrivateFiles('documents')).toEqual(['a', 'b']);
    expect(disk.names('documents')).toEqual([]);
    await files.removePrivateFile('documents', 'a');
    expect(await files.listPrivateFiles('documents')).toEqual(['b']);
    expect(await files.listPrivateFiles('shards')).toEqual(['a']);
    const missing = await files.readPrivateFile('documents', 'a').catch((error) => error);
    expect(files.isMissing(missing)).toBe(true);
  });

  it('leaves nothing of a file for which the cache has no room', async () => {
    await write('a');
    caches.refusal = named('QuotaExceededError');
    await expect(write('b')).rejects.toMatchObject({ code: 'storage-full' });
    expect(await files.listPrivateFiles('documents')).toEqual(['a']);
    expect(disk.names('documents')).toEqual([]);
  });
});

it('reads, lists and removes what was kept in both: a browser may have got what it lacked', async () => {
  disk.access = undefined;
  await write('a', 'from the cache');
  await write('b', 'from the cache');
  disk.access = disk.handles;
  await write('b', 'from the file system');
  await write('c');
  expect(await textOf('a')).toBe('from the cache');
  expect(await textOf('b')).toBe('from the file system');
  expect((await files.listPrivateFiles('documents')).sort()).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'b', 'c']) await files.removePrivateFile('documents', name);
  expect(await files.listPrivateFiles('documents')).toEqual([]);
});

it('an error of the file system that is none of these is one: nothing is kept elsewhere, nothing is left', async () => {
  disk.access = () => Promise.reject(named('NoModificationAllowedError'));
  await expect(write('a')).rejects.toMatchObject({ code: 'storage-failed' });
  disk.access = disk.handles;
  disk.room = 3;
  await expect(write('b', 'longer than that')).rejects.toMatchObject({ code: 'storage-full' });
  expect(await files.listPrivateFiles('documents')).toEqual([]);
  disk.refusal = named('InvalidStateError');
  await expect(write('c')).rejects.toMatchObject({ code: 'storage-failed' });
  expect(caches.names()).toEqual([]);
});

it('tells a browser that refuses its file system, as in a private window, from one that has none', async () => {
  expect(await files.isFileSystemRefused()).toBe(false);
  vi.stubGlobal('navigator', {});
  expect(await files.isFileSystemRefused()).toBe(false);
  vi.stubGlobal('navigator', { storage: disk.storage });
  disk.refusal = named('SecurityError');
  expect(await files.isFileSystemRefused()).toBe(true);
});

it('a file is not taken for lost because the file system that has it was refused this once', async () => {
  await write('a');
  disk.refusal = named('UnknownError');
  const failure = await files.readPrivateFile('documents', 'a').catch((error) => error);
  expect(failure).toMatchObject({ code: 'storage-failed' });
  expect(files.isMissing(failure)).toBe(false);
  disk.refusal = undefined;
  expect(await textOf('a')).toBe('a');
});

it('nor where another file had to go into the cache', async () => {
  await write('a');
  disk.refusal = named('UnknownError');
  await write('b');
  expect(await textOf('b')).toBe('b');
  const failure = await files.readPrivateFile('documents', 'a').catch((error) => error);
  expect(files.isMissing(failure)).toBe(false);
});

it('a cache that answers no more keeps nobody waiting twice who has a file system', async () => {
  vi.useFakeTimers();
  await write('a');
  caches.has = vi.fn(() => new Promise<never>(() => undefined));
  const listing = files.listPrivateFiles('documents');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await listing).toEqual(['a']);
  await files.removePrivateFile('documents', 'a');
  expect(await files.listPrivateFiles('documents')).toEqual([]);
  const failure = await files.readPrivateFile('documents', 'a').catch((error) => error);
  expect(failure).toMatchObject({ code: 'storage-failed' });
  expect(files.isMissing(failure)).toBe(false);
  expect(caches.has).toHaveBeenCalledOnce();
});

it('a file that cannot be removed is left to the next clean-up, whatever the storage says', async () => {
  await write('a');
  const refused = () => Promise.reject(named('UnknownError'));
  const { has } = caches;
  caches.has = refused;
  await files.removePrivateFile('documents', 'a');
  expect(disk.names('documents')).toEqual([]);
  caches.has = has;
  await write('b');
  disk.refusal = named('InvalidStateError');
  await files.removePrivateFile('documents', 'b');
  disk.refusal = undefined;
  expect(await files.listPrivateFiles('documents')).toEqual(['b']);
});
