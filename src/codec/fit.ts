// Fits a codec: a random rotation that spreads variance over the subspaces, codebooks by k-means and then by the very loss that
// codes are chosen with, and the int8 scales that let the CPU scorer do with tables of bytes. Once for a model, on general text.

import { LatelightError } from '../errors.ts';
import { CODEWORDS, FULL_QUERY_SCALE, MAX_PAIR_SCORE } from '../format/layout.ts';
import { type Codec, checkCodec, leastQueryScale, maxQueryNorm, maxRowNorm } from './codec.ts';
import { RowCoder, rotateRows, startingPoint } from './encode-rows.ts';
import { seededNormal, seededRandom } from './random.ts';
import type { ScoreGoals } from './score-goals.ts';

const SEED = 20261123;
const KMEANS_ROUNDS = 10;
/** Rounds of coding all rows and solving all codewords again; the loss falls by less than 1% after the fourth. */
const REFIT_ROUNDS = 6;
const REFIT_SWEEPS = 2;
/** Pull of a codeword towards where it was, as a share of an average codeword's rows: keeps rare ones in place. */
const RIDGE = 1e-3;
/** What two partial scores may span, with room for their rounding: a table entry of the CPU scorer is one byte. */
const ONE_BYTE = 248;
/** Share of rows for which they may span more: such query tokens take a slower kernel, the result is the same. */
const WIDE_SHARE = 0.002;
/** Rows that the scales are chosen on. */
const SCALE_ROWS = 5000;

/** Where fitting begins: of a model that was trained with codes in the loop, what was learned (training/codes.py). */
export interface CodecStart {
  /** [dim, dim] row-major, orthogonal */
  rotation: Float32Array;
  /** [dim / subspaceDim, 16, subspaceDim] in units of a row */
  words: Float32Array;
}

/**
 * @param unrotated what the codes of many pooled rows are to score
 * @param start without one: a random rotation, and the k-means of each subspace
 * @throws LatelightError `bad-codec` when no scale keeps the scores in bounds
 */
export function fitCodec(unrotated: ScoreGoals, subspaceDim: 2 | 4, start?: CodecStart): Codec {
  const { dim, rowCount } = unrotated;
  const subspaceCount = dim / subspaceDim;
  const rotation = start?.rotation ?? randomRotation(dim, SEED);
  const goals = {
    ...unrotated,
    means: rotateRows({ dim, rotation }, unrotated.means, rowCount),
    rows: rotateRows({ dim, rotation }, unrotated.rows, unrotated.targets.length),
  };
  const words = start ? start.words.slice() : clusteredWords(goals, subspaceDim);
  const codes = new Uint8Array(rowCount * subspaceCount);
  for (let round = 0; round < REFIT_ROUNDS; round++) {
    const coder = new RowCoder(goals, subspaceCount, words, REFIT_SWEEPS);
    for (let row = 0; row < rowCount; row++) {
      coder.encode(row, codes.subarray(row * subspaceCount, (row + 1) * subspaceCount));
    }
    solveCodewords(goals, codes, subspaceDim, words);
  }
  const codec: Codec = {
    dim,
    subspaceDim,
    subspaceCount,
    rotation,
    ...roundCodewords(words, goals.rows, dim, subspaceDim),
  };
  checkCodec(codec);
  return codec;
}

/** Codebooks [subspaceCount, 16, subspaceDim] to begin with: k-means of each subspace, of means as long as they are coded. */
function clusteredWords({ dim, rowCount, means }: ScoreGoals, subspaceDim: number): Float32Array {
  const starts = new Float32Array(rowCount * dim);
  for (let row = 0; row < rowCount; row++) {
    starts.set(startingPoint(means.subarray(row * dim, (row + 1) * dim)), row * dim);
  }
  const words = new Float32Array(CODEWORDS * dim);
  for (let s = 0; s < dim / subspaceDim; s++) {
    const points = new Float32Array(rowCount * subspaceDim);
    for (let row = 0; row < rowCount; row++) {
      for (let d = 0; d < subspaceDim; d++) points[row * subspaceDim + d] = starts[row * dim + s * subspaceDim + d];
    }
    words.set(kMeans(points, rowCount, subspaceDim, SEED + s), s * CODEWORDS * subspaceDim);
  }
  return words;
}

