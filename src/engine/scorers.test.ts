// One suite for all backends: whatever the reference returns, the others return to the last bit.

import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Codec } from '../codec/codec.ts';
import { MAX_QUERY_TOKENS, MAX_RESULTS } from '../format/layout.ts';
import { openTestDevice } from '../kernels/open-test-device.fixture.ts';
import { createWasmMaxsim } from '../kernels/score-maxsim-wasm.ts';
import type { ShardCodes, TopKOptions } from '../shared-types.ts';
import type { Backend, QueryCodes } from '../types.ts';
import { createReferenceScorer } from './reference-scorer.ts';
import { buildScoreThread } from './score-thread.fixture.ts';
import type { Scorer } from './scorer.ts';
import {
  extremeCodec,
  extremeQuery,
  firstDifference,
  raggedBlocks,
  randomCodec,
  randomEmbeddings,
  randomQuery,
  randomShard,
} from './scorers.fixture.ts';
import { createSplitScorer } from './split-scorer.ts';
import { createWasmScorer } from './wasm-scorer.ts';
import { createWebgpuScorer } from './webgpu-scorer.ts';

const gpu = await openTestDevice();

const helpers = await buildScoreThread();
afterAll(() => helpers.remove());

const backends: { name?: string; backend: Backend; available: boolean; create: (codec: Codec) => Promise<Scorer> }[] = [
  { backend: 'reference', available: true, create: async (codec) => createReferenceScorer(codec) },
  { backend: 'wasm', available: true, create: createWasmScorer },
  {
    name: 'wasm in three threads',
    backend: 'wasm',
    available: true,
    create: (codec) => createSplitScorer(codec, 3, helpers.start),
  },
  {
    backend: 'webgpu',
    available: gpu !== undefined,
    // A small buffer limit, so that shards are split too. The arithmetic of GPUs that have it; src/kernels tests the other.
    create: (codec) =>
      createWebgpuScorer(gpu!.device, codec, { maxBufferBytes: 40_960, variant: { arithmetic: 'packed' } }),
  },
];

const SHAPES: [dim: number, subspaceDim: 2 | 4][] = [
  [8, 4],
  [8, 2],
  [32, 2],
  [32, 4],
  [64, 4],
  [96, 2],
  [96, 4],
  [128, 2],
  [128, 4],
  [256, 2],
];

function bitmap(passageCount: number, includes: (id: number) => boolean): Uint32Array {
  const words = new Uint32Array(Math.ceil(passageCount / 32));
  for (let id = 0; id < passageCount; id++) if (includes(id)) words[id >>> 5] |= 1 << (id & 31);
  return words;
}

