import { expect, test } from 'vitest';
import { zoomStep } from './pdf-zoom.ts';

test('a step leads to the next size, also from between two', () => {
  expect([zoomStep(1, 1), zoomStep(1, -1), zoomStep(1.18, 1), zoomStep(1.18, -1)]).toEqual([1.25, 0.75, 1.25, 1]);
});

test('no step beyond the largest or the smallest leads the other way', () => {
  expect([zoomStep(4, 1), zoomStep(7.2, 1), zoomStep(0.25, -1), zoomStep(0.09, -1)]).toEqual(Array(4).fill(undefined));
  expect([zoomStep(7.2, -1), zoomStep(0.09, 1)]).toEqual([4, 0.25]);
});
