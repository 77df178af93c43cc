// A folder that a command was told to use, checked before anything is done with it: all commands say the same of one that is not there.

import { statSync } from 'node:fs';
import { LatelightError } from '../errors.ts';

/** @param command named in the error. @throws LatelightError `bad-option` when there is nothing at the path, or a file */
export function expectFolder(command: string, path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  throw new LatelightError(
    'bad-option',
    found
      ? `${command}: expected a folder at ${path}, which is a file. Name the folder that it is in.`
      : `${command}: expected a folder at ${path}, found no such folder. Check the path.`,
  );
}
