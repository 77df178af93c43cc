import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../codec/random.ts';
import { firstDifference } from '../engine/scorers.fixture.ts';
import { selectTopK } from '../engine/top-k.ts';
import type { TopK } from '../shared-types.ts';
import { createFilledBuffer } from './compute-pipeline.ts';
import { openTestDevice, runAndRead } from './open-test-device.fixture.ts';
import { EXCLUDED_SCORE } from './search-input.ts';
import { topKReference } from './top-k.reference.ts';
import { createTopK, planTopK } from './top-k.ts';

const gpu = await openTestDevice();

/** `distinct` values at random; few of them make many ties. */
function randomScores(count: number, distinct: number, excludedShare: number): Int32Array {
  const random = seededRandom(count + distinct);
  return Int32Array.from({ length: count }, () =>
    random() < excludedShare ? EXCLUDED_SCORE : Math.floor((random() - 0.5) * distinct),
  );
}

async function onGpu(scores: Int32Array, k: number): Promise<TopK> {
  const { device } = gpu!;
  const kernel = await createTopK(device);
  await kernel.prepare(k);
  const data = new Uint32Array(Math.max(1, scores.length));
  data.set(scores);
  const buffer = createFilledBuffer(device, 'scores', GPUBufferUsage.STORAGE, data);
  const bytes = await runAndRead(device, k * 8, (pass) => kernel.encode(pass, buffer, scores.length, k));
  buffer.destroy();
  kernel.close();
  const pairs = Array.from({ length: k }, (_, i) => [new Int32Array(bytes)[2 * i], new Uint32Array(bytes)[2 * i + 1]]);
  const found = pairs.filter(([score]) => score !== EXCLUDED_SCORE);
  return { ids: Uint32Array.from(found, ([, id]) => id), scores: Int32Array.from(found, ([score]) => score) };
}

/** The CPU path, over scores in uneven shards. */
async function onCpu(scores: Int32Array, k: number): Promise<TopK> {
  const middle = Math.floor(scores.length / 3);
  return selectTopK([scores.subarray(0, middle), new Int32Array(0), scores.subarray(middle)], k);
}

const CASES = [
  ['nothing', new Int32Array(0), 10],
  ['one score', Int32Array.of(-7), 512],
  ['fewer than k', randomScores(40, 1000, 0), 512],
  ['only ties', new Int32Array(5000).fill(3), 512],
  ['many ties', randomScores(20_000, 9, 0.3), 100],
  ['all excluded', new Int32Array(3000).fill(EXCLUDED_SCORE), 5],
  ['ascending, so that every step improves', Int32Array.from({ length: 9001 }, (_, i) => i), 512],
  ['descending', Int32Array.from({ length: 9001 }, (_, i) => -i), 512],
  ['k of 1', randomScores(70_000, 4_000_000, 0), 1],
  ['four passes', randomScores(600_001, 4_000_000, 0.01), 64],
  ['ties at every step', randomScores(9001, 3, 0.1), 64],
  ['three passes', randomScores(280_001, 4_000_000, 0.01), 512],
] as const;

describe.each([
  { path: 'CPU', select: onCpu, available: true },
  { path: 'GPU', select: onGpu, available: gpu !== undefined },
])('top-k on the $path', ({ select, available }) => {
  it.runIf(available).each(CASES)('equals the reference: %s', async (_, scores, k) => {
    expect(firstDifference(topKReference(scores, k), await select(scores, k))).toBeUndefined();
  });
});

describe('the plan of passes', () => {
  it('covers every entry, fits the buffers, and ends with one workgroup', () => {
    for (const count of [0, 1, 512, 4096, 4097, 250_000, 16_000_000]) {
      for (const [k, step] of [
        [1, 64],
        [64, 64],
        [65, 512],
        [512, 512],
      ]) {
        const passes = planTopK(count, k);
        expect(passes.length).toBeLessThanOrEqual(4);
        expect(passes[passes.length - 1].workgroups).toBe(1);
        for (const [i, { entryCount, span, workgroups }] of passes.entries()) {
          expect(entryCount).toBe(i === 0 ? count : passes[i - 1].workgroups * k);
          expect(span * workgroups).toBeGreaterThanOrEqual(entryCount);
          expect(span % step).toBe(0);
          expect(workgroups * k).toBeLessThanOrEqual(i % 2 === 1 ? 4096 : 32_768);
        }
      }
    }
  });
});

it('has a reference that keeps ties in order', () => {
  const { ids, scores } = topKReference(Int32Array.of(5, EXCLUDED_SCORE, 9, 5, 9), 3);
  expect([Array.from(ids), Array.from(scores)]).toEqual([
    [2, 4, 0],
    [9, 9, 5],
  ]);
});

afterAll(() => gpu?.device.destroy());
