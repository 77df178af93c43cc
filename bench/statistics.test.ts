import { expect, it } from 'vitest';
import { mean, median, quantile } from './statistics.ts';

it('a mean counts every value', () => expect(mean([1, 2, 6])).toBe(3));

it('a median is the middle one, of an even count the upper, whatever their order', () => {
  expect([median([10, 9, 2]), median([3, 1, 2, 10]), median([7])]).toEqual([9, 3, 7]);
});

it('a quantile is one of the values, and leaves them in their order', () => {
  const values = [30, 4, 100, 2];
  expect([0, 0.5, 0.95, 1].map((share) => quantile(values, share))).toEqual([2, 30, 100, 100]);
  expect(values).toEqual([30, 4, 100, 2]);
});
