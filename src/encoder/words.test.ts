import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultModelFolder } from '../node/package-files.ts';
import type { ColbertTokenizer } from './colbert-tokenizer.ts';
import { openModelFolder } from './model-folder.ts';
import { alignWords } from './words.ts';

const root = join(import.meta.dirname, '../..');
const folders = [defaultModelFolder, join(root, '../shared/models/zero-shape-tiny')];

for (const folder of folders) {
  describe.skipIf(!existsSync(folder))(`words of ${folder.split('/').pop()}`, () => {
    let tokenizer: ColbertTokenizer;
    beforeAll(async () => {
      ({ tokenizer } = await openModelFolder(folder));
    });
    const wordsOf = (text: string, kind: 'query' | 'document') => {
      const { words, wordOfToken } = alignWords(tokenizer, text, kind);
      return [...wordOfToken].map((word) => (word < 0 ? null : text.slice(words[word].start, words[word].end)));
    };

    it('gives every token of the text its word, and special tokens none', () => {
      const words = wordsOf('  set a requestTimeout, please ', 'document');
      expect(words[0]).toBeNull();
      expect(words.at(-1)).toBeNull();
      expect([...new Set(words.filter((word) => word !== null))]).toEqual([
        'set',
        'a',
        'requestTimeout',
        ',',
        'please',
      ]);
    });

    it('gives prompt and expansion tokens no word', () => {
      const encoded = tokenizer.encode('timeout', 'query');
      const words = wordsOf('timeout', 'query');
      expect(words.length).toBe(encoded.ids.length);
      expect(words.filter((word) => word !== null)).toSatisfy(
        (found: string[]) => found.every((word) => word === 'timeout') && found.length >= 1 && found.length <= 3,
      );
    });

    it('covers accents, CJK, emoji and code', () => {
      for (const text of ['naïve café', '日本語の検索', 'emoji 🙂 test 👩‍💻', 'app.listen({ port: 3000 })', '']) {
        const covered = new Set(wordsOf(text, 'document').filter((word) => word !== null));
        for (const word of text.split(/\s+/).filter(Boolean)) {
          expect(
            [...covered].some((found) => word.includes(found!)),
            `${text}: ${word}`,
          ).toBe(true);
        }
      }
    });

    it('stops at the length of the model', () => {
      const text = 'word '.repeat(5000);
      const { wordOfToken } = alignWords(tokenizer, text, 'document');
      expect(wordOfToken.length).toBe(tokenizer.config.documentLength);
      expect(wordOfToken.at(-1)).toBe(-1);
      expect(wordOfToken.at(-2)).toBeGreaterThan(200);
    });
  });
}
