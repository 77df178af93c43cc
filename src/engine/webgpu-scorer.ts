// The GPU backend: quantize, MaxSim and top-k in one submission, one read-back of ids, scores and query codes.
// Searches share buffers, so they run one after the other; the device belongs to the caller and is never destroyed here.

import { type Codec, checkCodec } from '../codec/codec.ts';
import { LatelightError, messageOf } from '../errors.ts';
import { MAX_QUERY_TOKENS, MAX_RESULTS } from '../format/layout.ts';
import { onDeviceLost } from '../kernels/device-loss.ts';
import { createPassTimer, passMilliseconds, TIMESTAMP_BYTES } from '../kernels/pass-timer.ts';
import { createQuantizeQuery } from '../kernels/quantize-query.ts';
import { createScoreMaxsim, type ScoreMaxsimOptions } from '../kernels/score-maxsim.ts';
import {
  checkEmbeddings,
  checkQuantized,
  checkQueryCodes,
  checkShard,
  checkTopKOptions,
  EXCLUDED_SCORE,
} from '../kernels/search-input.ts';
import { createTopK } from '../kernels/top-k.ts';
import type { GpuTokenEmbeddings, ShardCodes, TokenEmbeddings, TopK, TopKOptions } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';
import type { Scorer } from './scorer.ts';

type Query = QueryCodes | TokenEmbeddings | GpuTokenEmbeddings;

/** Milliseconds on the GPU. */
export interface GpuTimings {
  quantizeMs: number;
  maxsimMs: number;
  topKMs: number;
}

type Timed<T> = T & { gpuTimings?: GpuTimings };

export interface WebgpuScorer extends Scorer {
  search(query: QueryCodes, options: TopKOptions): Promise<Timed<TopK>>;
  searchEmbeddings(
    query: TokenEmbeddings | GpuTokenEmbeddings,
    options: TopKOptions,
  ): Promise<Timed<TopK & { queryCodes: QueryCodes }>>;
}

export interface WebgpuScorerOptions extends ScoreMaxsimOptions {
  /** Results carry `gpuTimings` where the device was opened with `timestamp-query`. Off, nothing is made or written for it. */
  timings?: boolean;
}

const STAGES = 3;

/**
 * Embeddings in a GPU buffer must live on this device, have STORAGE usage and stay alive until the search settles.
 * What a call is given must not change until it settles. When the device is lost, pending and later calls reject with `device-lost`.
 * @throws LatelightError `bad-codec` when the codec is not one the scorers can be exact with; `device-lost` when no kernel compiles.
 */
