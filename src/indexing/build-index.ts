// Encoded passages -> the files of an index: shards, fragments, filters and the parts of the manifest that describe them.
// Pure: the same passages in the same order give the same bytes, and nothing is written here.

import { collectFilters } from '../format/filters.ts';
import { type FragmentPassage, writeFragment } from '../format/fragment.ts';
import type { FileRef, FragmentRef, ShardRef } from '../format/manifest.ts';
import { sha256Hex } from '../format/sha256.ts';
import { type ShardShape, writeShard } from '../format/shard.ts';
import type { Passage } from '../types.ts';
import type { EncodedPassage } from './encode-passage.ts';

/** A shard is closed before it would grow beyond this, so that a page can show progress and a cache can keep parts. */
export const SHARD_BYTES = 4 * 1024 * 1024;
/** A fragment is closed before its JSON would: ten hits from ten places then cost about 50 KB gzipped. */
const FRAGMENT_BYTES = 16 * 1024;

export interface IndexFile {
  ref: FileRef;
  content: Uint8Array;
}

export interface IndexParts {
  shards: ShardRef[];
  fragments: FragmentRef[];
  filters?: FileRef;
  files: IndexFile[];
}

/** Names a file by its content: `shards/0123456789abcdef.lls`. */
export async function hashedFile(folder: string, extension: string, content: Uint8Array): Promise<IndexFile> {
  const sha256 = await sha256Hex(content);
  return { ref: { file: `${folder}/${sha256.slice(0, 16)}${extension}`, bytes: content.length, sha256 }, content };
}

export async function buildIndex(
  shape: ShardShape,
  passages: Passage[],
  encoded: EncodedPassage[],
): Promise<IndexParts> {
  const files: IndexFile[] = [];
  const shards: ShardRef[] = [];
  for (const group of groups(encoded, (passage) => passage.blocks.length + 5, SHARD_BYTES - 1024)) {
    const file = await hashedFile('shards', '.lls', writeShard(shape, group));
    files.push(file);
    const codeBytes = group.reduce((sum, passage) => sum + passage.blocks.length, 0);
    shards.push({
      ...file.ref,
      passageCount: group.length,
      blockCount: codeBytes / ((shape.dim / shape.subspaceDim / 2) * 16),
      rowCount: group.reduce((sum, passage) => sum + passage.rowCount, 0),
    });
  }
  const texts = passages.map((passage, id): FragmentPassage => {
    const { text, title, headings, url, filters, meta } = passage;
    return { text, title, headings, url, filters, meta, words: encoded[id].words, rowWords: encoded[id].rowWords };
  });
  const fragments: FragmentRef[] = [];
  for (const group of groups(texts, (text) => JSON.stringify(text).length, FRAGMENT_BYTES)) {
    const file = await hashedFile('fragments', '.json', writeFragment(group));
    files.push(file);
    fragments.push({ ...file.ref, passageCount: group.length });
  }
  const collected = collectFilters(passages);
  if (Object.keys(collected).length === 0) return { shards, fragments, files };
  const filters = await hashedFile('filters', '.json', new TextEncoder().encode(JSON.stringify(collected)));
  files.push(filters);
  return { shards, fragments, filters: filters.ref, files };
}

/** Consecutive items whose sizes stay within `limit`; an item larger than that stands alone. */
function groups<T>(items: T[], size: (item: T) => number, limit: number): T[][] {
  const all: T[][] = [];
  let total = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const bytes = size(item);
    if (total + bytes > limit) {
      all.push([]);
      total = 0;
    }
    all[all.length - 1].push(item);
    total += bytes;
  }
  return all;
}