/**
 * One Gauss-Seidel sweep: each codeword moves to the minimum of the coding loss over the rows that use it, codes fixed.
 * @param codes [rowCount, subspaceCount]
 */
function solveCodewords(goals: ScoreGoals, codes: Uint8Array, subspaceDim: number, words: Float32Array): void {
  const { dim, rowCount, means, firstTerm, rows, targets, weights } = goals;
  const subspaceCount = dim / subspaceDim;
  // error[row] = c - m, and for each term miss = c.z - y, both kept up to date as codewords move.
  const error = new Float64Array(rowCount * dim);
  const miss = Float64Array.from(targets, (target) => -target);
  for (let row = 0; row < rowCount; row++) {
    for (let s = 0; s < subspaceCount; s++) {
      const word = (s * CODEWORDS + codes[row * subspaceCount + s]) * subspaceDim;
      for (let d = 0; d < subspaceDim; d++) {
        const at = s * subspaceDim + d;
        error[row * dim + at] = words[word + d] - means[row * dim + at];
        for (let term = firstTerm[row]; term < firstTerm[row + 1]; term++) {
          miss[term] += words[word + d] * rows[term * dim + at];
        }
      }
    }
  }
  const ridge = (RIDGE * rowCount) / CODEWORDS;
  for (let s = 0; s < subspaceCount; s++) {
    const users: number[][] = Array.from({ length: CODEWORDS }, () => []);
    for (let row = 0; row < rowCount; row++) users[codes[row * subspaceCount + s]].push(row);
    users.forEach((rowsOfWord, word) => {
      if (rowsOfWord.length === 0) return;
      const at = s * subspaceDim;
      const matrix = new Float64Array(subspaceDim * subspaceDim);
      const gradient = new Float64Array(subspaceDim);
      for (let a = 0; a < subspaceDim; a++) matrix[a * subspaceDim + a] = rowsOfWord.length + ridge;
      for (const row of rowsOfWord) {
        for (let a = 0; a < subspaceDim; a++) gradient[a] += error[row * dim + at + a];
        for (let term = firstTerm[row]; term < firstTerm[row + 1]; term++) {
          const z = term * dim + at;
          for (let a = 0; a < subspaceDim; a++) {
            const weighted = weights[term] * rows[z + a];
            gradient[a] += weighted * miss[term];
            for (let b = 0; b < subspaceDim; b++) matrix[a * subspaceDim + b] += weighted * rows[z + b];
          }
        }
      }
      const step = solve(matrix, gradient);
      for (let a = 0; a < subspaceDim; a++) words[(s * CODEWORDS + word) * subspaceDim + a] -= step[a];
      for (const row of rowsOfWord) {
        for (let a = 0; a < subspaceDim; a++) error[row * dim + at + a] -= step[a];
        for (let term = firstTerm[row]; term < firstTerm[row + 1]; term++) {
          for (let a = 0; a < subspaceDim; a++) miss[term] -= step[a] * rows[term * dim + at + a];
        }
      }
    });
  }
}

/** Solves a small symmetric positive definite system by elimination; both arguments are used up. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  for (let pivot = 0; pivot < n; pivot++) {
    for (let row = pivot + 1; row < n; row++) {
      const factor = matrix[row * n + pivot] / matrix[pivot * n + pivot];
      for (let column = pivot; column < n; column++) matrix[row * n + column] -= factor * matrix[pivot * n + column];
      right[row] -= factor * right[pivot];
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let column = row + 1; column < n; column++) right[row] -= matrix[row * n + column] * right[column];
    right[row] /= matrix[row * n + row];
  }
  return right;
}

/**
 * Int8 codewords, and the scale of queries, for one-byte tables: for all but `WIDE_SHARE` of the rows, taken for query rows, the partial
 * scores of two subspaces together span at most 255. Both scales are equal, which makes the sum of both rounding errors least.
 * @param words [dim / subspaceDim, 16, subspaceDim]
 * @param rotated [rowCount, dim] unit rows
 */
