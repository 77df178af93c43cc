// Words of a query that no passage has: a misspelt one gives way to the word that was meant, one that is being typed to what it may
// become: docs/decisions/0017.

import { LETTERS, lexicalKey } from '../format/lexical-words.ts';
import { COMMON_SHARE, lexiconKey } from '../format/lexicon.ts';
import type { Correction } from '../types.ts';
import { exactTerms, isUnspaced, withoutQuotes } from './exact-terms.ts';
import type { LexiconReader } from './lexicon-reader.ts';

/** Shorter words have too many others one letter away. */
const LEAST_MISSPELT = 5;
/** "sit" is the beginning of "situations". */
const LEAST_BEGUN = 4;
/** Of 16 KB each, fetched for a word that no passage has. */
const MOST_CHUNKS = 4;
/** Letters that a form of a word shares with it, and letters that it has beyond it. */
const FORM_SHARES = 4;
const FORM_REST = 3;
/** In more passages than these a word that only one of them has may be a slip itself, or another name. */
const FEW_PASSAGES = 4000;
/** Each may cost downloads. */
const MOST_WORDS = 32;
/** A text with more is in another language, or no prose; each costs up to `MOST_CHUNKS` downloads. */
const MOST_UNKNOWN = 8;

/** Letters alone between spaces, with what surrounds a word in a sentence. */
const WORD = /(?<![^\s([{<¿¡])[\p{L}\p{M}]+(?=[,;:!?.…)\]}>]*(?:\s|$))/gu;
/** "Of a phrase that is still being typed." */
const OPEN_QUOTE = /(?<!\S)["“„«「『]/u;
/** Names: "HDAC", "NoneType". */
const CAPITALS_WITHIN = /.\p{Lu}/u;
/** A syllable a character: what an edit or a beginning is in other scripts means something else there. */
const HANGUL = /\p{Script=Hangul}/u;

interface AskedWord {
  text: string;
  /** As the lexicon has it. */
  key: string;
  start: number;
  end: number;
}

/** What knows a model's words. */
interface Vocabulary {
  bareIds(text: string): number[];
}

/**
 * What a query's words that none of the indexes has are taken for. Nothing where one of them cannot say what it has.
 * @returns in the order of the query
 * @throws LatelightError as reading a lexicon does
 */
export async function corrections(
  lexicons: readonly LexiconReader[],
  vocabulary: Vocabulary,
  query: string,
  signal?: AbortSignal,
): Promise<Correction[]> {
  if (lexicons.some(({ isEmpty, passageCount }) => isEmpty && passageCount > 0)) return [];
  const looked = await Promise.all(
    plainWords(query).map(async (word) => {
      const own = await Promise.all(lexicons.map((lexicon) => lexicon.postings(word.key, signal)));
      // 'common' has a length too. A word that is one piece to the model is a word: it means something, if not to this index.
      const isUnknown =
        own.every((postings) => postings.length === 0) && vocabulary.bareIds(` ${word.text}`).length !== 1;
      return isUnknown ? [word] : [];
    }),
  );
  const unknown = looked.flat();
  if (new Set(unknown.map(({ key }) => key)).size > MOST_UNKNOWN) return [];
  const found = await Promise.all(
    unknown.map(async ({ text: from, key, start, end }): Promise<Correction | undefined> => {
      const is = (word: string, kind: Correction['kind']) => ({ from, to: withCaseOf(from, word), start, end, kind });
      const completion = end === query.length ? await completionOf(lexicons, key, signal) : undefined;
      if (completion !== undefined) return is(completion, 'completion');
      const meant = await meantBy(lexicons, key, signal);
      return meant === undefined ? undefined : is(meant, 'spelling');
    }),
  );
  return found.filter((one) => one !== undefined);
}

/** Words that may be misspelt or unfinished: neither names, numbers and identifiers, nor what is meant letter by letter. */
function plainWords(query: string): AskedWord[] {
  const rest = withoutQuotes(query, true);
  const quotedFrom = rest.search(OPEN_QUOTE);
  const named = exactTerms(rest, () => false);
  const words = Array.from(rest.matchAll(WORD), ({ 0: text, index: start }) => {
    return { text, key: lexicalKey(text), start, end: start + text.length };
  });
  return words
    .filter(({ text, key, start }) => {
      const isMeant = quotedFrom >= 0 && start > quotedFrom;
      const isNamed = CAPITALS_WITHIN.test(text) || named.some((term) => start >= term.start && start < term.end);
      const isLong = [...key].length >= LEAST_BEGUN && lexiconKey(key) === key;
      return !isMeant && !isNamed && isLong && !isUnspaced(text) && !HANGUL.test(text);
    })
    .slice(0, MOST_WORDS);
}

/** The commonest word that goes on from what is typed. */
async function completionOf(lexicons: readonly LexiconReader[], begun: string, signal?: AbortSignal) {
  const counts = await countsOf(lexicons, (lexicon) => lexicon.wordsFrom(begun, signal));
  return commonest(counts);
}

/**
 * The commonest word that is one edit away, but none that ends otherwise, as forms do, none that is rarer than a word which the unknown
 * one may be a form of, and in a large index none of a single passage.
 */
async function meantBy(lexicons: readonly LexiconReader[], key: string, signal?: AbortSignal) {
  const letters = [...key];
  if (letters.length < LEAST_MISSPELT) return undefined;
  const isNear = (word: string) => Math.abs(word.length - key.length) <= FORM_REST;
  const counts = await countsOf(lexicons, (lexicon) => lexicon.wordsNear(key, MOST_CHUNKS, signal), isNear);
  const forms = [...counts].filter(([other]) => isFormOf(key, other)).map(([, count]) => count);
  const passageCount = lexicons.reduce((sum, lexicon) => sum + lexicon.passageCount, 0);
  const most = Math.max(passageCount > FEW_PASSAGES ? 1 : 0, ...forms);
  const likely = [...counts].filter(([other, count]) => {
    if (!isOneEdit(letters, [...other])) return false;
    return isDoubling(key, other) || (count > most && !differsAtEnd(key, other));
  });
  return commonest(likely);
}

/** In how many passages of all indexes each of the words is, of letters alone. */
async function countsOf(
  lexicons: readonly LexiconReader[],
  words: (lexicon: LexiconReader) => ReturnType<LexiconReader['wordsFrom']>,
  isWanted: (word: string) => boolean = () => true,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const all = await Promise.all(lexicons.map(words));
  all.forEach((found, i) => {
    for (const [word, postings] of found) {
      if (!isWanted(word) || !LETTERS.test(word)) continue;
      const count = postings === 'common' ? lexicons[i].passageCount * COMMON_SHARE : postings.length;
      counts.set(word, (counts.get(word) ?? 0) + count);
    }
  });
  return counts;
}

function commonest(counts: Iterable<[string, number]>): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [word, count] of counts) {
    if (count <= most) continue;
    best = word;
    most = count;
  }
  return best;
}

