// Which vocabulary ids a set of passages uses, and in how many passages each: what an inverse document frequency is made of.

import { inverseDocumentFrequency } from '../format/inverse-document-frequency.ts';
import { cutQueryTable, type QueryTable } from '../format/query-table.ts';
import type { ColbertTokenizer } from './colbert-tokenizer.ts';

export interface VocabularyUse {
  passageCount: number;
  /** Passages that hold the id. */
  frequencies: Map<number, number>;
}

/** How telling an id is, 0..1: 0 for one that no passage holds (docs/decisions/0008). */
export function tellingIds({ passageCount, frequencies }: VocabularyUse): (id: number) => number {
  return (id) => {
    const frequency = frequencies.get(id);
    return frequency === undefined ? 0 : inverseDocumentFrequency(frequency, passageCount);
  };
}

/** The table of an index: ids that its passages use, each weighted by its inverse document frequency (docs/decisions/0008). @param table the model's */
export function indexTable(table: QueryTable, use: VocabularyUse): QueryTable {
  return cutQueryTable(table, tellingIds(use));
}

/** Of several sets of passages together. */
export function joinedUse(uses: Iterable<VocabularyUse>): VocabularyUse {
  const frequencies = new Map<number, number>();
  let passageCount = 0;
  for (const use of uses) {
    passageCount += use.passageCount;
    for (const [id, count] of use.frequencies) frequencies.set(id, (frequencies.get(id) ?? 0) + count);
  }
  return { passageCount, frequencies };
}

/** @param texts as they are encoded */
export function vocabularyUse(tokenizer: ColbertTokenizer, texts: Iterable<string>): VocabularyUse {
  const frequencies = new Map<number, number>();
  // A word at a time with a memory: a corpus has far fewer different words than words.
  const known = new Map<string, number[]>();
  let passageCount = 0;
  for (const text of texts) {
    const ids = new Set<number>();
    for (const [word] of text.matchAll(/\s*\S+/g)) {
      let wordIds = known.get(word);
      if (!wordIds) {
        wordIds = tokenizer.bareIds(word);
        known.set(word, wordIds);
      }
      for (const id of wordIds) ids.add(id);
    }
    for (const id of ids) frequencies.set(id, (frequencies.get(id) ?? 0) + 1);
    passageCount++;
  }
  return { passageCount, frequencies };
}
