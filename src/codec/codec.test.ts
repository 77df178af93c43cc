import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomEmbeddings } from '../engine/scorers.fixture.ts';
import { LatelightError } from '../errors.ts';
import { BLOCK_ROWS, MAX_PAIR_SCORE } from '../format/layout.ts';
import { quantizeQueryCpu } from '../kernels/quantize-query-cpu.ts';
import { type Codec, checkCodec, maxQueryNorm, maxRowNorm } from './codec.ts';
import { readCodec, writeCodec } from './codec-file.ts';
import { encodeRows, packBlocks, rotateRows, truncateRows, unpackBlocks } from './encode-rows.ts';
import { fitCodec, randomRotation } from './fit.ts';
import { poolRows, targetRowCount } from './pool.ts';
import { seededNormal } from './random.ts';
import { scoreGoals } from './score-goals.ts';

/** Made by SciPy, see the test that uses it. */
const SCIPY = { six: [0, 1, 2, 2, 1, 3, 4, 3, 2, 2, 4, 5, 3], four: [0, 1, 2, 2, 1, 2, 3, 2, 2, 2, 3, 1, 2] };

function normalize(rows: Float32Array, dim: number): Float32Array {
  for (let at = 0; at < rows.length; at += dim) {
    const norm = Math.hypot(...rows.subarray(at, at + dim));
    for (let d = at; d < at + dim; d++) rows[d] /= norm;
  }
  return rows;
}

const unitRows = (count: number, dim: number, seed: number): Float32Array =>
  normalize(Float32Array.from({ length: count * dim }, seededNormal(seed)), dim);

/** Rows in groups of one to three alike members, as pooling makes them. */
function groupedRows(count: number, dim: number, seed: number) {
  const rows = unitRows(count, dim, seed);
  const rowOfToken = new Uint32Array(count);
  let rowCount = 0;
  for (let token = 0; token < count; rowCount++) {
    const size = Math.min(count - token, 1 + (token % 3));
    rowOfToken.fill(rowCount, token, token + size);
    for (let i = 1; i < size; i++)
      for (let d = 0; d < dim; d++) rows[(token + i) * dim + d] += 2 * rows[token * dim + d];
    token += size;
  }
  return { rows: normalize(rows, dim), rowOfToken, rowCount };
}

function fitted(dim: number, subspaceDim: 2 | 4): Codec {
  const { rows, rowOfToken, rowCount } = groupedRows(2000, dim, 7);
  return fitCodec(scoreGoals(rows, rowOfToken, rowCount, dim), subspaceDim);
}

