// The GPU backend: quantize, MaxSim and top-k in one submission, one read-back of ids, scores and query codes.
// Searches share buffers, so they run one after the other; the device belongs to the caller and is never destroyed here.

import { type Codec, checkCodec } from '../codec/codec.ts';
import { LatelightError } from '../errors.ts';
import { MAX_QUERY_TOKENS, MAX_RESULTS } from '../format/layout.ts';
import { createQuantizeQuery } from '../kernels/quantize-query.ts';
import { createScoreMaxsim, type ScoreMaxsimOptions } from '../kernels/score-maxsim.ts';
import {
  checkEmbeddings,
  checkQuantized,
  checkQueryCodes,
  checkSearchOptions,
  checkShard,
  EXCLUDED_SCORE,
} from '../kernels/search-input.ts';
import { createTopK } from '../kernels/top-k.ts';
import type { QueryCodes, TokenEmbeddings, TopK } from '../types.ts';
import type { GpuTokenEmbeddings, Scorer, SearchOptions } from './scorer.ts';

type Query = QueryCodes | TokenEmbeddings | GpuTokenEmbeddings;

/**
 * Embeddings in a GPU buffer must live on this device, have STORAGE usage and stay alive until the search settles.
 * What a call is given must not change until it settles. When the device is lost, pending and later calls reject with `device-lost`.
 * @throws LatelightError `bad-codec` when the codec is not one the scorers can be exact with.
 */
export async function createWebgpuScorer(
  device: GPUDevice,
  codec: Codec,
  options: ScoreMaxsimOptions = {},
): Promise<Scorer> {
  checkCodec(codec);
  const { dim } = codec;
  const [quantize, maxsim, topK] = await Promise.all([
    createQuantizeQuery(device, codec),
    createScoreMaxsim(device, codec, options),
    createTopK(device),
  ]);
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const makeBuffer = (label: string, size: number, usage: number) => device.createBuffer({ label, size, usage });
  const queryBuffer = makeBuffer('query', MAX_QUERY_TOKENS * dim, STORAGE | COPY_SRC | COPY_DST);
  const readBack = makeBuffer('read-back', MAX_RESULTS * 8 + MAX_QUERY_TOKENS * dim, MAP_READ | COPY_DST);
  let uploaded = makeBuffer('embeddings', MAX_QUERY_TOKENS * dim * 4, STORAGE | COPY_DST);

  let passageCount = 0;
  let ended: LatelightError | undefined; // why no call can succeed any more
  let rejectPending: (reason: LatelightError) => void;
  const end = new Promise<never>((_, reject) => {
    rejectPending = reject;
  });
  end.catch(() => {}); // a scorer that ends with nothing pending is no unhandled rejection
  function endWith(reason: LatelightError): void {
    ended ??= reason;
    rejectPending(ended);
  }
  device.lost.then((info) =>
    endWith(new LatelightError('device-lost', `webgpu-scorer: ${info.message || info.reason}`)),
  );

  let previous: Promise<unknown> = Promise.resolve();
  /** Runs tasks one after the other. When the scorer ends, they reject at once instead of waiting for the device. */
  function enqueue<T>(task: () => Promise<T>): Promise<T> {
    const run = previous.then(() => {
      if (ended) throw ended;
      return task();
    });
    previous = run.catch(() => {});
    return Promise.race([run, end]);
  }

  function embeddingsBuffer(query: TokenEmbeddings | GpuTokenEmbeddings): GPUBuffer {
    if ('buffer' in query) return query.buffer;
    if (uploaded.size < query.data.byteLength) {
      uploaded.destroy();
      uploaded = makeBuffer('embeddings', query.data.byteLength, STORAGE | COPY_DST);
    }
    device.queue.writeBuffer(uploaded, 0, query.data as GPUAllowSharedBufferSource);
    return uploaded;
  }

  async function run(query: Query, { k, filter }: SearchOptions): Promise<TopK & { queryCodes: QueryCodes }> {
    checkSearchOptions({ k, filter }, maxsim.passageCount); // here, because shards may have been added while this search waited
    const { tokenCount } = query;
    const queryBytes = tokenCount * dim;
    const encoder = device.createCommandEncoder({ label: 'search' });
    const pass = encoder.beginComputePass({ label: 'search' });
    if ('codes' in query) {
      device.queue.writeBuffer(queryBuffer, 0, query.codes as GPUAllowSharedBufferSource);
    } else {
      quantize.encode(pass, embeddingsBuffer(query), tokenCount, query.dim, queryBuffer);
    }
    const scores = maxsim.encode(pass, queryBuffer, tokenCount, filter);
    const best = topK.encode(pass, scores, maxsim.passageCount, k);
    pass.end();
    encoder.copyBufferToBuffer(best, 0, readBack, 0, k * 8);
    encoder.copyBufferToBuffer(queryBuffer, 0, readBack, k * 8, queryBytes);
    device.queue.submit([encoder.finish()]);
    try {
      await readBack.mapAsync(GPUMapMode.READ, 0, k * 8 + queryBytes);
    } catch (cause) {
      // Mapping fails only when the buffer or the device is gone.
      throw ended ?? new LatelightError('device-lost', 'webgpu-scorer: the GPU gave no result', { cause });
    }
    const bytes = readBack.getMappedRange(0, k * 8 + queryBytes).slice(0);
    readBack.unmap();
    const queryCodes = { codes: new Int8Array(bytes, k * 8, queryBytes), tokenCount, dim };
    return { ...readEntries(new Int32Array(bytes, 0, k * 2)), queryCodes };
  }

  function checkOpen(): void {
    if (ended) throw ended;
  }

  return {
    backend: 'webgpu',
    get passageCount() {
      return passageCount;
    },
    async addShard(shard) {
      checkOpen();
      checkShard(shard, codec);
      await enqueue(() => maxsim.addShard(shard));
      passageCount = maxsim.passageCount;
    },
    async search(query, searchOptions) {
      checkOpen();
      checkQueryCodes(query, codec);
      const { ids, scores } = await enqueue(() => run(query, searchOptions));
      return { ids, scores };
    },
    async searchEmbeddings(query, searchOptions) {
      checkOpen();
      checkEmbeddings(query, codec);
      const result = await enqueue(() => run(query, searchOptions));
      checkQuantized(result.queryCodes, codec);
      return result;
    },
    close() {
      endWith(new LatelightError('closed', 'webgpu-scorer: expected an open scorer, got a closed one'));
      quantize.close();
      maxsim.close();
      topK.close();
      for (const buffer of [queryBuffer, readBack, uploaded]) buffer.destroy();
    },
  };
}

/** [k] of score and id; the first excluded one ends the list. */
function readEntries(entries: Int32Array): TopK {
  let size = 0;
  while (size < entries.length / 2 && entries[2 * size] !== EXCLUDED_SCORE) size++;
  const ids = new Uint32Array(size);
  const scores = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    scores[i] = entries[2 * i];
    ids[i] = entries[2 * i + 1];
  }
  return { ids, scores };
}