export async function createWebgpuScorer(
  device: GPUDevice,
  codec: Codec,
  options: WebgpuScorerOptions = {},
): Promise<WebgpuScorer> {
  checkCodec(codec);
  const { dim } = codec;
  const [quantize, maxsim, topK] = await allOrClose([
    createQuantizeQuery(device, codec),
    createScoreMaxsim(device, codec, options),
    createTopK(device),
  ]);
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const makeBuffer = (label: string, size: number, usage: number) => device.createBuffer({ label, size, usage });
  const queryBuffer = makeBuffer('query', MAX_QUERY_TOKENS * dim, STORAGE | COPY_SRC | COPY_DST);
  const timer = options.timings ? createPassTimer(device, STAGES) : undefined;
  const timingBytes = timer ? STAGES * TIMESTAMP_BYTES : 0;
  const readBackBytes = timingBytes + MAX_RESULTS * 8 + MAX_QUERY_TOKENS * dim;
  const readBack = makeBuffer('read-back', readBackBytes, MAP_READ | COPY_DST);
  let uploaded: GPUBuffer | undefined; // made when embeddings first come from main memory

  let passageCount = 0;
  let ended: LatelightError | undefined; // why no call can succeed any more
  /** Of the calls that have not settled. A promise for them all to race against would hold their results while the scorer lives. */
  const rejectPending = new Set<(reason: LatelightError) => void>();
  function endWith(reason: LatelightError): void {
    ended ??= reason;
    for (const reject of rejectPending) reject(ended);
  }
  const stopListening = onDeviceLost(device, (info) =>
    endWith(new LatelightError('device-lost', `webgpu-scorer: ${info.message || info.reason}`)),
  );

  let previous: Promise<unknown> = Promise.resolve();
  /** Runs tasks one after the other. When the scorer ends, they reject at once instead of waiting for the device. */
  function enqueue<T>(task: () => Promise<T>): Promise<T> {
    const run = previous.then(() => {
      if (ended) throw ended;
      return task();
    });
    previous = run.then(ignore, ignore);
    return new Promise((resolve, reject) => {
      rejectPending.add(reject);
      run.then(resolve, (cause) => reject(asDeviceLost(cause))).finally(() => rejectPending.delete(reject));
    });
  }

  function embeddingsBuffer(query: TokenEmbeddings | GpuTokenEmbeddings): GPUBuffer {
    if ('buffer' in query) return query.buffer;
    const size = MAX_QUERY_TOKENS * query.dim * 4;
    if (!uploaded || uploaded.size < size) {
      uploaded?.destroy();
      uploaded = makeBuffer('embeddings', size, STORAGE | COPY_DST);
    }
    device.queue.writeBuffer(uploaded, 0, query.data as GPUAllowSharedBufferSource);
    return uploaded;
  }

  /** All of a shard. One that the GPU takes half of would be found by half, and by other numbers than the index has. */
  async function addWhole(shard: ShardCodes): Promise<void> {
    const before = maxsim.passageCount;
    try {
      await maxsim.addShard(shard);
    } catch (cause) {
      const error = asDeviceLost(cause);
      if (maxsim.passageCount !== before) endWith(error);
      throw error;
    }
    passageCount = maxsim.passageCount;
  }

  async function run(query: Query, { k, filter }: TopKOptions): Promise<Timed<TopK & { queryCodes: QueryCodes }>> {
    checkTopKOptions({ k, filter }, maxsim.passageCount); // here, because shards may have been added while this search waited
    await topK.prepare(k);
    checkOpen();
    const { tokenCount } = query;
    const queryBytes = tokenCount * dim;
    const resultEnd = timingBytes + k * 8;
    const refusal = refusalOf(device, () => submit(query, { k, filter }));
    const [bytes, refused] = await Promise.all([readResult(resultEnd + queryBytes), refusal]);
    if (refused) {
      // What was read back is the result of the search before.
      throw new LatelightError(
        'device-lost',
        `webgpu-scorer: expected the GPU to search, it refused: ${refused.message}`,
      );
    }
    const queryCodes = { codes: new Int8Array(bytes, resultEnd, queryBytes), tokenCount, dim };
    const gpuTimings = timer && toTimings(passMilliseconds(bytes.slice(0, timingBytes)));
    return { ...readEntries(new Int32Array(bytes, timingBytes, k * 2)), queryCodes, ...(gpuTimings && { gpuTimings }) };
  }

  /** All stages, and a copy of what they give to the read-back buffer: timings, entries, query codes. */
  function submit(query: Query, { k, filter }: TopKOptions): void {
    const { tokenCount } = query;
    const encoder = device.createCommandEncoder({ label: 'search' });
    let pass: GPUComputePassEncoder | undefined;
    /** One pass for all stages, or a pass each when they are timed. */
    function beginStage(stage: number): GPUComputePassEncoder {
      if (timer) pass?.end();
      if (timer || !pass) pass = encoder.beginComputePass({ label: 'search', timestampWrites: timer?.writes(stage) });
      return pass;
    }
    const first = beginStage(0);
    if ('codes' in query) {
      device.queue.writeBuffer(queryBuffer, 0, query.codes as GPUAllowSharedBufferSource);
    } else {
      quantize.encode(first, embeddingsBuffer(query), tokenCount, query.dim, queryBuffer, query.rowWeights);
    }
    const scores = maxsim.encode(beginStage(1), queryBuffer, tokenCount, filter);
    const last = beginStage(2);
    const best = topK.encode(last, scores, maxsim.passageCount, k);
    last.end();
    timer?.resolve(encoder, readBack, 0);
    encoder.copyBufferToBuffer(best, 0, readBack, timingBytes, k * 8);
    encoder.copyBufferToBuffer(queryBuffer, 0, readBack, timingBytes + k * 8, tokenCount * dim);
    device.queue.submit([encoder.finish()]);
  }

  async function readResult(byteLength: number): Promise<ArrayBuffer> {
    try {
      await readBack.mapAsync(GPUMapMode.READ, 0, byteLength);
    } catch (cause) {
      // Mapping fails only when the buffer or the device is gone.
      throw ended ?? new LatelightError('device-lost', 'webgpu-scorer: the GPU gave no result', { cause });
    }
    const bytes = readBack.getMappedRange(0, byteLength).slice(0);
    readBack.unmap();
    return bytes;
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
      await enqueue(() => addWhole(shard));
    },
    async search(query, searchOptions) {
      checkOpen();
      checkQueryCodes(query, codec);
      const { queryCodes, ...result } = await enqueue(() => run(query, searchOptions));
      return result;
    },
    async searchEmbeddings(query, searchOptions) {
      checkOpen();
      checkEmbeddings(query, codec);
      const result = await enqueue(() => run(query, searchOptions));
      try {
        checkQuantized(result.queryCodes, codec);
      } catch (cause) {
        // Rows that never left the GPU are its own: floats of 16 bits overflow, and drivers have bugs. Another device may do.
        throw 'buffer' in query ? new LatelightError('device-lost', messageOf(cause), { cause }) : cause;
      }
      return result;
    },
    close() {
      stopListening();
      endWith(new LatelightError('closed', 'webgpu-scorer: expected an open scorer, got a closed one'));
      quantize.close();
      maxsim.close();
      topK.close();
      timer?.close();
      for (const buffer of [queryBuffer, readBack, uploaded]) buffer?.destroy();
    },
  };
}

const ignore = () => undefined;

/** Whatever the device throws is a device that does not work: a kernel that it does not compile, a buffer that it does not give. */
function asDeviceLost(cause: unknown): LatelightError {
  if (cause instanceof LatelightError) return cause;
  return new LatelightError('device-lost', `webgpu-scorer: the GPU refuses: ${String(cause)}`, { cause });
}

/** When one of the kernels fails, the others give back what they hold. */
async function allOrClose<T extends { close: () => void }[]>(kernels: { [I in keyof T]: Promise<T[I]> }): Promise<T> {
  const settled = await Promise.allSettled(kernels);
  const failed = settled.find((outcome) => outcome.status === 'rejected');
  if (!failed) return settled.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as T;
  for (const outcome of settled) if (outcome.status === 'fulfilled') outcome.value.close();
  throw asDeviceLost(failed.reason);
}

/** What the GPU refuses of the work that `submit` gives it. Both scopes end before anything else uses the device. */
function refusalOf(device: GPUDevice, submit: () => void): Promise<GPUError | null> {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  // A lost device says so elsewhere.
  const refusal = () => device.popErrorScope().catch(() => null);
  try {
    submit();
  } catch (error) {
    void refusal();
    void refusal();
    throw error;
  }
  return Promise.all([refusal(), refusal()]).then(([invalid, outOfMemory]) => outOfMemory ?? invalid);
}

function toTimings([quantizeMs, maxsimMs, topKMs]: number[]): GpuTimings {
  return { quantizeMs, maxsimMs, topKMs };
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