describe('codec', () => {
  it('fits codebooks whose scores stay in 16 bits', () => {
    for (const [dim, subspaceDim] of [
      [32, 2],
      [64, 4],
      [128, 2],
    ] as const) {
      const codec = fitted(dim, subspaceDim);
      const bound = maxQueryNorm(dim, codec.queryScale) * maxRowNorm(codec.codewords, codec.subspaceCount, subspaceDim);
      expect(bound).toBeLessThanOrEqual(MAX_PAIR_SCORE);
    }
  });

  it('gives the same file when fitted twice', () => {
    expect(writeCodec(fitted(32, 2))).toEqual(writeCodec(fitted(32, 2)));
  });

  it('readCodec inverts writeCodec', () => {
    const codec = fitted(64, 2);
    expect(readCodec(writeCodec(codec))).toEqual(codec);
  });

  it('rounds queries at 127 where a file names no scale, and refuses other bytes in its reserved part', () => {
    const codec = { ...fitted(64, 2), queryScale: 127 };
    const bytes = writeCodec(codec);
    bytes[24] = 0;
    expect(readCodec(bytes)).toEqual(codec);
    for (const at of [25, 31]) {
      const changed = bytes.with(at, 1);
      expect(() => readCodec(changed)).toThrow(expect.objectContaining({ code: 'bad-codec' }));
    }
    for (const queryScale of [0, 4, 128, 33.5]) {
      expect(() => checkCodec({ ...codec, queryScale })).toThrow(expect.objectContaining({ code: 'bad-codec' }));
    }
  });

  it('fits scales at which two partial scores of nearly every row fit a byte, and no smaller ones than needed', () => {
    for (const subspaceDim of [2, 4] as const) {
      const codec = fitted(64, subspaceDim);
      const { data } = randomEmbeddings(11, 1000, 64);
      const { codes } = quantizeQueryCpu({ data, tokenCount: 1000, dim: 64 }, codec);
      const widest = Array.from({ length: 1000 }, (_, row) =>
        widestPair(codec, codes.subarray(row * 64, row * 64 + 64)),
      );
      expect(widest.filter((span) => span > 255).length).toBeLessThan(20);
      expect(Math.max(...widest)).toBeGreaterThan(200);
      expect(Math.abs(codec.queryScale - codec.codewordScale)).toBeLessThanOrEqual(1);
    }
  });

  it('refuses codewords that could overflow only by what rounding adds to a query', () => {
    const rotation = Float32Array.from({ length: 64 * 64 }, (_, i) => (i % 65 === 0 ? 1 : 0));
    const codewords = new Int8Array(16 * 64).fill(33);
    const shape = { dim: 64, subspaceDim: 2, subspaceCount: 32 } as const;
    const codec: Codec = { ...shape, rotation, codewords, codewordScale: 264, queryScale: 124 };
    // 124 / 8 is 15.5, which rounds to 16 in every dimension.
    const query = { data: new Float32Array(64).fill(1 / 8), tokenCount: 1, dim: 64 };
    const score = quantizeQueryCpu(query, codec).codes.reduce((sum, value) => sum + 33 * value, 0);
    expect(score).toBeGreaterThan(MAX_PAIR_SCORE);
    expect(() => checkCodec(codec)).toThrow(/<= 32767/);
    checkCodec({ ...codec, codewords: codewords.map(() => 31) });
  });

  it.each([
    ['a rotation that stretches', 32, 1.01, /orthogonal rotation/],
    ['a rotation that is no number', 32, Number.NaN, /orthogonal rotation/],
    ['a scale of 0', 20, 0, /positive scale/],
    ['a scale below 0', 20, -3, /positive scale/],
    ['a scale beyond all sense', 20, 1e6, /positive scale/],
  ])('refuses %s', (_, byteOffset, value, message) => {
    const bytes = writeCodec(fitted(32, 2));
    new DataView(bytes.buffer).setFloat32(byteOffset, value, true);
    expect(() => readCodec(bytes)).toThrow(message);
  });

  it('says what is wrong with rows that are no numbers', () => {
    const { rows, rowOfToken, rowCount } = groupedRows(200, 32, 3);
    rows[77] = Number.NaN;
    expect(() => fitCodec(scoreGoals(rows, rowOfToken, rowCount, 32), 2)).toThrow(/finite and of unit length/);
  });

  it('refuses codewords that could overflow', () => {
    const codec = fitted(64, 2);
    const loud = { ...codec, queryScale: 127, codewords: codec.codewords.map((value) => Math.sign(value) * 127) };
    expect(() => checkCodec(loud)).toThrow(expect.objectContaining({ code: 'bad-codec' }));
  });

  it.each([[0], [4], [12], [264]])('refuses %i dimensions', (dim) => {
    const codec = (dim: number): Codec => ({
      ...{ dim, subspaceDim: 2, subspaceCount: dim / 2, codewordScale: 1, queryScale: 127 },
      rotation: new Float32Array(dim * dim),
      codewords: new Int8Array(16 * dim),
    });
    for (const known of [8, 256]) checkCodec(codec(known));
    expect(() => checkCodec(codec(dim))).toThrow(/a dimension of 8 to 256 in steps of 8, got/);
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

  it('gives every member of a row about the score that it gives itself', () => {
    const codec = fitted(128, 2);
    const { rows, rowOfToken, rowCount } = groupedRows(300, 128, 9);
    const rotated = rotateRows(codec, rows, 300);
    const codes = encodeRows(codec, rotated, rowOfToken, rowCount);
    expect(meanSelfScore(codec, rotated, rowOfToken, codes)).toBeCloseTo(1, 1);
    // The measure sees codes that are not the rows' own.
    codes.set(codes.slice(64), 0);
    expect(meanSelfScore(codec, rotated, rowOfToken, codes)).toBeLessThan(0.8);
  });

  it('codes a row the same whatever other rows are coded with it', () => {
    const codec = fitted(32, 2);
    const rows = unitRows(20, 32, 5);
    const all = encodeRows(
      codec,
      rows,
      Uint32Array.from({ length: 20 }, (_, i) => i),
      20,
    );
    const last = encodeRows(codec, rows.slice(19 * 32), Uint32Array.of(0), 1);
    expect(last).toEqual(all.slice(19 * 16));
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
  // linkage(rows[1:], 'ward'), fcluster(maxclust), row 0 put before: SciPy 1.17 on these 13 rows.
  it('gives the clusters that SciPy gives, the first row alone', () => {
    const rows = normalize(
      Float32Array.from({ length: 13 * 4 }, (_, i) => Math.sin(i * i + 1)),
      4,
    );
    const label = (target: number) => [...poolRows(rows, 13, 4, target).rowOfToken];
    expect(label(13)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(label(6)).toEqual(SCIPY.six);
    expect(label(4)).toEqual(SCIPY.four);
  });

  it('numbers rows by their first member and makes as many as asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 60 }), fc.integer({ min: 2, max: 20 }), fc.nat(), (count, target, seed) => {
        const pooled = poolRows(unitRows(count, 16, seed), count, 16, target);
        expect(pooled.rowCount).toBe(Math.min(count, target));
        let next = 0;
        for (const row of pooled.rowOfToken) {
          expect(row).toBeLessThanOrEqual(next);
          if (row === next) next++;
        }
        expect(next).toBe(pooled.rowCount);
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

  it('aims at whole blocks, and leaves short passages alone', () => {
    for (const tokens of [17, 47, 48, 100, 256, 519]) expect(targetRowCount(tokens) % BLOCK_ROWS).toBe(0);
    for (const tokens of [0, 1, 15, 16]) expect(targetRowCount(tokens)).toBe(tokens);
    expect(targetRowCount(256)).toBe(64);
  });
});

/** Mean over tokens of the dot product with their coded row. */
function meanSelfScore(codec: Codec, rotated: Float32Array, rowOfToken: Uint32Array, codes: Uint8Array): number {
  const { dim, subspaceCount, codewords, codewordScale } = codec;
  let dots = 0;
  rowOfToken.forEach((row, token) => {
    for (let s = 0; s < subspaceCount; s++) {
      for (let d = 0; d < dim / subspaceCount; d++) {
        const word = codewords[(s * 16 + codes[row * subspaceCount + s]) * (dim / subspaceCount) + d] / codewordScale;
        dots += word * rotated[token * dim + (s * dim) / subspaceCount + d];
      }
    }
  });
  return dots / rowOfToken.length;
}

/** The largest span of two neighbouring subspaces' partial scores. */
function widestPair({ codewords, subspaceCount, subspaceDim }: Codec, query: Int8Array): number {
  const spans = Array.from({ length: subspaceCount }, (_, s) => {
    const dots = Array.from({ length: 16 }, (_, word) => {
      let dot = 0;
      for (let d = 0; d < subspaceDim; d++) {
        dot += query[s * subspaceDim + d] * codewords[(s * 16 + word) * subspaceDim + d];
      }
      return dot;
    });
    return Math.max(...dots) - Math.min(...dots);
  });
  return Math.max(...spans.filter((_, s) => s % 2 === 0).map((span, pair) => span + spans[2 * pair + 1]));
}
