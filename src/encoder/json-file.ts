// JSON files of a model folder. Node only.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LatelightError } from '../errors.ts';

/** @throws LatelightError `bad-model`, naming the file that cannot be read or parsed */
export async function readJson(folder: string, file: string): Promise<Record<string, unknown>> {
  const path = join(folder, file);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new LatelightError('bad-model', `model: expected the file ${path}, could not read it: ${String(cause)}`, {
      cause,
    });
  }
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new LatelightError('bad-model', `model: expected JSON in ${path}, got: ${String(cause)}`, { cause });
  }
}
