import { expect, it } from 'vitest';
import { passageAddress } from './element/links.ts';
import { findWords, wordsOfAddress } from './highlight.ts';
import type { Hit } from './types.ts';

const found = (text: string, ...words: string[]) =>
  findWords(text, words).map(({ start, end }) => text.slice(start, end));

it('finds whole words whatever their case, and punctuation as it is written', () => {
  expect(found('Close the server; closer than CLOSE', 'close')).toEqual(['Close', 'CLOSE']);
  expect(found('a.b axb (a.b)', 'a.b')).toEqual(['a.b', 'a.b']);
  expect(found('x [y] $& \\d', '[y]', '\\d')).toEqual(['[y]', '\\d']);
});

it('prefers the longer of two words that begin alike', () => {
  expect(found('set-up and set', 'set', 'set-up')).toEqual(['set-up', 'set']);
});

it('finds words of scripts that write no spaces inside a sentence', () => {
  expect(found('サーバーを閉じる', 'サーバー')).toEqual(['サーバー']);
});

it('takes at most sixteen words of an address, none of them empty, long or twice', () => {
  const many = Array.from({ length: 40 }, (_, i) => `latelight-highlight=w${i % 20}`).join('&');
  expect(wordsOfAddress(`?${many}`)).toHaveLength(16);
  expect(wordsOfAddress(`?latelight-highlight=%20&latelight-highlight=${'x'.repeat(65)}&other=y`)).toEqual([]);
});

it('reads the words that the element writes', () => {
  const mark = (start: number, end: number, strength: number) => ({ start, end, queryWord: 0, strength });
  const hit = {
    url: 'a.html?v=1#part',
    excerpt: 'Close & close the server',
    marks: [mark(0, 5, 0.9), mark(8, 13, 0.95), mark(18, 24, 1), mark(14, 17, 0.3), mark(6, 7, 1)],
  } as Hit;
  const address = passageAddress(hit, 'https://example.org/', { textFragments: false, highlight: true }) as string;
  expect(wordsOfAddress(new URL(address).search)).toEqual(['server', 'close']);
  expect(new URL(address).hash).toBe('#part');
});
