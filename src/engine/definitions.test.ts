// Which headings are names, and who is raised for one.

import { expect, it } from 'vitest';
import type { FragmentPassage } from '../format/fragment.ts';
import { type Candidate, prove, type SearchSite } from './candidates.ts';
import { definitionGain, definitionsOf, namesOf } from './definitions.ts';
import { exactTerms } from './exact-terms.ts';
import { sharedWords } from './word-gains.ts';

it.each([
  ['setErrorHandler', 'seterrorhandler'],
  ['reply.send(payload)', 'reply.send', 'send'],
  ['logger.child(bindings, [options]) => logger', 'logger.child', 'child'],
  ['level (String)', 'level'],
  ['std::vector<T>', 'std::vector', 'vector'],
  ['--port <number>', '--port'],
  ['Table#join', 'table#join', 'join'],
  ['timeout: number', 'timeout'],
])('%s is the name of %s', (heading, ...names) => {
  expect(new Set(namesOf({ title: 'API', headings: ['Methods', heading] }))).toEqual(new Set(names));
});

it.each(['Set the error handler', 'setErrorHandler and its friends', '(optional)', ''])('%s is no name', (heading) => {
  expect(namesOf({ title: 'setErrorHandler', headings: [heading] })).toEqual([]);
});

it('takes the title where there is no heading', () => {
  expect(namesOf({ title: 'fs.open(path)', headings: [] })).toEqual(['fs.open', 'open']);
});

const index = { codec: { queryScale: 100, codewordScale: 100 } };
const site = { index, site: 0, weight: 1, filter: {} } as unknown as SearchSite;

/** Ids in the order that a query gives to passages of these headings, all of which have its one term. */
async function order(query: string, headings: string[], read: (id: number) => void = () => {}) {
  const terms = exactTerms(query, () => false);
  const located = { terms: [Uint32Array.from(headings.keys())], words: [] };
  const candidates = headings.map((_, id): Candidate => {
    return { site, id, page: 0, score: 0, rank: 1000 - id, exact: [0] };
  });
  const proved = await prove(
    candidates,
    terms,
    new Map([[site, located]]),
    [1],
    { passages: 10, pages: 10 },
    async ({ id }) => {
      read(id);
      return { text: '', title: 'API', headings: [headings[id]] } as FragmentPassage;
    },
  );
  return proved.map(({ id }) => id);
}

it('puts the section of a name before what tells of it', async () => {
  const headings = ['An example', 'reply.setErrorHandler(fn)', 'setErrorHandler', 'Errors'];
  expect(await order('setErrorHandler now', headings)).toEqual([1, 2, 0, 3]);
});

it('takes what a name goes on to while it is typed, unless something is called as it stands', async () => {
  const headings = ['An example', 'getElementById', 'getElement'];
  expect(await order('getElementBy', headings)).toEqual([1, 0, 2]);
  expect(await order('getElement', headings)).toEqual([2, 0, 1]);
  expect(await order('getElementBy please', headings)).toEqual([0, 1, 2]);
});

it('reads the eight best that have it, and nothing for a phrase, a number or a word in capitals', async () => {
  const read = async (query: string) => {
    const asked: number[] = [];
    const candidates = Array.from(
      { length: 40 },
      (_, id) => ({ id, exact: id % 2 === 0 ? [0] : [] }) as unknown as Candidate,
    );
    await definitionsOf(
      candidates,
      exactTerms(query, () => false),
      async ({ id }) => {
        asked.push(id);
        return undefined;
      },
    );
    return asked;
  };
  expect(await read('setErrorHandler now')).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
  for (const query of ['"setErrorHandler" now', '9.6.24 now', 'what is CORS'])
    expect(await read(query), query).toEqual([]);
});

it('counts for more where nothing else is asked', () => {
  const gain = (query: string) =>
    definitionGain(
      exactTerms(query, () => false),
      sharedWords(
        query,
        exactTerms(query, () => false),
      ),
    );
  expect(['setErrorHandler', 'setErrorHandler()', 'reply.setErrorHandler'].map(gain)).toEqual([2, 2, 2]);
  expect(['how to use setErrorHandler', 'setErrorHandler CORS', 'setErrorHandler "gone"'].map(gain)).toEqual([
    0.5, 0.5, 0.5,
  ]);
});

it('goes without a passage that cannot be had', async () => {
  const headings = ['setErrorHandler', 'An example', 'setErrorHandler'];
  const read = (id: number) => {
    if (id === 0) throw new Error('gone');
  };
  expect(await order('setErrorHandler now', headings, read)).toEqual([2, 0, 1]);
});
