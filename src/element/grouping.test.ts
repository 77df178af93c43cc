import { expect, it } from 'vitest';
import type { Hit } from '../types.ts';
import { groupByPage, hitKey } from './grouping.ts';

const hit = (id: number, page: number, over: Partial<Hit> = {}) =>
  ({ id, page, site: 0, url: `${page}.html`, ...over }) as Hit;
const shape = (hits: Hit[]) => groupByPage(hits).map(({ best, others }) => [best.id, ...others.map(({ id }) => id)]);

it('puts consecutive hits of one page together, in their order', () => {
  expect(shape([hit(1, 7), hit(2, 7), hit(3, 4), hit(4, 7)])).toEqual([[1, 2], [3], [4]]);
  expect(shape([])).toEqual([]);
});

it('keeps pages of different sites apart', () => {
  expect(shape([hit(1, 7), hit(2, 7, { site: 1 })])).toEqual([[1], [2]]);
});

it('gives every group a key of its own, also where a page comes again', () => {
  const keys = groupByPage([hit(1, 7), hit(2, 4), hit(3, 7), hit(4, 4)]).map(({ key }) => key);
  expect(new Set(keys).size).toBe(4);
});

it('tells pages by address where an engine does not number them', () => {
  const bare = (id: number, url: string) => ({ id, url }) as Hit;
  expect(shape([bare(1, 'a.html#one'), bare(2, 'a.html#two'), bare(3, 'b.html')])).toEqual([[1, 2], [3]]);
});

it('tells passages of different sites apart', () => {
  expect(hitKey(hit(1, 7))).not.toBe(hitKey(hit(1, 7, { site: 1 })));
});
