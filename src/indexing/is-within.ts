import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is a folder, or in it. Both absolute, or both seen from the current folder. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(sep)[0] !== '..';
}
