// Rows as an encoder gives them, kept in a folder between runs: encoding is nearly all of a run's time.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { truncateRows } from '../../src/codec/encode-rows.ts';
import { sha256Hex } from '../../src/format/sha256.ts';
import type { EncodeSetup } from '../../src/model-files/encode-setup.ts';
import { EncodePool } from '../../src/node/encode-pool.ts';
import type { TokenEmbeddings } from '../../src/shared-types.ts';

/** Rows of many texts, one text after the other. */
export interface FloatRows {
  /** [rows, dim] */
  data: Float32Array;
  /** [texts + 1] first row of each text; the last entry is the number of rows. */
  starts: Uint32Array;
  dim: number;
  /** [rows] of queries, as in TokenEmbeddings. */
  rowWeights?: Float32Array;
}

/** Runs `make`, or reads what it made in an earlier run with the same key. */
export async function keptRows(
  cache: string | undefined,
  key: unknown,
  make: () => Promise<FloatRows>,
): Promise<FloatRows> {
  if (!cache) return make();
  const name = (await sha256Hex(new TextEncoder().encode(JSON.stringify(key)))).slice(0, 16);
  const [headPath, dataPath] = [join(cache, `${name}.json`), join(cache, `${name}.f32`)];
  const head = await readFile(headPath, 'utf8').then(JSON.parse, () => undefined);
  if (head) {
    const bytes = await readFile(dataPath);
    const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    return { data, starts: Uint32Array.from(head.starts), dim: head.dim };
  }
  const rows = await make();
  await mkdir(cache, { recursive: true });
  await writeFile(dataPath, new Uint8Array(rows.data.buffer, rows.data.byteOffset, rows.data.byteLength));
  // Last, so that a run that was cut short leaves nothing that looks whole.
  await writeFile(headPath, JSON.stringify({ dim: rows.dim, starts: [...rows.starts] }));
  return rows;
}

export function joinRows(parts: Float32Array[], dim: number): FloatRows {
  const starts = new Uint32Array(parts.length + 1);
  parts.forEach((part, i) => {
    starts[i + 1] = starts[i] + part.length / dim;
  });
  const data = new Float32Array(starts[parts.length] * dim);
  parts.forEach((part, i) => {
    data.set(part, starts[i] * dim);
  });
  return { data, starts, dim };
}

/** Lengths of queries' rows, 1 where a query has none; nothing where none has. @param starts [queries + 1] */
export function joinRowWeights(parts: (Float32Array | undefined)[], starts: Uint32Array): Float32Array | undefined {
  if (!parts.some((part) => part)) return undefined;
  const rowWeights = new Float32Array(starts[parts.length]).fill(1);
  parts.forEach((part, query) => {
    if (part) rowWeights.set(part, starts[query]);
  });
  return rowWeights;
}

/** Rows of documents on all cores, every token that the model keeps. */
export async function encodeDocuments(setup: EncodeSetup, texts: string[]): Promise<FloatRows> {
  const pool = new EncodePool(setup, texts.length, new AbortController().signal);
  const parts: Float32Array[] = [];
  let dim = 0;
  try {
    const tasks = texts.map((text, at) => ({ type: 'rows', text, at }) as const);
    let done = 0;
    await pool.runAll(tasks, (encoded, { at }) => {
      parts[at] = encoded.data;
      dim = encoded.dim;
      if (++done % 500 === 0) console.error(`encode: ${done} of ${texts.length}`);
    });
  } finally {
    await pool.close();
  }
  return joinRows(parts, dim);
}

/** The first `dim` dimensions of each row, at unit length. */
export function truncated(rows: FloatRows, dim: number): FloatRows {
  return { ...rows, data: truncateRows(rows.data, rows.data.length / rows.dim, rows.dim, dim), dim };
}

/** Rows of one text. */
export function rowsOf({ data, starts, dim, rowWeights }: FloatRows, text: number): TokenEmbeddings {
  const [first, end] = [starts[text], starts[text + 1]];
  const rows = data.subarray(first * dim, end * dim);
  return { data: rows, tokenCount: end - first, dim, rowWeights: rowWeights?.subarray(first, end) };
}
