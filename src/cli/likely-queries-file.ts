// Where the likely queries of a model come from: its query table, with the codec that the table's rows are coded with. Node only.

import { readFile } from 'node:fs/promises';
import type { Codec } from '../codec/codec.ts';
import { readCodec } from '../codec/codec-file.ts';
import { LikelyQueryTable } from '../encoder/likely-queries.ts';
import { readQueryTable } from '../format/query-table.ts';
import { sha256Hex } from '../format/sha256.ts';
import type { EncodeSetup } from './encode-task.ts';

/** @throws LatelightError `bad-model`, `bad-codec` */
export async function openLikelyQueries(
  { tablePath, codecPath }: NonNullable<EncodeSetup['likely']>,
  target: Pick<Codec, 'dim'> & Partial<Codec>,
): Promise<LikelyQueryTable> {
  const codec = await readCodecFile(codecPath);
  const codecSha256 = await sha256Hex(new Uint8Array(await readFile(codecPath)));
  const table = readQueryTable(new Uint8Array(await readFile(tablePath)), { ...codec, codecSha256 });
  return new LikelyQueryTable(table, codec, target);
}

export async function readCodecFile(path: string): Promise<Codec> {
  return readCodec(new Uint8Array(await readFile(path)));
}
