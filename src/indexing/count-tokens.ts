// Counts a text's model tokens a word at a time with a memory: packing asks for the same words over and over.

import type { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';

export function countingTokens(tokenizer: ColbertTokenizer): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    let total = 0;
    for (const [word] of text.matchAll(/\s*\S+/g)) {
      let tokens = known.get(word);
      if (tokens === undefined) {
        tokens = tokenizer.count(word);
        known.set(word, tokens);
      }
      total += tokens;
    }
    return total;
  };
}
