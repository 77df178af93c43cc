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

/**
 * How well each word of a passage answers each word of a query: f32 [query words, wordCount], approximate cosines, 0 for a word that
 * no row stands for.
 */
export function similarities(
  codec: Codec,
  query: QueryCodes,
  alignment: WordAlignment,
  blocks: Uint8Array,
  rowWords: number[][],
  wordCount: number,
): Float32Array {
  const rowCount = rowWords.length;
  const best = new Float32Array(alignment.words.length * wordCount);
  if (rowCount === 0) return best;
  const scores = pairScores(codec, query, blocks, rowCount);
  const unit = codec.queryScale * codec.codewordScale;
  for (let token = 0; token < query.tokenCount; token++) {
    const queryWord = alignment.wordOfToken[token];
    if (queryWord < 0) continue;
    rowWords.forEach((words, row) => {
      for (const word of words) {
        const at = queryWord * wordCount + word;
        best[at] = Math.max(best[at], scores[token * rowCount + row] / unit);
      }
    });
  }
  return best;
}

/** A query word that marks more words a hit than this says little about why the hit was found. */
const TELLING_MATCHES = 6;
/** A word that matches at fewer of its places than this share is marked for the company it keeps. */
const TELLING_SHARE = 0.5;

/** A hit's matches, and the text of its passage's words. */
export interface MatchedHit {
  matches: WordMatch[];
  words: string[];
}

/**
 * Weakens what says little about why a hit was found, judged by the hits at hand alone: no list of function words, any language.
 * Similarities are multiplied by two factors of at most 1:
 * - of the query's word: one that matches a little of everything ("in", "a") counts by the inverse of how often it matches;
 * - of the passage's word: a pooled row stands for several words, so "the" matches where it was pooled with a telling word and
 *   nowhere else; a word counts by the share of its places at which it matches.
 */
export function weakenCommonWords(hits: MatchedHit[]): WordMatch[][] {
  const ofQueryWord = new Map<number, number>();
  const matching = new Map<string, number>();
  const standing = new Map<string, number>();
  const key = (word: string) => word.toLowerCase();
  for (const { matches, words } of hits) {
    for (const { queryWord, word } of matches) {
      increment(ofQueryWord, queryWord);
      increment(matching, key(words[word]));
    }
    for (const word of words) increment(standing, key(word));
  }
  const queryFactor = (queryWord: number) => Math.min(1, (TELLING_MATCHES * hits.length) / ofQueryWord.get(queryWord)!);
  const wordFactor = (word: string) => Math.min(1, matching.get(word)! / standing.get(word)! / TELLING_SHARE);
  return hits.map(({ matches, words }) =>
    matches.map((match) => ({
      ...match,
      similarity: match.similarity * queryFactor(match.queryWord) * wordFactor(key(words[match.word])),
    })),
  );
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