describe.each(backends.map((row) => ({ name: row.backend, ...row })))(
  'the $name scorer',
  ({ backend, available, create }) => {
    const test = it.runIf(available);
    const scorers: Scorer[] = [];

    beforeEach(() => gpu?.device.pushErrorScope('validation'));
    afterEach(async () => {
      for (const scorer of scorers.splice(0)) scorer.close();
      expect((await gpu?.device.popErrorScope())?.message).toBeUndefined();
    });

    async function open(codec: Codec, shards: ShardCodes[] = []): Promise<Scorer> {
      const scorer = await create(codec);
      scorers.push(scorer);
      for (const shard of shards) await scorer.addShard(shard);
      return scorer;
    }

    /** Searches with this backend and with the reference. */
    async function expectSame(codec: Codec, shards: ShardCodes[], query: QueryCodes, options: TopKOptions) {
      const [actual, expected] = [await open(codec, shards), createReferenceScorer(codec)];
      for (const shard of shards) await expected.addShard(shard);
      const best = await actual.search(query, options);
      expect(firstDifference(await expected.search(query, options), best)).toBeUndefined();
      return best;
    }

    test('names itself and counts its passages', async () => {
      const codec = randomCodec(1, 32, 4);
      const scorer = await open(codec, [randomShard(1, codec, [1, 2]), randomShard(2, codec, [3])]);
      expect([scorer.backend, scorer.passageCount]).toEqual([backend, 3]);
    });

    test.each(SHAPES)('agrees with the reference at %i dimensions in subspaces of %i', async (dim, subspaceDim) => {
      const codec = randomCodec(dim + subspaceDim, dim, subspaceDim);
      const shards = [3, 4].map((seed) => randomShard(seed, codec, raggedBlocks(seed, 40, 5)));
      const { ids } = await expectSame(codec, shards, randomQuery(5, 5, dim), { k: 80 });
      expect(new Set(ids).size).toBe(80);
    });

    test.each(SHAPES)(
      'is exact where pair scores come near 16 bits, at %i dimensions in subspaces of %i',
      async (dim, subspaceDim) => {
        const codec = extremeCodec(dim, subspaceDim);
        const shard = randomShard(6, codec, [1, 1, 1, 2]);
        const bytesPerBlock = shard.codes.length / 5;
        shard.codes.fill(0x00, 0, bytesPerBlock); // every row code 0
        shard.codes.fill(0x11, bytesPerBlock, 2 * bytesPerBlock); // every row code 1
        for (let at = 2 * bytesPerBlock; at < 3 * bytesPerBlock; at++) shard.codes[at] = at % 16 === 11 ? 0x11 : 0x00;
        for (const tokenCount of [1, 2, 3]) {
          const query = extremeQuery(dim, tokenCount);
          const { ids, scores } = await expectSame(codec, [shard], query, { k: 4 });
          if (tokenCount === 1) {
            expect(scores[ids.indexOf(0)]).toBeGreaterThan(dim === 8 ? 31_000 : 32_000);
            expect(scores[ids.indexOf(1)]).toBe(-scores[ids.indexOf(0)]);
          }
        }
      },
    );

    test('takes every number of query tokens from 1 to 64', async () => {
      const codec = randomCodec(7, 32, 4);
      const shard = randomShard(7, codec, raggedBlocks(7, 9, 3));
      const [actual, expected] = [await open(codec, [shard]), createReferenceScorer(codec)];
      await expected.addShard(shard);
      for (let tokenCount = MAX_QUERY_TOKENS; tokenCount >= 1; tokenCount--) {
        // Downwards, so that what a longer query left behind would show.
        const query = randomQuery(tokenCount, tokenCount, 32);
        const difference = firstDifference(
          await expected.search(query, { k: 9 }),
          await actual.search(query, { k: 9 }),
        );
        expect(difference, `${tokenCount} tokens`).toBeUndefined();
      }
    });

    test('finds the best of a passage in its last block, with negative scores everywhere else', async () => {
      const codec = extremeCodec(64, 2);
      const shard = randomShard(8, codec, [16, 1, 7]);
      shard.codes.fill(0x11);
      for (let pair = 0; pair < 16; pair++) shard.codes[15 * 256 + pair * 16 + 15] = 0x00;
      const { ids, scores } = await expectSame(codec, [shard], extremeQuery(64, 1), { k: 3 });
      expect(ids[0]).toBe(0);
      expect(scores[0]).toBeGreaterThan(32_000);
    });

    test('orders ties by the lowest id, across shards', async () => {
      const codec = randomCodec(9, 32, 4);
      const one = randomShard(9, codec, [1]);
      const copies = (count: number): ShardCodes => ({
        codes: Uint8Array.from({ length: count * one.codes.length }, (_, i) => one.codes[i % one.codes.length]),
        firstBlocks: Uint32Array.from({ length: count + 1 }, (_, i) => i),
      });
      const { ids } = await expectSame(codec, [copies(700), copies(3), copies(900)], randomQuery(9, 3, 32), { k: 512 });
      expect(Array.from(ids)).toEqual(Array.from({ length: 512 }, (_, id) => id));
    });

    test('returns no more than there are, and nothing of nothing', async () => {
      const codec = randomCodec(10, 32, 4);
      const query = randomQuery(10, 4, 32);
      expect((await (await open(codec)).search(query, { k: 10 })).ids).toHaveLength(0);
      expect((await (await open(codec, [randomShard(1, codec, [])])).search(query, { k: 10 })).ids).toHaveLength(0);
      expect((await expectSame(codec, [randomShard(10, codec, [1])], query, { k: MAX_RESULTS })).ids).toHaveLength(1);
    });

    test('leaves out what the filter leaves out', async () => {
      const codec = randomCodec(11, 64, 4);
      const shards = [45, 1, 60].map((count, seed) => randomShard(seed, codec, raggedBlocks(seed, count, 4)));
      const query = randomQuery(11, 6, 64);
      const search = (includes: (id: number) => boolean) =>
        expectSame(codec, shards, query, { k: 200, filter: bitmap(106, includes) });
      expect((await search(() => true)).ids).toHaveLength(106);
      expect((await search(() => false)).ids).toHaveLength(0);
      expect(Array.from((await search((id) => id % 7 === 3)).ids).every((id) => id % 7 === 3)).toBe(true);
      expect(Array.from((await search((id) => id === 45)).ids)).toEqual([45]);
    });

    test('forgets a filter after the search it was given to', async () => {
      const codec = randomCodec(12, 32, 4);
      const scorer = await open(codec, [randomShard(12, codec, raggedBlocks(12, 50, 2))]);
      const query = randomQuery(12, 3, 32);
      const all = await scorer.search(query, { k: 50 });
      expect((await scorer.search(query, { k: 50, filter: bitmap(50, (id) => id < 5) })).ids).toHaveLength(5);
      expect(firstDifference(all, await scorer.search(query, { k: 50 }))).toBeUndefined();
    });

    test('takes shards between searches, and searches that overlap', async () => {
      const codec = randomCodec(13, 32, 2);
      const shards = [1, 2, 3].map((seed) => randomShard(seed, codec, raggedBlocks(seed, 30, 4)));
      const scorer = await open(codec);
      const expected = createReferenceScorer(codec);
      for (const shard of shards) {
        await Promise.all([scorer.addShard(shard), expected.addShard(shard)]);
        const queries = Array.from({ length: 6 }, (_, seed) => randomQuery(seed, seed + 1, 32));
        const found = await Promise.all(queries.map((query) => scorer.search(query, { k: 20 })));
        for (const [i, query] of queries.entries()) {
          expect(firstDifference(await expected.search(query, { k: 20 }), found[i])).toBeUndefined();
        }
      }
    });

    test('searches with embeddings as with the codes it gives back', async () => {
      const codec = randomCodec(14, 64, 4);
      const scorer = await open(codec, [randomShard(14, codec, raggedBlocks(14, 60, 4))]);
      for (const modelDim of [64, 96, 768]) {
        const { queryCodes, ...found } = await scorer.searchEmbeddings(randomEmbeddings(14, 7, modelDim), { k: 60 });
        expect([queryCodes.tokenCount, queryCodes.dim, queryCodes.codes.length]).toEqual([7, 64, 448]);
        expect(firstDifference(await scorer.search(queryCodes, { k: 60 }), found)).toBeUndefined();
      }
    });

    test('scores with embeddings at the weights they are to have, also when others are asked for at the same time', async () => {
      const codec = randomCodec(14, 64, 4);
      const scorer = await open(codec, [randomShard(14, codec, raggedBlocks(14, 60, 4))]);
      const embeddings = randomEmbeddings(14, 7, 96);
      const weighed = { ...embeddings, rowWeights: Float32Array.of(1, 0.5, 0.6, 0.7, 0.8, 0.9, 0.5) };
      const searches = [weighed, embeddings, weighed].map((query) => scorer.searchEmbeddings(query, { k: 60 }));
      const [first, full, again] = await Promise.all(searches);
      const lengthOf = (codes: Int8Array, token: number) => Math.hypot(...codes.subarray(token * 64, (token + 1) * 64));
      weighed.rowWeights.forEach((weight, token) => {
        const most = 0.5 * Math.sqrt(64);
        expect(Math.abs(lengthOf(first.queryCodes.codes, token) - codec.queryScale * weight)).toBeLessThan(most);
        expect(Math.abs(lengthOf(full.queryCodes.codes, token) - codec.queryScale)).toBeLessThan(most);
      });
      expect(firstDifference(await scorer.search(first.queryCodes, { k: 60 }), first)).toBeUndefined();
      expect(firstDifference(first, again)).toBeUndefined();
      expect(firstDifference(first, full)).toBeDefined();
    });

    test('gives back the codes of every passage, when it gives any', async () => {
      const codec = randomCodec(22, 32, 4);
      const shards = [1, 2, 3].map((seed) => randomShard(seed, codec, raggedBlocks(seed, 20, 4)));
      const scorer = await open(codec, shards);
      expect(scorer.passageCodes !== undefined).toBe(backend === 'wasm');
      if (!scorer.passageCodes) return;
      const size = shards[0].codes.length / shards[0].firstBlocks[20];
      for (let id = 0; id < 60; id++) {
        const { codes, firstBlocks } = shards[Math.floor(id / 20)];
        const wanted = codes.subarray(firstBlocks[id % 20] * size, firstBlocks[(id % 20) + 1] * size);
        expect(scorer.passageCodes(id), `passage ${id}`).toEqual(wanted);
      }
    });

    test('does not keep or change what it was given', async () => {
      const codec = randomCodec(15, 32, 4);
      const shard = randomShard(15, codec, [2, 1]);
      const query = randomQuery(15, 3, 32);
      const scorer = await open(codec, [shard]);
      const before = await scorer.search(query, { k: 2 });
      shard.codes.fill(0);
      shard.firstBlocks.fill(0);
      expect(firstDifference(before, await scorer.search(query, { k: 2 }))).toBeUndefined();
      expect(query.codes).toEqual(randomQuery(15, 3, 32).codes);
    });

    test('refuses what it cannot search with, by name', async () => {
      const codec = randomCodec(16, 32, 4);
      const scorer = await open(codec, [randomShard(16, codec, raggedBlocks(16, 40, 2))]);
      const query = randomQuery(16, 3, 32);
      const badOptions: [QueryCodes, TopKOptions][] = [
        [query, { k: 0 }],
        [query, { k: 1.5 }],
        [query, { k: MAX_RESULTS + 1 }],
        [query, { k: 1, filter: new Uint32Array(1) }],
        [randomQuery(16, 3, 64), { k: 1 }],
        [randomQuery(16, 65, 32), { k: 1 }],
        [{ ...query, tokenCount: 0 }, { k: 1 }],
        [{ ...query, tokenCount: 2 }, { k: 1 }],
        [{ ...query, codes: query.codes.map(() => 127) }, { k: 1 }],
      ];
      for (const [bad, options] of badOptions) {
        await expect(scorer.search(bad, options)).rejects.toMatchObject({ code: 'bad-option' });
      }
      for (const tokens of [
        randomEmbeddings(1, 3, 16),
        randomEmbeddings(1, 65, 32),
        { data: new Float32Array(64), tokenCount: 3, dim: 32 },
        { data: new Float32Array(96), tokenCount: 3, dim: 32 },
        { data: new Float32Array(96).fill(Number.NaN), tokenCount: 3, dim: 32 },
        { data: new Float32Array(96).fill(Infinity), tokenCount: 3, dim: 32 },
        { ...randomEmbeddings(1, 3, 32), rowWeights: Float32Array.of(1, 1) },
        { ...randomEmbeddings(1, 3, 32), rowWeights: Float32Array.of(1, 1.01, 1) },
        { ...randomEmbeddings(1, 3, 32), rowWeights: Float32Array.of(1, 0, 1) },
        { ...randomEmbeddings(1, 3, 32), rowWeights: Float32Array.of(1, Number.NaN, 1) },
      ]) {
        await expect(scorer.searchEmbeddings(tokens, { k: 1 })).rejects.toMatchObject({ code: 'bad-option' });
      }
      expect((await scorer.search(query, { k: 1 })).ids).toHaveLength(1);
    });

    test('refuses a shard whose passages do not lie in its codes', async () => {
      const codec = randomCodec(17, 32, 4);
      const scorer = await open(codec);
      const { codes } = randomShard(17, codec, [1, 2]);
      for (const firstBlocks of [[], [1, 3], [0, 0, 3], [0, 2, 1], [0, 1, 4], [0, 1]]) {
        const shard = { codes, firstBlocks: Uint32Array.from(firstBlocks) };
        await expect(scorer.addShard(shard)).rejects.toMatchObject({ code: 'bad-shard' });
      }
      expect(scorer.passageCount).toBe(0);
    });

    test('refuses a codec whose scores could overflow', async () => {
      const codec = randomCodec(18, 32, 4);
      await expect(create({ ...codec, codewords: codec.codewords.map(() => 127) })).rejects.toMatchObject({
        code: 'bad-codec',
      });
    });

    test('rejects every call once it is closed', async () => {
      const codec = randomCodec(19, 32, 4);
      const scorer = await open(codec, [randomShard(19, codec, [1])]);
      scorer.close();
      scorer.close();
      const calls = [
        scorer.addShard(randomShard(19, codec, [1])),
        scorer.search(randomQuery(19, 1, 32), { k: 1 }),
        scorer.searchEmbeddings(randomEmbeddings(19, 1, 32), { k: 1 }),
      ];
      for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'closed' });
    });

    const testLarge = backend === 'reference' ? undefined : test; // the reference would only be compared with itself
    testLarge?.('searches 250,000 passages', async () => {
      const codec = randomCodec(20, 16, 4);
      const shards = [1, 2, 3, 4, 5].map((seed) => randomShard(seed, codec, new Array(50_000).fill(1)));
      const scorer = await (backend === 'webgpu' ? createWebgpuScorer(gpu!.device, codec) : create(codec));
      scorers.push(scorer);
      const expected = createReferenceScorer(codec);
      for (const shard of shards) await Promise.all([scorer.addShard(shard), expected.addShard(shard)]);
      const query = randomQuery(20, 2, 16);
      const found = await scorer.search(query, { k: MAX_RESULTS });
      expect(firstDifference(await expected.search(query, { k: MAX_RESULTS }), found)).toBeUndefined();
      expect(Math.max(...found.ids)).toBeGreaterThan(200_000);
    });
  },
);

