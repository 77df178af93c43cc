// White space, invisible characters and absurdly long runs: what raw text loses before it becomes a title or a passage.

// Zero-width space, word joiner, BOM, soft hyphen; bidi embeddings, overrides and isolates (a right-to-left override in a
// title can make a hit read as something else); control characters. ZWJ and ZWNJ stay: Persian, Hindi and emoji need them.
const INVISIBLE = /[\u200B\u2060\uFEFF\u00AD\u200E\u200F\u202A-\u202E\u2066-\u2069]|(?!\s)\p{Cc}/gu;
const LONE_SURROGATE = /\p{Surrogate}/gu;
// Data URIs, minified code, hashes run together. No written word or usual URL is this long; CJK text, which has no spaces,
// is not ASCII and not touched.
const ENDLESS_RUN = /[!-~]{400,}/g;
const KEPT_OF_RUN = 80;

/** Drops invisible characters. Keeps white space as it is. */
function stripInvisible(text: string): string {
  return text.replace(INVISIBLE, '').replace(LONE_SURROGATE, '\uFFFD');
}

/** One line: every white space, line breaks too, is one space. For titles, headings, cells, metadata. */
export function oneLine(text: string): string {
  return stripInvisible(text).replace(/\s+/g, ' ').trim();
}

/** Prose with deliberate line breaks (`<br>`) as newlines; other white space collapsed. */
export function proseLines(text: string): string {
  return shortenRuns(stripInvisible(text))
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
}

/**
 * Lines of code: common indentation, blank lines and trailing space dropped; own indentation kept, because Python and YAML
 * are unreadable without it. `keepIndent`: the common one too, for a piece of a file that is put together with others.
 */
export function codeLines(text: string, { keepIndent = false } = {}): string {
  const lines = shortenRuns(stripInvisible(text.replace(/\r\n?/g, '\n')))
    .split('\n')
    .map((line) => line.replace(/\t/g, '  ').trimEnd())
    .filter((line) => line !== '');
  const indent = keepIndent
    ? 0
    : lines.reduce((least, line) => Math.min(least, line.length - line.trimStart().length), Infinity);
  return lines
    .map((line) => {
      const body = line.trimStart();
      return ' '.repeat(line.length - body.length - indent) + body.replace(/\s+/g, ' ');
    })
    .join('\n');
}

function shortenRuns(text: string): string {
  return text.replace(ENDLESS_RUN, (run) => `${run.slice(0, KEPT_OF_RUN)}…`);
}

export function hasLetterOrDigit(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
