import { describe, expect, it } from 'vitest';
import { randomCodec } from '../engine/scorers.fixture.ts';
import { encodeRows, rotateRows } from './encode-rows.ts';
import { fitCodec } from './fit.ts';
import { seededNormal } from './random.ts';
import { gatherGoals, MEMBER_WEIGHT, QUERY_WEIGHT, scoreGoals } from './score-goals.ts';

function unitRows(count: number, dim: number, seed: number): Float32Array {
  const rows = Float32Array.from({ length: count * dim }, seededNormal(seed));
  for (let at = 0; at < rows.length; at += dim) {
    const norm = Math.hypot(...rows.subarray(at, at + dim));
    for (let d = at; d < at + dim; d++) rows[d] /= norm;
  }
  return rows;
}

const row = (goals: { rows: Float32Array; dim: number }, term: number) => [
  ...goals.rows.subarray(term * goals.dim, (term + 1) * goals.dim),
];

// Tokens along the axes 0, 1, 2, 2 of 4 dimensions; rows {0, 1} and {2, 3}.
const tokens = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0);
const rowOfToken = Uint32Array.of(0, 0, 1, 1);

describe('the goals of a passage', () => {
  it('ask every member for 1, and the row of the best token for what a likely query gives it', () => {
    const likely = { rows: Float32Array.of(0, 0.8, 0.6, 0, 0, 0, 1, 0), weights: Float32Array.of(0.5, 1) };
    const goals = scoreGoals(tokens, rowOfToken, 2, 4, likely);
    expect([...goals.firstTerm]).toEqual([0, 3, 6]);
    expect([...goals.targets].map((target) => Number(target.toFixed(6)))).toEqual([1, 1, 0.8, 1, 1, 1]);
    const half = MEMBER_WEIGHT / 2;
    expect([...goals.weights]).toEqual([half, half, QUERY_WEIGHT / 4, half, half, QUERY_WEIGHT]);
    expect(row(goals, 2)).toEqual([...likely.rows.subarray(0, 4)]);
    expect([...goals.means]).toEqual([0.5, 0.5, 0, 0, 0, 0, 1, 0]);
  });

  it('are the members alone without likely queries, and none without tokens', () => {
    expect([...scoreGoals(tokens, rowOfToken, 2, 4).firstTerm]).toEqual([0, 2, 4]);
    const likely = { rows: Float32Array.of(1, 0, 0, 0), weights: Float32Array.of(1) };
    expect([...scoreGoals(new Float32Array(0), new Uint32Array(0), 1, 4, likely).firstTerm]).toEqual([0, 0]);
  });

  it('stay what they are when rows of several passages are gathered', () => {
    const likely = { rows: unitRows(9, 8, 3), weights: new Float32Array(9).fill(1) };
    const parts = [1, 2].map((seed) =>
      scoreGoals(
        unitRows(12, 8, seed),
        Uint32Array.from({ length: 12 }, (_, i) => i % 5),
        5,
        8,
        likely,
      ),
    );
    const gathered = gatherGoals(
      [
        { goals: parts[1], row: 4 },
        { goals: parts[0], row: 0 },
      ],
      8,
    );
    expect(gathered.rowCount).toBe(2);
    const [from, to] = [parts[1].firstTerm[4], parts[1].firstTerm[5]];
    expect([...gathered.firstTerm]).toEqual([0, to - from, to - from + parts[0].firstTerm[1]]);
    expect(row(gathered, 0)).toEqual(row(parts[1], from));
    expect(row(gathered, to - from)).toEqual(row(parts[0], 0));
    expect([...gathered.targets]).toEqual([
      ...parts[1].targets.subarray(from, to),
      ...parts[0].targets.subarray(0, parts[0].firstTerm[1]),
    ]);
    expect([...gathered.means.subarray(8)]).toEqual([...parts[0].means.subarray(0, 8)]);
  });
});

it('codes keep the scores of likely queries better than codes that were chosen without them', () => {
  const [dim, count] = [64, 240];
  const rows = unitRows(count, dim, 5);
  const groups = Uint32Array.from({ length: count }, (_, token) => token >> 2);
  const likely = { rows: unitRows(200, dim, 6), weights: new Float32Array(200).fill(1) };
  const codec = fitCodec(scoreGoals(rows, groups, count / 4, dim), 2);
  const rotated = rotateRows(codec, rows, count);
  const asked = { ...likely, rows: rotateRows(codec, likely.rows, 200) };
  const goals = scoreGoals(rotated, groups, count / 4, dim, asked);
  const error = (codes: Uint8Array) => {
    let sum = 0;
    for (let r = 0; r < goals.rowCount; r++) {
      for (let term = goals.firstTerm[r] + 4; term < goals.firstTerm[r + 1]; term++) {
        let score = 0;
        for (let d = 0; d < dim; d++) {
          const word = codec.codewords[((d >> 1) * 16 + codes[r * 32 + (d >> 1)]) * 2 + (d & 1)];
          score += (goals.rows[term * dim + d] * word) / codec.codewordScale;
        }
        sum += (score - goals.targets[term]) ** 2;
      }
    }
    return sum;
  };
  const without = error(encodeRows(codec, rotated, groups, count / 4));
  expect(error(encodeRows(codec, rotated, groups, count / 4, asked))).toBeLessThan(0.7 * without);
});

it('codes of one row do not depend on the goals of another', () => {
  const codec = randomCodec(1, 32, 2);
  const rows = unitRows(8, 32, 2);
  const groups = Uint32Array.of(0, 0, 1, 1, 2, 2, 3, 3);
  const likely = { rows: rows.slice(0, 32), weights: Float32Array.of(1) };
  const codes = encodeRows(codec, rows, groups, 4, likely);
  expect(codes.subarray(16)).toEqual(encodeRows(codec, rows, groups, 4).subarray(16));
});
