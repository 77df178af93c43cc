// Names of what is half-made, `<target>.<process>.<random>` and an ending: whose they are, and which were left by processes that ended. Node only.

import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Of this process, absolute: others with its number were left by a killed one that had it, as happens in containers. */
const inUse = new Set<string>();

/** A path beside `target` that nobody else writes to, nor takes for left over, until `release`. Endings are the caller's to add. */
export function reserveBeside(target: string): string {
  const path = resolve(`${target}.${process.pid}.${randomBytes(4).toString('hex')}`);
  inUse.add(path);
  return path;
}

export function release(path: string): void {
  inUse.delete(path);
}

export interface TemporaryPath {
  path: string;
  /** Whether the process that made it may still be writing: the number of one that ended may be another program's by now. */
  isOwned: boolean;
}

/**
 * What other runs have beside `target`, in the order of its names; nothing where its folder is not there.
 * @param ending after the name of `reserveBeside`
 */
export function temporaryPaths(target: string, ending = ''): TemporaryPath[] {
  const folder = resolve(dirname(target));
  const begins = `${basename(target)}.`;
  return namesIn(folder).flatMap((name) => {
    if (!name.startsWith(begins) || !name.endsWith(ending)) return [];
    const [, pid] = /^(\d+)\.[0-9a-f]+$/.exec(name.slice(begins.length, name.length - ending.length)) ?? [];
    if (pid === undefined || inUse.has(join(folder, name.slice(0, name.length - ending.length)))) return [];
    return [{ path: join(folder, name), isOwned: isRunning(Number(pid)) }];
  });
}

/** Those of processes that ended. */
export function leftovers(target: string, ending = ''): string[] {
  return temporaryPaths(target, ending).flatMap(({ path, isOwned }) => (isOwned ? [] : path));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Whether that is another process, which runs. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
