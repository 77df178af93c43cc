// Files of text to fit on: lines of JSON with a field that is asked for, or plain text in parts; either may be gzipped.

import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { LatelightError } from '../errors.ts';

export interface TextForm {
  /** Named in errors. */
  command: string;
  /** The field of `.jsonl` lines that is read; `text` where a line has none. */
  field: string;
  /** Parts of a file that is no `.jsonl`. */
  parts: (text: string) => string[];
}

/** @throws LatelightError `bad-option` that names the file, and the line where it is one */
export async function readTextFiles(paths: string[], form: TextForm): Promise<string[]> {
  return (await Promise.all(paths.map((path) => readTextFile(path, form)))).flat();
}

async function readTextFile(path: string, { command, field, parts }: TextForm): Promise<string[]> {
  const text = await readWhole(path, command);
  if (!/\.jsonl(\.gz)?$/.test(path)) return parts(text);
  return text
    .split('\n')
    .map((line, at) => {
      if (!line.trim()) return '';
      const row = parsed(line) as Record<string, unknown> | null | undefined;
      const value = row?.[field] ?? row?.text;
      if (typeof value === 'string') return value;
      throw new LatelightError(
        'bad-option',
        `${command}: expected an object with the text \`${field}\` or \`text\` in line ${at + 1} of ${path}, got ${line.slice(0, 60)}.`,
      );
    })
    .filter(Boolean);
}

async function readWhole(path: string, command: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    throw new LatelightError(
      'bad-option',
      `${command}: expected a text file at ${path}, but it cannot be read: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
