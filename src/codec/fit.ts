// Fits a codec: a rotation that spreads variance over the subspaces, k-means in each, and the int8 scale that keeps scores
// inside 16 bits. Once for a model, on general text (docs/decisions/0002).

import { CODEWORDS, MAX_PAIR_SCORE } from '../format/layout.ts';
import { type Codec, checkCodec, maxQueryNorm } from './codec.ts';
import { rotateRows } from './encode-rows.ts';
import { seededNormal, seededRandom } from './random.ts';

const SEED = 20261123;
const KMEANS_ROUNDS = 25;

/**
 * @param rows [count, dim] pooled, truncated, unit rows of general text
 * @throws LatelightError `bad-codec` when no scale keeps the scores in bounds
 */
export function fitCodec(rows: Float32Array, count: number, dim: number, subspaceDim: 2 | 4): Codec {
  const subspaceCount = dim / subspaceDim;
  const rotation = randomRotation(dim, SEED);
  const shell: Codec = {
    dim,
    subspaceDim,
    subspaceCount,
    rotation,
    codewords: new Int8Array(CODEWORDS * dim),
    codewordScale: 1,
  };
  const rotated = rotateRows(shell, rows, count);
  const centroids = new Float32Array(CODEWORDS * dim);
  for (let s = 0; s < subspaceCount; s++) {
    const points = new Float32Array(count * subspaceDim);
    for (let row = 0; row < count; row++) {
      for (let d = 0; d < subspaceDim; d++) points[row * subspaceDim + d] = rotated[row * dim + s * subspaceDim + d];
    }
    centroids.set(kMeans(points, count, subspaceDim, SEED + s), s * CODEWORDS * subspaceDim);
  }
  const codec = { ...shell, ...roundCodewords(centroids, subspaceCount, subspaceDim) };
  checkCodec(codec);
  return codec;
}

/** Int8 codewords at the largest scale that keeps every pair score provably within 16 bits. */
function roundCodewords(centroids: Float32Array, subspaceCount: number, subspaceDim: number) {
  const dim = subspaceCount * subspaceDim;
  let sum = 0;
  let largestValue = 0;
  for (let s = 0; s < subspaceCount; s++) {
    let largest = 0;
    for (let word = 0; word < CODEWORDS; word++) {
      let squared = 0;
      for (let d = 0; d < subspaceDim; d++) {
        const value = centroids[(s * CODEWORDS + word) * subspaceDim + d];
        squared += value * value;
        largestValue = Math.max(largestValue, Math.abs(value));
      }
      largest = Math.max(largest, squared);
    }
    sum += largest;
  }
  // Rounding adds at most half a unit to each component of the longest possible row.
  const bound = MAX_PAIR_SCORE / maxQueryNorm(dim) - 0.5 * Math.sqrt(dim);
  const codewordScale = Math.fround(Math.floor(Math.min(bound / Math.sqrt(sum), 127 / largestValue)));
  return { codewords: Int8Array.from(centroids, (value) => Math.round(value * codewordScale)), codewordScale };
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
