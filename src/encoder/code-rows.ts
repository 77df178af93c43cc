// Rows of a query table as its file has them: each coded by itself, two codes a byte.

import type { Codec } from '../codec/codec.ts';
import { encodeRows } from '../codec/encode-rows.ts';
import { rowBytes } from '../format/layout.ts';

/** @param rotated [rowCount, dim] unit rows; returns codes [rowCount, dim / subspaceDim / 2], low nibble the even subspace */
export function codeTableRows(codec: Codec, rotated: Float32Array, rowCount: number): Uint8Array {
  const { dim, subspaceDim, subspaceCount } = codec;
  const width = rowBytes(dim, subspaceDim);
  const ofItself = Uint32Array.from({ length: rowCount }, (_, row) => row);
  const packed = new Uint8Array(rowCount * width);
  encodeRows(codec, rotated, ofItself, rowCount).forEach((code, at) => {
    const subspace = at % subspaceCount;
    packed[Math.floor(at / subspaceCount) * width + (subspace >> 1)] |= code << (4 * (subspace & 1));
  });
  return packed;
}
