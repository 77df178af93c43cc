// Seeded codecs, shards and queries for tests and benchmarks of scorers. Not shipped.

import { type Codec, maxQueryNorm, maxRowNorm } from '../codec/codec.ts';
import { roundCodewords } from '../codec/fit.ts';
import { seededRandom } from '../codec/random.ts';
import { blockBytes, CODEWORDS, FULL_QUERY_SCALE, MAX_PAIR_SCORE } from '../format/layout.ts';
import type { ShardCodes, TokenEmbeddings, TopK } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Rows of random directions, each made orthogonal to those before (Gram-Schmidt, twice for accuracy). */
function randomRotation(random: () => number, dim: number): Float32Array {
  const rows: Float64Array[] = [];
  for (let i = 0; i < dim; i++) {
    const row = Float64Array.from({ length: dim }, () => gaussian(random));
    for (const earlier of [...rows, ...rows]) {
      const along = earlier.reduce((sum, x, d) => sum + x * row[d], 0);
      for (let d = 0; d < dim; d++) row[d] -= along * earlier[d];
    }
    const norm = Math.hypot(...row);
    rows.push(row.map((x) => x / norm));
  }
  return Float32Array.from(rows.flatMap((row) => Array.from(row)));
}

/** Random codewords, scaled as far up as 16-bit scores allow. */
export function randomCodec(seed: number, dim: number, subspaceDim: 2 | 4, queryScale = FULL_QUERY_SCALE): Codec {
  const random = seededRandom(seed);
  const subspaceCount = dim / subspaceDim;
  const wanted = Array.from({ length: dim * CODEWORDS }, () => gaussian(random));
  const largest = MAX_PAIR_SCORE / maxQueryNorm(dim, queryScale);
  for (let scale = 127; ; scale *= 0.97) {
    const codewords = Int8Array.from(wanted, (x) => Math.max(-127, Math.min(127, Math.round(scale * x))));
    if (maxRowNorm(codewords, subspaceCount, subspaceDim) > largest) continue;
    const rotation = randomRotation(random, dim);
    return { dim, subspaceDim, subspaceCount, rotation, codewords, codewordScale: scale, queryScale };
  }
}

/** Random codewords at the scales that fitted codecs have: nearly all query tokens do with tables of bytes. */
export function fittedCodec(seed: number, dim: number, subspaceDim: 2 | 4): Codec {
  const random = seededRandom(seed);
  const words = Float32Array.from({ length: dim * CODEWORDS }, () => gaussian(random) / Math.sqrt(dim));
  const rows = randomEmbeddings(seed + 1, 2000, dim).data;
  return {
    dim,
    subspaceDim,
    subspaceCount: dim / subspaceDim,
    rotation: randomRotation(random, dim),
    ...roundCodewords(words, rows, dim, subspaceDim),
  };
}

/** As many values `small + 1`, then `small`, as the norm allows: as long a vector of int8 as there is below it. */
function longestRow(dim: number, norm: number): Int8Array {
  const small = Math.min(126, Math.floor(norm / Math.sqrt(dim)));
  const larger = Math.min(dim, Math.floor((norm ** 2 - dim * small ** 2) / (2 * small + 1)));
  return Int8Array.from({ length: dim }, (_, d) => (d < larger ? small + 1 : small));
}

/** Code 0 is the longest row the proof allows, code 1 its opposite: with `extremeQuery` pair scores come near +-32767. */
export function extremeCodec(dim: number, subspaceDim: 2 | 4): Codec {
  const codec = randomCodec(dim, dim, subspaceDim);
  const row = longestRow(dim, MAX_PAIR_SCORE / maxQueryNorm(dim, FULL_QUERY_SCALE));
  const codewords = codec.codewords.map((x) => Math.trunc(x / 4));
  for (let d = 0; d < dim; d++) {
    const at = Math.floor(d / subspaceDim) * CODEWORDS * subspaceDim + (d % subspaceDim);
    codewords[at] = row[d];
    codewords[at + subspaceDim] = -row[d];
  }
  return { ...codec, codewords };
}

/** Parallel to code 0, every second token opposite to it. */
export function extremeQuery(dim: number, tokenCount: number): QueryCodes {
  const row = longestRow(dim, maxQueryNorm(dim, FULL_QUERY_SCALE));
  const codes = Int8Array.from(
    { length: tokenCount * dim },
    (_, i) => (Math.floor(i / dim) % 2 ? -1 : 1) * row[i % dim],
  );
  return { codes, tokenCount, dim };
}

/** Random codes; `blockCounts` says how many blocks each passage has. */
export function randomShard(seed: number, codec: Codec, blockCounts: readonly number[]): ShardCodes {
  const random = seededRandom(seed);
  const firstBlocks = new Uint32Array(blockCounts.length + 1);
  for (const [passage, count] of blockCounts.entries()) firstBlocks[passage + 1] = firstBlocks[passage] + count;
  const codes = new Uint8Array(firstBlocks[blockCounts.length] * blockBytes(codec.dim, codec.subspaceDim));
  for (let i = 0; i < codes.length; i++) codes[i] = random() * 256;
  return { codes, firstBlocks };
}

/** Between 1 and `most` blocks for each of `count` passages. */
export function raggedBlocks(seed: number, count: number, most: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => 1 + Math.floor(random() * most));
}

export function randomEmbeddings(seed: number, tokenCount: number, dim: number): TokenEmbeddings {
  const random = seededRandom(seed);
  const data = new Float32Array(tokenCount * dim);
  for (let token = 0; token < tokenCount; token++) {
    const row = Array.from({ length: dim }, () => gaussian(random));
    const norm = Math.hypot(...row);
    data.set(
      row.map((x) => x / norm),
      token * dim,
    );
  }
  return { data, tokenCount, dim };
}

export function randomQuery(seed: number, tokenCount: number, dim: number, queryScale = FULL_QUERY_SCALE): QueryCodes {
  const { data } = randomEmbeddings(seed, tokenCount, dim);
  return { codes: Int8Array.from(data, (x) => Math.round(queryScale * x)), tokenCount, dim };
}

/** What two results differ in first; undefined when they are equal. */
export function firstDifference(expected: TopK, actual: TopK): string | undefined {
  for (
    let i = 0;
    i < Math.max(expected.ids.length, actual.ids.length, expected.scores.length, actual.scores.length);
    i++
  ) {
    if (expected.ids[i] !== actual.ids[i] || expected.scores[i] !== actual.scores[i]) {
      const show = ({ ids, scores }: TopK) => `passage ${ids[i]} with ${scores[i]}`;
      return `rank ${i}: expected ${show(expected)}, got ${show(actual)}`;
    }
  }
  return undefined;
}
