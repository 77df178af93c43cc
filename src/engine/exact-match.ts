// Where the terms of a query that are meant letter by letter occur: from the lexicon which passages may have them, from the text of
// a passage whether it does.

import type { FragmentPassage } from '../format/fragment.ts';
import { lexicalKey, lexicalWords } from '../format/lexical-words.ts';
import { lexiconKey, type Postings } from '../format/lexicon.ts';
import type { WantedTerm } from './exact-terms.ts';
import type { LexiconReader } from './lexicon-reader.ts';

/** Passages that may have a term: ascending ids, or `anywhere` when its words are too common to be listed. */
export type TermPassages = Uint32Array | 'anywhere';

/** Words that begin alike are looked up together, as many as this. */
const MOST_CONTINUATIONS = 64;

export async function passagesWith(
  lexicon: LexiconReader,
  term: WantedTerm,
  signal?: AbortSignal,
): Promise<TermPassages> {
  const number = versionNumber(term);
  // Looked up as a whole: its parts stand everywhere, and "v9.6.24" is "9.6.24".
  const whole = number && (await lexicon.postings(lexiconKey(lexicalKey(number)), signal));
  if (whole && !term.quoted) return whole === 'common' ? 'anywhere' : whole;
  const lists = await Promise.all(
    term.keys.map((key, i) => {
      const isPrefix = term.isPrefix && i === term.keys.length - 1;
      return isPrefix ? prefixPostings(lexicon, lexiconKey(key), signal) : lexicon.postings(lexiconKey(key), signal);
    }),
  );
  // In quotation marks the parts are meant too, and the "v".
  if (whole) lists.push(whole);
  let common: TermPassages = 'anywhere';
  for (const list of lists) if (list !== 'common') common = common === 'anywhere' ? list : intersection(common, list);
  return common;
}

/** The number of a version, without its "v". */
function versionNumber({ text, isPrefix }: WantedTerm): string | undefined {
  return isPrefix ? undefined : /^v?(\p{N}+(?:\.\p{N}+)+)$/iu.exec(text)?.[1];
}

/** Whether the lexicon's word is proof enough, or the passage must be read. */
export function needsReading(term: WantedTerm, passages: TermPassages): boolean {
  return term.keys.length > 1 || passages === 'anywhere' || hasSigns(term);
}

/** Signs that no sentence needs: in quotation marks they are meant, as in "C++". */
const SIGNS = /[^\p{L}\p{N}\p{M}_\s'’.,;:!?()-]/u;

function hasSigns({ quoted, text }: WantedTerm): boolean {
  return quoted && SIGNS.test(text);
}

async function prefixPostings(lexicon: LexiconReader, prefix: string, signal?: AbortSignal): Promise<Postings> {
  const found = await lexicon.postingsFrom(prefix, MOST_CONTINUATIONS, signal);
  const lists = found.filter((list) => list !== 'common');
  const isCommon = (await lexicon.postings(prefix, signal)) === 'common';
  if (isCommon || (lists.length === 0 && found.length > 0)) return 'common';
  return Uint32Array.from(new Set(lists.flatMap((list) => [...list]))).sort();
}

function intersection(a: Uint32Array, b: Uint32Array): Uint32Array {
  const inB = new Set(b);
  return a.filter((id) => inB.has(id));
}

/** Whether the passage has the term in its text, title or headings. */
export function hasTerm(passage: Pick<FragmentPassage, 'text' | 'title' | 'headings'>, term: WantedTerm): boolean {
  return [passage.text, passage.title, ...passage.headings].some((text) => termSpans(text, term).length > 0);
}

/** Where a text has the term, as offsets in it. */
export function termSpans(text: string, term: WantedTerm): { start: number; end: number }[] {
  if (hasSigns(term)) return literalSpans(text, term.text);
  const number = versionNumber(term);
  if (number && !term.quoted) return versionSpans(text, number);
  const words = lexicalWords(text);
  const spans: { start: number; end: number }[] = [];
  const last = term.keys.length - 1;
  for (let at = 0; at + last < words.length; at++) {
    const fits = term.keys.every((key, i) => {
      const word = words[at + i];
      const isEqual = i === last && term.isPrefix ? word.key.startsWith(key) : word.key === key;
      // "1.2" is not "1, 2"; in quotation marks any space will do.
      return isEqual && (i === 0 || term.quoted || !/\s/.test(text.slice(words[at + i - 1].end, word.start)));
    });
    if (fits) spans.push({ start: words[at].start, end: words[at + last].end });
  }
  return spans;
}

/** With a "v" or without, and not as a part of a longer number. */
function versionSpans(text: string, number: string): { start: number; end: number }[] {
  const parts = number.split('.').join('\\.');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_]|\\p{N}\\.)v?${parts}(?![\\p{L}\\p{N}_]|\\.\\p{N})`, 'giu');
  return Array.from(text.matchAll(pattern), ({ 0: found, index }) => ({ start: index, end: index + found.length }));
}

const WORD_CHARACTER = '[\\p{L}\\p{N}_]';

/** Where the very characters stand, whatever their case and white space, and not within a longer word. */
function literalSpans(text: string, wanted: string): { start: number; end: number }[] {
  const escaped = wanted
    .trim()
    .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replace(/\s+/g, '\\s+');
  const before = /^\s*[\p{L}\p{N}_]/u.test(wanted) ? `(?<!${WORD_CHARACTER})` : '';
  const after = /[\p{L}\p{N}_]\s*$/u.test(wanted) ? `(?!${WORD_CHARACTER})` : '';
  const pattern = new RegExp(`${before}${escaped}${after}`, 'giu');
  return Array.from(text.matchAll(pattern), ({ 0: found, index }) => ({ start: index, end: index + found.length }));
}
