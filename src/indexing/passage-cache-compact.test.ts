// The new file takes the old one's place, also where that must not be open (Windows), and nothing is left beside it.

import { fstatSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PassageCache } from './passage-cache.ts';

/** Descriptors that were got for a path, and what was renamed while which of them were open. */
let opened: { path: string; descriptor: number }[] = [];
let renamed: { to: string; openThen: string[] }[] = [];
let beforeRename: (from: string) => void = () => undefined;
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const isOpen = (descriptor: number) => {
    try {
      return real.fstatSync(descriptor) !== undefined;
    } catch {
      return false;
    }
  };
  return {
    ...real,
    openSync: (path: string, flags: string) => {
      const descriptor = real.openSync(path, flags);
      opened.push({ path, descriptor });
      return descriptor;
    },
    renameSync: (from: string, to: string) => {
      const openThen = opened.filter(({ descriptor }) => isOpen(descriptor)).map(({ path }) => path);
      renamed.push({ to, openThen });
      beforeRename(from);
      real.renameSync(from, to);
    },
  };
});

const PASSAGE = { blocks: new Uint8Array(64), rowCount: 16, tokenCount: 9, words: [], rowWords: [] };
/** More than any system gives. */
const DEAD = 2 ** 30 + 1;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-compact-'));
  path = join(folder, 'passages.jsonl');
  opened = [];
  renamed = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('closes the file before another takes its place, and once', async () => {
  const cache = PassageCache.open(path);
  cache.put('0'.repeat(64), PASSAGE);
  cache.save();
  expect(() => fstatSync(opened.at(-1)!.descriptor)).not.toThrow();
  await cache.compact();
  expect(renamed).toEqual([{ to: path, openThen: [] }]);
  await cache.close();
  await cache.close();
  const next = PassageCache.open(path);
  expect(next.get('0'.repeat(64))).toEqual(PASSAGE);
  await next.close();
});

it.each(['EPERM', 'ENOSPC'])('keeps what it has where the new file cannot take its place: %s', async (code) => {
  const cache = PassageCache.open(path);
  cache.put('0'.repeat(64), PASSAGE);
  cache.save();
  beforeRename = () => {
    throw Object.assign(new Error(code), { code });
  };
  await cache.compact();
  await cache.close();
  beforeRename = () => undefined;
  expect(await readdir(folder)).toEqual([expect.stringMatching(/^passages\.jsonl\.\d+\.[0-9a-f]{8}\.part$/)]);
  const next = PassageCache.open(path);
  expect(next.get('0'.repeat(64))).toEqual(PASSAGE);
  await next.compact();
  await next.close();
  expect(await readdir(folder)).toEqual(['passages.jsonl']);
});

it('keeps the old file when another run took the new one for left over', async () => {
  const cache = PassageCache.open(path);
  cache.put('0'.repeat(64), PASSAGE);
  beforeRename = (from) => rmSync(from);
  await cache.compact();
  await cache.close();
  beforeRename = () => undefined;
  const next = PassageCache.open(path);
  expect(next.get('0'.repeat(64))).toEqual(PASSAGE);
  await next.close();
});

it('clears what killed runs left beside the file, and no more', async () => {
  const kept = [
    `passages.jsonl.${process.ppid}.0a1b2c3d.tmp`,
    `other.jsonl.${DEAD}.0a1b2c3d.tmp`,
    'passages.jsonl.old.tmp',
    `passages.jsonl.${DEAD}.0a1b2c3d.tmp.txt`,
  ];
  const left = [DEAD, process.pid].map((pid) => `passages.jsonl.${pid}.0a1b2c3d.tmp`);
  for (const name of [...kept, ...left]) await writeFile(join(folder, name), '');
  const cache = PassageCache.open(path);
  await cache.close();
  expect((await readdir(folder)).sort()).toEqual(kept.sort());
});
