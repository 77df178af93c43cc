// What is read before it is believed, and ranks that are whole numbers.

import { expect, it } from 'vitest';
import type { FragmentPassage } from '../format/fragment.ts';
import { type Candidate, gather, prove, type SearchSite } from './candidates.ts';
import type { WantedTerm } from './exact-terms.ts';

const codec = { queryScale: 97, codewordScale: 83.7 };
const index = { codec, pageOf: new Uint32Array(400), manifest: { passageCount: 400 } };
const site = { index, site: 0, weight: 1, filter: {} } as unknown as SearchSite;
const term: WantedTerm = {
  text: 'fs.mkdtemp',
  quoted: true,
  start: 0,
  end: 10,
  keys: ['fs', 'mkdtemp'],
  kind: 'identifier',
  isPrefix: false,
};
const everywhere = new Map([[site, { terms: ['anywhere' as const], words: [] }]]);
const candidates = (): Candidate[] =>
  Array.from({ length: 400 }, (_, id) => ({ site, id, page: 0, score: 1000 - id, rank: 1000 - id, exact: [0] }));
const ENOUGH = { passages: 10, pages: 0 };
const passage = (text: string) => ({ text, title: '', headings: [] as string[] }) as FragmentPassage;

it.each([
  ['a quoted phrase', true, 256],
  ['words that count for more', false, 64],
])('reads the best passages in search of %s, and keeps nothing unproved of the others', async (_, quoted, most) => {
  const read = new Set<number>();
  // The last one that is read has it, and the first one that is not.
  const has = [most - 1, most];
  const proved = await prove(candidates(), [{ ...term, quoted }], everywhere, [1], ENOUGH, async ({ id }) => {
    read.add(id);
    return passage(has.includes(id) ? 'Call fs.mkdtemp first.' : 'What fs has: mkdtemp.');
  });
  expect(read.size).toBe(most);
  expect(Math.max(...read)).toBe(most - 1);
  expect(proved.filter(({ exact }) => exact.length > 0).map(({ id }) => id)).toEqual([most - 1]);
  expect(proved).toHaveLength(quoted ? 1 : 400);
});

it('puts what ranks the same in the order of the sites, then of the passages', async () => {
  const other = { ...site, site: 1 } as SearchSite;
  const at = (of: SearchSite, id: number, rank: number): Candidate => ({
    site: of,
    id,
    page: 0,
    score: 0,
    rank,
    exact: [],
  });
  const tied = [at(other, 1, 5), at(site, 9, 5), at(other, 0, 5), at(site, 2, 5), at(other, 7, 6), at(site, 4, 5)];
  const sorted = await prove(tied, [], everywhere, [], ENOUGH, async () => undefined);
  expect(sorted.map(({ site, id }) => [site.site, id])).toEqual([
    [1, 7],
    [0, 2],
    [0, 4],
    [0, 9],
    [1, 0],
    [1, 1],
  ]);
});

it('reads no further once enough have the phrase', async () => {
  let reads = 0;
  await prove(candidates(), [term], everywhere, [1], ENOUGH, async () => {
    reads++;
    return passage('Call fs.mkdtemp first.');
  });
  expect(reads).toBe(64);
});

it.each([
  ['one page has the phrase again and again', (id: number) => (id < 100 ? 0 : id), (id: number) => `${id}`],
  ['many pages say the same', (id: number) => id, (id: number) => (id < 100 ? 'the same' : `${id}`)],
])('reads on for as many pages as are wanted where %s', async (_, pageOf, textOf) => {
  const paged = candidates().map((one) => ({ ...one, page: pageOf(one.id) }));
  const proved = await prove(paged, [term], everywhere, [1], { passages: 10, pages: 11 }, async ({ id }) =>
    passage(`Call fs.mkdtemp first. ${textOf(id)}`),
  );
  expect(proved).toHaveLength(128);
});

it('ranks by whole numbers, so that what a search gives is the same everywhere', async () => {
  const own = Uint32Array.of(3);
  const found = await gather(
    site,
    {
      queryCodes: { codes: new Int8Array(), tokenCount: 0, dim: 0 },
      ids: Uint32Array.of(3, 5),
      scores: Int32Array.of(700, 600),
      k: 2,
      filter: undefined,
    },
    {
      terms: [],
      located: { terms: [], words: [{ own, forms: new Uint32Array() }] },
      gains: { terms: [], words: [{ own: 0.13, forms: 0 }] },
    },
  );
  // .13 of a perfect token is 1055.457.
  expect(found.map(({ rank }) => rank)).toEqual([700 + 1055, 600]);
});
