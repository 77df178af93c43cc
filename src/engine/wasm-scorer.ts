// The CPU backend: quantize in JavaScript, MaxSim in WASM SIMD, top-k in JavaScript. One thread; a search runs to its end.

import { type Codec, checkCodec } from '../codec/codec.ts';
import { LatelightError } from '../errors.ts';
import { quantizeQueryCpu } from '../kernels/quantize-query-cpu.ts';
import { compileMaxsim, openWasmMaxsim, type WasmMaxsim } from '../kernels/score-maxsim-wasm.ts';
import {
  checkEmbeddings,
  checkQuantized,
  checkQueryCodes,
  checkShard,
  checkTopKOptions,
} from '../kernels/search-input.ts';
import type { GpuTokenEmbeddings, TokenEmbeddings, TopK, TopKOptions } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';
import type { Scorer } from './scorer.ts';
import { selectTopK } from './top-k.ts';

/** @throws LatelightError `bad-codec` when scores could overflow 16 bits. */
export async function createWasmScorer(codec: Codec): Promise<Scorer> {
  return openWasmScorer(codec, await compileMaxsim());
}

/**
 * @param module of `compileMaxsim`: a helper is sent it, and does not carry the kernels itself
 * @throws LatelightError as `createWasmScorer`
 */
export async function openWasmScorer(codec: Codec, module: WebAssembly.Module): Promise<Scorer> {
  checkCodec(codec);
  let maxsim: WasmMaxsim | undefined = await openWasmMaxsim(codec, module);
  let passageCount = 0;

  function open(): WasmMaxsim {
    if (!maxsim) throw new LatelightError('closed', 'wasm-scorer: expected an open scorer, got a closed one');
    return maxsim;
  }

  function rank(query: QueryCodes, options: TopKOptions): TopK {
    return selectTopK(open().score(query, options.filter), options.k);
  }

  return {
    backend: 'wasm',
    get passageCount() {
      return passageCount;
    },
    async addShard(shard) {
      const scores = open();
      checkShard(shard, codec);
      scores.addShard(shard);
      passageCount += shard.firstBlocks.length - 1;
    },
    async search(query, options) {
      open();
      checkTopKOptions(options, passageCount);
      checkQueryCodes(query, codec);
      return rank(query, options);
    },
    async searchEmbeddings(query, options) {
      open();
      checkTopKOptions(options, passageCount);
      const queryCodes = quantizeQuery(query, codec);
      return { ...rank(queryCodes, options), queryCodes };
    },
    passageCodes: (id) => open().passageCodes(id),
    close() {
      maxsim = undefined;
    },
  };
}

/**
 * Checks a query's embeddings, rotates and rounds them.
 * @throws LatelightError `bad-option` for a wrong shape, for values that are no embedding, and for embeddings on the GPU
 */
export function quantizeQuery(query: TokenEmbeddings | GpuTokenEmbeddings, codec: Codec): QueryCodes {
  checkEmbeddings(query, codec);
  if ('buffer' in query) {
    throw new LatelightError('bad-option', 'wasm-scorer: expected embeddings in main memory, got a GPU buffer');
  }
  const queryCodes = quantizeQueryCpu(query, codec);
  checkQuantized(queryCodes, codec);
  return queryCodes;
}
