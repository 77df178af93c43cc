// The codec in memory: one rotation, one codebook of int8 codewords for each subspace. Fitted once for a model (fit.ts),
// read from its file by codec-file.ts; encode-rows.ts turns embeddings into codes with it.

import { LatelightError } from '../errors.ts';
import { CODEWORDS, FULL_QUERY_SCALE, MAX_PAIR_SCORE } from '../format/layout.ts';

export interface Codec {
  /** Dimensions coded: the first `dim` of the model's, renormalised before the rotation. A multiple of 8. */
  dim: number;
  /** Dimensions of a subspace: 2 or 4. */
  subspaceDim: 2 | 4;
  /** dim / subspaceDim */
  subspaceCount: number;
  /** [dim, dim] row-major, orthogonal: rotated = rotation x embedding. */
  rotation: Float32Array;
  /** [subspaceCount, 16, subspaceDim] int8 */
  codewords: Int8Array;
  /** int8 units of a codeword per unit of an embedding: codeword = round(scale x centroid). */
  codewordScale: number;
  /** int8 units of a query value per unit of an embedding, 1..127: query = round(scale x rotated). */
  queryScale: number;
}

/** The largest possible norm of a rounded query row: the scale plus what rounding can add to each of `dim` components. */
export function maxQueryNorm(dim: number, queryScale: number): number {
  return queryScale + 0.5 * Math.sqrt(dim);
}

/** The least scale at which no unit row rounds to zeros: its largest component is at least dim ** -0.5. */
export function leastQueryScale(dim: number): number {
  return Math.ceil(Math.sqrt(dim) / 2 + 1e-9);
}

/** The least weight of a query row at which no row rounds to zeros, as the f32 that weights are kept in. */
export function leastRowWeight({ dim, queryScale }: Pick<Codec, 'dim' | 'queryScale'>): number {
  return Math.fround(Math.min(1, leastQueryScale(dim) / queryScale));
}

/** The norm no row made of these codewords can exceed: the root of the sum of each subspace's largest squared norm. */
export function maxRowNorm(codewords: Int8Array, subspaceCount: number, subspaceDim: number): number {
  let sum = 0;
  for (let subspace = 0; subspace < subspaceCount; subspace++) {
    let largest = 0;
    for (let word = 0; word < CODEWORDS; word++) {
      let squared = 0;
      for (let d = 0; d < subspaceDim; d++) {
        squared += codewords[(subspace * CODEWORDS + word) * subspaceDim + d] ** 2;
      }
      largest = Math.max(largest, squared);
    }
    sum += largest;
  }
  return Math.sqrt(sum);
}

/**
 * Proves by Cauchy-Schwarz that every pair score fits 16 bits, which the WASM scorer's modular sums need.
 * @throws LatelightError `bad-codec` when |query| x |row| can exceed 32767, or the shape is not one the scorers know.
 */
export function checkCodec(codec: Codec): void {
  const { dim, subspaceDim, subspaceCount, rotation, codewords, queryScale } = codec;
  if (dim % 8 !== 0 || dim < 8 || dim > 256) {
    throw new LatelightError('bad-codec', `codec: expected a dimension of 8 to 256 in steps of 8, got ${dim}`);
  }
  if ((subspaceDim !== 2 && subspaceDim !== 4) || subspaceCount * subspaceDim !== dim) {
    throw new LatelightError('bad-codec', `codec: expected subspaces of 2 or 4 dimensions, got ${subspaceDim}`);
  }
  if (rotation.length !== dim * dim || codewords.length !== CODEWORDS * dim) {
    throw new LatelightError('bad-codec', `codec: rotation or codewords do not have the shape of ${dim} dimensions`);
  }
  const least = leastQueryScale(dim);
  if (!Number.isInteger(queryScale) || queryScale < least || queryScale > FULL_QUERY_SCALE) {
    throw new LatelightError(
      'bad-codec',
      `codec: expected a query scale of ${least} to ${FULL_QUERY_SCALE}, got ${queryScale}. Fit the codec again.`,
    );
  }
  const bound = maxQueryNorm(dim, queryScale) * maxRowNorm(codewords, subspaceCount, subspaceDim);
  if (!(bound <= MAX_PAIR_SCORE)) {
    throw new LatelightError(
      'bad-codec',
      `codec: expected |query| x |row| <= ${MAX_PAIR_SCORE}, got ${Math.ceil(bound)}. Fit the codec again.`,
    );
  }
}
