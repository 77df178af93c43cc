// Both builds of the WASM kernels are exact: plain SIMD everywhere, relaxed SIMD although its instructions may differ between
// machines outside the range that the kernels stay in. Every byte of codes, codecs at the limits, both kinds of tables, products.

import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../codec/codec.ts';
import { checkCodec } from '../codec/codec.ts';
import { extremeCodec, extremeQuery, randomCodec, randomQuery, randomShard } from '../engine/scorers.fixture.ts';
import { blockBytes } from '../format/layout.ts';
import type { QueryCodes, ShardCodes } from '../types.ts';
import { scoreMaxsimReference } from './score-maxsim.reference.ts';
import { createWasmMaxsim } from './score-maxsim-wasm.ts';
import { EXCLUDED_SCORE } from './search-input.ts';

setFlagsFromString('--experimental-wasm-relaxed-simd'); // newer than Node 20's defaults; browsers have it

/** Every byte, so every pair of codes, in every row and at every pair of subspaces. */
function everyByte(codec: Codec): ShardCodes {
  const size = blockBytes(codec.dim, codec.subspaceDim);
  const codes = Uint8Array.from({ length: 256 * size }, (_, i) => (i % 16) * 17 + Math.floor(i / size) + (i >> 4));
  return { codes, firstBlocks: Uint32Array.from({ length: 257 }, (_, i) => i) };
}

function reference(codec: Codec, shard: ShardCodes, query: QueryCodes): number[] {
  const sizes = { tokenCount: query.tokenCount, dim: codec.dim, subspaceDim: codec.subspaceDim };
  return Array.from(
    scoreMaxsimReference(sizes, codec.codewords, query.codes, undefined, shard.codes, shard.firstBlocks),
  );
}

describe.each([
  { build: 'plain', relaxed: false },
  { build: 'relaxed', relaxed: true },
])('tables in the $build SIMD build', ({ relaxed }) => {
  async function expectExact(codec: Codec, shard: ShardCodes, query: QueryCodes) {
    checkCodec(codec);
    const maxsim = await createWasmMaxsim(codec, { relaxed, kernel: 'tables' });
    maxsim.addShard(shard);
    expect(Array.from(maxsim.score(query, undefined)[0])).toEqual(reference(codec, shard, query));
  }

  it.each([
    [8, 2],
    [16, 4],
    [40, 4],
    [128, 2],
    [128, 4],
  ] as const)('is exact on every byte of codes, at %i dimensions in subspaces of %i', async (dim, subspaceDim) => {
    for (const codec of [randomCodec(1, dim, subspaceDim), extremeCodec(dim, subspaceDim)]) {
      await expectExact(codec, everyByte(codec), randomQuery(2, 5, dim));
      await expectExact(codec, everyByte(codec), extremeQuery(dim, 3));
    }
  });

  // High parts are the partial scores divided by 64: 4096 + 64 x extra + 63 in the first of four subspaces, 4095 in the others.
  it.each([1, 2, 3, 4, 5])('is exact where four subspaces come to 255 high parts, and beyond (%i)', async (extra) => {
    const codewords = new Int8Array(4 * 16 * 2);
    for (let subspace = 0; subspace < 4; subspace++) {
      const top = (subspace * 16 + 15) * 2;
      codewords[top] = subspace === 0 ? 63 + extra : 63;
      codewords[top + 1] = 63;
    }
    const codec = { ...randomCodec(3, 8, 2), codewords };
    const query = { codes: Int8Array.from({ length: 8 }, (_, d) => (d % 2 ? 1 : 64)), tokenCount: 1, dim: 8 };
    const shard = { codes: new Uint8Array(32).fill(0xff), firstBlocks: Uint32Array.of(0, 1) };
    expect(reference(codec, shard, query)).toEqual([4 * 4095 + 64 * extra]);
    await expectExact(codec, shard, query);
  });

  it('is exact when only the second token of a pair needs wide tables', async () => {
    const codec = extremeCodec(64, 2);
    const codes = new Int8Array([...randomQuery(4, 1, 64).codes, ...extremeQuery(64, 1).codes]);
    await expectExact(codec, randomShard(5, codec, [1, 3, 2]), { codes, tokenCount: 2, dim: 64 });
  });
});

describe('products, in the relaxed SIMD build', () => {
  /** Codewords from one end of what the kernel takes to the other; `least` and `most` are at the ends of every subspace. */
  function smallCodec(dim: number, least: number, most: number): Codec {
    const codec = randomCodec(dim, dim, 2);
    const codewords = codec.codewords.map((value) => Math.max(least, Math.min(most, value)));
    for (let subspace = 0; subspace < codec.subspaceCount; subspace++) {
      codewords.set([least, least, most, most, least, most], subspace * 32);
    }
    return { ...codec, codewords };
  }

  async function expectExact(codec: Codec, shard: ShardCodes, query: QueryCodes) {
    checkCodec(codec);
    const maxsim = await createWasmMaxsim(codec, { relaxed: true });
    expect(maxsim.kernel).toBe('dots');
    maxsim.addShard(shard);
    expect(Array.from(maxsim.score(query, undefined)[0])).toEqual(reference(codec, shard, query));
  }

  it.each([
    [8, -64, 63],
    [16, -63, 62],
    [40, -36, 36],
    [128, -20, 20],
  ])('are exact on every byte of codes, at %i dimensions and codewords of %i to %i', async (dim, least, most) => {
    const codec = smallCodec(dim, least, most);
    for (const tokenCount of [1, 3, 4, 5, 64]) {
      await expectExact(codec, everyByte(codec), randomQuery(tokenCount, tokenCount, dim));
    }
    await expectExact(codec, everyByte(codec), extremeQuery(dim, 6));
    const ends = Int8Array.from({ length: 2 * dim }, (_, i) => (i < 2 ? 127 : i >= dim && i < dim + 2 ? -127 : 0));
    await expectExact(codec, everyByte(codec), { codes: ends, tokenCount: 2, dim });
  });

  it('are exact over passages of many blocks, with some left out', async () => {
    const codec = smallCodec(64, -28, 28);
    const shard = randomShard(7, codec, [1, 19, 2, 40, 3]);
    const query = randomQuery(8, 9, 64);
    const maxsim = await createWasmMaxsim(codec, { relaxed: true });
    maxsim.addShard(shard);
    const expected = reference(codec, shard, query);
    expected[1] = EXCLUDED_SCORE;
    expect(Array.from(maxsim.score(query, Uint32Array.of(0b11101))[0])).toEqual(expected);
  });

  it('are not used for codewords that do not fit 7 bits, subspaces of 4, or plain SIMD', async () => {
    const fitting = smallCodec(8, -64, 63);
    for (const [at, value] of [
      [40, -65],
      [41, 64],
    ]) {
      const codec = { ...fitting, codewords: fitting.codewords.with(at, value) };
      expect((await createWasmMaxsim(codec, { relaxed: true })).kernel).toBe('tables');
    }
    expect((await createWasmMaxsim(fitting, { relaxed: false })).kernel).toBe('tables');
    expect((await createWasmMaxsim(randomCodec(1, 8, 4), { relaxed: true })).kernel).toBe('tables');
  });
});
