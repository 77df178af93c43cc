// Where downloaded and completed models, and encoded passages of no project, are kept between runs: safe to delete.

import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { leftovers, release, reserveBeside } from '../indexing/temporary-paths.ts';

/** `LATELIGHT_CACHE`, or the operating system's folder for caches. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LATELIGHT_CACHE) return env.LATELIGHT_CACHE;
  if (process.platform === 'win32') {
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'latelight', 'Cache');
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'latelight');
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'latelight');
}

/** Writes a file under another name first: what has the name is whole, even when two runs write it at once. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  for (const left of leftovers(path, '.tmp')) await rm(left, { force: true });
  const own = reserveBeside(path);
  const temporary = `${own}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const { code, syscall } = error as NodeJS.ErrnoException;
    // Removed as left over, by a run in another container, to which our number is nobody's.
    if (code === 'ENOENT' && syscall === 'rename') return writeWhole(path, content);
    throw error;
  } finally {
    release(own);
  }
}
