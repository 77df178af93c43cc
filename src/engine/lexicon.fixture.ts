// Lexicons of a few texts, read as a search reads them.

import { writeLexicon } from '../format/lexicon.ts';
import type { FileRef } from '../format/manifest.ts';
import { LexiconReader } from './lexicon-reader.ts';

/** A lexicon of several chunks, and what is asked for of it. */
export function lexiconOf(texts: string[]) {
  const chunks = [...writeLexicon(texts)];
  const asked: string[] = [];
  let waiting: (() => void)[] = [];
  let isHeld = false;
  const source = {
    read: async ({ file }: FileRef) => {
      asked.push(file);
      if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
      return chunks[Number(file)].content;
    },
  };
  const refs = chunks.map(({ first, common, content }, i) => ({
    file: `${i}`,
    bytes: content.length,
    sha256: '',
    first,
    common,
  }));
  return {
    lexicon: new LexiconReader(source, refs, texts.length),
    chunkCount: chunks.length,
    asked,
    hold: () => {
      isHeld = true;
    },
    release: () => {
      isHeld = false;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}
