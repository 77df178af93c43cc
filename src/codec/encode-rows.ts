// Embeddings -> 4-bit codes: rotate, then choose one codeword a subspace so that scores are kept, not only places (score-aware
// quantization: Guo et al. 2020, "Accelerating Large-Scale Inference with Anisotropic VQ", here for all members of a pooled row
// and for the queries that are likely to find it).

import { BLOCK_ROWS, CODEWORDS } from '../format/layout.ts';
import type { Codec } from './codec.ts';
import { dotsOf } from './dots.ts';
import { type LikelyQueries, type ScoreGoals, scoreGoals } from './score-goals.ts';

/** Changes whenever the codes of the same rows would, or the words they are said to stand for: cached passages of another version are encoded again. */
export const CODING_VERSION = 5;
/** Coordinate-descent sweeps over the subspaces; most rows stop changing before the third ends. */
const SWEEPS = 3;
/** A code changes only for a gain above rounding, so that equal losses never depend on the order of sums. */
const LEAST_GAIN = 1e-9;

/** Rotated rows [count, dim]; the given ones must be of the codec's own dim already, and unit. */
export function rotateRows(codec: Pick<Codec, 'dim' | 'rotation'>, rows: Float32Array, count: number): Float32Array {
  const { dim, rotation } = codec;
  const rotated = new Float32Array(count * dim);
  const turned = new Float64Array(dim);
  for (let row = 0; row < count; row++) {
    dotsOf(rows, row * dim, rotation, 0, dim, dim, turned);
    rotated.set(turned, row * dim);
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
 * One code for each group of pooled rows, chosen by coordinate descent over the subspaces so that the coded row c lies near the
 * members' mean m and gives the scores y of its goals z: |c - m|^2 + sum of weight x (c.z - y)^2
 * @param rotated [tokenCount, dim] unit rows after `rotateRows`
 * @param rowOfToken [tokenCount] group of each row, as `poolRows` gives it
 * @param likely rotated as the rows are
 * @returns [rowCount, subspaceCount] codes 0..15
 */
export function encodeRows(
  codec: Codec,
  rotated: Float32Array,
  rowOfToken: Uint32Array,
  rowCount: number,
  likely?: LikelyQueries,
): Uint8Array {
  const { dim, subspaceCount, codewords, codewordScale } = codec;
  const words = Float32Array.from(codewords, (value) => value / codewordScale);
  const coder = new RowCoder(scoreGoals(rotated, rowOfToken, rowCount, dim, likely), subspaceCount, words, SWEEPS);
  const codes = new Uint8Array(rowCount * subspaceCount);
  for (let row = 0; row < rowCount; row++) {
    coder.encode(row, codes.subarray(row * subspaceCount, (row + 1) * subspaceCount));
  }
  return codes;
}

/** Codes the rows of some goals with given codewords; keeps its buffers from one row to the next. Fitting uses it too. */
export class RowCoder {
  private readonly goals: ScoreGoals;
  private readonly subspaceDim: number;
  private readonly subspaceCount: number;
  /** [subspaceCount, 16, subspaceDim] */
  private readonly words: Float32Array;
  private readonly sweeps: number;
  private readonly coded: Float64Array;
  /** [subspaceCount, subspaceDim, subspaceDim] how the loss bends in each subspace, the same whatever the codes are. */
  private readonly bends: Float64Array;

  constructor(goals: ScoreGoals, subspaceCount: number, words: Float32Array, sweeps: number) {
    this.goals = goals;
    this.subspaceCount = subspaceCount;
    this.subspaceDim = goals.dim / subspaceCount;
    this.words = words;
    this.sweeps = sweeps;
    this.coded = new Float64Array(goals.dim);
    this.bends = new Float64Array(goals.dim * this.subspaceDim);
  }

  /** Writes the codes of one row. */
  encode(row: number, codes: Uint8Array): void {
    const { coded } = this;
    const { dim, means, firstTerm, rows, targets } = this.goals;
    const mean = means.subarray(row * dim, (row + 1) * dim);
    const [first, end] = [firstTerm[row], firstTerm[row + 1]];
    this.startFrom(startingPoint(mean), codes);
    // c.z - y of each term
    const miss = new Float64Array(end - first);
    for (let term = first; term < end; term++) {
      let dot = -targets[term];
      for (let d = 0; d < dim; d++) dot += coded[d] * rows[term * dim + d];
      miss[term - first] = dot;
    }
    this.bend(first, end);
    for (let sweep = 0; sweep < this.sweeps; sweep++) {
      let changed = false;
      for (let s = 0; s < this.subspaceCount; s++) {
        const own = codes[s];
        codes[s] =
          this.subspaceDim === 2
            ? this.betterOfPair(s, own, mean, first, miss)
            : this.better(s, own, mean, first, miss);
        if (codes[s] === own) continue;
        changed = true;
        this.replace(s, codes[s], first, miss);
      }
      if (!changed) break;
    }
  }

  /** Second derivatives of half the loss by the change of each subspace. */
  private bend(first: number, end: number): void {
    const { subspaceDim, subspaceCount, bends } = this;
    const { dim, rows, weights } = this.goals;
    for (let s = 0; s < subspaceCount; s++) {
      const bend = s * subspaceDim * subspaceDim;
      for (let a = 0; a < subspaceDim; a++) {
        for (let b = 0; b < subspaceDim; b++) {
          let sum = a === b ? 1 : 0;
          for (let term = first; term < end; term++) {
            const z = term * dim + s * subspaceDim;
            sum += weights[term] * rows[z + a] * rows[z + b];
          }
          bends[bend + a * subspaceDim + b] = sum;
        }
      }
    }
  }

  /** The code of a subspace that lowers the loss most beside the others' present codes. */
  private better(s: number, own: number, mean: Float32Array, first: number, miss: Float64Array): number {
    const { subspaceDim, words, coded, bends } = this;
    const { dim, rows, weights } = this.goals;
    const at = s * subspaceDim;
    const slopes = new Float64Array(subspaceDim);
    for (let a = 0; a < subspaceDim; a++) {
      let slope = coded[at + a] - mean[at + a];
      for (let i = 0; i < miss.length; i++) slope += weights[first + i] * rows[(first + i) * dim + at + a] * miss[i];
      slopes[a] = slope;
    }
    let best = own;
    let lowest = -LEAST_GAIN;
    for (let word = 0; word < CODEWORDS; word++) {
      if (word === own) continue;
      let change = 0;
      const from = (s * CODEWORDS + word) * subspaceDim;
      for (let a = 0; a < subspaceDim; a++) {
        let bent = 2 * slopes[a];
        for (let b = 0; b < subspaceDim; b++) {
          bent += bends[(at + a) * subspaceDim + b] * (words[from + b] - coded[at + b]);
        }
        change += (words[from + a] - coded[at + a]) * bent;
      }
      if (change < lowest) {
        lowest = change;
        best = word;
      }
    }
    return best;
  }

  /** `better` where a subspace has 2 dimensions, which is what ships: the same sums without loops of two. */
  private betterOfPair(s: number, own: number, mean: Float32Array, first: number, miss: Float64Array): number {
    const { words, coded, bends } = this;
    const { dim, rows, weights } = this.goals;
    const at = 2 * s;
    const [x, y] = [coded[at], coded[at + 1]];
    let slopeX = x - mean[at];
    let slopeY = y - mean[at + 1];
    for (let i = 0, z = first * dim + at; i < miss.length; i++, z += dim) {
      const weight = weights[first + i];
      slopeX += weight * rows[z] * miss[i];
      slopeY += weight * rows[z + 1] * miss[i];
    }
    const [bendXX, bendXY, bendYX, bendYY] = [bends[2 * at], bends[2 * at + 1], bends[2 * at + 2], bends[2 * at + 3]];
    let best = own;
    let lowest = -LEAST_GAIN;
    for (let word = 0, from = at * CODEWORDS; word < CODEWORDS; word++, from += 2) {
      if (word === own) continue;
      const moveX = words[from] - x;
      const moveY = words[from + 1] - y;
      const change =
        moveX * (2 * slopeX + bendXX * moveX + bendXY * moveY) + moveY * (2 * slopeY + bendYX * moveX + bendYY * moveY);
      if (change < lowest) {
        lowest = change;
        best = word;
      }
    }
    return best;
  }

  /** Takes another code in a subspace: what the row is then, and what each term misses. */
  private replace(s: number, code: number, first: number, miss: Float64Array): void {
    const { subspaceDim, words, coded } = this;
    const { dim, rows } = this.goals;
    for (let a = 0; a < subspaceDim; a++) {
      const at = s * subspaceDim + a;
      const word = words[(s * CODEWORDS + code) * subspaceDim + a];
      const move = word - coded[at];
      for (let i = 0; i < miss.length; i++) miss[i] += move * rows[(first + i) * dim + at];
      coded[at] = word;
    }
  }

  /** Nearest codeword in each subspace, ties to the lowest code. */
  private startFrom(point: Float32Array, codes: Uint8Array): void {
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

/**
 * The mean made longer than a unit row: members spread around it, and each is to score 1 against the coded row, not its cosine
 * with the mean. m / |m|^1.5 lost least in float (bench/quality; 1 is renormalising, 2 makes the mean score exactly 1).
 */
export function startingPoint(mean: Float32Array): Float32Array {
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
