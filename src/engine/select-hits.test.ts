import { expect, it } from 'vitest';
import type { Candidate, SearchSite } from './candidates.ts';
import { orderable, pagesWanted, selectHits } from './select-hits.ts';

/** A passage on each of so many pages, best first; later pages have the smaller values. */
function candidatesOn(pageCount: number): Candidate[] {
  const sorts = { order: Array.from({ length: pageCount }, (_, page) => String(1000 - page)) };
  const site = { site: 0, index: { pages: { sorts } } } as unknown as SearchSite;
  return Array.from({ length: pageCount }, (_, id) => ({ site, id, page: id, score: 0, rank: -id, exact: [] }));
}

const byOrder = { perPage: 1, sort: { by: 'order', order: 'asc' } } as const;

it('orders the 50 best pages by a value, and no others', () => {
  const { chosen, hasMore } = selectHits(orderable(candidatesOn(60), byOrder), byOrder, 60);
  expect(chosen.map(({ page }) => page)).toEqual(Array.from({ length: 50 }, (_, i) => 49 - i));
  expect(hasMore).toBe(false);
});

it('wants the same pages for any limit where an order chooses among them', () => {
  expect([10, 20].map((limit) => pagesWanted(byOrder, limit))).toEqual([50, 50]);
  expect([10, 20].map((limit) => pagesWanted({ perPage: 1 }, limit))).toEqual([11, 21]);
  expect(pagesWanted({}, 10)).toBe(0);
});

it('gives all pages without an order, and as many passages of each as are asked for', () => {
  const candidates = candidatesOn(60).map((candidate) => ({ ...candidate, page: candidate.page % 20 }));
  const { chosen, hasMore } = selectHits(candidates, { perPage: 2 }, 10);
  expect(chosen.map(({ id }) => id).slice(0, 4)).toEqual([0, 20, 1, 21]);
  expect([chosen.length, hasMore]).toEqual([20, true]);
});

it('gives further passages of a page when they are among the 30 best of all, and pages however far down', () => {
  const others = candidatesOn(31).slice(1);
  const [best, further] = [0, 1].map((id) => ({ ...candidatesOn(1)[0], id: 100 + id }));
  const ids = (before: number) => {
    const candidates = [best, ...others.slice(0, before), further, ...others.slice(before)];
    return selectHits(candidates, { perPage: 2 }, 40).chosen.map(({ id }) => id);
  };
  expect(ids(28)).toEqual([100, 101, ...others.map(({ id }) => id)]);
  expect(ids(29)).toEqual([100, ...others.map(({ id }) => id)]);
});
