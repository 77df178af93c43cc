import { expect, it } from 'vitest';
import { shellWord } from './text.ts';

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
