import { expect, it } from 'vitest';
import { parseSort, writeSort } from './sort-choice.ts';

it('reads a name and an order, and only names there are', () => {
  expect(parseSort('date:desc', ['date'])).toEqual({ by: 'date', order: 'desc' });
  expect(parseSort('date', ['date'])).toEqual({ by: 'date', order: 'asc' });
  expect([parseSort('', ['date']), parseSort(undefined, ['date']), parseSort('price:asc', ['date'])]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('inverts writing, also for names with a colon', () => {
  for (const by of ['date', 'dc:date', 'a:asc'])
    for (const order of ['asc', 'desc'] as const)
      expect(parseSort(writeSort({ by, order }), [by])).toEqual({ by, order });
});
