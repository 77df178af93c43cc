import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { writeWhole } from './model-cache.ts';

let beforeRename: (from: string) => Promise<void> | void = () => undefined;
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    rename: async (from: string, to: string) => {
      await beforeRename(from);
      await real.rename(from, to);
    },
  };
});

/** More than any system gives. */
const DEAD = 2 ** 30 + 1;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-cache-'));
  path = join(folder, 'model.onnx');
});
afterEach(async () => {
  beforeRename = () => undefined;
  await rm(folder, { recursive: true, force: true });
});

it('clears what killed runs left of the file, and no more', async () => {
  const kept = [`model.onnx.${process.ppid}.0a1b2c3d.tmp`, `other.onnx.${DEAD}.0a1b2c3d.tmp`, 'model.onnx.old.tmp'];
  const left = [DEAD, process.pid].map((pid) => `model.onnx.${pid}.0a1b2c3d.tmp`);
  for (const name of [...kept, ...left]) await writeFile(join(folder, name), '');
  await writeWhole(path, 'whole');
  expect((await readdir(folder)).sort()).toEqual([...kept, 'model.onnx'].sort());
  expect(await readFile(path, 'utf8')).toBe('whole');
});

it('is whole when two of this process write it at once', async () => {
  const contents = ['first', 'second'].map((word) => word.repeat(1e6));
  await Promise.all(contents.map((content) => writeWhole(path, content)));
  expect(await readdir(folder)).toEqual(['model.onnx']);
  expect(contents).toContain(await readFile(path, 'utf8'));
});

it('is written again when another run took it for left over', async () => {
  const removed: string[] = [];
  beforeRename = (from) => {
    if (removed.push(from) === 1) return rm(from);
  };
  await writeWhole(path, 'whole');
  expect(removed).toHaveLength(2);
  expect(await readdir(folder)).toEqual(['model.onnx']);
  expect(await readFile(path, 'utf8')).toBe('whole');
});
