// Passages as the library keeps them before they are in a segment.

import { BLOCK_ROWS, blockBytes } from '../../format/layout.ts';
import type { StoredPassage } from './records.ts';

export const PASSAGE_SHAPE = { dim: 16, subspaceDim: 2, codecSha256: '5e'.repeat(32) };

/** @param at number of the passage in its document: its codes are of this byte */
export function storedPassage(text: string, at: number): StoredPassage {
  const blocks = new Uint8Array(blockBytes(PASSAGE_SHAPE.dim, PASSAGE_SHAPE.subspaceDim)).fill(at);
  const rowWords = Array.from({ length: BLOCK_ROWS }, () => []);
  return {
    passage: { text, title: 'Title', headings: [], url: `page.md#${at}`, filters: {}, meta: {} },
    encoded: { blocks, rowCount: BLOCK_ROWS, tokenCount: BLOCK_ROWS, words: [], rowWords },
  };
}
