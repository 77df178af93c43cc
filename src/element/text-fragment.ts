// The address of a passage within its page: `#anchor:~:text=first words,last words` (WICG "URL Fragment Text Directives").

/** Words of each end. Fewer are found in the wrong place, more run across a link or a footnote mark that the excerpt has not. */
const WORDS = 4;
/** A line with fewer characters is a heading or a label, and found in the navigation first. */
const SHORTEST_LINE = 12;

/** A row of a table reads `Code: X; Description: Y` in a passage: neither the names nor the semicolons are on the page. */
const CELL_NAME = /(?:^|; )[^:;]{1,40}: /g;

const segmenter = 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'word' }) : undefined;

/**
 * The directive of an excerpt, without `:~:`; empty when it has too few words. Start and end of a directive must each lie within
 * one block of the page, so both are cut from a single line.
 */
export function textDirective(excerpt: string): string {
  const lines = excerpt
    .split('\n')
    .map((line) => longestCell(line.replace(/^\s*…\s*|\s*…\s*$/g, '').trim()))
    .filter((line) => line.length >= SHORTEST_LINE);
  const first = wordsOf(lines[0] ?? '');
  const last = wordsOf(lines.at(-1) ?? '');
  if (first.length === 0) return '';
  const isOneLine = lines.length === 1;
  if (isOneLine && first.length <= 2 * WORDS) return `text=${encode(cut(lines[0], first, 0, first.length))}`;
  const start = cut(lines[0], first, 0, WORDS);
  const end = cut(lines.at(-1) as string, last, Math.max(0, last.length - WORDS), last.length);
  return `text=${encode(start)},${encode(end)}`;
}

function longestCell(line: string): string {
  if ((line.match(CELL_NAME)?.length ?? 0) < 2) return line;
  const cells = line.split('; ').map((cell) => cell.replace(/^[^:]{1,40}: /, ''));
  return cells.reduce((longest, cell) => (cell.length > longest.length ? cell : longest));
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
