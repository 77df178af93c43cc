import { describe, expect, it } from 'vitest';
import type { Postings } from '../format/lexicon.ts';
import type { TermPassages } from './exact-match.ts';
import { exactTerms, type TermKind } from './exact-terms.ts';
import { sharedWords, wordGains } from './word-gains.ts';

const known = () => false;
const ids = (count: number) => Uint32Array.from({ length: count }, (_, id) => id);
const index = (passageCount: number, own: Postings[], terms: TermPassages[] = [], forms: number[] = []) => ({
  passageCount,
  located: { terms, words: own.map((postings, w) => ({ own: postings, forms: ids(forms[w] ?? 0) })) },
});
const term = (kind: TermKind, ...keys: string[]) => ({ kind, keys: keys.length > 0 ? keys : ['key'] });

describe('sharedWords', () => {
  const keysOf = (...args: Parameters<typeof sharedWords>) => sharedWords(...args).map(({ key }) => key);

  it('takes each word once, as the lexicon has it', () => {
    expect(keysOf('How does the Café close the café?', [])).toEqual(['how', 'does', 'the', 'café', 'close']);
  });

  it('leaves the words of exact terms to them', () => {
    const query = 'sort by work_mem in 9.6.24 or "sort keys"';
    expect(keysOf(query, exactTerms(query, known))).toEqual(['sort', 'by', 'in', 'or']);
  });

  it('takes the characters of terms that are written without spaces, which may be whole sentences', () => {
    const query = '富士山の税 "金額" work_mem';
    const unknown = (word: string) => word !== '税';
    expect(sharedWords(query, exactTerms(query, unknown))).toEqual([
      { key: '富', isPart: true },
      { key: '士', isPart: true },
      { key: '山', isPart: true },
      { key: 'の', isPart: false },
      { key: '税', isPart: false },
    ]);
  });

  it('takes 32 words at most', () => {
    expect(sharedWords(Array.from({ length: 100 }, (_, n) => `word${n}`).join(' '), [])).toHaveLength(32);
  });
});

describe('wordGains', () => {
  const whole = { isPart: false };
  const wholes = (count: number) => new Array(count).fill(whole);
  const ownGains = (...indexes: ReturnType<typeof index>[]) =>
    wordGains([], wholes(indexes[0].located.words.length), indexes).words.map(({ own }) => own);

  it('gives more for a word of fewer passages, at most a fifth of a perfect token', () => {
    const gains = ownGains(index(1000, [ids(1), ids(10), ids(100), 'common']));
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
    expect(gains[0]).toBeGreaterThan(0.18);
    expect(gains[0]).toBeLessThan(0.2);
    expect(gains[2]).toBeGreaterThan(0);
    expect(gains[3]).toBe(0);
  });

  it('gives a character of a term that is written without spaces what the term would gain', () => {
    const { terms, words } = wordGains(
      [term('word')],
      [{ isPart: true }, whole],
      [index(1000, [ids(3), ids(3)], [ids(3)])],
    );
    expect(words[0].own).toBe(terms[0]);
    expect(words[1].own).toBeLessThan(words[0].own / 2);
  });

  it('gives half for another form, by all passages that have one of the forms', () => {
    const [own] = ownGains(index(1000, [ids(20)]));
    const { words } = wordGains([], wholes(3), [index(1000, [ids(5), ids(0), 'common'], [], [15, 20, 0])]);
    expect(words[0].forms).toBeCloseTo(own / 2);
    expect(words.map(({ forms }) => forms)).toEqual([words[0].forms, words[0].forms, 0]);
  });

  it('gives most for numbers, then for identifiers, then for rare words', () => {
    const kinds = [term('number'), term('identifier'), term('word')];
    const { terms } = wordGains(kinds, [], [index(1000, [], [ids(3), ids(3), ids(3)])]);
    expect(terms[0]).toBeGreaterThan(2);
    expect(terms[0]).toBeGreaterThan(1.5 * terms[1]);
    expect(terms[1]).toBeCloseTo(1.5 * terms[2]);
    expect(terms[2]).toBeGreaterThan(0.5);
  });

  it('takes several words that are all too common to be listed for a common one, and gives nothing for a single one', () => {
    const wanted = [term('word', 'no', 'vacuum'), term('word'), term('word')];
    const { terms } = wordGains(wanted, [], [index(1000, [], ['anywhere', ids(126), 'anywhere'])]);
    expect(terms[0]).toBeCloseTo(terms[1], 2);
    expect(terms[2]).toBe(0);
  });

  it('counts over all indexes that are searched, so that a word gains the same in each', () => {
    const one = ownGains(index(2000, [ids(12)]));
    expect(ownGains(index(500, [ids(10)]), index(1500, [ids(2)]))).toEqual(one);
    expect(ownGains(index(500, [ids(10)]), index(1500, ['common']))).toEqual([0]);
  });

  it('has nothing to give where nothing is searched', () => {
    expect(wordGains([term('word')], [], [])).toEqual({ terms: [0], words: [] });
  });
});
