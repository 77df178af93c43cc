// The CPU backend on several cores without shared memory: each worker holds a contiguous part of every shard and returns its own
// best k, which are merged exactly. The worker that calls this scores the first part itself.

import type { Codec } from '../codec/codec.ts';
import { LatelightError, messageOf } from '../errors.ts';
import { compileMaxsim } from '../kernels/score-maxsim-wasm.ts';
import { checkQueryCodes, checkShard, checkTopKOptions, isIncluded } from '../kernels/search-input.ts';
import type { ShardCodes, TopK, TopKOptions } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';
import { createRemoteScorer, type HelperPort, type PartScorer } from './score-helper.ts';
import type { Scorer } from './scorer.ts';
import { openWasmScorer, quantizeQuery } from './wasm-scorer.ts';

/** More cores than this are left to the page: scoring is then no longer what a search takes longest for. */
const MAX_WORKERS = 4;
/**
 * Blocks that each worker must get for another one to pay: 8,192 take about 4 ms with 12 query tokens and 128 dimensions, a
 * message there and back about 0.2 ms (bench/workers.ts), and starting a worker costs some megabytes.
 */
const BLOCKS_PER_WORKER = 8192;

/** Passages that lie one after another in the index and in one worker. */
interface Run {
  firstId: number;
  passageCount: number;
}

interface Part {
  scorer: PartScorer;
  /** Ascending in the index as in the worker, so that the lowest id wins a tie in both. */
  runs: Run[];
  /** Copies of a helper's codes, to read single passages from and should it be lost; those of this worker are in its scorer. */
  shards: ShardCodes[];
  /** Replaces a lost worker once, however many searches notice it. */
  replacing?: Promise<void>;
}

/** Workers worth having for an index of `blockCount` blocks on `cores` cores, the calling one included. */
export function workersFor(blockCount: number, cores: number): number {
  return Math.max(1, Math.min(MAX_WORKERS, cores, Math.floor(blockCount / BLOCKS_PER_WORKER)));
}

/**
 * A helper that does not start, fails or dies is replaced by a scorer in this worker; the search that noticed is answered in full.
 * For that, and for passageCodes, the helpers' codes are kept here too. Where the page's policy refuses one, those that started share
 * the index.
 * @param workerCount at least 1, the calling worker included
 * @throws LatelightError `bad-codec` when scores could overflow 16 bits
 */
export async function createSplitScorer(
  codec: Codec,
  workerCount: number,
  startHelper: () => HelperPort,
): Promise<Scorer> {
  const module = await compileMaxsim();
  const own = await openWasmScorer(codec, module);
  const helpers = startHelpers(codec, module, workerCount - 1, startHelper);
  let parts: Part[] | undefined = [own, ...helpers].map((scorer) => ({ scorer, runs: [], shards: [] }));
  let passageCount = 0;

  function open(): Part[] {
    if (!parts) throw new LatelightError('closed', 'split-scorer: expected an open scorer, got a closed one');
    return parts;
  }

  async function replace(part: Part): Promise<void> {
    part.scorer.close();
    const scorer = await openWasmScorer(codec, module);
    try {
      for (const shard of part.shards) await scorer.addShard(shard);
    } catch (error) {
      scorer.close();
      throw error;
    }
    part.scorer = scorer;
    part.shards = [];
    if (!parts) scorer.close();
  }

  /** One that failed, for want of memory say, is tried again by the next search. */
  function replaceOnce(part: Part): Promise<void> {
    part.replacing ??= replace(part).catch((error) => {
      part.replacing = undefined;
      throw error;
    });
    return part.replacing;
  }

  async function searchPart(part: Part, query: QueryCodes, { k, filter }: TopKOptions): Promise<TopK> {
    // Made when the scorer is asked: shards may have come while this search waited.
    const options = () => ({ k, filter: filter && filterOf(part.runs, filter) });
    await part.replacing;
    const asked = part.scorer;
    try {
      return await asked.search(query, options());
    } catch (error) {
      open();
      // One in this worker cannot be lost, and holds the only copy of its codes.
      if (asked.passageCodes) throw error;
      await replaceOnce(part);
      return part.scorer.search(query, options());
    }
  }

  async function rank(query: QueryCodes, options: TopKOptions): Promise<TopK> {
    // Helpers first: they work while this worker scores its own part, which nothing interrupts.
    const [mine, ...others] = open();
    const theirs = others.map((part) => searchPart(part, query, options));
    const found = await Promise.all([searchPart(mine, query, options), ...theirs]);
    return merge(
      found.map((top, i) => withIndexIds([mine, ...others][i].runs, top)),
      options.k,
    );
  }

  return {
    backend: 'wasm',
    get passageCount() {
      return passageCount;
    },
    async addShard(shard) {
      const all = open();
      checkShard(shard, codec);
      let firstId = passageCount;
      passageCount += shard.firstBlocks.length - 1;
      const pieces = splitShard(shard, all.length);
      for (const [i, piece] of pieces.entries()) {
        const part = all[i];
        part.runs.push({ firstId, passageCount: piece.firstBlocks.length - 1 });
        if (!part.scorer.passageCodes) part.shards.push({ ...piece, codes: piece.codes.slice() });
        firstId += piece.firstBlocks.length - 1;
        await part.scorer.addShard(piece);
      }
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
      return { ...(await rank(queryCodes, options)), queryCodes };
    },
    passageCodes(id) {
      for (const part of open()) {
        let local = 0;
        for (const { firstId, passageCount } of part.runs) {
          const at = id - firstId;
          if (at >= 0 && at < passageCount) return codesInPart(part, local + at);
          local += passageCount;
        }
      }
      throw new LatelightError('bad-option', `split-scorer: expected a passage below ${passageCount}, got ${id}`);
    },
    close() {
      for (const { scorer } of parts ?? []) scorer.close();
      parts = undefined;
    },
  };
}