export function roundCodewords(words: Float32Array, rotated: Float32Array, dim: number, subspaceDim: 2 | 4) {
  const step = Math.max(1, Math.floor(rotated.length / dim / SCALE_ROWS));
  const spans: number[] = [];
  for (let row = 0; row < rotated.length; row += dim * step) {
    spans.push(widestPair(rotated.subarray(row, row + dim), words, subspaceDim));
  }
  const span = spans.sort((a, b) => a - b)[Math.floor((1 - WIDE_SHARE) * (spans.length - 1))];
  let scale = Math.min(FULL_QUERY_SCALE, Math.sqrt(ONE_BYTE / Math.max(span, 1e-3)));
  while (scale >= leastQueryScale(dim)) {
    // The file keeps the scale of codewords as f32, that of queries as an integer.
    const codewordScale = Math.fround(scale);
    const queryScale = Math.floor(scale);
    const codewords = Int8Array.from(words, (value) =>
      Math.max(-127, Math.min(127, Math.round(value * codewordScale))),
    );
    const bound = maxQueryNorm(dim, queryScale) * maxRowNorm(codewords, dim / subspaceDim, subspaceDim);
    if (bound <= MAX_PAIR_SCORE) return { codewords, codewordScale, queryScale };
    scale *= 0.99;
  }
  throw new LatelightError(
    'bad-codec',
    `fit-codec: expected rows whose scores fit 16 bits at a scale of ${leastQueryScale(dim)} or more, got a span of ${span}. ` +
      "Are the model's rows finite and of unit length?",
  );
}

/** The widest range, over pairs of subspaces, of the scores that a row's parts can have with codewords. */
function widestPair(row: Float32Array, words: Float32Array, subspaceDim: number): number {
  let widest = 0;
  let even = 0;
  for (let s = 0; s < row.length / subspaceDim; s++) {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let word = 0; word < CODEWORDS; word++) {
      let dot = 0;
      for (let d = 0; d < subspaceDim; d++) {
        dot += row[s * subspaceDim + d] * words[(s * CODEWORDS + word) * subspaceDim + d];
      }
      least = Math.min(least, dot);
      most = Math.max(most, dot);
    }
    if (s % 2 === 1) widest = Math.max(widest, even + most - least);
    even = most - least;
  }
  return widest;
}

/** A random orthogonal matrix [dim, dim]: Gram-Schmidt on seeded normal rows. */
export function randomRotation(dim: number, seed: number): Float32Array {
  const normal = seededNormal(seed);
  const rows: Float64Array[] = [];
  while (rows.length < dim) {
    const row = Float64Array.from({ length: dim }, normal);
    // Twice is enough for orthogonality to rounding (Giraud and Langou).
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const dot = other.reduce((total, value, d) => total + value * row[d], 0);
        for (let d = 0; d < dim; d++) row[d] -= dot * other[d];
      }
    }
    const norm = Math.hypot(...row);
    rows.push(row.map((value) => value / norm));
  }
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

/** Lloyd's k-means from k-means++ seeds: 16 centroids of [count, dim] points. */
function kMeans(points: Float32Array, count: number, dim: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const centroids = new Float32Array(CODEWORDS * dim);
  const distance = (point: number, word: number) => {
    let squared = 0;
    for (let d = 0; d < dim; d++) squared += (points[point * dim + d] - centroids[word * dim + d]) ** 2;
    return squared;
  };
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let chosen = Math.floor(random() * count);
  for (let word = 0; word < CODEWORDS; word++) {
    centroids.set(points.subarray(chosen * dim, (chosen + 1) * dim), word * dim);
    let total = 0;
    for (let point = 0; point < count; point++) {
      nearest[point] = Math.min(nearest[point], distance(point, word));
      total += nearest[point];
    }
    let left = random() * total;
    for (chosen = 0; chosen < count - 1 && left > nearest[chosen]; chosen++) left -= nearest[chosen];
  }
  for (let round = 0; round < KMEANS_ROUNDS; round++) {
    const sums = new Float64Array(CODEWORDS * dim);
    const sizes = new Uint32Array(CODEWORDS);
    for (let point = 0; point < count; point++) {
      let best = 0;
      let lowest = Number.POSITIVE_INFINITY;
      for (let word = 0; word < CODEWORDS; word++) {
        const squared = distance(point, word);
        if (squared < lowest) {
          lowest = squared;
          best = word;
        }
      }
      sizes[best]++;
      for (let d = 0; d < dim; d++) sums[best * dim + d] += points[point * dim + d];
    }
    for (let word = 0; word < CODEWORDS; word++) {
      if (sizes[word] === 0) continue;
      for (let d = 0; d < dim; d++) centroids[word * dim + d] = sums[word * dim + d] / sizes[word];
    }
  }
  return centroids;
}