describe('the comparison of results', () => {
  const best = () => ({ ids: Uint32Array.of(4, 2, 9), scores: Int32Array.of(7, 5, 5) });

  it('finds one changed score, one changed id and a missing passage', () => {
    expect(firstDifference(best(), best())).toBeUndefined();
    expect(firstDifference(best(), { ...best(), scores: Int32Array.of(7, 5, 4) })).toContain('rank 2');
    expect(firstDifference(best(), { ...best(), ids: Uint32Array.of(4, 3, 9) })).toContain('rank 1');
    expect(firstDifference(best(), { ids: best().ids.slice(0, 2), scores: best().scores.slice(0, 2) })).toContain(
      'rank 2',
    );
  });

  it('fails a backend that scores one passage one too high', async () => {
    const codec = randomCodec(21, 32, 4);
    const shard = randomShard(21, codec, raggedBlocks(21, 20, 3));
    const query = randomQuery(21, 4, 32);
    const maxsim = await createWasmMaxsim(codec);
    maxsim.addShard(shard);
    const expected = createReferenceScorer(codec);
    await expected.addShard(shard);
    const [scores] = maxsim.score(query, undefined);
    const ranked = () => {
      const ids = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
      return { ids, scores: Int32Array.from(ids, (id) => scores[id]) };
    };
    const reference = await expected.search(query, { k: 20 });
    expect(firstDifference(reference, ranked())).toBeUndefined();
    scores[13] += 1;
    expect(firstDifference(reference, ranked())).toBeDefined();
  });
});
