import { expect, it } from 'vitest';
import { edgeOf, step } from './moves.ts';

it('stays at the ends', () => {
  expect([step(0, 1, 3), step(2, 1, 3), step(0, -1, 3), step(0, 1, 1)]).toEqual([1, 2, 0, 0]);
});

it('knows the edges, and no other key', () => {
  expect([edgeOf('Home', 3), edgeOf('End', 3), edgeOf('a', 3)]).toEqual([0, 2, undefined]);
});
