// Codes by the definition of coordinate descent, one loss at a time, and dots one at a time: what the quick ways must give.

import { describe, expect, it } from 'vitest';
import { randomCodec } from '../engine/scorers.fixture.ts';
import { concatBytes } from '../format/concat-bytes.ts';
import { CODEWORDS } from '../format/layout.ts';
import { sha256Hex } from '../format/sha256.ts';
import { dotsOf } from './dots.ts';
import {
  CODING_VERSION,
  encodeRows,
  packBlocks,
  RowCoder,
  rotateRows,
  startingPoint,
  truncateRows,
} from './encode-rows.ts';
import { poolRows, targetRowCount } from './pool.ts';
import { seededNormal } from './random.ts';
import type { ScoreGoals } from './score-goals.ts';

const SWEEPS = 3;

function randomGoals(seed: number, dim: number, terms: number[]): ScoreGoals {
  const normal = seededNormal(seed);
  const termCount = terms.reduce((sum, count) => sum + count, 0);
  const values = (count: number, scale: number) => Float32Array.from({ length: count }, () => normal() * scale);
  const firstTerm = Uint32Array.from([0, ...terms]);
  for (let row = 1; row < firstTerm.length; row++) firstTerm[row] += firstTerm[row - 1];
  return {
    dim,
    rowCount: terms.length,
    means: values(terms.length * dim, 0.8 / Math.sqrt(dim)),
    firstTerm,
    rows: values(termCount * dim, 1 / Math.sqrt(dim)),
    targets: values(termCount, 0.5),
    weights: values(termCount, 1).map(Math.abs),
  };
}

/** |c - m|^2 + sum of weight x (c.z - y)^2 of a coded row. */
function loss(goals: ScoreGoals, row: number, coded: number[]): number {
  const { dim, means, firstTerm, rows, targets, weights } = goals;
  let sum = coded.reduce((total, value, d) => total + (value - means[row * dim + d]) ** 2, 0);
  for (let term = firstTerm[row]; term < firstTerm[row + 1]; term++) {
    const score = coded.reduce((total, value, d) => total + value * rows[term * dim + d], 0);
    sum += weights[term] * (score - targets[term]) ** 2;
  }
  return sum;
}

function codesByDefinition(goals: ScoreGoals, row: number, subspaceDim: number, words: Float32Array): number[] {
  const { dim } = goals;
  const subspaceCount = dim / subspaceDim;
  const wordOf = (s: number, code: number) =>
    Array.from(words.subarray((s * CODEWORDS + code) * subspaceDim, (s * CODEWORDS + code + 1) * subspaceDim));
  const decoded = (codes: number[]) => codes.flatMap((code, s) => wordOf(s, code));
  const lowestOf = (costs: number[]) => costs.indexOf(Math.min(...costs));
  const all = Array.from({ length: CODEWORDS }, (_, code) => code);
  const start = startingPoint(goals.means.subarray(row * dim, (row + 1) * dim));
  const codes = Array.from({ length: subspaceCount }, (_, s) =>
    lowestOf(
      all.map((code) => wordOf(s, code).reduce((sum, value, d) => sum + (value - start[s * subspaceDim + d]) ** 2, 0)),
    ),
  );
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let s = 0; s < subspaceCount; s++) {
      codes[s] = lowestOf(all.map((code) => loss(goals, row, decoded(codes.with(s, code)))));
    }
  }
  return codes;
}

