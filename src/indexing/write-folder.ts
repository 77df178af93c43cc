// A folder appears whole or not at all: files go to a sibling folder first, which then takes the old one's place. Node only.

import { existsSync, renameSync } from 'node:fs';
import { access, constants, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { LatelightError } from '../errors.ts';
import { withFile } from './full-disk.ts';
import { leftovers, release, reserveBeside } from './temporary-paths.ts';

/** Writes a file, by its path relative to the folder. */
export type WriteFile = (file: string, content: Uint8Array) => Promise<void>;

/** What a folder is, and the file whose `format` tells it from others: a web app has a manifest.json too. */
export interface FolderKind {
  name: string;
  marker: string;
  format: string;
}

const INDEX_FOLDER: FolderKind = { name: 'index', marker: 'manifest.json', format: 'latelight' };
export const LIBRARY_FOLDER: FolderKind = { name: 'library', marker: 'engine.json', format: 'latelight-engine' };

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
  await expectReplaceable(target, kind);
  await clearLeftovers(target);
  const parent = dirname(target);
  const own = reserveBeside(hiddenBeside(target));
  const temporary = `${own}.tmp`;
  const old = `${own}.old`;
  try {
    await mkdir(parent, { recursive: true });
    await mkdir(temporary);
    const filled = await fill(async (file, content) => {
      signal?.throwIfAborted();
      // Gone when a run elsewhere, which does not see this process, took it for left over: half a folder must not appear.
      await access(temporary);
      const path = join(temporary, file);
      await mkdir(dirname(path), { recursive: true });
      try {
        await writeFile(path, content);
      } catch (error) {
        throw withFile(error, join(target, file), content.length);
      }
    });
    signal?.throwIfAborted();
    // Nothing is awaited in between, so that another write of this process finds one of the two there.
    if (existsSync(target)) renameSync(target, old);
    try {
      renameSync(temporary, target);
    } catch (error) {
      if (existsSync(old)) renameSync(old, target);
      throw error;
    }
    // Never when it could not be put back: it is all there is of the older folder, and the next run finds it.
    await rm(old, { recursive: true, force: true });
    return filled;
  } finally {
    await rm(temporary, { recursive: true, force: true });
    release(own);
  }
}

/** What killed processes left: files half-written, and the older folder when it was moved and the new one did not follow. */
async function clearLeftovers(target: string): Promise<void> {
  const beside = hiddenBeside(target);
  for (const old of leftovers(beside, '.old')) {
    if (existsSync(target)) await rm(old, { recursive: true, force: true });
    else renameSync(old, target);
  }
  for (const half of leftovers(beside, '.tmp')) await rm(half, { recursive: true, force: true });
}

function hiddenBeside(target: string): string {
  return join(dirname(target), `.${basename(target)}`);
}

/** @throws LatelightError `bad-option` unless `target` is absent, empty or an older folder of the kind */
export async function expectReplaceable(target: string, kind = INDEX_FOLDER): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (!found) return;
  if (found.isDirectory() && ((await isOfKind(target, kind)) || (await readdir(target)).length === 0)) return;
  throw new LatelightError(
    'bad-option',
    `${kind.name}: expected ${target} to be absent, empty or an older ${kind.name}, got a ${found.isDirectory() ? 'folder of other files' : 'file'}. Choose another.`,
  );
}

/** Removes an older folder of the kind, and nothing else. */
export async function removeOlder(target: string, kind = INDEX_FOLDER): Promise<void> {
  if (await isOfKind(target, kind)) await rm(target, { recursive: true });
}

/**
 * What can be known of an index's place before anything is encoded.
 * @param inputs folders that are indexed
 * @throws LatelightError `bad-option` when writing to `output` would delete an input or something else, or it is in no folder;
 *   what the file system says of a folder that may not be written to
 */
export async function expectOutput(output: string, inputs: readonly string[]): Promise<void> {
  const parent = await stat(dirname(output)).catch(() => undefined);
  if (!parent?.isDirectory()) {
    throw new LatelightError(
      'bad-option',
      `index: expected the folder ${dirname(output)} for the output, found ${parent ? 'a file' : 'none'}. Make it, or choose another.`,
    );
  }
  await access(dirname(output), constants.W_OK);
  const place = await realPath(output);
  for (const input of inputs) {
    const real = await realPath(input);
    if (real !== place && !real.startsWith(place.endsWith(sep) ? place : place + sep)) continue;
    throw new LatelightError(
      'bad-option',
      `index: expected the output to be another folder than the input, and none that it is in, got ${output}. Choose one outside of or below it.`,
    );
  }
  await expectReplaceable(output);
}

async function isOfKind(folder: string, { marker, format }: FolderKind): Promise<boolean> {
  try {
    return JSON.parse(await readFile(join(folder, marker), 'utf8')).format === format;
  } catch {
    return false;
  }
}

/** The path itself where there is nothing yet. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(async () =>
    join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path)),
  );
}
