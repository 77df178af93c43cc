// The backend that tests compare the others with: the kernels' references, one after the other. Slow; never shipped as a fallback.

import { type Codec, checkCodec } from '../codec/codec.ts';
import { LatelightError } from '../errors.ts';
import { quantizeQueryReference } from '../kernels/quantize-query.reference.ts';
import { scoreMaxsimReference } from '../kernels/score-maxsim.reference.ts';
import {
  checkEmbeddings,
  checkQuantized,
  checkQueryCodes,
  checkShard,
  checkTopKOptions,
  EXCLUDED_SCORE,
  isIncluded,
} from '../kernels/search-input.ts';
import { topKReference } from '../kernels/top-k.reference.ts';
import type { ShardCodes, TopK, TopKOptions } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';
import type { Scorer } from './scorer.ts';

/** @throws LatelightError `bad-codec` when scores could overflow 16 bits. */
export function createReferenceScorer(codec: Codec): Scorer {
  checkCodec(codec);
  const shards: ShardCodes[] = [];
  let passageCount = 0;
  let closed = false;

  function checkOpen(): void {
    if (closed) throw new LatelightError('closed', 'reference-scorer: expected an open scorer, got a closed one');
  }

  function rank(query: QueryCodes, { k, filter }: TopKOptions): TopK {
    const scores = shards.flatMap((shard) => {
      const { codes, firstBlocks } = shard;
      return Array.from(
        scoreMaxsimReference(
          { tokenCount: query.tokenCount, dim: codec.dim, subspaceDim: codec.subspaceDim },
          codec.codewords,
          query.codes,
          undefined,
          codes,
          firstBlocks,
        ),
      );
    });
    const ranked = filter ? scores.map((score, id) => (isIncluded(filter, id) ? score : EXCLUDED_SCORE)) : scores;
    return topKReference(Int32Array.from(ranked), k);
  }

  return {
    backend: 'reference',
    get passageCount() {
      return passageCount;
    },
    async addShard(shard) {
      checkOpen();
      checkShard(shard, codec);
      shards.push({ codes: shard.codes.slice(), firstBlocks: shard.firstBlocks.slice() });
      passageCount += shard.firstBlocks.length - 1;
    },
    async search(query, options) {
      checkOpen();
      checkTopKOptions(options, passageCount);
      checkQueryCodes(query, codec);
      return rank(query, options);
    },
    async searchEmbeddings(query, options) {
      checkOpen();
      checkTopKOptions(options, passageCount);
      checkEmbeddings(query, codec);
      if ('buffer' in query) {
        throw new LatelightError(
          'bad-option',
          'reference-scorer: expected embeddings in main memory, got a GPU buffer',
        );
      }
      const { dim, rotation, queryScale } = codec;
      const { data, tokenCount, rowWeights } = query;
      const codes = quantizeQueryReference(query.dim, rotation, data, tokenCount, dim, queryScale, rowWeights);
      const queryCodes = { codes, tokenCount, dim };
      checkQuantized(queryCodes, codec);
      return { ...rank(queryCodes, options), queryCodes };
    },
    close() {
      closed = true;
      shards.length = 0;
    },
  };
}
