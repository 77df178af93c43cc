// Code among the words of a query -> what in it is a word: what stands between its signs, and the names that dots and slashes join.

export interface CodeWord {
  word: string;
  /** Offset in the run, UTF-16 units. */
  index: number;
  /** Whether arguments follow, as behind the name of a function. */
  isCalled: boolean;
}

/** What parts words in code. An apostrophe is within a word, `->` within a name. */
const SIGN = /[(){}[\]=,;`<]|(?<!-)>|(?<!\p{L})'|'(?!\p{L})/gu;
/** Not as in file(s). */
const ARGUMENTS = /^\((?!e?[sn]\))/;
/** `:567:11` */
const POSITION = /(?<=\.\p{L}+)(?::\p{N}+){1,2}$/u;
/** work_mem, camelCase, sha256; not v1 */
const NAME = /^(?=.*(?:_|\p{Ll}\p{Lu}|\p{L}{2}\p{N}))[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** @param run what stands between two spaces. @returns what has a letter or digit, of a run that is no code all of it */
export function* codeWords(run: string): Generator<CodeWord> {
  let from = 0;
  for (const to of [...Array.from(run.matchAll(SIGN), ({ index }) => index), run.length]) {
    const word = run.slice(from, to);
    if (/[\p{L}\p{N}]/u.test(word)) yield { word, index: from, isCalled: isCalled(word, run.slice(to, to + 4)) };
    from = to + 1;
  }
}

function isCalled(word: string, next: string): boolean {
  return /[\p{L}\p{N}_]$/u.test(word) && (next.startsWith('()') || (word.length > 1 && ARGUMENTS.test(next)));
}

/** Without the line and column of a file, or the port of a host. */
export function withoutPosition(word: string): string {
  return word.replace(POSITION, '');
}

/** The file at the end of a path, and names joined to others by dots and the like. @returns offsets in `word` */
export function namesIn(word: string): { start: number; end: number }[] {
  const file = word.lastIndexOf('/') + 1;
  const isFile = file > 1 && /\p{L}\.\p{L}/u.test(word.slice(file));
  const names = isFile ? [{ start: file, end: word.length }] : [];
  for (const { 0: name, index } of word.slice(file).matchAll(/[\p{L}\p{N}_$-]+/gu))
    if (NAME.test(name) && name.length < word.length)
      names.push({ start: file + index, end: file + index + name.length });
  return names;
}
