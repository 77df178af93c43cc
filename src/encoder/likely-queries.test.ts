import { describe, expect, it } from 'vitest';
import type { Codec } from '../codec/codec.ts';
import { encodeRows, rotateRows, truncateRows } from '../codec/encode-rows.ts';
import { fitCodec } from '../codec/fit.ts';
import { scoreGoals } from '../codec/score-goals.ts';
import { randomCodec, randomEmbeddings } from '../engine/scorers.fixture.ts';
import type { QueryTable } from '../format/query-table.ts';
import { LikelyQueryTable } from './likely-queries.ts';

const DIM = 64;
const rows = randomEmbeddings(1, 40, DIM).data;
const codec = fitCodec(
  scoreGoals(
    rows,
    Uint32Array.from({ length: 40 }, (_, i) => i),
    40,
    DIM,
  ),
  2,
);

/** Id 3 i has row i. */
function makeTable(of: Codec): QueryTable {
  const rotated = rotateRows(of, rows, 40);
  const codes = new Uint8Array(40 * 16);
  for (let i = 0; i < 40; i++) {
    const row = encodeRows(of, rotated.slice(i * DIM, (i + 1) * DIM), Uint32Array.of(0), 1);
    row.forEach((code, subspace) => {
      codes[i * 16 + (subspace >> 1)] |= code << (4 * (subspace & 1));
    });
  }
  const ids = Uint32Array.from({ length: 40 }, (_, i) => 3 * i);
  return { dim: DIM, subspaceDim: 2, vocabularySize: 120, ids, weights: new Uint8Array(40).fill(51), codes };
}

const table = makeTable(codec);

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('likely queries', () => {
  it('are the rows of the ids that the table knows, each once, by id', () => {
    const likely = new LikelyQueryTable(table, codec, { dim: DIM }).of(Uint32Array.of(6, 7, 3, 6, 119));
    expect(likely.rows.length).toBe(2 * DIM);
    expect([...likely.weights].map((weight) => weight.toFixed(3))).toEqual(['0.200', '0.200']);
    expect(cosine(likely.rows.subarray(0, DIM), rows.subarray(DIM, 2 * DIM))).toBeGreaterThan(0.95);
    expect(cosine(likely.rows.subarray(DIM), rows.subarray(2 * DIM, 3 * DIM))).toBeGreaterThan(0.95);
    expect(Math.hypot(...likely.rows.subarray(0, DIM))).toBeCloseTo(1, 5);
  });

  it('come in the space of a codec of fewer dimensions, cut and rotated as token rows are', () => {
    const narrow = randomCodec(2, 32, 2);
    const [likely] = [new LikelyQueryTable(table, codec, narrow).of(Uint32Array.of(9))];
    const expected = rotateRows(narrow, truncateRows(rows.slice(3 * DIM, 4 * DIM), 1, DIM, 32), 1);
    expect(cosine(likely.rows, expected)).toBeGreaterThan(0.93);
    expect(Math.hypot(...likely.rows)).toBeCloseTo(1, 5);
  });

  it('are none for a passage of unknown words', () => {
    expect(new LikelyQueryTable(table, codec, codec).of(Uint32Array.of(1, 2)).rows.length).toBe(0);
  });
});
