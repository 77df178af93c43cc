// Embeddings -> 4-bit codes: rotate, then choose one codeword a subspace so that scores are kept, not only places (score-aware
// quantization: Guo et al. 2020, "Accelerating Large-Scale Inference with Anisotropic VQ", here for all members of a pooled row).

import { BLOCK_ROWS, CODEWORDS } from '../format/layout.ts';
import type { Codec } from './codec.ts';

/** Weight of the members' scores against the distance from their mean: 4, 9 and 20 were tried (docs/decisions/0002). */
export const MEMBER_WEIGHT = 9;
/** Changes whenever the codes of the same rows would: cached passages of another version are encoded again. */
export const CODING_VERSION = 3;
/** Coordinate-descent sweeps over the subspaces; most rows stop changing before the third ends. */
const SWEEPS = 3;
/** A code changes only for a gain above rounding, so that equal losses never depend on the order of sums. */
const LEAST_GAIN = 1e-9;

/** Rotated rows [count, dim]; the given ones must be of the codec's own dim already, and unit. */
export function rotateRows(codec: Pick<Codec, 'dim' | 'rotation'>, rows: Float32Array, count: number): Float32Array {
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
 * One code for each group of pooled rows. Chosen by coordinate descent over the subspaces so that the coded row c lies near the
 * members' mean m and gives every member z the score 1 it gives itself:
 *   |c - m|^2 + MEMBER_WEIGHT x mean over members of (c.z - 1)^2
 * @param rotated [tokenCount, dim] unit rows after `rotateRows`
 * @param rowOfToken [tokenCount] group of each row, as `poolRows` gives it
 * @returns [rowCount, subspaceCount] codes 0..15
 */
export function encodeRows(codec: Codec, rotated: Float32Array, rowOfToken: Uint32Array, rowCount: number): Uint8Array {
  const { dim, subspaceCount, codewords, codewordScale } = codec;
  const coder = new RowCoder(
    dim,
    subspaceCount,
    Float32Array.from(codewords, (value) => value / codewordScale),
    SWEEPS,
  );
  const codes = new Uint8Array(rowCount * subspaceCount);
  membersOf(rowOfToken, rowCount).forEach((members, row) => {
    coder.encode(rotated, members, codes.subarray(row * subspaceCount, (row + 1) * subspaceCount));
  });
  return codes;
}

/** Tokens of each pooled row, ascending. */
export function membersOf(rowOfToken: Uint32Array, rowCount: number): number[][] {
  const members: number[][] = Array.from({ length: rowCount }, () => []);
  rowOfToken.forEach((row, token) => {
    members[row].push(token);
  });
  return members;
}

/** Codes rows with given codewords; keeps its buffers from one row to the next. Fitting uses it too. */
export class RowCoder {
  private readonly dim: number;
  private readonly subspaceDim: number;
  private readonly subspaceCount: number;
  /** [subspaceCount, 16, subspaceDim] */
  private readonly words: Float32Array;
  private readonly sweeps: number;
  private readonly mean: Float64Array;
  private readonly coded: Float64Array;

  constructor(dim: number, subspaceCount: number, words: Float32Array, sweeps: number) {
    this.dim = dim;
    this.subspaceCount = subspaceCount;
    this.subspaceDim = dim / subspaceCount;
    this.words = words;
    this.sweeps = sweeps;
    this.mean = new Float64Array(dim);
    this.coded = new Float64Array(dim);
  }

  /** Writes the codes of the group `members` of `rotated` rows. */
  encode(rotated: Float32Array, members: readonly number[], codes: Uint8Array): void {
    const { dim, subspaceDim, subspaceCount, words, mean, coded } = this;
    meanOfMembers(rotated, members, dim, mean);
    this.startFrom(startingPoint(mean), codes);
    // miss[i] = c.z_i - 1
    const miss = members.map((token) => {
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += coded[d] * rotated[token * dim + d];
      return dot - 1;
    });
    const weight = MEMBER_WEIGHT / members.length;
    const linear = new Float64Array(subspaceDim);
    const quadratic = new Float64Array(subspaceDim * subspaceDim);
    for (let sweep = 0; sweep < this.sweeps; sweep++) {
      let changed = false;
      for (let s = 0; s < subspaceCount; s++) {
        const at = s * subspaceDim;
        // The loss around the present code, as a quadratic in the change of this subspace.
        for (let a = 0; a < subspaceDim; a++) {
          linear[a] = coded[at + a] - mean[at + a];
          for (let b = 0; b < subspaceDim; b++) quadratic[a * subspaceDim + b] = a === b ? 1 : 0;
        }
        members.forEach((token, i) => {
          const z = token * dim + at;
          for (let a = 0; a < subspaceDim; a++) {
            linear[a] += weight * miss[i] * rotated[z + a];
            for (let b = 0; b < subspaceDim; b++) {
              quadratic[a * subspaceDim + b] += weight * rotated[z + a] * rotated[z + b];
            }
          }
        });
        let best = codes[s];
        let lowest = -LEAST_GAIN;
        for (let word = 0; word < CODEWORDS; word++) {
          if (word === codes[s]) continue;
          let change = 0;
          const from = (s * CODEWORDS + word) * subspaceDim;
          for (let a = 0; a < subspaceDim; a++) {
            const delta = words[from + a] - coded[at + a];
            let bent = 2 * linear[a];
            for (let b = 0; b < subspaceDim; b++)
              bent += quadratic[a * subspaceDim + b] * (words[from + b] - coded[at + b]);
            change += delta * bent;
          }
          if (change < lowest) {
            lowest = change;
            best = word;
          }
        }
        if (best === codes[s]) continue;
        changed = true;
        codes[s] = best;
        const from = (s * CODEWORDS + best) * subspaceDim;
        members.forEach((token, i) => {
          for (let a = 0; a < subspaceDim; a++)
            miss[i] += (words[from + a] - coded[at + a]) * rotated[token * dim + at + a];
        });
        for (let a = 0; a < subspaceDim; a++) coded[at + a] = words[from + a];
      }
      if (!changed) break;
    }
  }

  /** Nearest codeword in each subspace, ties to the lowest code. */
  private startFrom(point: Float64Array, codes: Uint8Array): void {
    const { subspaceDim, subspaceCount, words, coded } = this;
    for (let s = 0; s < subspaceCount; s++) {
      let best = 0;
      let lowest = Number.POSITIVE_INFINITY;
      for (let word = 0; word < CODEWORDS; word++) {
        let error = 0;
        for (let d = 0; d < subspaceDim; d++) {
          error += (point[s * subspaceDim + d] - words[(s * CODEWORDS + word) * subspaceDim + d]) ** 2;
        }
        if (error < lowest) {
          lowest = error;
          best = word;
        }
      }
      codes[s] = best;
      for (let d = 0; d < subspaceDim; d++)
        coded[s * subspaceDim + d] = words[(s * CODEWORDS + best) * subspaceDim + d];
    }
  }
}

/** Plain mean of the members, not renormalised, into `mean`. */
export function meanOfMembers(
  rotated: Float32Array,
  members: readonly number[],
  dim: number,
  mean: Float64Array,
): void {
  mean.fill(0);
  for (const token of members) for (let d = 0; d < dim; d++) mean[d] += rotated[token * dim + d];
  for (let d = 0; d < dim; d++) mean[d] /= members.length;
}

/**
 * The mean made longer than a unit row: members spread around it, and each is to score 1 against the coded row, not its cosine
 * with the mean. m / |m|^1.5 lost least in float (bench/quality; 1 is renormalising, 2 makes the mean score exactly 1).
 */
export function startingPoint(mean: Float64Array): Float64Array {
  const scale = Math.max(1e-6, Math.hypot(...mean)) ** -1.5;
  return mean.map((value) => value * scale);
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
