// What is chosen of what was found, over an index that is no more than its passages.

import { expect, it } from 'vitest';
import type { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import type { Candidate, SearchSite } from './candidates.ts';
import { SearchRun } from './search-run.ts';

it('orders the 50 best pages and no others where some of them repeat others, whatever the limit', async () => {
  const text = (id: number) =>
    `${id > 44 ? 'the same' : id} on a page that is long enough to say what it is about`.padEnd(90, '.');
  const passage = async (id: number) => ({ text: text(id), title: `${id}`, headings: [] });
  // Pages that are further down by score come first in this order.
  const pages = { sorts: { order: Array.from({ length: 60 }, (_, page) => `${1000 - page}`) } };
  const index = { lexicon: { isEmpty: true }, filters: {}, pages, passage };
  const site = { site: 0, index, filter: {} } as unknown as SearchSite;
  const found = pages.sorts.order.map((_, id): Candidate => ({ site, id, page: id, score: 0, rank: -id, exact: [] }));
  const shown = async (limit: number) => {
    const request = { perPage: 1, sort: { by: 'order', order: 'asc' as const }, limit };
    const run = new SearchRun({ sites: [site] }, {} as ColbertTokenizer, 'page', request);
    return (await run.choose(found)).shown.map(({ candidate }) => candidate.page);
  };
  expect(await shown(5)).toEqual([49, 44, 43, 42, 41]);
  expect((await shown(10)).slice(0, 5)).toEqual(await shown(5));
  expect(await shown(60)).toHaveLength(46);
});
