// The part of a passage that is shown: around its strongest marks, cut at sentence ends where they are near.

import { wordSpans } from '../format/fragment.ts';
import type { Mark } from '../types.ts';
import type { WordMatch } from './align.ts';

/** Characters shown of a passage: about three lines of a result. */
export const EXCERPT_CHARACTERS = 280;
/** How far a cut may move to fall on a sentence or line end. */
const SLACK = 80;
/** How far back the line of a row of a table may begin: its first cell says what the others are about. */
const ROW_SLACK = 200;
/** `Error: X; Codes: Y; …`, as tables are read (src/ingest/table-rows.ts). */
const ROW = /^[^:;\n]{1,40}: [^\n]*?; [^:;\n]{1,40}: /;
/** What a word found letter by letter weighs in the choice of the part: more than all other words of a query together. */
const EXACT_WEIGHT = 100;
/** Marks that are looked at, the strongest, and of words found letter by letter the first: passages of pages have some hundred, and an index from elsewhere may have any number. */
const MOST_MARKS = 500;
/** Strength left to what is only like a word that the passage has letter by letter: `HV-100` beside `HV-700`. */
const LOOKALIKE_STRENGTH = 0.5;

export interface Excerpt {
  excerpt: string;
  marks: Mark[];
}

/**
 * @param words the fragment's packed words
 * @param strongest similarity of the strongest match of the whole search, so that strengths compare across hits
 * @param allExact marks of `text` besides those of the matches: what was found letter by letter
 */
export function cutExcerpt(
  text: string,
  words: number[],
  matches: WordMatch[],
  strongest: number,
  allExact: Mark[] = [],
): Excerpt {
  const spans = wordSpans(words);
  const exact = allExact.slice(0, MOST_MARKS);
  const matched = strongestOf(matches).map(({ word, queryWord, similarity }) => ({
    ...spans[word],
    queryWord,
    strength: strongest > 0 ? Math.min(1, Math.max(0, similarity / strongest)) : 0,
  }));
  const found = new Set(exact.map(({ queryWord }) => queryWord));
  const isLookalike = (mark: Mark) => found.has(mark.queryWord) && !exact.some((one) => overlap(one, mark));
  const others = matched.map((mark) =>
    isLookalike(mark) ? { ...mark, strength: mark.strength * LOOKALIKE_STRENGTH } : mark,
  );
  const marks: Mark[] = [...others, ...exact].sort((a, b) => a.start - b.start);
  const isExact = new Set(exact);
  const weightOf = (mark: Mark) => (isExact.has(mark) ? EXACT_WEIGHT : mark.strength ** 2);
  const { start, end } = bestWindow(text, marks, weightOf);
  const before = start > 0 ? '… ' : '';
  const after = end < text.length ? ' …' : '';
  const body = text.slice(start, end);
  const lead = body.length - body.trimStart().length;
  const shift = before.length - start - lead;
  return {
    excerpt: before + body.trim() + after,
    marks: marks
      .filter((mark) => mark.start >= start && mark.end <= end)
      .map((mark) => ({ ...mark, start: mark.start + shift, end: mark.end + shift })),
  };
}

function strongestOf(matches: WordMatch[]): WordMatch[] {
  if (matches.length <= MOST_MARKS) return matches;
  return [...matches].sort((a, b) => b.similarity - a.similarity).slice(0, MOST_MARKS);
}

function overlap(a: Mark, b: Mark): boolean {
  return a.start < b.end && b.start < a.end;
}

/** @param marks by their start */
function bestWindow(text: string, marks: Mark[], weightOf: (mark: Mark) => number): { start: number; end: number } {
  if (text.length <= EXCERPT_CHARACTERS + SLACK) return { start: 0, end: text.length };
  let best = { start: 0, end: 0, mark: { end: 0 }, weight: 0 };
  // A window that starts at a mark holds the most weight some window can hold; different query words count more than repeats.
  let next = 0;
  for (const first of [{ start: 0 }, ...marks]) {
    const seen = new Map<number, { mark: Mark; weight: number }>();
    while (next < marks.length && marks[next].start < first.start) next++;
    for (let at = next; at < marks.length && marks[at].start <= first.start + EXCERPT_CHARACTERS; at++) {
      const mark = marks[at];
      if (mark.end > first.start + EXCERPT_CHARACTERS) continue;
      const weight = weightOf(mark);
      if (weight > (seen.get(mark.queryWord)?.weight ?? 0)) seen.set(mark.queryWord, { mark, weight });
    }
    const counted = [...seen.values()];
    const weight = counted.reduce((sum, one) => sum + one.weight, 0);
    if (weight <= best.weight + 1e-9) continue;
    const [starts, ends] = [counted.map(({ mark }) => mark.start), counted.map(({ mark }) => mark.end)];
    const { mark } = counted.reduce((a, b) => (b.weight > a.weight ? b : a));
    best = { start: Math.min(...starts), end: Math.max(...ends), mark, weight };
  }
  const start = rowStart(text, best.start) ?? sentenceStart(text, best.start);
  // What begins earlier must not push out the marks that the part was chosen for, or of a row, which may begin far back, the best of them.
  const end = best.start - start > SLACK ? best.mark.end : best.end;
  return { start, end: cutEnd(text, Math.max(start + EXCERPT_CHARACTERS, end)) };
}

/** The beginning of the line when that is one of a table and not too far back. */
function rowStart(text: string, at: number): number | undefined {
  const from = Math.max(0, at - ROW_SLACK);
  const line = text.lastIndexOf('\n', at - 1) + 1;
  return line >= from && at > line && ROW.test(text.slice(line, at + SLACK)) ? line : undefined;
}

/** Moves back to the beginning of the sentence or line; when that is too far, of a part of it, or of the word. */
function sentenceStart(text: string, at: number): number {
  const from = Math.max(0, at - SLACK);
  const before = text.slice(from, at);
  const last = [...before.matchAll(/[.!?]\s+|[。！？]\s*|\n/g)].at(-1);
  if (last) return from + last.index + last[0].length;
  if (from === 0) return 0;
  const part = [/[;:]\s+|[；：]\s*/, /,\s+|[，、]\s*/, /\s/].map((end) => end.exec(before)).find((end) => end);
  return part ? from + part.index + part[0].length : at;
}

function cutEnd(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const after = text.slice(at, at + SLACK);
  const stop = after.search(/[.!?](\s|$)|[。！？]|\n/);
  if (stop >= 0) return at + stop + 1;
  const space = text.lastIndexOf(' ', at);
  return space > at - SLACK ? space : characterEnd(text, at);
}

/** Moves on to the end of the character, with its marks: back would leave out a word that ends here. */
function characterEnd(text: string, at: number): number {
  const rest = /^[\uDC00-\uDFFF]?\p{M}*/u.exec(text.slice(at, at + SLACK));
  return at + (rest?.[0].length ?? 0);
}
