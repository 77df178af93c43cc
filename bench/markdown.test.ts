import { expect, it } from 'vitest';
import { markdownTable, replaceMarked } from './markdown.ts';

it('lays rows out as a Markdown table', () => {
  expect(
    markdownTable([
      ['', 'a|b'],
      ['x', '1'],
    ]),
  ).toBe('|  | a\\|b |\n| --- | ---: |\n| x | 1 |');
});

it('replaces what stands between two markers and nothing else', () => {
  const document = 'before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n';
  const replaced = replaceMarked(document, 'figures', 'new');
  expect(replaced).toBe('before\n<!-- figures -->\n\nnew\n\n<!-- /figures -->\nafter\n');
  expect(replaceMarked(replaced, 'figures', 'new')).toBe(replaced);
  expect(() => replaceMarked(document, 'table', 'new')).toThrow('<!-- table -->');
});
