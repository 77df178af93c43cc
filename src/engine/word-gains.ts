// What a passage's score gains by having words of the query letter by letter, beside MaxSim: docs/decisions/0009.

import { inverseDocumentFrequency } from '../format/inverse-document-frequency.ts';
import { lexicalWords } from '../format/lexical-words.ts';
import { COMMON_SHARE, lexiconKey, type Postings } from '../format/lexicon.ts';
import type { TermPassages } from './exact-match.ts';
import type { TermKind, WantedTerm } from './exact-terms.ts';

/**
 * In query tokens that match perfectly, by w, how telling it is (`inverseDocumentFrequency`). By twelve development sets and the names and
 * questions of bench:peers (docs/decisions/0009). A model knows next to nothing of a number's digits.
 */
const TERM_GAIN: Record<TermKind, (w: number) => number> = {
  number: (w) => 3 * w,
  identifier: (w) => 1.5 * w ** 2,
  word: (w) => w ** 2,
};
const SHARED_WORD_GAIN = 0.2;
const OTHER_FORM_GAIN = 0.1;
/** Each may cost a download of a chunk of the lexicon; a query of the default model has no more tokens. */
const MOST_WORDS = 32;

/** Where the words of a query are in one index, as its lexicon knows. */
export interface LocatedWords {
  /** By exact term. */
  terms: TermPassages[];
  /** By shared word. */
  words: Postings[];
  /** By shared word: passages that have another form of it alone. */
  forms: Postings[];
}

/** What a passage gains that has one, in query tokens that match perfectly. */
export interface WordGains {
  terms: number[];
  words: number[];
  forms: number[];
}

/** Keys of a query's words outside its exact terms, each once. */
export function sharedWords(query: string, terms: readonly WantedTerm[]): string[] {
  const outside = lexicalWords(query).filter(({ start }) =>
    terms.every((term) => start < term.start || start >= term.end),
  );
  return [...new Set(outside.map(({ key }) => lexiconKey(key)))].slice(0, MOST_WORDS);
}

/**
 * By how many passages have a word, of all indexes that are searched: the same word gains the same in each. A word that is too common in one
 * of them to be listed gains nothing in any.
 */
export function wordGains(
  terms: readonly Pick<WantedTerm, 'kind'>[],
  indexes: readonly { passageCount: number; located: LocatedWords }[],
): WordGains {
  const total = indexes.reduce((sum, { passageCount }) => sum + passageCount, 0);
  const telling = (frequencies: number[]) =>
    inverseDocumentFrequency(
      frequencies.reduce((sum, frequency) => sum + frequency, 0),
      total,
    );
  /** @param lists by index, those whose passages count as one word's */
  const unlessCommon = (lists: Postings[][]) =>
    lists.flat().includes('common') ? 0 : telling(lists.flat().map(({ length }) => length));
  const [first] = indexes;
  if (!first) return { terms: [], words: [], forms: [] };
  return {
    terms: terms.map(({ kind }, t) => {
      const frequencies = indexes.map(({ located: { terms }, passageCount }) => {
        const ids = terms[t];
        return ids === 'anywhere' ? passageCount * COMMON_SHARE : ids.length;
      });
      return TERM_GAIN[kind](telling(frequencies));
    }),
    words: first.located.words.map(
      (_, w) => SHARED_WORD_GAIN * unlessCommon(indexes.map(({ located }) => [located.words[w]])),
    ),
    forms: first.located.forms.map(
      (_, w) => OTHER_FORM_GAIN * unlessCommon(indexes.map(({ located }) => [located.words[w], located.forms[w]])),
    ),
  };
}