describe.each([2, 4])('codes of subspaces of %i', (subspaceDim) => {
  it('are those that lower the loss most, one subspace after the other', () => {
    const dim = 16;
    const goals = randomGoals(subspaceDim, dim, [1, 3, 9, 0, 5]);
    const normal = seededNormal(7);
    const words = Float32Array.from({ length: dim * CODEWORDS }, () => normal() / Math.sqrt(dim));
    const coder = new RowCoder(goals, dim / subspaceDim, words, SWEEPS);
    let moved = 0;
    for (let row = 0; row < goals.rowCount; row++) {
      const codes = new Uint8Array(dim / subspaceDim);
      coder.encode(row, codes);
      expect(Array.from(codes)).toEqual(codesByDefinition(goals, row, subspaceDim, words));
      const start = new Uint8Array(codes.length);
      new RowCoder(goals, dim / subspaceDim, words, 0).encode(row, start);
      if (start.join() !== codes.join()) moved++;
    }
    expect(moved).toBeGreaterThan(2); // else nothing was descended
  });

  it('are the lower of two that lose as much, however the sums round', () => {
    const rowCount = 200;
    const goals = randomGoals(subspaceDim, subspaceDim, new Array(rowCount).fill(3));
    goals.means.fill(0);
    goals.targets.fill(0);
    const normal = seededNormal(8);
    const word = Float32Array.from({ length: subspaceDim }, () => 0.1 * normal());
    // The first two are opposite to each other, and the others far away.
    const words = Float32Array.from({ length: CODEWORDS * subspaceDim }, (_, i) => {
      const code = Math.floor(i / subspaceDim);
      return code < 2 ? word[i % subspaceDim] * (1 - 2 * code) : 50;
    });
    const coder = new RowCoder(goals, 1, words, SWEEPS);
    const codes = new Uint8Array(rowCount);
    for (let row = 0; row < rowCount; row++) coder.encode(row, codes.subarray(row, row + 1));
    expect(Array.from(codes)).toEqual(new Array(rowCount).fill(0));
  });
});

it('dots side by side are to the bit what one after the other gives', () => {
  const normal = seededNormal(3);
  const dim = 24;
  const rows = Float32Array.from({ length: 12 * dim }, normal);
  for (const count of [0, 1, 3, 4, 5, 11]) {
    const dots = new Float64Array(count);
    dotsOf(rows, 0, rows, dim, dim, count, dots);
    const expected = Array.from({ length: count }, (_, i) => {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += rows[d] * rows[(i + 1) * dim + d];
      return sum;
    });
    expect(Array.from(dots)).toEqual(expected);
  }
});

/** [count, dim] unit rows. Every third lies along an axis, where others lie too: pooling has ties. */
function rowsWithTies(count: number, dim: number, seed: number): Float32Array {
  const normal = seededNormal(seed);
  const rows = Float32Array.from({ length: count * dim }, normal);
  for (let row = 0; row < count; row++) {
    const one = rows.subarray(row * dim, (row + 1) * dim);
    if (row % 3 === 0) one.fill(0).fill(1, (5 * row) % dim, ((5 * row) % dim) + 1);
    const norm = Math.hypot(...one);
    one.forEach((value, d) => {
      one[d] = value / norm;
    });
  }
  return rows;
}

/** Blocks of a passage as indexing makes them, of rows of 16 dimensions more than the codec's. */
function codedPassage(dim: number, subspaceDim: 2 | 4, tokenCount: number): Uint8Array {
  const random = randomCodec(dim + subspaceDim, dim, subspaceDim);
  const codec = { ...random, codewordScale: random.codewordScale * Math.sqrt(dim) };
  const rows = truncateRows(rowsWithTies(tokenCount, dim + 16, tokenCount), tokenCount, dim + 16, dim);
  const { rowCount, rowOfToken } = poolRows(rows, tokenCount, dim, targetRowCount(tokenCount));
  const weights = Float32Array.from({ length: 40 }, (_, row) => (row % 8) / 7);
  const likely = { rows: rotateRows(codec, rowsWithTies(40, dim, 3), 40), weights };
  const codes = encodeRows(codec, rotateRows(codec, rows, tokenCount), rowOfToken, rowCount, likely);
  return packBlocks(codes, rowCount, codec.subspaceCount);
}

// Whoever changes the one changes the other: passages in the caches of users are encoded again when the version is another.
it('the codes of a version are always the same', async () => {
  const passages = [7, 45, 150, 300].flatMap((tokenCount) => [
    codedPassage(64, 2, tokenCount),
    codedPassage(32, 4, tokenCount),
  ]);
  const rowCounts = Uint8Array.from({ length: 1000 }, (_, tokenCount) => targetRowCount(tokenCount) / 2);
  expect([CODING_VERSION, await sha256Hex(concatBytes([...passages, rowCounts]))]).toEqual([
    5,
    '1d5d5e0c026c2d9447b11f4667cb4292d37815bc99f30d5647dce1184472a464',
  ]);
});
