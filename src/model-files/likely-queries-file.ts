// Where the likely queries of a model come from: its query table, with the codec that the table's rows are coded with. Node only.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Codec } from '../codec/codec.ts';
import { readCodec } from '../codec/codec-file.ts';
import { LikelyQueryTable } from '../encoder/likely-queries.ts';
import { LatelightError } from '../errors.ts';
import { readQueryTable } from '../format/query-table.ts';
import { sha256Hex } from '../format/sha256.ts';
import { type CodecShape, codecFileName, queryTableFileName } from './codec-files.ts';
import type { EncodeSetup } from './encode-setup.ts';

type LikelyFiles = NonNullable<EncodeSetup['likely']>;

/**
 * Codes of every shape are chosen with the table of the model's finest. Nothing when the folder has none, or when it has fewer dimensions.
 * @param finest the model's own dimension in subspaces of 2
 * @throws LatelightError `bad-model` when the table was made for another codec than the one beside it
 */
export async function likelyQueryFiles(
  folder: string,
  finest: CodecShape,
  shape: CodecShape,
): Promise<LikelyFiles | undefined> {
  const files = { tablePath: join(folder, queryTableFileName(finest)), codecPath: join(folder, codecFileName(finest)) };
  if (shape.dim > finest.dim || !existsSync(files.tablePath) || !existsSync(files.codecPath)) return undefined;
  try {
    await readLikely(files);
  } catch (cause) {
    if (!(cause instanceof LatelightError)) throw cause;
    throw new LatelightError(
      'bad-model',
      `model: expected a query table made with ${files.codecPath}, got ${files.tablePath}, which does not fit it ` +
        `(${cause.message}). Make it again with \`latelight fit-table\`, or delete it.`,
      { cause },
    );
  }
  return files;
}

/** @param target the codec that the rows are for, or its dimension alone @throws LatelightError `bad-model`, `bad-codec` */
export async function openLikelyQueries(
  files: LikelyFiles,
  target: Pick<Codec, 'dim'> & Partial<Codec>,
): Promise<LikelyQueryTable> {
  const { table, codec } = await readLikely(files);
  return new LikelyQueryTable(table, codec, target);
}

async function readLikely({ tablePath, codecPath }: LikelyFiles) {
  const codecBytes = new Uint8Array(await readFile(codecPath));
  const codec = readCodec(codecBytes);
  const codecSha256 = await sha256Hex(codecBytes);
  return { codec, table: readQueryTable(new Uint8Array(await readFile(tablePath)), { ...codec, codecSha256 }) };
}