/** Whether one goes on from the other by a few letters, as "halts" from "halt". */
function isFormOf(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= FORM_SHARES && long.length - short.length <= FORM_REST && long.startsWith(short);
}

/** Whether they differ in their last letter, or one has a letter beyond the other. */
function differsAtEnd(a: string, b: string): boolean {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return shared >= Math.max(a.length, b.length) - 1;
}

/** Whether they differ in letters that stand once in one and twice in the other: no form of a word is made so alone. */
function isDoubling(a: string, b: string): boolean {
  const single = (word: string) => word.replace(/(.)\1+/gu, '$1');
  return a.length !== b.length && single(a) === single(b);
}

/** A letter too many, one too few, one for another, or two neighbours in each other's place (Damerau 1964). */
function isOneEdit(a: string[], b: string[]): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const endAlike = (fromA: number, fromB: number) =>
    a.length - fromA === b.length - fromB && a.slice(fromA).every((letter, i) => letter === b[fromB + i]);
  if (a.length !== b.length) return a.length > b.length ? endAlike(at + 1, at) : endAlike(at, at + 1);
  const isSwapped = a[at] === b[at + 1] && a[at + 1] === b[at];
  return endAlike(at + 1, at + 1) || (isSwapped && endAlike(at + 2, at + 2));
}

/** Models know words by their case. */
function withCaseOf(asked: string, key: string): string {
  if (!/^\p{Lu}/u.test(asked)) return key;
  const [first, ...rest] = key;
  return first.toUpperCase() + rest.join('');
}
