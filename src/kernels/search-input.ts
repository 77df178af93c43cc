// What every scorer demands of its inputs. Refused here, so that no kernel sees a size it was not written for.

import { type Codec, leastRowWeight, maxQueryNorm } from '../codec/codec.ts';
import { LatelightError } from '../errors.ts';
import { blockBytes, MAX_QUERY_TOKENS, MAX_RESULTS } from '../format/layout.ts';
import type { GpuTokenEmbeddings, ShardCodes, TokenEmbeddings, TopKOptions } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';

/** The score of a passage the filter leaves out. No sum of 64 pair scores comes near it. */
export const EXCLUDED_SCORE = -(2 ** 31);

/** @throws LatelightError `bad-shard` when a passage would have no block, or one outside the codes. */
export function checkShard(shard: ShardCodes, codec: Codec): void {
  const { codes, firstBlocks } = shard;
  const bytes = blockBytes(codec.dim, codec.subspaceDim);
  if (firstBlocks.length === 0 || firstBlocks[0] !== 0) {
    throw new LatelightError('bad-shard', `addShard: expected firstBlocks to begin with 0, got ${firstBlocks[0]}`);
  }
  for (let i = 1; i < firstBlocks.length; i++) {
    if (firstBlocks[i] <= firstBlocks[i - 1]) {
      throw new LatelightError(
        'bad-shard',
        `addShard: expected a block or more in every passage, got none in ${i - 1}`,
      );
    }
  }
  const expected = firstBlocks[firstBlocks.length - 1] * bytes;
  if (codes.length !== expected) {
    throw new LatelightError('bad-shard', `addShard: expected ${expected} bytes of codes, got ${codes.length}`);
  }
}

function checkTokenCount(tokenCount: number): void {
  if (!Number.isInteger(tokenCount) || tokenCount < 1 || tokenCount > MAX_QUERY_TOKENS) {
    throw new LatelightError(
      'bad-option',
      `search: expected 1 to ${MAX_QUERY_TOKENS} query tokens, got ${tokenCount}. Shorten the query.`,
    );
  }
}

/** @throws LatelightError `bad-option` for a wrong shape, or a token longer than checkCodec's proof allows for. */
export function checkQueryCodes(query: QueryCodes, codec: Codec): void {
  checkTokenCount(query.tokenCount);
  const { codes, tokenCount, dim } = query;
  if (dim !== codec.dim) {
    throw new LatelightError('bad-option', `search: expected dim ${codec.dim}, got ${dim}`);
  }
  if (codes.length !== tokenCount * dim) {
    throw new LatelightError('bad-option', `search: expected ${tokenCount * dim} query codes, got ${codes.length}`);
  }
  const longest = maxQueryNorm(dim, codec.queryScale) ** 2;
  for (let token = 0; token < tokenCount; token++) {
    let square = 0;
    for (let d = 0; d < dim; d++) square += codes[token * dim + d] ** 2;
    if (square > longest) {
      throw new LatelightError(
        'bad-option',
        `search: expected query tokens no longer than ${maxQueryNorm(dim, codec.queryScale).toFixed(1)}, got ${Math.sqrt(square).toFixed(1)}`,
      );
    }
  }
}

/** @throws LatelightError `bad-option` for a wrong shape. Values are looked at by checkQuantized. */
export function checkEmbeddings(query: TokenEmbeddings | GpuTokenEmbeddings, codec: Codec): void {
  checkTokenCount(query.tokenCount);
  if (!Number.isInteger(query.dim) || query.dim < codec.dim) {
    throw new LatelightError('bad-option', `search: expected embeddings of dim ${codec.dim} or more, got ${query.dim}`);
  }
  const expected = query.tokenCount * query.dim;
  const actual = 'buffer' in query ? Math.floor(query.buffer.size / 4) : query.data.length;
  const enough = 'buffer' in query ? actual >= expected : actual === expected;
  if (!enough) throw new LatelightError('bad-option', `search: expected ${expected} embedding values, got ${actual}`);
  const least = leastRowWeight(codec);
  if (
    query.rowWeights &&
    (query.rowWeights.length !== query.tokenCount || !query.rowWeights.every((x) => x >= least && x <= 1))
  ) {
    throw new LatelightError(
      'bad-option',
      `search: expected ${query.tokenCount} row weights of ${least.toFixed(3)} to 1, got [${query.rowWeights.join(', ')}]`,
    );
  }
}

/**
 * A row of `leastRowWeight` or more never rounds to zeros (its largest component is at least dim ** -0.5 of it), so a row of zeros was no
 * embedding.
 * @throws LatelightError `bad-option`
 */
export function checkQuantized(query: QueryCodes, codec: Codec): void {
  for (let token = 0; token < query.tokenCount; token++) {
    const row = query.codes.subarray(token * query.dim, (token + 1) * query.dim);
    if (row.every((value) => value === 0)) {
      throw new LatelightError('bad-option', `search: expected a finite embedding, not zero, of query token ${token}`);
    }
  }
  checkQueryCodes(query, codec);
}

/** @throws LatelightError `bad-option` for k outside 1..MAX_RESULTS, or a filter with fewer bits than passages. */
export function checkTopKOptions(options: TopKOptions, passageCount: number): void {
  if (!Number.isInteger(options.k) || options.k < 1 || options.k > MAX_RESULTS) {
    throw new LatelightError('bad-option', `search: expected k of 1 to ${MAX_RESULTS}, got ${options.k}`);
  }
  const words = Math.ceil(passageCount / 32);
  if (options.filter && options.filter.length < words) {
    throw new LatelightError(
      'bad-option',
      `search: expected a filter of ${words} words for ${passageCount} passages, got ${options.filter.length}`,
    );
  }
}

/** Whether a passage's bit is set. */
export function isIncluded(filter: Uint32Array, passage: number): boolean {
  return ((filter[passage >>> 5] >>> (passage & 31)) & 1) === 1;
}
