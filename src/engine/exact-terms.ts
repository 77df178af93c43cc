// Which parts of a query are meant letter by letter: phrases in quotation marks, identifiers, version numbers, and words that the
// model knows in pieces only. Embeddings blur exactly those.

import { lexicalWords } from '../format/lexical-words.ts';
import type { ExactTerm } from '../types.ts';

/** A version, time or other number in parts; a name out of a program; a word that is rare, in capitals, or in a quoted phrase. */
export type TermKind = 'number' | 'identifier' | 'word';

export interface WantedTerm extends Pick<ExactTerm, 'text' | 'quoted'> {
  /** Offsets in the query, UTF-16 units, quotation marks excluded. */
  start: number;
  end: number;
  /** Keys of its words, in order, at least one. */
  keys: string[];
  kind: TermKind;
  /** Whether the last word may go on: someone is still typing it. */
  isPrefix: boolean;
}

/** More would cost a download each. */
const MOST_TERMS = 8;
/** UTF-16 units. What goes on longer without a space is pasted data or a script without spaces, and patterns below take its length squared. */
const LONGEST_WORD = 200;
/** A straight mark opens after a space and closes before one: 3.5" is an inch. */
const QUOTES =
  /(?<![\p{L}\p{N}])"(?!\s)([^"]*[^"\s])"(?![\p{L}\p{N}])|“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|「([^「」]+)」|『([^『』]+)』/gu;
const THAI_AND_KIN = '\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const UNSPACED = new RegExp(`[\\p{Script=Han}\\p{Script=Katakana}\\p{Script=Hiragana}${THAI_AND_KIN}]`, 'u');
/** With its marks, of half width too, and the sign that makes a vowel long. */
const KANA = (script: string) => `\\p{Script=${script}}[\\p{Script=${script}}ー\\uFF70\\uFF9E\\uFF9F\\p{M}]*`;
/** What is written without spaces is cut where its kind of letters changes, which parts most words from what bends and joins them. */
const UNSPACED_RUN = new RegExp(
  `(?:\\p{Script=Han}\\p{M}*)+|${KANA('Katakana')}|${KANA('Hiragana')}|(?:[${THAI_AND_KIN}]\\p{M}*)+|[^\\p{Script=Han}\\p{Script=Katakana}\\p{Script=Hiragana}${THAI_AND_KIN}]+`,
  'gu',
);
const HIRAGANA = new RegExp(`^${KANA('Hiragana')}$`, 'u');
/** What surrounds a word in a sentence and is no part of an identifier. */
const LEADING = /^[\s([{<'"“„«,;:!?.、。，！？；：（]+/u;
const TRAILING = /[\s)\]}>'"”“»,;:!?.、。，！？；：）]+$/u;

/** 1.2.3, v2.0, 12:30 */
const NUMBER = /^v?\p{N}+(?:[.:]\p{N}+)+$/iu;
const IDENTIFIER = [
  /\p{L}.*\p{N}|\p{N}.*\p{L}/u, // utf8, http2, v5
  /\p{N}[.:]\p{N}/u, // rc-1.2
  /_/, // work_mem
  /\p{Ll}\p{Lu}/u, // camelCase
  /[\p{L}\p{N}](?:\.|::|->|#|@)[\p{L}\p{N}]/u, // fs.open, std::move
  /^(?:--?|\$|@|\.|#|\/)[\p{L}\p{N}]/u, // --verbose, $HOME, @scope/name
  /[\p{L}\p{N}]\(\)?$/u, // close()
];
const CAPITALS = /^[\p{Lu}\p{N}-]*\p{Lu}[\p{Lu}\p{N}-]+$/u;

/**
 * @param isUnknown whether the model knows a word in pieces only, so that its embedding says little about its letters
 * @returns at most 8 terms, in the order of the query
 */
export function exactTerms(query: string, isUnknown: (word: string) => boolean): WantedTerm[] {
  const terms: WantedTerm[] = [];
  const add = (start: number, end: number, kind: TermKind, quoted = false) => {
    const text = query.slice(start, end);
    const keys = lexicalWords(text).map(({ key }) => key);
    if (keys.length === 0 || terms.length === MOST_TERMS) return;
    // A number that goes on is another number.
    const isPrefix = !quoted && end === query.length && !/\p{N}$/u.test(text);
    terms.push({ text, quoted, start, end, keys, kind, isPrefix });
  };
  for (const match of query.matchAll(QUOTES)) {
    const inner = match.slice(1).find((group) => group !== undefined)!;
    const start = match.index + match[0].indexOf(inner);
    add(start, start + inner.length, 'word', true);
  }
  const rest = withoutQuotes(query, true);
  // Where everything is in capitals they say nothing.
  const capitalsTell = /\p{Ll}/u.test(rest) || rest.trim().split(/\s+/).length === 1;
  for (const { word, index } of writtenWords(rest)) {
    const lead = leadOf(word);
    const core = word.slice(lead).replace(TRAILING, '').replace(/\(+$/, '');
    const called = word.slice(lead).startsWith(`${core}()`) ? `${core}()` : core;
    const isWord = (capitalsTell && CAPITALS.test(core)) || (/^[\p{L}\p{M}]+$/u.test(core) && isUnknown(core));
    const isIdentifier = IDENTIFIER.some((pattern) => pattern.test(called));
    const kind = NUMBER.test(core) ? 'number' : isIdentifier ? 'identifier' : isWord ? 'word' : undefined;
    if (kind) add(index + lead, index + lead + core.length, kind);
  }
  return terms.sort((a, b) => a.start - b.start);
}

/** What stands between spaces; of scripts without them what their letters tell, but for the endings between. */
function* writtenWords(text: string): Generator<{ word: string; index: number }> {
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    if (word.length > LONGEST_WORD) continue;
    if (!UNSPACED.test(word)) {
      yield { word, index };
      continue;
    }
    const runs = [...word.matchAll(UNSPACED_RUN)].filter(([run]) => /\p{L}|\p{N}/u.test(run));
    for (const run of runs)
      if (runs.length === 1 || !HIRAGANA.test(run[0])) yield { word: run[0], index: index + run.index };
  }
}

/** Whether a word is written without spaces beside it. */
export function isUnspaced(word: string): boolean {
  return UNSPACED.test(word);
}

/** What is encoded: the query with the marks around quoted phrases blanked, offsets unchanged. @param inside blank the phrases too */
export function withoutQuotes(query: string, inside = false): string {
  return query.replace(QUOTES, (whole) => (inside ? ' '.repeat(whole.length) : ` ${whole.slice(1, -1)} `));
}

function leadOf(word: string): number {
  const lead = LEADING.exec(word)?.[0].length ?? 0;
  // ".env" and "./run" begin with their dot.
  return lead > 0 && word[lead - 1] === '.' && /^\.[\p{L}/]/u.test(word.slice(lead - 1)) ? lead - 1 : lead;
}
