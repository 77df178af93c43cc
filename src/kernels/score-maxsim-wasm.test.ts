// Both builds of the WASM kernels are exact: plain SIMD everywhere, relaxed SIMD although its instructions may differ between
// machines outside the range that the kernels stay in. Every byte of codes, codecs at the limits, both kinds of tables.

import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../codec/codec.ts';
import { checkCodec } from '../codec/codec.ts';
import {
  extremeCodec,
  extremeQuery,
  fittedCodec,
  randomCodec,
  randomQuery,
  randomShard,
} from '../engine/scorers.fixture.ts';
import { blockBytes } from '../format/layout.ts';
import type { ShardCodes } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';
import { scoreMaxsimReference } from './score-maxsim.reference.ts';
import { createWasmMaxsim, fours } from './score-maxsim-wasm.ts';
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
])('the $build SIMD build', ({ relaxed }) => {
  async function expectExact(codec: Codec, shard: ShardCodes, query: QueryCodes) {
    checkCodec(codec);
    const maxsim = await createWasmMaxsim(codec, { relaxed });
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

  it.each([
    [8, 2],
    [40, 4],
    [128, 2],
    [128, 4],
    [256, 2],
  ] as const)('is exact with tables of bytes, at %i dimensions in subspaces of %i', async (dim, subspaceDim) => {
    const codec = fittedCodec(3, dim, subspaceDim);
    for (const tokenCount of [1, 2, 3, 4, 5, 7, 64]) {
      const query = randomQuery(tokenCount, tokenCount, dim, codec.queryScale);
      expect((await createWasmMaxsim(codec, { relaxed })).tableKinds(query)).toContain('narrow');
      await expectExact(codec, everyByte(codec), query);
    }
    await expectExact(codec, randomShard(5, codec, [1, 19, 2, 40, 3]), randomQuery(9, 12, dim, codec.queryScale));
  });

  // Two subspaces together span 254 + extra: bytes hold 255.
  it.each([0, 1, 2, 3])('is exact where two subspaces come to 255, and beyond (%i)', async (extra) => {
    const codewords = new Int8Array(4 * 16 * 2);
    for (let subspace = 0; subspace < 4; subspace++) {
      codewords.set([-63, 0, 64, subspace === 0 ? extra : 0], subspace * 32);
    }
    const codec = { ...randomCodec(3, 8, 2), codewords };
    const query = { codes: Int8Array.from({ length: 32 }, (_, d) => (d % 8 < 4 ? 1 : 0)), tokenCount: 4, dim: 8 };
    const shard = { codes: new Uint8Array(64).map((_, i) => (i % 16) * 17), firstBlocks: Uint32Array.of(0, 1, 2) };
    const maxsim = await createWasmMaxsim(codec, { relaxed });
    expect(maxsim.tableKinds(query)).toEqual(extra < 2 ? ['narrow'] : ['wide']); // one token, four times
    expect(reference(codec, shard, query)[0]).toBe(4 * (128 + extra));
    await expectExact(codec, shard, query);
  });

  it('is exact over passages of many blocks, with some left out', async () => {
    for (const codec of [fittedCodec(7, 64, 2), extremeCodec(64, 2)]) {
      const shard = randomShard(7, codec, [1, 19, 2, 40, 3]);
      const query = randomQuery(8, 9, 64, codec.queryScale);
      const maxsim = await createWasmMaxsim(codec, { relaxed });
      maxsim.addShard(shard);
      const expected = reference(codec, shard, query);
      expected[1] = EXCLUDED_SCORE;
      expect(Array.from(maxsim.score(query, Uint32Array.of(0b11101))[0])).toEqual(expected);
    }
  });

  // Rows of the query by number, 0 for one of zeros.
  it.each([
    ['[CLS] and the prefix alike', [1, 1, 2, 3, 4]],
    ['two left over', [1, 1, 2, 3, 4, 5, 6]],
    ['one token only', [7]],
    ['one token 64 times', new Array(64).fill(9)],
    ['more repeated than fours', [1, 1, 2, 2, 2, 3, 3, 4, 5]],
    ['zeros between', [1, 1, 0, 2, 0, 3, 0]],
    ['nothing but zeros', [0, 0]],
  ])('is exact where tokens are repeated or zeros: %s', async (_, tokens) => {
    const narrow = fittedCodec(9, 64, 2);
    for (const [codec, scale] of [
      [narrow, narrow.queryScale],
      [extremeCodec(64, 2), 127],
    ] as const) {
      const codes = new Int8Array(tokens.length * 64);
      tokens.forEach((row, i) => {
        if (row > 0) codes.set(randomQuery(row, 1, 64, scale).codes, i * 64);
      });
      await expectExact(codec, randomShard(6, codec, [1, 3, 2]), { codes, tokenCount: tokens.length, dim: 64 });
    }
  });

  it('is exact when one token of four needs wide tables', async () => {
    const codec = { ...fittedCodec(6, 64, 2), queryScale: 127 };
    const short = randomQuery(4, 8, 64, 20).codes;
    for (const loud of [0, 3, 6]) {
      const codes = short.slice();
      codes.set(randomQuery(loud, 1, 64).codes, loud * 64);
      const query = { codes, tokenCount: 8, dim: 64 };
      const maxsim = await createWasmMaxsim(codec, { relaxed });
      expect(maxsim.tableKinds(query)).toEqual(loud < 4 ? ['wide', 'wide', 'narrow'] : ['narrow', 'wide', 'wide']);
      await expectExact(codec, randomShard(5, codec, [1, 3, 2]), query);
    }
  });
});

describe('tokens scored together', () => {
  const of = (...rows: number[]) => fours(Int8Array.from(rows.flatMap((row) => [row, 0])), rows.length, 2);

  it('scores a repeated one once, in front of a four', () => {
    expect(of(5, 6, 7, 7)).toEqual([{ tokens: [2, 0, 1], more: 1 }]);
    expect(of(1, 2, 3, 4, 9, 9, 9)).toEqual([
      { tokens: [4, 0, 1, 2], more: 2 },
      { tokens: [3], more: 0 },
    ]);
  });

  it('leaves zeros out', () => {
    expect(of(0, 3, 0)).toEqual([{ tokens: [1], more: 0 }]);
    expect(of(0)).toEqual([]);
  });

  it('has room for one repeated in each four, the rarest stay as they are', () => {
    expect(of(1, 1, 2, 2, 2)).toEqual([{ tokens: [2, 0, 0], more: 2 }]);
  });
});
