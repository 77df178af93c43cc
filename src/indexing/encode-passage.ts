// One passage from text to what the index stores of it: encode, pool, code, and which words each row stands for.

import type { Codec } from '../codec/codec.ts';
import { encodeRows, packBlocks, rotateRows, truncateRows } from '../codec/encode-rows.ts';
import { poolRows, targetRowCount } from '../codec/pool.ts';
import type { EncodedDocument, Encoder } from '../encoder/encoder.ts';
import type { LikelyQueryTable } from '../encoder/likely-queries.ts';
import { alignWords } from '../encoder/words.ts';
import { packWords } from '../format/fragment.ts';
import type { Passage } from '../shared-types.ts';

export interface EncodedPassage {
  /** Packed codes, whole blocks. */
  blocks: Uint8Array;
  /** Rows without padding, at least 1. */
  rowCount: number;
  /** Rows before pooling: tokens, special ones counted, skip-listed ones not. */
  tokenCount: number;
  /** As in FragmentPassage; of the words of a row, those that tell something beside the others. */
  words: number[];
  rowWords: number[][];
}

/** Tokens kept free for a passage's context when its text is packed. */
export const CONTEXT_TOKENS = 48;

/**
 * What stands before a passage's text when it is encoded: a section is found by its page's title and its headings too.
 * The title stays; outer headings go first when all of it is longer than `CONTEXT_TOKENS`.
 */
export function passageContext(
  passage: Pick<Passage, 'title' | 'headings'>,
  countTokens: (text: string) => number,
): string {
  const parts = [passage.title, ...passage.headings].filter((part, i, all) => part !== '' && part !== all[i - 1]);
  while (parts.length > 0) {
    const context = `${parts.join(' > ')}\n`;
    if (countTokens(context) <= CONTEXT_TOKENS) return context;
    parts.splice(parts.length > 1 ? 1 : 0, 1);
  }
  return '';
}

/** What is encoded of each passage, one at a time. */
export function* encodedTexts(
  passages: Iterable<Pick<Passage, 'title' | 'headings' | 'text'>>,
  countTokens: (text: string) => number,
): Iterable<string> {
  for (const passage of passages) yield passageContext(passage, countTokens) + passage.text;
}

/** Weight of a word, against the heaviest of its row, from which it is one of those the row is shown to stand for. */
const TELLING_WEIGHT = 0.6;

/** How rows become codes. */
export interface Coding {
  codec: Codec;
  /** Of the same codec; absent for a model without a query table, whose codes are then chosen by the passage's own rows alone. */
  likelyQueries?: LikelyQueryTable;
}

export interface EncodedRows {
  blocks: Uint8Array;
  rowCount: number;
  tokenCount: number;
  /** [kept tokens] id of each kept token, its position among the encoded ids, and the pooled row it went into. */
  ids: Uint32Array;
  positions: Uint32Array;
  rowOfToken: Uint32Array;
}

/** Text to codes: encode, then `codeDocument`. */
export async function encodeText(
  encoder: Encoder,
  coding: Coding,
  text: string,
  signal?: AbortSignal,
): Promise<EncodedRows> {
  return codeDocument(coding, await encoder.encodeDocument(text, signal));
}

/** Rows to codes: truncate, pool (or not), rotate, code, lay out in blocks. */
export function codeDocument({ codec, likelyQueries }: Coding, encoded: EncodedDocument, pooling = true): EncodedRows {
  const rows = truncateRows(encoded.data, encoded.tokenCount, encoded.dim, codec.dim);
  const { rowCount, rowOfToken } = pooling
    ? poolRows(rows, encoded.tokenCount, codec.dim, targetRowCount(encoded.tokenCount))
    : { rowCount: encoded.tokenCount, rowOfToken: Uint32Array.from({ length: encoded.tokenCount }, (_, row) => row) };
  const codes = encodeRows(
    codec,
    rotateRows(codec, rows, encoded.tokenCount),
    rowOfToken,
    rowCount,
    likelyQueries?.of(encoded.ids),
  );
  return {
    blocks: packBlocks(codes, rowCount, codec.subspaceCount),
    rowCount,
    tokenCount: encoded.tokenCount,
    ids: encoded.ids,
    positions: encoded.positions,
    rowOfToken,
  };
}

/**
 * A passage as the index stores it.
 * @param context text encoded before `text`, not part of what is shown
 * @throws LatelightError `aborted`
 */
export async function encodePassage(
  encoder: Encoder,
  coding: Coding,
  context: string,
  text: string,
  signal?: AbortSignal,
): Promise<EncodedPassage> {
  const full = context + text;
  const rows = await encodeText(encoder, coding, full, signal);
  const { words, wordOfToken } = alignWords(encoder.tokenizer, full, 'document');
  const firstShown = words.findIndex(({ start }) => start >= context.length);
  const shown = firstShown < 0 ? [] : words.slice(firstShown);
  const wordOf = (token: number) =>
    firstShown < 0 ? -1 : Math.max(-1, wordOfToken[rows.positions[token]] - firstShown);
  return {
    blocks: rows.blocks,
    rowCount: rows.rowCount,
    tokenCount: rows.tokenCount,
    words: packWords(shown.map(({ start, end }) => ({ start: start - context.length, end: end - context.length }))),
    rowWords: tellingWords(rows, wordOf, coding.likelyQueries),
  };
}

/**
 * The words that each row stands for, ascending. A pooled row has the common words next to a telling one, and would mark them all: those
 * that weigh less in a query than `TELLING_WEIGHT` of the row's heaviest are left out.
 * @param wordOf the word of a kept token; -1 for none that is shown
 */
export function tellingWords(
  { rowCount, rowOfToken, ids }: Pick<EncodedRows, 'rowCount' | 'rowOfToken' | 'ids'>,
  wordOf: (token: number) => number,
  weights: Pick<LikelyQueryTable, 'weight'> | undefined,
): number[][] {
  const rows = Array.from({ length: rowCount }, () => new Map<number, number>()); // word -> weight of its heaviest token
  ids.forEach((id, token) => {
    const word = wordOf(token);
    if (word < 0) return;
    const row = rows[rowOfToken[token]];
    row.set(word, Math.max(row.get(word) ?? 0, weights?.weight(id) ?? 1));
  });
  return rows.map((row) => {
    const least = TELLING_WEIGHT * Math.max(...row.values());
    const words = [...row].filter(([, weight]) => weight >= least).map(([word]) => word);
    return words.sort((a, b) => a - b);
  });
}
