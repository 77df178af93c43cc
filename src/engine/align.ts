// Why a passage was found: which of its words answer which words of the query, read back from the codes alone. The scores are
// the ones MaxSim summed, so what is marked is what ranked.

import type { Codec } from '../codec/codec.ts';
import type { WordAlignment } from '../encoder/words.ts';
import { BLOCK_ROWS, CODEWORDS } from '../format/layout.ts';
import type { QueryCodes } from '../types.ts';

/** A word of the passage and the query word it answers best. */
export interface WordMatch {
  /** Index in the passage's words. */
  word: number;
  /** Index in the query's words. */
  queryWord: number;
  /** Approximate cosine of the two, at most about 1, less for a word of the query that tells little. */
  similarity: number;
}

/** A row answers a query token when its score is at least this share of the token's best row. */
const NEAR_BEST = 0.9;
/** Below this similarity even a best row says nothing: unrelated token pairs of the default model have cosines around .2 to .4. */
const LEAST_SIMILARITY = 0.45;
/** The least that a match counts, with a word of the query that tells nothing: such a row's length in the full stage (docs/decisions/0016). */
const LEAST_TELLING = 0.5;

/** What one query's tokens have to say about passages of one codec. */
export class Aligner {
  private readonly codec: Codec;
  private readonly tokenCount: number;
  private readonly alignment: WordAlignment;
  /** i32 [tokenCount, subspaceCount, 16] score of each codeword: a row's score is a sum of them (Jégou et al., 2011, section III.A). */
  private readonly tables: Int32Array;
  /** [tokenCount] score of a row in the token's own direction, of length 1. */
  private readonly units: Float64Array;

  /** @param alignment which word each query token came from */
  constructor(codec: Codec, { codes, tokenCount }: QueryCodes, alignment: WordAlignment) {
    const { dim, subspaceDim, codewords, codewordScale } = codec;
    this.codec = codec;
    this.tokenCount = tokenCount;
    this.alignment = alignment;
    this.tables = new Int32Array(tokenCount * codec.subspaceCount * CODEWORDS);
    this.units = new Float64Array(tokenCount);
    for (let token = 0, entry = 0; token < tokenCount; token++) {
      let squares = 0;
      for (let d = token * dim; d < (token + 1) * dim; d++) squares += codes[d] * codes[d];
      this.units[token] = Math.sqrt(squares) * codewordScale;
      for (let first = token * dim, word = 0; first < (token + 1) * dim; first += subspaceDim) {
        for (let code = 0; code < CODEWORDS; code++, word += subspaceDim) {
          let score = 0;
          for (let d = 0; d < subspaceDim; d++) score += codes[first + d] * codewords[word + d];
          this.tables[entry++] = score;
        }
      }
    }
  }

  /** Pair scores of the query and one passage's rows: i32 [tokenCount, rowCount]. */
  pairScores(blocks: Uint8Array, rowCount: number): Int32Array {
    const { tables, tokenCount } = this;
    const { subspaceCount } = this.codec;
    const blockSize = (subspaceCount / 2) * BLOCK_ROWS;
    const scores = new Int32Array(tokenCount * rowCount);
    for (let token = 0, at = 0; token < tokenCount; token++) {
      const table = token * subspaceCount * CODEWORDS;
      for (let row = 0; row < rowCount; row++) {
        let byte = Math.floor(row / BLOCK_ROWS) * blockSize + (row % BLOCK_ROWS);
        let score = 0;
        for (let s = 0; s < subspaceCount; s += 2, byte += BLOCK_ROWS) {
          const entry = table + s * CODEWORDS;
          score += tables[entry + (blocks[byte] & 15)] + tables[entry + CODEWORDS + (blocks[byte] >> 4)];
        }
        scores[at++] = score;
      }
    }
    return scores;
  }

  /**
   * The passage's words that answer the query's, each with the query word it answers best.
   * @param rowWords [rowCount] words of each row, as the fragment carries them
   */
  matches(blocks: Uint8Array, rowWords: number[][]): WordMatch[] {
    const rowCount = rowWords.length;
    if (rowCount === 0) return [];
    const scores = this.pairScores(blocks, rowCount);
    const fullUnit = this.codec.queryScale * this.codec.codewordScale;
    const best = new Map<number, WordMatch>();
    for (let token = 0; token < this.tokenCount; token++) {
      const queryWord = this.alignment.wordOfToken[token];
      const unit = this.units[token];
      if (queryWord < 0 || unit === 0) continue;
      // Rows of common words are shorter: what they answer ranked less, and is marked less.
      const telling = Math.max(LEAST_TELLING, Math.min(1, unit / fullUnit));
      const first = token * rowCount;
      let highest = Number.MIN_SAFE_INTEGER;
      for (let row = 0; row < rowCount; row++) highest = Math.max(highest, scores[first + row]);
      if (telling * highest < LEAST_SIMILARITY * unit) continue;
      for (let row = 0; row < rowCount; row++) {
        if (scores[first + row] < NEAR_BEST * highest) continue;
        const similarity = (telling * scores[first + row]) / unit;
        for (const word of rowWords[row]) {
          const known = best.get(word);
          if (!known || known.similarity < similarity) best.set(word, { word, queryWord, similarity });
        }
      }
    }
    return [...best.values()].sort((a, b) => a.word - b.word);
  }

  /**
   * How well each word of a passage answers each word of the query: f32 [query words, wordCount], approximate cosines, 0 for a word
   * that no row stands for.
   */
  similarities(blocks: Uint8Array, rowWords: number[][], wordCount: number): Float32Array {
    const rowCount = rowWords.length;
    const best = new Float32Array(this.alignment.words.length * wordCount);
    if (rowCount === 0) return best;
    const scores = this.pairScores(blocks, rowCount);
    for (let token = 0; token < this.tokenCount; token++) {
      const queryWord = this.alignment.wordOfToken[token];
      const unit = this.units[token];
      if (queryWord < 0 || unit === 0) continue;
      rowWords.forEach((words, row) => {
        for (const word of words) {
          const at = queryWord * wordCount + word;
          best[at] = Math.max(best[at], scores[token * rowCount + row] / unit);
        }
      });
    }
    return best;
  }
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
