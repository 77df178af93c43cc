import { expect, it } from 'vitest';
import { tellingWords } from './encode-passage.ts';

/** Tokens 0..4 are words 0..3 of rows [the planner], [an index, and a piece of no word]; the id is the weight in percent. */
const rows = {
  rowCount: 3,
  ids: Uint32Array.of(9, 78, 15, 20, 80),
  rowOfToken: Uint32Array.of(0, 0, 1, 1, 1),
};
const wordOf = (token: number) => [0, 1, 2, -1, 3][token];

it('leaves the common words of a row out, and keeps those of a row that has nothing else', () => {
  const weights = { weight: (id: number) => id / 100 };
  expect(tellingWords(rows, wordOf, weights)).toEqual([[1], [3], []]);
  const common = { rowCount: 1, ids: Uint32Array.of(9, 10), rowOfToken: Uint32Array.of(0, 0) };
  expect(tellingWords(common, (token) => 1 - token, weights)).toEqual([[0, 1]]);
});

it('a word weighs what its heaviest token does', () => {
  const pieces = { rowCount: 1, ids: Uint32Array.of(20, 60, 90), rowOfToken: Uint32Array.of(0, 0, 0) };
  expect(tellingWords(pieces, (token) => [0, 0, 1][token], { weight: (id) => id / 100 })).toEqual([[0, 1]]);
});

it('keeps every word for a model without a query table', () => {
  expect(tellingWords(rows, wordOf, undefined)).toEqual([[0, 1], [2, 3], []]);
});