function startHelpers(
  codec: Codec,
  module: WebAssembly.Module,
  count: number,
  startHelper: () => HelperPort,
): PartScorer[] {
  const helpers: PartScorer[] = [];
  while (helpers.length < count) {
    let port: HelperPort;
    try {
      port = startHelper();
    } catch (error) {
      console.warn(
        `latelight: expected ${count} workers to help with scoring, got ${helpers.length}: ${messageOf(error)}`,
      );
      break; // refused once, refused always
    }
    helpers.push(createRemoteScorer(codec, module, port));
  }
  return helpers;
}

/** Cuts a shard at passages into `count` pieces of about as many blocks; a piece may be empty. Codes are views. */
export function splitShard({ codes, firstBlocks }: ShardCodes, count: number): ShardCodes[] {
  const passageCount = firstBlocks.length - 1;
  const blockCount = firstBlocks[passageCount];
  const bytesPerBlock = blockCount ? codes.length / blockCount : 0;
  let first = 0;
  return Array.from({ length: count }, (_, i) => {
    let end = first;
    // A passage goes to the piece in which its middle lies.
    const middle = (passage: number) => (firstBlocks[passage] + firstBlocks[passage + 1]) / 2;
    while (end < passageCount && (i === count - 1 || middle(end) < (blockCount * (i + 1)) / count)) end++;
    const piece = {
      codes: codes.subarray(firstBlocks[first] * bytesPerBlock, firstBlocks[end] * bytesPerBlock),
      firstBlocks: firstBlocks.slice(first, end + 1).map((block) => block - firstBlocks[first]),
    };
    first = end;
    return piece;
  });
}

/** Blocks of one passage, by its number in the part. */
function codesInPart({ scorer, shards }: Part, local: number): Uint8Array {
  if (scorer.passageCodes) return scorer.passageCodes(local);
  let at = local;
  for (const { codes, firstBlocks } of shards) {
    const passageCount = firstBlocks.length - 1;
    const bytesPerBlock = codes.length / firstBlocks[passageCount];
    if (at < passageCount) return codes.subarray(firstBlocks[at] * bytesPerBlock, firstBlocks[at + 1] * bytesPerBlock);
    at -= passageCount;
  }
  throw new LatelightError('bad-option', `split-scorer: expected a passage of this part, got ${local}`);
}

/** The bits of a part's passages, in the part's order. */
function filterOf(runs: Run[], filter: Uint32Array): Uint32Array {
  const passageCount = runs.reduce((sum, run) => sum + run.passageCount, 0);
  const words = new Uint32Array(Math.ceil(passageCount / 32));
  let local = 0;
  for (const run of runs) {
    for (let id = run.firstId; id < run.firstId + run.passageCount; id++, local++) {
      if (isIncluded(filter, id)) words[local >>> 5] |= 1 << (local & 31);
    }
  }
  return words;
}

/** From ids in a part to ids in the index. */
function withIndexIds(runs: Run[], { ids, scores }: TopK): TopK {
  const toIndex = (local: number) => {
    let before = 0;
    for (const { firstId, passageCount } of runs) {
      if (local < before + passageCount) return firstId + local - before;
      before += passageCount;
    }
    throw new LatelightError('worker-crashed', `split-scorer: expected a passage below ${before}, got ${local}`);
  };
  return { ids: ids.map(toIndex), scores };
}

/** The best k of all parts: score descending, ties to the lowest id. */
function merge(tops: TopK[], k: number): TopK {
  const all = tops.flatMap(({ ids, scores }) => Array.from(ids, (id, i) => ({ id, score: scores[i] })));
  all.sort((a, b) => b.score - a.score || a.id - b.id);
  const best = all.slice(0, k);
  return { ids: Uint32Array.from(best, ({ id }) => id), scores: Int32Array.from(best, ({ score }) => score) };
}
