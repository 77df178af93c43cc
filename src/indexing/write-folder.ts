// A folder appears whole or not at all: files go to a sibling folder first, which then takes the old one's place. Node only.

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LatelightError } from '../errors.ts';

/** Writes a file, by its path relative to the folder. */
export type WriteFile = (file: string, content: Uint8Array) => Promise<void>;

/** What a folder is, and the file that tells it from others. */
export interface FolderKind {
  name: string;
  marker: string;
}

export const INDEX_FOLDER: FolderKind = { name: 'index', marker: 'manifest.json' };
export const LIBRARY_FOLDER: FolderKind = { name: 'library', marker: 'engine.json' };

/**
 * Replaces `target` by a folder of the files that `fill` writes.
 * @returns what `fill` gives
 * @throws LatelightError `bad-option` when `target` exists and is none of its kind, so that no other folder is ever deleted
 */
export async function replaceFolder<T>(
  target: string,
  fill: (write: WriteFile) => Promise<T>,
  signal?: AbortSignal,
  kind = INDEX_FOLDER,
): Promise<T> {
  if (existsSync(target) && !existsSync(join(target, kind.marker)) && !(await isEmpty(target))) {
    throw new LatelightError(
      'bad-option',
      `${kind.name}: expected ${target} to be absent, empty or an older ${kind.name}, got a folder of other files. Choose another.`,
    );
  }
  const parent = dirname(target);
  const name = basename(target);
  const temporary = join(parent, `.${name}.${process.pid}.tmp`);
  const old = join(parent, `.${name}.${process.pid}.old`);
  try {
    const filled = await fill(async (file, content) => {
      signal?.throwIfAborted();
      const path = join(temporary, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    });
    signal?.throwIfAborted();
    if (existsSync(target)) await rename(target, old);
    try {
      await rename(temporary, target);
    } catch (error) {
      if (existsSync(old)) await rename(old, target);
      throw error;
    }
    return filled;
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  return (await readdir(folder)).length === 0;
}
