// Files that some hosts would refuse for their size: stored in parts, read as one.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FolderSource } from '../cli/folder-source.ts';
import { FolderFiles } from './engine-files.ts';

const MIB = 2 ** 20;
const HOST_LIMIT = 25 * MIB;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-parts-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(files: FolderFiles): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const { file, content } of files.list) {
    const bytes = await content();
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), bytes);
    sizes.set(file, bytes.length);
  }
  return sizes;
}

it('writes a file above what hosts take in parts, once, and reads it as it was', async () => {
  const large = Uint8Array.from({ length: 2 * HOST_LIMIT + 5 }, (_, i) => (i * 2654435761) >>> 24);
  const files = new FolderFiles();
  const ref = await files.add('runtime', '.wasm', () => large);
  await files.add('runtime', '.wasm', () => large);
  const sizes = await written(files);
  const [first, second, third] = [1, 2, 3].map((number) => ref.file.replace('.wasm', `.${number}.wasm`));
  expect([...sizes.keys()]).toEqual([first, second, third]);
  expect(Math.max(...sizes.values())).toBeLessThan(HOST_LIMIT);
  expect(ref.bytes).toBe(large.length);
  expect(Buffer.compare(await new FolderSource(folder).read(ref), large)).toBe(0);
  await rm(join(folder, second));
  await expect(new FolderSource(folder).read(ref)).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining(second),
  });
});

it('writes any other file whole', async () => {
  const files = new FolderFiles();
  const ref = await files.add('runtime', '.wasm', () => new Uint8Array(24 * MIB));
  expect([...(await written(files)).keys()]).toEqual([ref.file]);
  expect(ref).not.toHaveProperty('partBytes');
});
