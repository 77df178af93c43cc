// The address of a passage within its page: `#anchor:~:text=first words,last words` (WICG "URL Fragment Text Directives").

import type { Mark } from '../types.ts';

/** Words of each end. Fewer are found in the wrong place, more run across a link or a footnote mark that the excerpt has not. */
const WORDS = 4;
/** A line with fewer characters is a heading or a label, and found in the navigation first. */
const SHORTEST_LINE = 12;

/** A row of a table reads `Code: X; Description: Y` in a passage: neither the names nor the semicolons are on the page. */
const CELL_NAME = /(?:^|; )[^:;]{1,40}: /g;

const segmenter = 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'word' }) : undefined;

/**
 * The directive of an excerpt, without `:~:`; empty when it has too few words. It begins with the words up to the strongest mark: a
 * browser goes to the first place that begins so, and sections of one page often begin alike. Start and end of a directive must each
 * lie within one block of the page, so both are cut from a single line.
 * @param marks of the excerpt; without any it begins where the excerpt does
 */
export function textDirective(excerpt: string, marks: readonly Strength[] = []): string {
  const lines = linesOf(excerpt)
    .map((line) => cellOf(line, marks))
    .filter(({ text }) => text.length >= SHORTEST_LINE);
  const [last] = lines.slice(-1);
  if (!last) return '';
  const strongest = strongestOf(lines.flatMap((line) => marksIn(line, marks)));
  const first = lines.find((line) => strongest && contains(line, strongest)) ?? lines[0];
  const words = wordsOf(first.text);
  const ends = wordsOf(last.text);
  if (words.length === 0 || ends.length === 0) return '';
  const marked = strongest ? words.findLastIndex(({ start }) => first.start + start <= strongest.start) : 0;
  const from = Math.max(0, marked - WORDS + 1);
  if (first === last && words.length - from <= 2 * WORDS) {
    return `text=${encode(cut(first.text, words, from, words.length))}`;
  }
  const start = cut(first.text, words, from, from + WORDS);
  const end = cut(last.text, ends, Math.max(0, ends.length - WORDS), ends.length);
  return `text=${encode(start)},${encode(end)}`;
}

type Strength = Pick<Mark, 'start' | 'end' | 'strength'>;

interface Line {
  text: string;
  /** Offset in the excerpt. */
  start: number;
}

function contains({ text, start }: Line, mark: Strength): boolean {
  return mark.start >= start && mark.end <= start + text.length;
}

function marksIn(line: Line, marks: readonly Strength[]): Strength[] {
  return marks.filter((mark) => contains(line, mark));
}

/** The first on a tie. */
function strongestOf(marks: readonly Strength[]): Strength | undefined {
  return marks.reduce<Strength | undefined>(
    (best, mark) => (best && best.strength >= mark.strength ? best : mark),
    undefined,
  );
}

/** Lines without the white space and the marks of a cut around them. */
function linesOf(excerpt: string): Line[] {
  return [...excerpt.matchAll(/[^\n]+/g)].map(({ 0: line, index }) => {
    const lead = /^\s*(?:…\s*)?/.exec(line)?.[0].length ?? 0;
    return { text: line.slice(lead).replace(/\s*(?:…\s*)?$/, ''), start: index + lead };
  });
}

/** Of a row of a table the cell with the strongest mark, or the longest. */
function cellOf(row: Line, marks: readonly Strength[]): Line {
  const names = [...row.text.matchAll(CELL_NAME)];
  if (names.length < 2) return row;
  const cells = names.map(({ 0: name, index }, i) => {
    const at = index + name.length;
    return { text: row.text.slice(at, names[i + 1]?.index), start: row.start + at };
  });
  const strongest = strongestOf(cells.flatMap((cell) => marksIn(cell, marks)));
  const marked = cells.find((cell) => strongest && contains(cell, strongest));
  return marked ?? cells.reduce((longest, cell) => (cell.text.length > longest.text.length ? cell : longest));
}

interface Span {
  start: number;
  end: number;
}

/** Where the words of a line are: by dictionary for languages that write no spaces, else by white space. */
function wordsOf(line: string): Span[] {
  const hasSpaces = /\s/.test(line);
  if (segmenter && !hasSpaces)
    return [...segmenter.segment(line)]
      .filter(({ isWordLike }) => isWordLike)
      .map(({ index, segment }) => ({ start: index, end: index + segment.length }));
  return [...line.matchAll(/\S+/gu)]
    .map(({ 0: word, index }) => trimmed(word, index))
    .filter(({ start, end }) => end > start);
}

/** Browsers look for whole words: punctuation at an edge is left out. */
function trimmed(word: string, index: number): Span {
  const lead = /^[^\p{L}\p{N}\p{M}]*/u.exec(word)?.[0].length ?? 0;
  const tail = /[^\p{L}\p{N}\p{M}]*$/u.exec(word.slice(lead))?.[0].length ?? 0;
  return { start: index + lead, end: index + word.length - tail };
}

function cut(line: string, words: Span[], from: number, to: number): string {
  const chosen = words.slice(from, to);
  return line.slice(chosen[0].start, (chosen.at(-1) as Span).end);
}

/** Also `-`, which would end a prefix or begin a suffix. Lone surrogates cannot be encoded, and no page shows them. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '')).replaceAll('-', '%2D');
}
