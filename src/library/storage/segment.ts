// Segments: whole documents made into an index of their own, and read back to be merged or thinned. A segment never changes; another
// one takes its place.

import type { ColbertTokenizer } from '../../encoder/colbert-tokenizer.ts';
import { type VocabularyUse, vocabularyUse } from '../../encoder/vocabulary-use.ts';
import { LatelightError } from '../../errors.ts';
import { readFragment } from '../../format/fragment.ts';
import { BLOCK_ROWS, blockBytes } from '../../format/layout.ts';
import type { FileRef } from '../../format/manifest.ts';
import { readPages } from '../../format/pages.ts';
import { readShard, type ShardShape } from '../../format/shard.ts';
import { buildIndex } from '../../indexing/build-index.ts';
import { countingTokens } from '../../indexing/count-tokens.ts';
import { encodedTexts } from '../../indexing/encode-passage.ts';
import type { Passage } from '../../shared-types.ts';
import type { StoredPassage, StoredSegment } from './records.ts';

export interface SegmentDocument {
  id: number;
  tokenCount: number;
  passages: StoredPassage[];
}

/** How common each word is in passages. */
export type CountWords = (passages: readonly Passage[]) => Promise<VocabularyUse>;

/** @param tokenizer asked for when there is something to count */
export function countWordsWith(tokenizer: () => Promise<ColbertTokenizer>): CountWords {
  return async (passages) => {
    const words = await tokenizer();
    return vocabularyUse(words, encodedTexts(passages, countingTokens(words)));
  };
}

export type ReadFile = (ref: FileRef) => Promise<Uint8Array>;

/**
 * Builds the files of a segment.
 * @param key unique: names its files, which are then nobody else's whatever they hold
 * @param write takes shards and other files one by one
 */
export async function composeSegment(
  shape: ShardShape,
  key: string,
  documents: readonly SegmentDocument[],
  write: (file: string, content: Uint8Array) => Promise<void>,
  countWords: CountWords,
): Promise<StoredSegment> {
  const all = documents.flatMap(({ passages }) => passages);
  const passages = all.map(({ passage }) => passage);
  const renamed = <T extends FileRef>(ref: T): T => ({ ...ref, file: ownName(key, ref.file) });
  const parts = await buildIndex(
    shape,
    passages,
    (id) => all[id].encoded,
    ({ ref, content }) => write(ownName(key, ref.file), content),
  );
  return {
    key,
    documents: documents.map(({ id, passages }) => ({ id, passageCount: passages.length })),
    passageCount: all.length,
    tokenCount: documents.reduce((sum, { tokenCount }) => sum + tokenCount, 0),
    shards: parts.shards.map(renamed),
    fragments: parts.fragments.map(renamed),
    lexicon: parts.lexicon.map(renamed),
    pages: renamed(parts.pages),
    filters: parts.filters && renamed(parts.filters),
    vocabulary: await countWords(passages),
  };
}

/** Whether passages have codes that a segment can be made of: what was imported by a version that did not look may have none. */
export function haveCodes(passages: readonly StoredPassage[], { dim, subspaceDim }: ShardShape): boolean {
  const size = blockBytes(dim, subspaceDim);
  return passages.every(({ encoded: { blocks, rowCount } }) => {
    const count = blocks === undefined ? 0 : blocks.length / size;
    return Number.isInteger(count) && Math.ceil(rowCount / BLOCK_ROWS) === count && count > 0;
  });
}

function ownName(key: string, file: string): string {
  return file.replace('/', `/${key}-`);
}

/** Names of a segment's files beside its shards. */
export function textFiles({ fragments, lexicon, pages, filters }: StoredSegment): FileRef[] {
  return [...fragments, ...lexicon, pages, ...(filters ? [filters] : [])];
}

/**
 * The passages of each document of a segment, as they were before it was composed.
 * @throws LatelightError `hash-mismatch`, `bad-shard`, `bad-fragment`, `storage-failed`
 */
export async function readSegment(
  segment: StoredSegment,
  shape: ShardShape,
  read: ReadFile,
): Promise<Map<number, StoredPassage[]>> {
  const codes: Pick<StoredPassage['encoded'], 'blocks' | 'rowCount'>[] = [];
  const size = blockBytes(shape.dim, shape.subspaceDim);
  for (const ref of segment.shards) {
    const shard = readShard(await read(ref), shape);
    if (shard.passageCount !== ref.passageCount) {
      throw new LatelightError(
        'bad-shard',
        `${ref.file}: expected ${ref.passageCount} passages, got ${shard.passageCount}.`,
      );
    }
    for (let id = 0; id < shard.passageCount; id++) {
      const blocks = shard.codes.slice(shard.firstBlocks[id] * size, shard.firstBlocks[id + 1] * size);
      codes.push({ blocks, rowCount: shard.rowCounts[id] });
    }
  }
  const passages: StoredPassage[] = [];
  for (const ref of segment.fragments) {
    for (const { words, rowWords, ...passage } of readFragment(await read(ref), ref.passageCount)) {
      // Rows before pooling are counted by document, not by passage.
      passages.push({ passage, encoded: { ...codes[passages.length], tokenCount: 0, words, rowWords } });
    }
  }
  if (codes.length !== passages.length) {
    throw new LatelightError(
      'bad-shard',
      `segment: expected codes of ${passages.length} passages, got ${codes.length}.`,
    );
  }
  await restoreSorts(segment, passages, read);
  let next = 0;
  return new Map(
    segment.documents.map(({ id, passageCount }) => {
      next += passageCount;
      return [id, passages.slice(next - passageCount, next)];
    }),
  );
}

/** Fragments do not have the values that pages are ordered by: the pages file has. */
async function restoreSorts({ pages }: StoredSegment, passages: StoredPassage[], read: ReadFile): Promise<void> {
  const { firstIds, sorts } = readPages(await read(pages), passages.length);
  firstIds.forEach((first, page) => {
    const values = Object.entries(sorts).flatMap(([name, column]): [string, string][] => {
      const value = column[page];
      return value === null ? [] : [[name, value]];
    });
    if (values.length > 0) passages[first].passage.sort = Object.fromEntries(values);
  });
}
