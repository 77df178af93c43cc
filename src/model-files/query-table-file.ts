// The query table in a model's folder: made by `latelight fit-table`, cut to an index's own words by `latelight index`. Node only.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TableEncoder } from '../encoder/table-encoder.ts';
import { indexTable, vocabularyUse } from '../encoder/vocabulary-use.ts';
import { type QueryTable, readQueryTable, writeQueryTable } from '../format/query-table.ts';
import { queryTableFileName } from './codec-files.ts';
import { type OpenModel, queryEncoderFolder } from './model.ts';

/** The model's table for the codec in use; nothing when it has none. @throws LatelightError `bad-model` */
export async function readModelTable(model: OpenModel): Promise<QueryTable | undefined> {
  const { codec, codecSha256, folder } = model;
  const path = join(folder.folder, queryTableFileName(codec));
  if (!existsSync(path)) return undefined;
  return readQueryTable(new Uint8Array(await readFile(path)), { ...codec, codecSha256 });
}

/** The table that an index of these texts would have, as it answers queries; nothing when the model has none. */
export async function openIndexTable(model: OpenModel, texts: Iterable<string>): Promise<TableEncoder | undefined> {
  const bytes = await indexTableBytes(model, texts);
  return bytes && TableEncoder.read(queryEncoderFolder(model.folder).tokenizer, bytes, model.codec, model.codecSha256);
}

/** The file of an index's table, cut to what its texts use; nothing when the model has none. */
export async function indexTableBytes(model: OpenModel, texts: Iterable<string>): Promise<Uint8Array | undefined> {
  const whole = await readModelTable(model);
  if (!whole) return undefined;
  return writeQueryTable(indexTable(whole, vocabularyUse(model.folder.tokenizer, texts)), model.codecSha256);
}
