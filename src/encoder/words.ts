// Which word of the text each token came from. Tokenizers of @huggingface/tokenizers give no offsets, so the text is cut into
// words, each word is tokenized alone, and the pieces are laid along the ids of the whole.

import type { ColbertTokenizer } from './colbert-tokenizer.ts';

export interface TextWord {
  /** Offsets in the text, UTF-16 units, white space excluded. */
  start: number;
  end: number;
}

export interface WordAlignment {
  words: TextWord[];
  /** [ids.length] index of the word of each encoded id; -1 for special, prefix, prompt and padding tokens. */
  wordOfToken: Int32Array;
}

/** Letters and digits with their marks are one word, other visible characters another; white space leads the next word. */
const FINE = /\s*(?:[\p{L}\p{N}\p{M}_]+|[^\s\p{L}\p{N}\p{M}_]+)/gu;
/** Where a tokenizer merges across punctuation, everything between white space. */
const COARSE = /\s*\S+/gu;

/**
 * Aligns the ids of `tokenizer.encode(text, kind)` with the words of `text`.
 * Finer words are used where tokenizing them one by one gives the same ids, coarser ones otherwise; where even those differ
 * (a tokenizer that looks across white space) a token goes to the word at the same place in the sequence.
 */
export function alignWords(tokenizer: ColbertTokenizer, text: string, kind: 'query' | 'document'): WordAlignment {
  const encoded = tokenizer.encode(text, kind);
  const prompt = tokenizer.config.prompts[kind];
  const promptTokens = prompt ? tokenizer.bareIds(prompt.trim()).length : 0;
  const start = tokenizer.textStart(kind) + promptTokens;
  const textIds = encoded.ids.slice(start, encoded.ids.length - encoded.tailCount);

  let cut = cutWords(tokenizer, text, FINE, prompt !== '');
  if (!agree(cut.ids, textIds)) {
    const coarse = cutWords(tokenizer, text, COARSE, prompt !== '');
    if (agree(coarse.ids, textIds)) cut = coarse;
  }
  const wordOfToken = new Int32Array(encoded.ids.length).fill(-1);
  const end = Math.min(start + cut.ids.length, encoded.ids.length - encoded.tailCount);
  for (let i = start; i < end; i++) wordOfToken[i] = cut.wordOfPiece[i - start];
  return { words: cut.words, wordOfToken };
}

function cutWords(tokenizer: ColbertTokenizer, text: string, pattern: RegExp, afterPrompt: boolean) {
  const words: TextWord[] = [];
  const ids: number[] = [];
  const wordOfPiece: number[] = [];
  const leadingSpace = text.length - text.trimStart().length;
  for (const match of text.matchAll(pattern)) {
    let piece = match[0];
    const visible = piece.trimStart();
    const index = match.index + piece.length - visible.length;
    // The text is stripped before tokenizing; after a prompt, one space stands before its first word.
    if (index === leadingSpace) piece = afterPrompt ? ` ${visible}` : visible;
    for (const id of tokenizer.bareIds(piece)) {
      ids.push(id);
      wordOfPiece.push(words.length);
    }
    words.push({ start: index, end: index + visible.length });
  }
  return { words, ids, wordOfPiece };
}

/** Whether the pieces begin with the ids of the text, which may be cut at the model's length. */
function agree(pieces: number[], textIds: number[]): boolean {
  return pieces.length >= textIds.length && textIds.every((id, i) => id === pieces[i]);
}
