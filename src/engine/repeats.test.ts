import { expect, it } from 'vitest';
import type { FragmentPassage } from '../format/fragment.ts';
import type { Candidate, SearchSite } from './candidates.ts';
import { onOtherPages, repeatsOf } from './repeats.ts';

const LONG = 'What stands here is long enough that nobody has to ask what it is about, wherever it may stand.';

function read(id: number, over: Partial<FragmentPassage & { page: number; site: number }> = {}) {
  const { page = id, site = 0, ...rest } = over;
  const candidate = { site: { site } as SearchSite, id, page, score: 0, rank: -id, exact: [] } satisfies Candidate;
  const passage = {
    text: LONG,
    title: 'A page',
    headings: [],
    url: '',
    filters: {},
    meta: {},
    words: [],
    rowWords: [],
  };
  return [candidate, { ...passage, ...rest }] as const;
}
const repeatIds = (...all: ReturnType<typeof read>[]) => [...repeatsOf(all)].map(([{ id }, first]) => [id, first.id]);

it('lets the first of equal texts stand for the others, white space aside', () => {
  expect(repeatIds(read(5), read(2), read(9, { text: LONG.replace(/ /g, '\n ') }))).toEqual([
    [2, 5],
    [9, 5],
  ]);
  expect(repeatIds(read(5), read(2, { text: LONG.toUpperCase() }), read(3, { text: `${LONG} = 1` }))).toEqual([]);
});

it('takes what is short for the same under the same heading alone, or on pages of one title', () => {
  const text = 'Returns: void';
  const headings = (last: string) => ({ text, headings: ['Methods', last] });
  expect(repeatIds(read(1, headings('close()')), read(2, headings('open()')))).toEqual([]);
  expect(repeatIds(read(1, headings('close()')), read(2, headings('close()')))).toEqual([[2, 1]]);
  expect(repeatIds(read(1, { text }), read(2, { text, title: 'Another' }), read(3, { text }))).toEqual([[3, 1]]);
});

it('names each other page once, and not the page that stands for them', () => {
  const all = [read(1), read(2, { page: 1 }), read(3), read(4, { page: 3 }), read(5, { page: 1, site: 1 })];
  const repeats = repeatsOf(all);
  expect(repeats.size).toBe(4);
  expect(onOtherPages(all[0][0], repeats).map(({ id }) => id)).toEqual([3, 5]);
  expect(onOtherPages(all[2][0], repeats)).toEqual([]);
});
