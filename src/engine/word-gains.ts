// What a passage's score gains by having words of the query letter by letter, beside MaxSim: docs/decisions/0009.

import { inverseDocumentFrequency } from '../format/inverse-document-frequency.ts';
import { lexicalWords } from '../format/lexical-words.ts';
import { COMMON_SHARE, lexiconKey } from '../format/lexicon.ts';
import type { TermPassages } from './exact-match.ts';
import { isUnspaced, type TermKind, type WantedTerm } from './exact-terms.ts';
import type { WordPassages } from './lexicon-reader.ts';

/**
 * In query tokens that match perfectly, by w, how telling it is (`inverseDocumentFrequency`). By fourteen development sets and the names and
 * questions of bench:peers (docs/decisions/0009). A model knows next to nothing of a number's digits.
 */
const TERM_GAIN: Record<TermKind, (w: number) => number> = {
  number: (w) => 3 * w,
  identifier: (w) => 1.5 * w ** 2,
  word: (w) => w ** 2,
};
/** The same, times w, for every other word, and for another form of one. */
const SHARED_WORD_GAIN = 0.2;
const OTHER_FORM_GAIN = 0.1;
/** Each may cost a download of chunks of the lexicon; a query of 64 tokens has seldom more. */
const MOST_WORDS = 32;

/** Where the words of a query are in one index, as its lexicon knows. */
export interface LocatedWords {
  /** By exact term. */
  terms: TermPassages[];
  /** By shared word. */
  words: WordPassages[];
}

/** What a passage gains that has one, in query tokens that match perfectly. */
export interface WordGains {
  /** By exact term. */
  terms: number[];
  /** By shared word: for the word, and for another form of it alone. */
  words: { own: number; forms: number }[];
}

export interface SharedWord {
  /** As the lexicon has it. */
  key: string;
  /** A character of a term that is written without spaces: the term may be a whole sentence, which stands nowhere. */
  isPart: boolean;
}

/** A query's words outside its exact terms, and characters of those terms that no space parts, each once. */
export function sharedWords(query: string, terms: readonly WantedTerm[]): SharedWord[] {
  const words = new Map<string, SharedWord>();
  for (const { key, start, end } of lexicalWords(query)) {
    const term = terms.find((one) => start >= one.start && start < one.end);
    const isPart = term !== undefined && !term.quoted && term.keys.length > 1 && isUnspaced(query.slice(start, end));
    const word = lexiconKey(key);
    if ((isPart || !term) && !words.has(word)) words.set(word, { key: word, isPart });
  }
  return [...words.values()].slice(0, MOST_WORDS);
}

/**
 * By how many passages have a word, of all indexes that are searched: the same word gains the same in each. One that is too common in one of
 * them to be listed gains nothing in any.
 * @param indexes that have a lexicon
 */
export function wordGains(
  terms: readonly Pick<WantedTerm, 'kind' | 'keys'>[],
  words: readonly Pick<SharedWord, 'isPart'>[],
  indexes: readonly { passageCount: number; located: LocatedWords }[],
): WordGains {
  const total = indexes.reduce((sum, { passageCount }) => sum + passageCount, 0);
  const telling = (frequencies: number[]) => {
    const frequency = frequencies.reduce((sum, one) => sum + one, 0);
    return total === 0 ? 0 : inverseDocumentFrequency(frequency, total);
  };
  return {
    terms: terms.map(({ kind, keys }, t) => {
      const lists = indexes.map(({ located }) => located.terms[t]);
      if (lists.includes('anywhere') && keys.length === 1) return 0;
      // Several common words in a row are rarer than each, nobody knows by how much.
      const frequencies = lists.map((ids, i) =>
        ids === 'anywhere' ? indexes[i].passageCount * COMMON_SHARE : ids.length,
      );
      return TERM_GAIN[kind](telling(frequencies));
    }),
    words: words.map(({ isPart }, w) => {
      const lists = indexes.map(({ located }) => located.words[w]);
      const own = lists.map(({ own }) => own);
      if (own.includes('common')) return { own: 0, forms: 0 };
      const tells = telling(own.map(({ length }) => length));
      return {
        own: isPart ? TERM_GAIN.word(tells) : SHARED_WORD_GAIN * tells,
        forms: OTHER_FORM_GAIN * telling(lists.map(({ own, forms }) => own.length + forms.length)),
      };
    }),
  };
}
