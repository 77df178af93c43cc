import { expect, it } from 'vitest';
import type { Passage } from '../shared-types.ts';
import { collectPages, pageOrder, readPages, writePages } from './pages.ts';

const passages: Pick<Passage, 'url' | 'sort'>[] = [
  { url: 'a.html', sort: { date: '2026-01-02' } },
  { url: 'a.html#x', sort: { date: '2026-01-02' } },
  { url: 'b.html#y' },
  { url: 'c.html', sort: { date: '2025-12-31', order: '10' } },
];

it('a page is what stands before the #, and its passages are consecutive', () => {
  const pages = collectPages(passages);
  expect(pages).toEqual({
    firstIds: [0, 2, 3],
    sorts: { date: ['2026-01-02', null, '2025-12-31'], order: [null, null, '10'] },
  });
  expect(readPages(writePages(pages), 4)).toEqual(pages);
});

it('refuses pages that are not those of the index', () => {
  const read = (value: unknown) => () => readPages(new TextEncoder().encode(JSON.stringify(value)), 4);
  const sorts = {};
  expect(read({ version: 1, firstIds: [0, 2], sorts })()).toEqual({ firstIds: [0, 2], sorts });
  for (const firstIds of [[1], [0, 0], [0, 4], [2, 0], [], ['0'], [0, 1.5], null]) {
    expect(read({ version: 1, firstIds, sorts }), String(firstIds)).toThrow(
      expect.objectContaining({ code: 'bad-manifest' }),
    );
  }
  expect(read({ version: 1, firstIds: [0], sorts: { date: ['a', 'b'] } })).toThrow(/each page/);
  expect(read({ version: 1, firstIds: [0], sorts: { date: [1] } })).toThrow(/each page/);
  expect(read({ version: 2, firstIds: [0], sorts })).toThrow(/version 1, got 2/);
  expect(read(null)).toThrow(expect.objectContaining({ code: 'bad-manifest' }));
  expect(() => readPages(new Uint8Array([255]), 4)).toThrow(expect.objectContaining({ code: 'bad-manifest' }));
});

it('orders numbers by size, words with their numbers, pages without a value last either way', () => {
  const sorted = (values: (string | null)[], order: 'asc' | 'desc') => [...values].sort(pageOrder(values, order));
  expect(sorted(['10', null, '-2', '9.5'], 'asc')).toEqual(['-2', '9.5', '10', null]);
  expect(sorted(['10', null, '-2', '9.5'], 'desc')).toEqual(['10', '9.5', '-2', null]);
  expect(sorted(['v10', 'v9', 'B'], 'asc')).toEqual(['B', 'v9', 'v10']);
  expect(sorted(['2025-12-31', '2026-01-02'], 'desc')).toEqual(['2026-01-02', '2025-12-31']);
});
