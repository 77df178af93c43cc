import { expect, it } from 'vitest';
import { hasTerm, passagesWith, termSpans } from './exact-match.ts';
import { exactTerms } from './exact-terms.ts';
import { lexiconOf } from './lexicon.fixture.ts';

const passages = ['changed in 2.1.9.', 'since v2.1.9 only', 'not 12.1.9', 'nor 2.1.90', 'nor 2.1.9.4', '2 of 1 and 9'];
const { lexicon } = lexiconOf(passages);

const found = async (query: string) => {
  const [term] = exactTerms(query, () => false);
  const listed = await passagesWith(lexicon, term);
  if (listed === 'anywhere') return listed;
  return [...listed].filter((id) => hasTerm({ text: passages[id], title: '', headings: [] }, term));
};

it('finds a version with and without its "v", and no other number that it is a part of', async () => {
  expect(await found('2.1.9')).toEqual([0, 1]);
  expect(await found('fixed in v2.1.9?')).toEqual([0, 1]);
  const [term] = exactTerms('v2.1.9', () => false);
  expect(termSpans('a v2.1.9, b 2.1.9', term)).toEqual([
    { start: 2, end: 8 },
    { start: 12, end: 17 },
  ]);
});

it('takes the "v" of a version in quotation marks for meant', async () => {
  expect(await found('"v2.1.9"')).toEqual([1]);
  // Its parts are in more passages than are read; the whole is not.
  const [term] = exactTerms('"2.1.9"', () => false);
  expect(await passagesWith(lexicon, term)).toEqual(Uint32Array.of(0));
});
