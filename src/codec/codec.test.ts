import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatelightError } from '../errors.ts';
import { BLOCK_ROWS, MAX_PAIR_SCORE } from '../format/layout.ts';
import { type Codec, checkCodec, maxQueryNorm, maxRowNorm } from './codec.ts';
import { readCodec, writeCodec } from './codec-file.ts';
import { encodeRows, packBlocks, rotateRows, truncateRows, unpackBlocks } from './encode-rows.ts';
import { fitCodec, randomRotation } from './fit.ts';
import { poolRows, targetRowCount } from './pool.ts';
import { seededNormal } from './random.ts';

/** Made by SciPy, see the test that uses it. */
const SCIPY = { five: [0, 1, 2, 2, 1, 3, 4, 3, 2, 2, 4, 0], three: [0, 0, 1, 1, 0, 1, 2, 1, 1, 1, 2, 0] };

const unitRows = (count: number, dim: number, seed: number): Float32Array => {
  const normal = seededNormal(seed);
  const rows = Float32Array.from({ length: count * dim }, normal);
  return normalize(rows, dim);
};

function normalize(rows: Float32Array, dim: number): Float32Array {
  for (let at = 0; at < rows.length; at += dim) {
    const norm = Math.hypot(...rows.subarray(at, at + dim));
    for (let d = at; d < at + dim; d++) rows[d] /= norm;
  }
  return rows;
}

const fitted = (dim: number, subspaceDim: 2 | 4): Codec => fitCodec(unitRows(2000, dim, 7), 2000, dim, subspaceDim);

describe('codec', () => {
  it('fits codebooks whose scores stay in 16 bits, with little room left over', () => {
    for (const [dim, subspaceDim] of [
      [32, 2],
      [64, 4],
      [128, 2],
    ] as const) {
      const codec = fitted(dim, subspaceDim);
      const bound = maxQueryNorm(dim) * maxRowNorm(codec.codewords, codec.subspaceCount, subspaceDim);
      expect(bound).toBeLessThanOrEqual(MAX_PAIR_SCORE);
      expect(bound).toBeGreaterThan(MAX_PAIR_SCORE * 0.8);
    }
  });

  it('gives the same file when fitted twice', () => {
    expect(writeCodec(fitted(32, 2))).toEqual(writeCodec(fitted(32, 2)));
  });

  it('readCodec inverts writeCodec', () => {
    const codec = fitted(64, 2);
    expect(readCodec(writeCodec(codec))).toEqual(codec);
  });

  it('refuses codewords that could overflow', () => {
    const codec = fitted(64, 2);
    const loud = { ...codec, codewords: codec.codewords.map((value) => Math.sign(value) * 127) };
    expect(() => checkCodec(loud)).toThrow(expect.objectContaining({ code: 'bad-codec' }));
  });

  it('never crashes on a mutated codec file and never lets an unsafe one through', () => {
    const good = writeCodec(fitted(32, 2));
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(good.length),
        (at, flip, length) => {
          const bytes = good.slice(0, length % 3 === 0 ? length : good.length);
          if (at < bytes.length) bytes[at] ^= flip;
          try {
            checkCodec(readCodec(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(LatelightError);
          }
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });
});

describe('coding', () => {
  it('unpackBlocks inverts packBlocks, and padding repeats the last row', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.constantFrom(8, 16, 64),
        fc.integer(),
        (rowCount, subspaces, seed) => {
          const codes = Uint8Array.from({ length: rowCount * subspaces }, (_, i) => (i * 7 + seed) & 15);
          const packed = packBlocks(codes, rowCount, subspaces);
          expect(unpackBlocks(packed, rowCount, subspaces)).toEqual(codes);
          const blocks = packed.length / (BLOCK_ROWS * (subspaces / 2));
          const padded = unpackBlocks(packed, blocks * BLOCK_ROWS, subspaces);
          const last = codes.slice((rowCount - 1) * subspaces);
          for (let row = rowCount; row < blocks * BLOCK_ROWS; row++) {
            expect(padded.slice(row * subspaces, (row + 1) * subspaces)).toEqual(last);
          }
        },
      ),
      { seed: 1 },
    );
  });

  it('keeps a row close to itself, and scores closer than the nearest codewords would', () => {
    const codec = fitted(128, 2);
    const rows = rotateRows(codec, unitRows(200, 128, 9), 200);
    const codes = encodeRows(codec, rows, 200);
    let dots = 0;
    for (let row = 0; row < 200; row++) {
      for (let s = 0; s < codec.subspaceCount; s++) {
        for (let d = 0; d < 2; d++) {
          const word = codec.codewords[(s * 16 + codes[row * codec.subspaceCount + s]) * 2 + d] / codec.codewordScale;
          dots += (word * rows[row * 128 + 2 * s + d]) / 200;
        }
      }
    }
    // Nearest codewords shrink a row to about .88 of its length; codes chosen for scores bring it back to 1.
    expect(dots).toBeGreaterThan(0.97);
    expect(dots).toBeLessThan(1.03);
  });

  it('makes an orthogonal rotation', () => {
    const rotation = randomRotation(64, 3);
    for (let a = 0; a < 64; a++) {
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let d = 0; d < 64; d++) dot += rotation[a * 64 + d] * rotation[b * 64 + d];
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });

  it('truncates to unit rows', () => {
    const cut = truncateRows(unitRows(5, 128, 1), 5, 128, 64);
    for (let row = 0; row < 5; row++) expect(Math.hypot(...cut.subarray(row * 64, row * 64 + 64))).toBeCloseTo(1, 6);
  });
});

describe('pooling', () => {
  // linkage(squareform(1 - rows @ rows.T), 'ward'), fcluster(maxclust): SciPy 1.17 on these 12 rows.
  it('gives the clusters that SciPy gives', () => {
    const rows = normalize(
      Float32Array.from({ length: 12 * 4 }, (_, i) => Math.sin(i * i + 1)),
      4,
    );
    const label = (target: number) => [...poolRows(rows, 12, 4, target).rowOfToken];
    expect(label(12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(label(5)).toEqual(SCIPY.five);
    expect(label(3)).toEqual(SCIPY.three);
  });

  it('makes unit means, one row for each cluster, in order of first members', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 }), fc.nat(), (count, target, seed) => {
        const pooled = poolRows(unitRows(count, 16, seed), count, 16, target);
        expect(pooled.rowCount).toBe(Math.min(count, target));
        let next = 0;
        for (const row of pooled.rowOfToken) {
          expect(row).toBeLessThanOrEqual(next);
          if (row === next) next++;
        }
        for (let row = 0; row < pooled.rowCount; row++) {
          expect(Math.hypot(...pooled.data.subarray(row * 16, row * 16 + 16))).toBeCloseTo(1, 5);
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('handles equal rows, opposite rows and no rows', () => {
    const same = new Float32Array(40 * 4).fill(0.5);
    expect(poolRows(same, 40, 4, 16).rowCount).toBe(16);
    expect(poolRows(Float32Array.of(1, 0, -1, 0), 2, 2, 1).rowCount).toBe(1);
    expect(poolRows(new Float32Array(0), 0, 4, 16).rowCount).toBe(0);
  });

  it('aims at whole blocks', () => {
    for (const tokens of [1, 16, 47, 48, 100, 256, 519]) expect(targetRowCount(tokens) % BLOCK_ROWS).toBe(0);
  });
});
