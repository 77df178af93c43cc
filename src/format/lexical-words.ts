// Text -> words as the lexicon knows them, for what must be found letter by letter. Indexing, searching and marking all cut with this.

export interface LexicalWord {
  /** NFKC, lower case: two words are the same when these are. */
  key: string;
  /** Offsets in the text, UTF-16 units. */
  start: number;
  end: number;
}

/**
 * A run of letters, digits, marks and underscores; scripts written without spaces give a word for each character, so that a phrase
 * of theirs is found like any other.
 */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])[\p{L}\p{N}\p{M}_])+/gu;

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
