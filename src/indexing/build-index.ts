// Encoded passages -> the files of an index: shards, fragments, filters and the parts of the manifest that describe them.
// The same passages in the same order give the same bytes. Files go out one by one: an index need not fit into memory.

import { collectFilters } from '../format/filters.ts';
import { type FragmentPassage, writeFragment } from '../format/fragment.ts';
import { writeLexicon } from '../format/lexicon.ts';
import type { FileRef, FragmentRef, LexiconRef, ShardRef } from '../format/manifest.ts';
import { collectPages, writePages } from '../format/pages.ts';
import { sha256Hex } from '../format/sha256.ts';
import { type ShardShape, writeShard } from '../format/shard.ts';
import type { Passage } from '../shared-types.ts';
import type { EncodedPassage } from './encode-passage.ts';

/** A shard is closed before it would grow beyond this, so that a page can show progress and a cache can keep parts. */
const SHARD_BYTES = 4 * 1024 * 1024;
/** A fragment is closed before its JSON would: ten hits from ten places then cost about 50 KB gzipped. */
const FRAGMENT_BYTES = 16 * 1024;

export interface IndexFile {
  ref: FileRef;
  content: Uint8Array;
}

export interface IndexParts {
  shards: ShardRef[];
  fragments: FragmentRef[];
  lexicon: LexiconRef[];
  pages: FileRef;
  filters?: FileRef;
  /** Rows before pooling, of all passages. */
  tokenCount: number;
}

/** Names a file by its content: `shards/0123456789abcdef.lls`. */
export async function hashedFile(folder: string, extension: string, content: Uint8Array): Promise<IndexFile> {
  const sha256 = await sha256Hex(content);
  return { ref: { file: `${folder}/${sha256.slice(0, 16)}${extension}`, bytes: content.length, sha256 }, content };
}

/**
 * @param encodedOf what is stored of a passage, by its id; asked twice, in order, so that one file is in memory at a time
 * @param write takes each file as soon as it is whole
 */
export async function buildIndex(
  shape: ShardShape,
  passages: Passage[],
  encodedOf: (id: number) => EncodedPassage,
  write: (file: IndexFile) => Promise<void>,
): Promise<IndexParts> {
  const shards: ShardRef[] = [];
  let tokenCount = 0;
  const coded = mapped(passages, (_, id) => {
    const { blocks, rowCount, tokenCount: tokens } = encodedOf(id);
    tokenCount += tokens;
    return { blocks, rowCount };
  });
  for (const group of groups(coded, (passage) => passage.blocks.length + 5, SHARD_BYTES - 1024)) {
    const file = await hashedFile('shards', '.lls', writeShard(shape, group));
    await write(file);
    const codeBytes = group.reduce((sum, passage) => sum + passage.blocks.length, 0);
    shards.push({
      ...file.ref,
      passageCount: group.length,
      blockCount: codeBytes / ((shape.dim / shape.subspaceDim / 2) * 16),
      rowCount: group.reduce((sum, passage) => sum + passage.rowCount, 0),
    });
  }
  const texts = mapped(passages, (passage, id): FragmentPassage => {
    const { text, title, headings, url, filters, meta } = passage;
    const { words, rowWords } = encodedOf(id);
    return { text, title, headings, url, filters, meta, words, rowWords };
  });
  const fragments: FragmentRef[] = [];
  for (const group of groups(texts, (text) => JSON.stringify(text).length, FRAGMENT_BYTES)) {
    const file = await hashedFile('fragments', '.json', writeFragment(group));
    await write(file);
    fragments.push({ ...file.ref, passageCount: group.length });
  }
  const lexicon: LexiconRef[] = [];
  const searched = mapped(passages, ({ text, title, headings }) => [title, ...headings, text].join('\n'));
  for (const { first, common, content } of writeLexicon(searched)) {
    const file = await hashedFile('lexicon', '.llx', content);
    await write(file);
    lexicon.push({ ...file.ref, first, ...(common.length > 0 && { common }) });
  }
  const pages = await hashedFile('pages', '.json', writePages(collectPages(passages)));
  await write(pages);
  const parts = { shards, fragments, lexicon, pages: pages.ref, tokenCount };
  const collected = collectFilters(passages);
  if (Object.keys(collected).length === 0) return parts;
  const filters = await hashedFile('filters', '.json', new TextEncoder().encode(JSON.stringify(collected)));
  await write(filters);
  return { ...parts, filters: filters.ref };
}

/** One after another, as they are asked for. */
function* mapped<T, U>(items: T[], make: (item: T, at: number) => U): Generator<U> {
  for (const [at, item] of items.entries()) yield make(item, at);
}

/** Consecutive items whose sizes stay within `limit`; an item larger than that stands alone. */
function* groups<T>(items: Iterable<T>, size: (item: T) => number, limit: number): Generator<T[]> {
  let group: T[] = [];
  let total = 0;
  for (const item of items) {
    const bytes = size(item);
    if (group.length > 0 && total + bytes > limit) {
      yield group;
      group = [];
      total = 0;
    }
    group.push(item);
    total += bytes;
  }
  if (group.length > 0) yield group;
}
