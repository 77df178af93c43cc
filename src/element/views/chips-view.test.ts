import { expect, it } from 'vitest';
import type { SearchResult } from '../../types.ts';
import { chipsOf } from './chips-view.ts';

/** @param marked indexes of the words that a hit has marks of */
function result(words: string[], tokenCount: number, marked: number[] = []): SearchResult {
  const marks = marked.map((queryWord) => ({ start: 0, end: 1, queryWord, strength: 1 }));
  const queryCodes = { codes: new Int8Array(), tokenCount, dim: 0 };
  return {
    words: words.map((text) => ({ text })),
    hits: [{ marks }],
    exact: [],
    queryCodes,
  } as unknown as SearchResult;
}

const texts = (of: SearchResult) => chipsOf(of).map(({ text }) => text);
const many = Array.from({ length: 348 }, (_, i) => `w${i}`);

it('gives each word with a letter or digit a chip, and counts its marks', () => {
  const chips = chipsOf(result(['close', '-', 'it'], 8, [2, 2]));
  expect(chips.map(({ word, text, markCount }) => [word, text, markCount])).toEqual([
    [0, 'close', 0],
    [2, 'it', 2],
  ]);
});

it('gives none to words beyond the last row of the query, which were never encoded', () => {
  expect(texts(result(many, 39))).toEqual(many.slice(0, 39));
});

it('gives one to a word beyond it that was found letter by letter', () => {
  expect(texts(result(many, 39, [200, 3]))).toEqual([...many.slice(0, 39), 'w200']);
});

it('takes no more words than a query has tokens when the result has no rows to tell by', () => {
  expect(texts(result(many, 0))).toEqual(many.slice(0, 64));
});
