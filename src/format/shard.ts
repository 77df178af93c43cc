// Shard files (*.lls): docs/FORMAT.md, "Shard file". The writer and the reader share this layout; the reader trusts nothing,
// because what it lets through indexes GPU buffers and WASM memory.

import { LatelightError } from '../errors.ts';
import type { ShardCodes } from '../shared-types.ts';
import { FieldChecker, type FileKind, writeCodecHash, writeFileHeader } from './file-header.ts';
import { BLOCK_ROWS, blockBytes } from './layout.ts';

const HEADER_BYTES = 64;
const KIND: FileKind = { magic: 'LLSHARD\n', version: 1, headerBytes: HEADER_BYTES };
/** Codes start at a multiple of this, so that they can be viewed as u32 and copied to a GPU buffer as they are. */
const CODES_ALIGNMENT = 16;

/** What the manifest's codec says a shard must agree with. */
export interface ShardShape {
  dim: number;
  subspaceDim: number;
  /** SHA-256 of the codec's file, hex. */
  codecSha256: string;
}

export interface Shard extends ShardCodes {
  passageCount: number;
  blockCount: number;
  /** [passageCount] rows of each passage without padding. */
  rowCounts: Uint32Array;
}

/** Bytes of a shard file before its codes. */
function codesOffset(passageCount: number): number {
  const tables = HEADER_BYTES + 4 * (passageCount + 1) + passageCount;
  return Math.ceil(tables / CODES_ALIGNMENT) * CODES_ALIGNMENT;
}

/** Bytes of a shard file with so many passages and blocks. */
export function shardBytes(
  { dim, subspaceDim }: Pick<ShardShape, 'dim' | 'subspaceDim'>,
  passageCount: number,
  blockCount: number,
): number {
  return codesOffset(passageCount) + blockCount * blockBytes(dim, subspaceDim);
}

/**
 * Writes one shard.
 * @param passages packed blocks and real row count of each passage, in id order
 */
export function writeShard(shape: ShardShape, passages: { blocks: Uint8Array; rowCount: number }[]): Uint8Array {
  const size = blockBytes(shape.dim, shape.subspaceDim);
  const blockCount = passages.reduce((sum, passage) => sum + passage.blocks.length / size, 0);
  const start = codesOffset(passages.length);
  const bytes = new Uint8Array(shardBytes(shape, passages.length, blockCount));
  const view = writeFileHeader(bytes, KIND, shape);
  view.setUint32(20, passages.length, true);
  view.setUint32(24, blockCount, true);
  view.setUint32(28, start, true);
  view.setUint32(32, bytes.length, true);
  writeCodecHash(bytes, 36, shape.codecSha256);
  let block = 0;
  passages.forEach((passage, id) => {
    view.setUint32(HEADER_BYTES + 4 * id, block, true);
    const blocks = passage.blocks.length / size;
    bytes[HEADER_BYTES + 4 * (passages.length + 1) + id] = blocks * BLOCK_ROWS - passage.rowCount;
    bytes.set(passage.blocks, start + block * size);
    block += blocks;
  });
  view.setUint32(HEADER_BYTES + 4 * passages.length, block, true);
  return bytes;
}

/**
 * Reads one shard; its arrays are views of `bytes` where alignment allows.
 * @throws LatelightError `bad-shard` naming the first field that is wrong
 */
export function readShard(bytes: Uint8Array, shape: ShardShape): Shard {
  const check = new FieldChecker((what) => {
    throw new LatelightError('bad-shard', `shard: ${what}. Download it again, or index the site again.`);
  });
  const view = check.expectHeader(bytes, KIND, shape);
  const passageCount = view.getUint32(20, true);
  const blockCount = view.getUint32(24, true);
  // Counts are bounded by the file before they are multiplied or allocated.
  if (passageCount > bytes.length || blockCount > bytes.length) check.fail('more passages or blocks than bytes');
  const start = codesOffset(passageCount);
  check.expect('codes offset', start, view.getUint32(28, true));
  const byteCount = shardBytes(shape, passageCount, blockCount);
  check.expect('file bytes', byteCount, view.getUint32(32, true));
  check.expect('file bytes', byteCount, bytes.length);
  check.expectCodecHash(bytes, 36, shape.codecSha256);
  for (let i = 52; i < HEADER_BYTES; i++) check.expect(`reserved byte ${i}`, 0, bytes[i]);

  const firstBlocks = new Uint32Array(passageCount + 1);
  const rowCounts = new Uint32Array(passageCount);
  const paddingTable = HEADER_BYTES + 4 * (passageCount + 1);
  for (let id = 0; id <= passageCount; id++) firstBlocks[id] = view.getUint32(HEADER_BYTES + 4 * id, true);
  check.expect('first block of the first passage', 0, firstBlocks[0]);
  check.expect('first block after the last passage', blockCount, firstBlocks[passageCount]);
  for (let id = 0; id < passageCount; id++) {
    const blocks = firstBlocks[id + 1] - firstBlocks[id];
    if (!(blocks >= 1 && blocks <= blockCount)) check.fail(`expected passage ${id} to have blocks, got ${blocks}`);
    const padding = bytes[paddingTable + id];
    if (padding >= BLOCK_ROWS)
      check.fail(`expected less than ${BLOCK_ROWS} rows of padding in passage ${id}, got ${padding}`);
    rowCounts[id] = blocks * BLOCK_ROWS - padding;
  }
  for (let i = paddingTable + passageCount; i < start; i++) check.expect(`alignment byte ${i}`, 0, bytes[i]);
  return { passageCount, blockCount, firstBlocks, rowCounts, codes: bytes.subarray(start) };
}
