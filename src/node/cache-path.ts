// Where encoded passages are kept for the next run, where nobody names a file: never inside of what is indexed or written, since builds empty
// such folders and hosts publish them.

import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isWithin } from '../indexing/is-within.ts';
import { cacheFolder } from '../model-files/model-cache.ts';

/** Where projects keep what can be made again; outlives the site's folder, which builds empty. */
export function projectCachePath(projectRoot: string, name = 'passages'): string {
  const nodeModules = join(projectRoot, 'node_modules');
  const folder = existsSync(nodeModules)
    ? join(nodeModules, '.cache/latelight')
    : join(projectRoot, '.latelight-cache');
  return join(folder, `${name}.jsonl`);
}

/**
 * With the nearest project at or above the current folder that the output lies in, else in the user's folder for caches.
 * @param output the index folder, absolute
 * @param inputs folders that are indexed, absolute
 * @returns undefined where neither can be
 */
export function defaultCachePath(
  output: string,
  inputs: readonly string[],
  currentFolder = process.cwd(),
): string | undefined {
  const projects = withParents(currentFolder).filter((folder) => isProject(folder) && isWithin(output, folder));
  const places = [
    ...projects.map((folder) => projectCachePath(folder, relative(folder, output).split(sep).join('-'))),
    join(cacheFolder(), 'passages', `${createHash('sha256').update(output).digest('hex').slice(0, 16)}.jsonl`),
  ];
  return places.find((path) => ![output, ...inputs].some((folder) => isWithin(path, folder)) && canBeWritten(path));
}

function isProject(folder: string): boolean {
  return ['package.json', 'node_modules'].some((name) => existsSync(join(folder, name)));
}

/** Of a file that may not be there yet, nor the folders above it. */
function canBeWritten(path: string): boolean {
  try {
    accessSync(withParents(path).find(existsSync)!, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path itself first. */
function withParents(path: string): string[] {
  const paths = [resolve(path)];
  while (dirname(paths.at(-1)!) !== paths.at(-1)) paths.push(dirname(paths.at(-1)!));
  return paths;
}
