import { expect, it } from 'vitest';
import { seededRandom } from '../../src/codec/random.ts';
import { meanOverSets, relativeInterval } from './intervals.ts';

it('gives every set the same weight, whatever its size', () => {
  expect(meanOverSets([[1], [0, 0, 0]])).toBe(0.5);
});

it('finds no width in a difference that every query has, and zero inside that of noise', () => {
  const random = seededRandom(3);
  const reference = [200, 100].map((length) => Array.from({ length }, () => 0.2 + random()));
  const constant = relativeInterval(
    reference.map((set) => set.map((value) => value * 0.9)),
    reference,
  );
  expect(constant.low).toBeCloseTo(-0.1, 10);
  expect(constant.high).toBeCloseTo(-0.1, 10);
  const noisy = relativeInterval(
    reference.map((set) => set.map((value) => value + (random() - 0.5) * 0.2)),
    reference,
  );
  expect(noisy.low).toBeLessThan(0);
  expect(noisy.high).toBeGreaterThan(0);
  // 300 queries of mean .7 and differences of standard deviation .058: about half a percent either way.
  expect(noisy.high - noisy.low).toBeGreaterThan(0.01);
  expect(noisy.high - noisy.low).toBeLessThan(0.03);
});
