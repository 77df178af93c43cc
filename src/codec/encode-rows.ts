// Embeddings -> 4-bit codes: rotate, then choose one codeword a subspace so that dot products with the row are kept, not
// only its place (score-aware quantization: Guo et al. 2020, "Accelerating Large-Scale Inference with Anisotropic VQ", eq. 4).

import { BLOCK_ROWS, CODEWORDS } from '../format/layout.ts';
import type { Codec } from './codec.ts';

/** Weight of the error parallel to the row against the rest; chosen by bench/quality (docs/decisions/0002). */
const PARALLEL_WEIGHT = 10;
/** Changes whenever the codes of the same rows would: cached passages of another version are encoded again. */
export const CODING_VERSION = 1;
/** Coordinate-descent sweeps over the subspaces; a third changed fewer than 1 code in 500. */
const SWEEPS = 2;

/** Rotates rows: [count, dim] of the codec's own dim, in place order; rows must be truncated and unit already. */
export function rotateRows(codec: Codec, rows: Float32Array, count: number): Float32Array {
  const { dim, rotation } = codec;
  const rotated = new Float32Array(count * dim);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < dim; i++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += rotation[i * dim + d] * rows[row * dim + d];
      rotated[row * dim + i] = sum;
    }
  }
  return rotated;
}

/** First `dim` of `modelDim` dimensions of each row, renormalised (Matryoshka truncation). */
export function truncateRows(rows: Float32Array, count: number, modelDim: number, dim: number): Float32Array {
  if (dim === modelDim) return rows;
  const cut = new Float32Array(count * dim);
  for (let row = 0; row < count; row++) {
    let squared = 0;
    for (let d = 0; d < dim; d++) squared += rows[row * modelDim + d] ** 2;
    const inverse = squared > 0 ? 1 / Math.sqrt(squared) : 0;
    for (let d = 0; d < dim; d++) cut[row * dim + d] = rows[row * modelDim + d] * inverse;
  }
  return cut;
}

/**
 * Codes of rotated rows.
 * @param rotated [count, dim] unit rows after `rotateRows`
 * @returns [count, subspaceCount] codes 0..15
 */
export function encodeRows(codec: Codec, rotated: Float32Array, count: number): Uint8Array {
  const { dim, subspaceDim, subspaceCount, codewords, codewordScale } = codec;
  const words = Float32Array.from(codewords, (value) => value / codewordScale);
  const codes = new Uint8Array(count * subspaceCount);
  // For one row: squared error and parallel component of each candidate in each subspace.
  const errors = new Float64Array(subspaceCount * CODEWORDS);
  const parallels = new Float64Array(subspaceCount * CODEWORDS);
  for (let row = 0; row < count; row++) {
    let parallel = 0;
    for (let s = 0; s < subspaceCount; s++) {
      let best = 0;
      for (let c = 0; c < CODEWORDS; c++) {
        let error = 0;
        let along = 0;
        for (let d = 0; d < subspaceDim; d++) {
          const x = rotated[row * dim + s * subspaceDim + d];
          const e = x - words[(s * CODEWORDS + c) * subspaceDim + d];
          error += e * e;
          along += e * x;
        }
        errors[s * CODEWORDS + c] = error;
        parallels[s * CODEWORDS + c] = along;
        if (error < errors[s * CODEWORDS + best]) best = c;
      }
      codes[row * subspaceCount + s] = best;
      parallel += parallels[s * CODEWORDS + best];
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (let s = 0; s < subspaceCount; s++) {
        const current = codes[row * subspaceCount + s];
        const others = parallel - parallels[s * CODEWORDS + current];
        let best = current;
        let lowest = Number.POSITIVE_INFINITY;
        for (let c = 0; c < CODEWORDS; c++) {
          const along = others + parallels[s * CODEWORDS + c];
          const loss = errors[s * CODEWORDS + c] + (PARALLEL_WEIGHT - 1) * along * along;
          if (loss < lowest) {
            lowest = loss;
            best = c;
          }
        }
        codes[row * subspaceCount + s] = best;
        parallel = others + parallels[s * CODEWORDS + best];
      }
    }
  }
  return codes;
}

/** Number of blocks that hold `rowCount` rows; a passage has at least one. */
export function blockCount(rowCount: number): number {
  return Math.max(1, Math.ceil(rowCount / BLOCK_ROWS));
}

/**
 * Lays codes out in blocks of 16 rows, the last row repeated as padding. Inverted by `unpackBlocks`.
 * @param codes [rowCount, subspaceCount], rowCount >= 1
 * @returns [blockCount, subspaceCount / 2, 16] bytes, low nibble the even subspace
 */
export function packBlocks(codes: Uint8Array, rowCount: number, subspaceCount: number): Uint8Array {
  const blocks = blockCount(rowCount);
  const pairs = subspaceCount / 2;
  const packed = new Uint8Array(blocks * pairs * BLOCK_ROWS);
  for (let row = 0; row < blocks * BLOCK_ROWS; row++) {
    const from = Math.min(row, rowCount - 1) * subspaceCount;
    const block = Math.floor(row / BLOCK_ROWS) * pairs * BLOCK_ROWS;
    for (let pair = 0; pair < pairs; pair++) {
      packed[block + pair * BLOCK_ROWS + (row % BLOCK_ROWS)] =
        codes[from + 2 * pair] | (codes[from + 2 * pair + 1] << 4);
    }
  }
  return packed;
}

/** Codes [rowCount, subspaceCount] of packed blocks; inverts `packBlocks`. */
export function unpackBlocks(packed: Uint8Array, rowCount: number, subspaceCount: number): Uint8Array {
  const pairs = subspaceCount / 2;
  const codes = new Uint8Array(rowCount * subspaceCount);
  for (let row = 0; row < rowCount; row++) {
    const block = Math.floor(row / BLOCK_ROWS) * pairs * BLOCK_ROWS;
    for (let pair = 0; pair < pairs; pair++) {
      const byte = packed[block + pair * BLOCK_ROWS + (row % BLOCK_ROWS)];
      codes[row * subspaceCount + 2 * pair] = byte & 15;
      codes[row * subspaceCount + 2 * pair + 1] = byte >> 4;
    }
  }
  return codes;
}
