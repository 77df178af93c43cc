// An index folder appears whole or not at all: files go to a sibling folder first, which then takes the old one's place. Node only.

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LatelightError } from '../errors.ts';

/**
 * Replaces `target` by a folder of the given files.
 * @param files path relative to the folder -> content
 * @throws LatelightError `bad-option` when `target` exists and is no index, so that no other folder is ever deleted
 */
export async function replaceFolder(
  target: string,
  files: Iterable<{ file: string; content: () => Promise<Uint8Array> | Uint8Array }>,
  signal?: AbortSignal,
): Promise<void> {
  if (existsSync(target) && !existsSync(join(target, 'manifest.json')) && !(await isEmpty(target))) {
    throw new LatelightError(
      'bad-option',
      `index: expected ${target} to be absent, empty or an older index, got a folder of other files. Choose another with -o.`,
    );
  }
  const parent = dirname(target);
  const name = basename(target);
  const temporary = join(parent, `.${name}.${process.pid}.tmp`);
  const old = join(parent, `.${name}.${process.pid}.old`);
  try {
    for (const { file, content } of files) {
      signal?.throwIfAborted();
      const path = join(temporary, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, await content());
    }
    signal?.throwIfAborted();
    if (existsSync(target)) await rename(target, old);
    try {
      await rename(temporary, target);
    } catch (error) {
      if (existsSync(old)) await rename(old, target);
      throw error;
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  return (await readdir(folder)).length === 0;
}
