import { describe, expect, it } from 'vitest';
import type { Postings } from '../format/lexicon.ts';
import type { TermPassages } from './exact-match.ts';
import { exactTerms } from './exact-terms.ts';
import { sharedWords, wordGains } from './word-gains.ts';

const known = () => false;
const ids = (count: number) => Uint32Array.from({ length: count }, (_, id) => id);
const index = (passageCount: number, words: Postings[], terms: TermPassages[] = [], forms: Postings[] = []) => ({
  passageCount,
  located: { terms, words, forms },
});

describe('sharedWords', () => {
  it('takes each word once, as the lexicon has it', () => {
    expect(sharedWords('How does the Café close the café?', [])).toEqual(['how', 'does', 'the', 'café', 'close']);
  });

  it('leaves the words of exact terms to them', () => {
    const query = 'sort by work_mem in 9.6.24 or "sort keys"';
    expect(sharedWords(query, exactTerms(query, known))).toEqual(['sort', 'by', 'in', 'or']);
  });

  it('takes 32 words at most', () => {
    expect(sharedWords(Array.from({ length: 100 }, (_, n) => `word${n}`).join(' '), [])).toHaveLength(32);
  });
});

describe('wordGains', () => {
  it('gives more for a word of fewer passages, at most a fifth of a perfect token', () => {
    const { words } = wordGains([], [index(1000, [ids(1), ids(10), ids(100), 'common'])]);
    expect(words).toEqual([...words].sort((a, b) => b - a));
    expect(words[0]).toBeGreaterThan(0.18);
    expect(words[0]).toBeLessThan(0.2);
    expect(words[2]).toBeGreaterThan(0);
    expect(words[3]).toBe(0);
  });

  it('gives most for numbers, then for identifiers, then for rare words', () => {
    const kinds = [{ kind: 'number' }, { kind: 'identifier' }, { kind: 'word' }] as const;
    const { terms } = wordGains(kinds, [index(1000, [], [ids(3), ids(3), ids(3)])]);
    expect(terms[0]).toBeGreaterThan(2);
    expect(terms[0]).toBeGreaterThan(1.5 * terms[1]);
    expect(terms[1]).toBeCloseTo(1.5 * terms[2]);
    expect(terms[2]).toBeGreaterThan(0.5);
  });

  it('takes a term whose words are all too common to be listed for a common one', () => {
    const { terms } = wordGains([{ kind: 'word' }, { kind: 'word' }], [index(1000, [], ['anywhere', ids(126)])]);
    expect(terms[0]).toBeCloseTo(terms[1], 2);
  });

  it('gives half for another form, by all passages that have one of the forms', () => {
    const { words } = wordGains([], [index(1000, [ids(20)])]);
    const { forms } = wordGains(
      [],
      [index(1000, [ids(5), ids(0), ids(5), 'common'], [], [ids(15), ids(20), 'common', ids(0)])],
    );
    expect(forms[0]).toBeCloseTo(words[0] / 2);
    expect(forms).toEqual([forms[0], forms[0], 0, 0]);
  });

  it('counts over all indexes that are searched, so that a word gains the same in each', () => {
    const one = wordGains([], [index(2000, [ids(12)])]);
    expect(wordGains([], [index(500, [ids(10)]), index(1500, [ids(2)])])).toEqual(one);
    expect(wordGains([], [index(500, [ids(10)]), index(1500, ['common'])]).words).toEqual([0]);
  });

  it('has nothing to give where nothing is searched', () => {
    expect(wordGains([{ kind: 'word' }], [])).toEqual({ terms: [], words: [], forms: [] });
  });
});
