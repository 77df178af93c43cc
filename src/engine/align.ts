// Why a passage was found: which of its words answer which words of the query, read back from the codes alone. The scores are
// the ones MaxSim summed, so what is marked is what ranked.

import type { Codec } from '../codec/codec.ts';
import { unpackBlocks } from '../codec/encode-rows.ts';
import type { WordAlignment } from '../encoder/words.ts';
import type { QueryCodes } from '../types.ts';

/** A word of the passage and the query word it answers best. */
export interface WordMatch {
  /** Index in the passage's words. */
  word: number;
  /** Index in the query's words. */
  queryWord: number;
  /** Approximate cosine of the two, at most about 1. */
  similarity: number;
}

/** A row answers a query token when its score is at least this share of the token's best row. */
const NEAR_BEST = 0.9;
/** Below this cosine even a best row says nothing: unrelated token pairs of the default model lie around .2 to .4. */
const LEAST_SIMILARITY = 0.45;

/** Pair scores of a query and one passage's rows: i32 [tokenCount, rowCount]. */
export function pairScores(codec: Codec, query: QueryCodes, blocks: Uint8Array, rowCount: number): Int32Array {
  const { dim, subspaceDim, subspaceCount, codewords } = codec;
  const codes = unpackBlocks(blocks, rowCount, subspaceCount);
  const scores = new Int32Array(query.tokenCount * rowCount);
  const row = new Int8Array(dim);
  for (let r = 0; r < rowCount; r++) {
    for (let s = 0; s < subspaceCount; s++) {
      const word = (s * 16 + codes[r * subspaceCount + s]) * subspaceDim;
      for (let d = 0; d < subspaceDim; d++) row[s * subspaceDim + d] = codewords[word + d];
    }
    for (let token = 0; token < query.tokenCount; token++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += query.codes[token * dim + d] * row[d];
      scores[token * rowCount + r] = sum;
    }
  }
  return scores;
}

/**
 * The passage's words that answer the query's, each with the query word it answers best.
 * @param rowWords [rowCount] words of each row, as the fragment carries them
 * @param alignment which word each query token came from
 */
export function alignPassage(
  codec: Codec,
  query: QueryCodes,
  alignment: WordAlignment,
  blocks: Uint8Array,
  rowWords: number[][],
): WordMatch[] {
  const rowCount = rowWords.length;
  if (rowCount === 0) return [];
  const scores = pairScores(codec, query, blocks, rowCount);
  const best = new Map<number, WordMatch>();
  for (let token = 0; token < query.tokenCount; token++) {
    const queryWord = alignment.wordOfToken[token];
    if (queryWord < 0) continue;
    // The instant stage shortens rows of common words; how alike two words are is a matter of direction alone.
    const unit = Math.hypot(...query.codes.subarray(token * codec.dim, (token + 1) * codec.dim)) * codec.codewordScale;
    if (unit === 0) continue;
    const row = scores.subarray(token * rowCount, (token + 1) * rowCount);
    const highest = row.reduce((a, b) => Math.max(a, b), Number.MIN_SAFE_INTEGER);
    if (highest < LEAST_SIMILARITY * unit) continue;
    row.forEach((score, r) => {
      if (score < NEAR_BEST * highest) return;
      for (const word of rowWords[r]) {
        const similarity = score / unit;
        const known = best.get(word);
        if (!known || known.similarity < similarity) best.set(word, { word, queryWord, similarity });
      }
    });
  }
  return [...best.values()].sort((a, b) => a.word - b.word);
}

/** A query word that marks more words a hit than this says little about why the hit was found. */
const TELLING_MATCHES = 3;

/**
 * Weakens query words that match a little of everything ("in", "a"): their similarity is divided by how often they match, as an
 * inverse document frequency taken from the hits at hand. Needs no list of function words, so it works in any language.
 */
export function weakenCommonWords(hits: WordMatch[][]): WordMatch[][] {
  const counts = new Map<number, number>();
  for (const { queryWord } of hits.flat()) counts.set(queryWord, (counts.get(queryWord) ?? 0) + 1);
  const factor = (queryWord: number) => {
    const perHit = counts.get(queryWord)! / hits.length;
    return Math.min(1, TELLING_MATCHES / perHit);
  };
  return hits.map((matches) =>
    matches.map((match) => ({ ...match, similarity: match.similarity * factor(match.queryWord) })),
  );
}
