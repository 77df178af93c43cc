// Text -> words as the lexicon knows them, for what is found letter by letter. Indexing, searching and marking all cut with this.

export interface LexicalWord {
  /** NFKC, lower case: two words are the same when these are. */
  key: string;
  /** Offsets in the text, UTF-16 units. */
  start: number;
  end: number;
}

/**
 * A run of letters, digits, marks and underscores; scripts written without spaces give a word for each character, so that a phrase
 * of theirs is found like any other. The sound marks of half-width katakana are letters to Unicode; NFKC joins them to what they follow.
 */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}][\p{M}\uFF9E\uFF9F]*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])[\p{L}\p{N}\p{M}_])+/gu;

export function lexicalKey(word: string): string {
  return word.normalize('NFKC').toLowerCase();
}

export function lexicalWords(text: string): LexicalWord[] {
  return Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({
    key: lexicalKey(word),
    start: index,
    end: index + word.length,
  }));
}

const DOTTED_NUMBER = /\p{N}+(?:\.\p{N}+)+/gu;

/** Keys of numbers with dots, whole: `9.6.24` is one thing, whose parts stand everywhere. */
export function dottedNumbers(text: string): string[] {
  return Array.from(text.matchAll(DOTTED_NUMBER), ([number]) => lexicalKey(number));
}

/** Letters that two forms of a word share at least, and that either has beyond these at most: docs/decisions/0009. */
const FORMS_SHARE = 3;
const FORM_REST = 3;
export const LETTERS = /^[\p{L}\p{M}]+$/u;

/** What all forms of a word begin with; nothing for one that has no other forms: a number, a name with digits, a short word. */
export function formPrefix(key: string): string | undefined {
  const letters = [...key];
  if (letters.length < FORMS_SHARE || !LETTERS.test(key)) return undefined;
  return letters.slice(0, Math.max(FORMS_SHARE, letters.length - FORM_REST)).join('');
}

/**
 * Whether two words are taken for forms of one, as "thick" and "thicker" are: in any language that bends words at their end, without its
 * rules. Also "fork" and "form", which is why a form counts for less than the word. A word is no form of itself.
 */
export function areForms(a: string, b: string): boolean {
  if (a === b || formPrefix(a) === undefined || formPrefix(b) === undefined) return false;
  const [ofA, ofB] = [[...a], [...b]];
  let shared = 0;
  while (shared < ofA.length && ofA[shared] === ofB[shared]) shared++;
  const [restOfA, restOfB] = [ofA.length - shared, ofB.length - shared];
  return shared >= FORMS_SHARE && Math.max(restOfA, restOfB) <= FORM_REST && restOfA + restOfB <= FORM_REST + 1;
}
