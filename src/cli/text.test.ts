import { expect, it } from 'vitest';
import { printable, shellWord } from './text.ts';

it.each([
  ['dist/latelight', 'dist/latelight'],
  ['my site/search', '"my site/search"'],
  ["it's/search", '"it\'s/search"'],
  ['pay $HOME/search', "'pay $HOME/search'"],
  ["it's $5", "'it'\\''s $5'"],
  ['a;b', '"a;b"'],
])('the path %s is the one word %s in a shell', (path, word) => {
  expect(shellWord(path)).toBe(word);
});

it('quotes as Windows does there, where single quotes are none', () => {
  expect(shellWord('my site\\latelight', true)).toBe('"my site\\latelight"');
  expect(shellWord('site\\latelight', true)).toBe('site\\latelight');
});

it('text of others keeps its lines and its letters on a terminal, and loses what a terminal obeys', () => {
  expect(printable('zürich\n日本 👩‍🚀\x1b[31m\t\r\x9b\u202e')).toBe('zürich\n日本 👩‍🚀[31m');
});
