// Query tables (*.llq): docs/FORMAT.md, "Query table". One coded row and one weight for each vocabulary id of a set, so that a query
// can be scored before its encoder has arrived. A model has one of all ids, an index one of the ids its passages use.

import { LatelightError } from '../errors.ts';
import { FieldChecker, type FileKind, writeCodecHash, writeFileHeader } from './file-header.ts';
import { CODEWORDS, rowBytes } from './layout.ts';
import type { ShardShape } from './shard.ts';

const HEADER_BYTES = 64;
const KIND: FileKind = { magic: 'LLQUERY\n', version: 1, headerBytes: HEADER_BYTES };
/** More than any tokenizer has; bounds what is allocated before the file's own length is believed. */
const MOST_IDS = 1 << 24;

export const FULL_WEIGHT = 255;

/** What the words of a query say of the query as a whole, for models that give it a row of its own: a linear map. */
export interface TextMap {
  /** [dim] length of the row that each value of the words' sum is multiplied with, in 255ths of the longest. */
  lengths: Uint8Array;
  /** [dim, dim / subspaceDim / 2] codes of its direction. */
  codes: Uint8Array;
}

export interface QueryTable {
  dim: number;
  subspaceDim: number;
  /** Ids are below this. */
  vocabularySize: number;
  /** [rowCount] ascending vocabulary ids. */
  ids: Uint32Array;
  /** [rowCount] length of the row, in 255ths of an encoder's row. */
  weights: Uint8Array;
  /** [rowCount, dim / subspaceDim / 2] codes of the codec, low nibble the even subspace. */
  codes: Uint8Array;
  /** Absent where the model gives the text as a whole no row of its own. */
  textMap?: TextMap;
}

export function writeQueryTable(table: QueryTable, codecSha256: string): Uint8Array {
  const { dim, subspaceDim, vocabularySize, ids, weights, codes, textMap } = table;
  const weightsAt = HEADER_BYTES + Math.ceil(vocabularySize / 8);
  const mapAt = weightsAt + ids.length * (1 + rowBytes(dim, subspaceDim));
  const mapRows = textMap ? dim : 0;
  const bytes = new Uint8Array(mapAt + mapRows * (1 + rowBytes(dim, subspaceDim)));
  const view = writeFileHeader(bytes, KIND, table);
  view.setUint32(20, vocabularySize, true);
  view.setUint32(24, ids.length, true);
  view.setUint32(28, bytes.length, true);
  writeCodecHash(bytes, 32, codecSha256);
  view.setUint16(48, mapRows, true);
  for (const id of ids) bytes[HEADER_BYTES + (id >> 3)] |= 1 << (id & 7);
  bytes.set(weights, weightsAt);
  bytes.set(codes, weightsAt + ids.length);
  if (textMap) {
    bytes.set(textMap.lengths, mapAt);
    bytes.set(textMap.codes, mapAt + mapRows);
  }
  return bytes;
}

/**
 * Reads a table; `weights`, `codes` and those of `textMap` are views of `bytes`.
 * @param shape what the codec in use says the table must agree with
 * @throws LatelightError `bad-model` naming the first field that is wrong
 */
export function readQueryTable(bytes: Uint8Array, shape: ShardShape): QueryTable {
  const check = new FieldChecker((what) => {
    throw new LatelightError('bad-model', `query table: ${what}. Download it again, or index the site again.`);
  });
  const view = check.expectHeader(bytes, KIND, shape);
  const vocabularySize = view.getUint32(20, true);
  const rowCount = view.getUint32(24, true);
  if (vocabularySize > MOST_IDS || rowCount > vocabularySize) {
    check.fail(`expected at most ${MOST_IDS} ids and a row for each, got ${rowCount} rows for ${vocabularySize} ids`);
  }
  const weightsAt = HEADER_BYTES + Math.ceil(vocabularySize / 8);
  const codesAt = weightsAt + rowCount;
  const mapRows = view.getUint16(48, true);
  if (mapRows !== 0) check.expect('rows of the text map', shape.dim, mapRows);
  const mapAt = codesAt + rowCount * rowBytes(shape.dim, shape.subspaceDim);
  const size = mapAt + mapRows * (1 + rowBytes(shape.dim, shape.subspaceDim));
  check.expect('file bytes', size, view.getUint32(28, true));
  check.expect('file bytes', size, bytes.length);
  check.expectCodecHash(bytes, 32, shape.codecSha256);
  for (let i = 50; i < HEADER_BYTES; i++) check.expect(`reserved byte ${i}`, 0, bytes[i]);

  const ids = new Uint32Array(rowCount);
  let found = 0;
  for (let id = 0; id < 8 * (weightsAt - HEADER_BYTES); id++) {
    if (((bytes[HEADER_BYTES + (id >> 3)] >> (id & 7)) & 1) === 0) continue;
    if (id >= vocabularySize) check.fail(`expected ids below ${vocabularySize}, got ${id}`);
    if (found < rowCount) ids[found] = id;
    found++;
  }
  check.expect('ids', rowCount, found);
  const { dim, subspaceDim } = shape;
  return {
    dim,
    subspaceDim,
    vocabularySize,
    ids,
    weights: bytes.subarray(weightsAt, codesAt),
    codes: bytes.subarray(codesAt, mapAt),
    ...(mapRows > 0 && {
      textMap: { lengths: bytes.subarray(mapAt, mapAt + mapRows), codes: bytes.subarray(mapAt + mapRows) },
    }),
  };
}

/** A row's codewords joined, f32 [dim], at the codec's own scale and rotated as it rotates. @param codewords of the codec of the table */
export function tableRow(
  { dim, subspaceDim, codes }: Pick<QueryTable, 'dim' | 'subspaceDim' | 'codes'>,
  codewords: Int8Array,
  row: number,
): Float32Array {
  const width = rowBytes(dim, subspaceDim);
  return Float32Array.from({ length: dim }, (_, d) => {
    const subspace = Math.floor(d / subspaceDim);
    const code = (codes[row * width + (subspace >> 1)] >> (4 * (subspace & 1))) & 15;
    return codewords[(subspace * CODEWORDS + code) * subspaceDim + (d % subspaceDim)];
  });
}

/**
 * The table of an index: rows of the ids that `weigh` gives a share, their weights multiplied by it.
 * @param weigh 0..1; 0 leaves the id out
 */
export function cutQueryTable(table: QueryTable, weigh: (id: number) => number): QueryTable {
  const width = rowBytes(table.dim, table.subspaceDim);
  const kept = Array.from(table.ids.keys()).filter((row) => weigh(table.ids[row]) > 0);
  const codes = new Uint8Array(kept.length * width);
  kept.forEach((row, i) => {
    codes.set(table.codes.subarray(row * width, (row + 1) * width), i * width);
  });
  return {
    ...table,
    ids: Uint32Array.from(kept, (row) => table.ids[row]),
    weights: Uint8Array.from(kept, (row) => Math.round(table.weights[row] * weigh(table.ids[row]))),
    codes,
  };
}
