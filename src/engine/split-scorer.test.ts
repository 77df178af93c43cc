// What only a split scorer can get wrong: where it cuts, ties across parts, and helpers that do not start or die.

import { afterAll, describe, expect, it, vi } from 'vitest';
import type { ShardCodes } from '../shared-types.ts';
import { createReferenceScorer } from './reference-scorer.ts';
import { buildScoreThread, type ScoreThreads } from './score-thread.fixture.ts';
import type { Scorer } from './scorer.ts';
import { firstDifference, raggedBlocks, randomCodec, randomQuery, randomShard } from './scorers.fixture.ts';
import { createSplitScorer, splitShard, workersFor } from './split-scorer.ts';

const helpers = await buildScoreThread();
const broken = await buildScoreThread(process.cwd(), 'missing.mjs');
afterAll(() => Promise.all([helpers.remove(), broken.remove()]));

const codec = randomCodec(1, 64, 2);
const query = randomQuery(2, 6, 64);
const shards = [1, 2].map((seed) => randomShard(seed, codec, raggedBlocks(seed, 60, 5)));

async function openBoth(start: ScoreThreads['start'], workerCount = 3) {
  const split = await createSplitScorer(codec, workerCount, start);
  const expected = createReferenceScorer(codec);
  for (const shard of shards) await Promise.all([split.addShard(shard), expected.addShard(shard)]);
  return { split, expected };
}

async function expectSame(split: Scorer, expected: Scorer, filter?: Uint32Array) {
  const options = { k: 100, filter };
  expect(firstDifference(await expected.search(query, options), await split.search(query, options))).toBeUndefined();
}

describe('splitShard', () => {
  it('cuts at passages into parts of about as many blocks, and nothing is lost', () => {
    const shard = randomShard(3, codec, raggedBlocks(3, 500, 6));
    const blocks = shard.firstBlocks[500];
    for (const count of [1, 2, 3, 4]) {
      const parts = splitShard(shard, count);
      expect(Buffer.concat(parts.map(({ codes }) => codes)).equals(shard.codes)).toBe(true);
      const lengths = parts.flatMap(({ firstBlocks: first }) =>
        Array.from(first.subarray(1), (end, i) => end - first[i]),
      );
      expect(lengths).toEqual(Array.from({ length: 500 }, (_, i) => shard.firstBlocks[i + 1] - shard.firstBlocks[i]));
      for (const { firstBlocks } of parts)
        expect(Math.abs(firstBlocks.at(-1)! - blocks / count)).toBeLessThanOrEqual(6);
    }
  });

  it('leaves parts empty when there are fewer passages than parts', () => {
    const parts = splitShard(randomShard(4, codec, [3]), 4);
    expect(parts.reduce((sum, { firstBlocks }) => sum + firstBlocks.length - 1, 0)).toBe(1);
    expect(splitShard(randomShard(4, codec, []), 2).map(({ codes }) => codes.length)).toEqual([0, 0]);
  });
});

describe('workersFor', () => {
  it('stays at one for small indexes and one core, and stops at four', () => {
    expect([workersFor(100, 8), workersFor(1e6, 1), workersFor(16_384, 8), workersFor(1e6, 64)]).toEqual([1, 1, 2, 4]);
  });
});

describe('a split scorer', () => {
  it('gives ties across parts to the lowest id, at the cut of k too', async () => {
    const one = randomShard(5, codec, [1]);
    const copies: ShardCodes = {
      codes: Uint8Array.from({ length: 90 * one.codes.length }, (_, i) => one.codes[i % one.codes.length]),
      firstBlocks: Uint32Array.from({ length: 91 }, (_, i) => i),
    };
    const split = await createSplitScorer(codec, 3, helpers.start);
    await split.addShard(copies);
    await split.addShard(copies);
    const { ids } = await split.search(query, { k: 70 });
    expect(Array.from(ids)).toEqual(Array.from({ length: 70 }, (_, id) => id));
    split.close();
  });

  it('scores by itself what helpers that do not start should have', async () => {
    const { split, expected } = await openBoth(broken.start);
    await expectSame(split, expected);
    await expectSame(split, expected, Uint32Array.of(0xf0f0, 0x1234, 0xffff, 0x8001));
    split.close();
  });

  it.each([0, 1])('shares an index with the %i helpers that it was let start', async (most) => {
    let started = 0;
    let closed = 0;
    const start = () => {
      if (started === most) throw new TypeError("This document requires 'TrustedScriptURL' assignment.");
      started++;
      const port = helpers.start();
      const close = () => {
        closed++;
        port.close();
      };
      return { ...port, close };
    };
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const { split, expected } = await openBoth(start, 4);
    await expectSame(split, expected);
    split.close();
    expect([started, closed]).toEqual([most, most]);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(`expected 3 workers .*, got ${most}: This document`)]]);
    warn.mockRestore();
  });

  it('tries again to replace a helper that it could not replace', async () => {
    const { split, expected } = await openBoth(helpers.start, 2);
    await helpers.threads.at(-1)!.terminate();
    vi.spyOn(WebAssembly, 'instantiate').mockRejectedValueOnce(new RangeError('out of memory'));
    await expect(split.search(query, { k: 5 })).rejects.toThrow('out of memory');
    vi.restoreAllMocks();
    await expectSame(split, expected);
    split.close();
  });

  it('goes on, with every passage, when helpers die between searches and during one', async () => {
    const { split, expected } = await openBoth(helpers.start);
    await expectSame(split, expected);
    const [first, second] = helpers.threads.slice(-2);
    await first.terminate();
    await expectSame(split, expected);
    const during = [0, 1, 2].map(() => expectSame(split, expected));
    await second.terminate();
    await Promise.all(during);
    await split.addShard(shards[0]);
    await expected.addShard(shards[0]);
    await expectSame(split, expected);
    split.close();
  });

  it.each([1, 2])(
    'keeps every passage when a shard comes during a filtered search, with %i workers',
    async (workers) => {
      const split = await createSplitScorer(codec, workers, helpers.start);
      const expected = createReferenceScorer(codec);
      const [first, second] = [32, 64].map((count) => randomShard(count, codec, new Array(count).fill(1)));
      await Promise.all([split.addShard(first), expected.addShard(first)]);
      const options = { k: 5, filter: Uint32Array.of(0xffff_ffff) };
      const before = await expected.search(query, options);
      const searching = split.search(query, options);
      await split.addShard(second);
      expect(firstDifference(before, await searching)).toBeUndefined();
      await expected.addShard(second);
      await expectSame(split, expected);
      split.close();
    },
  );

  it('rejects a search that waits when it is closed, and ends its helpers', async () => {
    const { split } = await openBoth(helpers.start, 2);
    const ended = new Promise((resolve) => helpers.threads.at(-1)!.once('exit', resolve));
    const found = split.search(query, { k: 1 });
    split.close();
    await expect(found).rejects.toMatchObject({ code: 'closed' });
    await ended;
  });
});
