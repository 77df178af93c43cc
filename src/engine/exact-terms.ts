// Which parts of a query are meant letter by letter: phrases in quotation marks, identifiers, version numbers, and words that the
// model knows in pieces only. Embeddings blur exactly those.

import { lexicalWords } from '../format/lexical-words.ts';
import type { ExactTerm } from '../types.ts';
import { type CodeWord, codeWords, namesIn, withoutPosition } from './code-words.ts';

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
  /** Of a quoted one: counts where it occurs, and need not. */
  isLoose?: boolean;
  /** Its words count each for itself as well: a path, `well-known`. */
  isSequence?: boolean;
}

/** Whether every hit must have it. */
export function isRequired({ quoted, isLoose }: Pick<WantedTerm, 'quoted' | 'isLoose'>): boolean {
  return quoted && !isLoose;
}

/** More would cost a download each. */
const MOST_TERMS = 8;
/** UTF-16 units. What goes on longer without a space is pasted data or a script without spaces, and patterns below take its length squared. */
const LONGEST_WORD = 200;
/** A straight mark opens after a space and closes before one: 3.5" is an inch. */
const QUOTES =
  /(?<![\p{L}\p{N}])"(?!\s)([^"]*[^"\s])"(?![\p{L}\p{N}])|“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|「([^「」]+)」|『([^『』]+)』/gu;
/**
 * Straight marks as code has them, of an argument, a value or a key, or as a message of an error has them: none in such a query makes a
 * phrase. What is quoted right after `Error:` is one.
 */
const CODE_QUOTES =
  /[\p{L}\p{N}_]\("|[{[=]\s{0,40}"|\{[^"{]{0,200}:\s{0,40}"|"\s{0,40}:\s{0,40}(?:["{[\d-]|true\b|false\b|null\b)|(?:Error|Exception|Warning|_\p{Lu}+)(?: \[\w+)?\]?:\s{1,9}[^"\s][^"]{0,200}"/u;
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
];
/** fastify-swagger, Content-Type, and well-known */
const HYPHENATED = /^(?=.*\p{L}{2}-\p{L}{2})[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)+$/u;
/** ERR_HTTP2_ABORT */
const ERROR_CODE = /^[\p{Lu}\p{N}]+(?:_[\p{Lu}\p{N}]+)+$/u;
const CAPITALS = /^[\p{Lu}\p{N}-]*\p{Lu}[\p{Lu}\p{N}-]+$/u;

/** As it stands in the query, with no more letters. */
export function wholeTerm(term: WantedTerm): WantedTerm {
  return term.isPrefix ? { ...term, isPrefix: false } : term;
}

/**
 * @param isUnknown whether the model knows a word in pieces only, so that its embedding says little about its letters
 * @param loosely phrases need not occur, and what is in them is looked at like the rest of the query
 * @returns at most 8 terms, in the order of the query
 */
export function exactTerms(query: string, isUnknown: (word: string) => boolean, loosely = false): WantedTerm[] {
  const terms = new Map<string, WantedTerm>();
  const add = (start: number, end: number, kind: TermKind, over: Partial<WantedTerm> = {}) => {
    const text = query.slice(start, end);
    const keys = lexicalWords(text).map(({ key }) => key);
    const name = keys.join(' ');
    if (keys.length === 0 || terms.has(name)) return;
    // A number that goes on is another number.
    const isPrefix = !over.quoted && end === query.length && !/\p{N}$/u.test(text);
    terms.set(name, { text, quoted: false, start, end, keys, kind, isPrefix, ...over });
  };
  for (const { start, end } of phrasesIn(query)) add(start, end, 'word', { quoted: true, isLoose: loosely });
  const rest = withoutQuotes(query, !loosely);
  // Where everything is in capitals they say nothing.
  const capitalsTell = /\p{Ll}/u.test(rest) || rest.trim().split(/\s+/).length === 1;
  const kindOf = (word: string, isCalled: boolean): TermKind | undefined => {
    if (NUMBER.test(word)) return 'number';
    if (isCalled || IDENTIFIER.some((pattern) => pattern.test(word))) return 'identifier';
    const isWord = (capitalsTell && CAPITALS.test(word)) || (/^[\p{L}\p{M}]+$/u.test(word) && isUnknown(word));
    return isWord ? 'word' : undefined;
  };
  for (const { word, index, isCalled } of writtenWords(rest)) {
    const lead = leadOf(word);
    const core = withoutPosition(word.slice(lead).replace(TRAILING, ''));
    const [start, end] = [index + lead, index + lead + core.length];
    const kind = kindOf(core, isCalled);
    const names = kind === 'identifier' ? namesIn(core) : [];
    if (kind) add(start, end, kind, { isSequence: names.length > 0 && core.includes('/') });
    else if (HYPHENATED.test(core)) add(start, end, 'word', { isSequence: true });
    for (const name of names) add(start + name.start, start + name.end, 'identifier');
  }
  const kept = [...terms.values()].sort((a, b) => precedence(a) - precedence(b)).slice(0, MOST_TERMS);
  return kept.sort((a, b) => a.start - b.start);
}

/** What comes first where there is too much to look up. */
function precedence(term: WantedTerm): number {
  if (isRequired(term)) return 0;
  if (term.isSequence) return 5;
  if (term.quoted) return 3;
  if (term.kind === 'word') return 4;
  return ERROR_CODE.test(term.text) ? 1 : 2;
}

/** What stands between spaces, and between the signs of code; of scripts without them what their letters tell, but for the endings between. */
function* writtenWords(text: string): Generator<CodeWord> {
  for (const { 0: run, index } of text.matchAll(/\S+/g)) {
    if (!UNSPACED.test(run)) {
      for (const one of codeWords(run)) if (one.word.length <= LONGEST_WORD) yield { ...one, index: index + one.index };
      continue;
    }
    if (run.length > LONGEST_WORD) continue;
    const parts = [...run.matchAll(UNSPACED_RUN)].filter(([part]) => /\p{L}|\p{N}/u.test(part));
    for (const { 0: word, index: at } of parts)
      if (parts.length === 1 || !HIRAGANA.test(word)) yield { word, index: index + at, isCalled: false };
  }
}

/** Whether a word is written without spaces beside it. */
export function isUnspaced(word: string): boolean {
  return UNSPACED.test(word);
}

/** Where phrases in quotation marks stand, without their marks. */
function phrasesIn(query: string): { start: number; end: number }[] {
  const isCode = CODE_QUOTES.test(query);
  return [...query.matchAll(QUOTES)].flatMap((match) => {
    if (isCode && match[0].startsWith('"')) return [];
    const inner = match.slice(1).find((group) => group !== undefined)!;
    const start = match.index + match[0].indexOf(inner);
    return [{ start, end: start + inner.length }];
  });
}

/** What is encoded: the query with the marks around quoted phrases blanked, and those of code; offsets unchanged. @param inside blank the phrases too */
export function withoutQuotes(query: string, inside = false): string {
  const isCode = CODE_QUOTES.test(query);
  const text = isCode ? query.replaceAll('"', ' ') : query;
  return text.replace(QUOTES, (whole) => (inside ? ' '.repeat(whole.length) : ` ${whole.slice(1, -1)} `));
}

function leadOf(word: string): number {
  const lead = LEADING.exec(word)?.[0].length ?? 0;
  // ".env" and "./run" begin with their dot.
  return lead > 0 && word[lead - 1] === '.' && /^\.[\p{L}/]/u.test(word.slice(lead - 1)) ? lead - 1 : lead;
}
