// What only the GPU backend has: a device that can be lost, buffers that others made, memory to give back.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from 'vitest';
import type { Codec } from '../codec/codec.ts';
import { blockBytes } from '../format/layout.ts';
import { createFilledBuffer } from '../kernels/compute-pipeline.ts';
import { openTestDevice } from '../kernels/open-test-device.fixture.ts';
import {
  firstDifference,
  raggedBlocks,
  randomCodec,
  randomEmbeddings,
  randomQuery,
  randomShard,
} from './scorers.fixture.ts';
import { createWasmScorer } from './wasm-scorer.ts';
import { createWebgpuScorer } from './webgpu-scorer.ts';

const gpu = await openTestDevice();
const codec = randomCodec(1, 32, 4);
const shard = randomShard(1, codec, raggedBlocks(1, 50, 3));
const query = randomQuery(1, 5, 32);

/** Counts the buffers that live on a device, and their bytes. */
function watchMemory(device: GPUDevice): { bytes: number; buffers: number } {
  const watched = { bytes: 0, buffers: 0 };
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let alive = true;
    watched.bytes += descriptor.size;
    watched.buffers++;
    buffer.destroy = () => {
      if (alive) {
        watched.bytes -= descriptor.size;
        watched.buffers--;
      }
      alive = false;
      return destroy();
    };
    return buffer;
  };
  return watched;
}

/** What docs/decisions/0005-gpu-roofline.md states: bytes on the device apart from codes, with one buffer of them and a filter used. */
function bytesBesideCodes({ dim, subspaceCount }: Codec, passageCount: number): number {
  const constant = 299_352 + 64 * subspaceCount + 4 * dim ** 2 + 128 * dim;
  return constant + 12 * passageCount + 4 * Math.ceil(passageCount / 32);
}

describe.runIf(gpu)('the webgpu scorer', () => {
  it('takes embeddings that are on the GPU, without changing them', async () => {
    const { device } = gpu!;
    const scorer = await createWebgpuScorer(device, codec);
    await scorer.addShard(shard);
    const embeddings = randomEmbeddings(2, 6, 48);
    const buffer = createFilledBuffer(device, 'embeddings', GPUBufferUsage.STORAGE, embeddings.data);
    const { queryCodes, ...found } = await scorer.searchEmbeddings({ buffer, tokenCount: 6, dim: 48 }, { k: 50 });
    const again = await scorer.searchEmbeddings(embeddings, { k: 50 });
    expect(queryCodes.codes).toEqual(again.queryCodes.codes);
    expect(firstDifference(again, found)).toBeUndefined();
    const rowWeights = Float32Array.of(1, 0.5, 0.75, 1, 0.6, 0.5);
    const weighed = await scorer.searchEmbeddings({ buffer, tokenCount: 6, dim: 48, rowWeights }, { k: 50 });
    const fromMemory = await scorer.searchEmbeddings({ ...embeddings, rowWeights }, { k: 50 });
    expect(weighed.queryCodes.codes).toEqual(fromMemory.queryCodes.codes);
    expect(firstDifference(again, weighed)).toBeDefined();
    expect(firstDifference(again, await scorer.searchEmbeddings(embeddings, { k: 50 }))).toBeUndefined();
    const tooMany = scorer.searchEmbeddings({ buffer, tokenCount: 7, dim: 48 }, { k: 50 });
    await expect(tooMany).rejects.toMatchObject({ code: 'bad-option' });
    buffer.destroy();
    scorer.close();
  });

  it('lays rows that are no numbers at the door of the device, when they never left it', async () => {
    const { device } = gpu!;
    const scorer = await createWebgpuScorer(device, codec);
    await scorer.addShard(shard);
    const embeddings = randomEmbeddings(2, 6, 48);
    embeddings.data[100] = Number.NaN;
    const buffer = createFilledBuffer(device, 'embeddings', GPUBufferUsage.STORAGE, embeddings.data);
    const onGpu = scorer.searchEmbeddings({ buffer, tokenCount: 6, dim: 48 }, { k: 5 });
    await expect(onGpu).rejects.toMatchObject({
      code: 'device-lost',
      message: expect.stringContaining('query token 2'),
    });
    await expect(scorer.searchEmbeddings(embeddings, { k: 5 })).rejects.toMatchObject({ code: 'bad-option' });
    expect((await scorer.searchEmbeddings(randomEmbeddings(2, 6, 48), { k: 5 })).ids).toHaveLength(5);
    buffer.destroy();
    scorer.close();
  });

  it.each([
    { dim: 32, subspaceDim: 4 },
    { dim: 128, subspaceDim: 2 },
  ] as const)(
    'takes exactly the stated memory at $dim dimensions; 100 searches add nothing; close gives all back',
    async ({ dim, subspaceDim }) => {
      const { device } = (await openTestDevice())!;
      const memory = watchMemory(device);
      const shape = randomCodec(2, dim, subspaceDim);
      const shards = [0, 1, 2].map((seed) => randomShard(seed, shape, raggedBlocks(seed, 50, 3)));
      const blockCount = shards.reduce((sum, { firstBlocks }) => sum + firstBlocks[50], 0);
      const codesBytes = shards.reduce((sum, { codes }) => sum + codes.length, 0);
      const scorer = await createWebgpuScorer(device, shape, { expected: { passageCount: 150, blockCount } });
      const filter = new Uint32Array(5).fill(0x55555555);
      for (const [i, part] of shards.entries()) {
        await scorer.addShard(part);
        await scorer.search(randomQuery(i, 3, dim), { k: 5, filter });
      }
      const loaded = { ...memory };
      expect(loaded.bytes).toBe(codesBytes + bytesBesideCodes(shape, 150));
      for (let i = 0; i < 100; i++) {
        const options = { k: i % 10 === 9 ? 512 : 1 + (i % 50), filter: i % 3 === 0 ? filter : undefined };
        await scorer.search(randomQuery(i, i % 33 === 7 ? 64 : 1 + (i % 13), dim), options);
      }
      expect(memory).toEqual(loaded);
      for (const tokenCount of [3, 64, 7]) {
        await scorer.searchEmbeddings(randomEmbeddings(tokenCount, tokenCount, 2 * dim), { k: 5 });
      }
      expect(memory.bytes).toBe(loaded.bytes + 256 * 2 * dim); // 64 embeddings of the model, once they come from main memory
      scorer.close();
      expect(memory).toEqual({ bytes: 0, buffers: 0 });
      device.destroy();
    },
  );

  it('holds no copy of a shard in main memory', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const scorer = await createWebgpuScorer(gpu!.device, codec);
    const addOne = async () => {
      const passing = randomShard(4, codec, new Array(2000).fill(4));
      await scorer.addShard(passing);
      return new WeakRef(passing.codes.buffer);
    };
    const added = await addOne();
    await expect
      .poll(
        () => {
          collect();
          return added.deref() === undefined;
        },
        { timeout: 10_000 },
      )
      .toBe(true);
    expect((await scorer.search(query, { k: 1 })).ids).toHaveLength(1);
    scorer.close();
  });

  it('holds no result of a search that has settled', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const scorer = await createWebgpuScorer(gpu!.device, codec);
    await scorer.addShard(shard);
    const results: WeakRef<Uint32Array>[] = [];
    for (let i = 0; i < 20; i++) results.push(new WeakRef((await scorer.search(query, { k: 50 })).ids));
    const alive = () => {
      collect();
      return results.filter((result) => result.deref()).length;
    };
    await expect.poll(alive, { timeout: 10_000 }).toBe(0);
    scorer.close();
  });

  it('tells the GPU time of each stage when asked to, and makes nothing for it when not', async () => {
    const { device } = gpu!;
    const timed = await createWebgpuScorer(device, codec, { timings: true });
    const untimed = await createWebgpuScorer(device, codec);
    for (const scorer of [timed, untimed]) await scorer.addShard(randomShard(5, codec, new Array(3000).fill(2)));
    const embeddings = randomEmbeddings(3, 30, 32);
    const { gpuTimings, ...found } = await timed.searchEmbeddings(embeddings, { k: 10 });
    const plain = await untimed.searchEmbeddings(embeddings, { k: 10 });
    expect(plain).not.toHaveProperty('gpuTimings');
    expect(firstDifference(plain, found)).toBeUndefined();
    expect(gpuTimings!.maxsimMs).toBeGreaterThan(0);
    expect(gpuTimings!.maxsimMs).toBeGreaterThan(gpuTimings!.quantizeMs);
    expect(gpuTimings!.topKMs).toBeGreaterThan(0);
    expect((await timed.search(query, { k: 10 })).gpuTimings!.quantizeMs).toBeLessThan(gpuTimings!.maxsimMs);
    timed.close();
    untimed.close();
  });

  it('gives no GPU times on a device without timestamp queries', async () => {
    const { device } = (await openTestDevice([]))!;
    const scorer = await createWebgpuScorer(device, codec, { timings: true });
    await scorer.addShard(shard);
    expect(await scorer.search(query, { k: 1 })).not.toHaveProperty('gpuTimings');
    scorer.close();
    device.destroy();
  });

  it('rejects pending and later calls when the device is lost', async () => {
    const opened = await openTestDevice();
    const scorer = await createWebgpuScorer(opened!.device, codec);
    await scorer.addShard(shard);
    const pending = [scorer.search(query, { k: 5 }), scorer.search(query, { k: 5 }), scorer.addShard(shard)];
    opened!.device.destroy();
    for (const call of pending) await expect(call).rejects.toMatchObject({ code: 'device-lost' });
    await expect(scorer.search(query, { k: 5 })).rejects.toMatchObject({ code: 'device-lost' });
    scorer.close();
  });

  it('rejects pending calls when it is closed, and leaves the device alone', async () => {
    const { device } = gpu!;
    const scorer = await createWebgpuScorer(device, codec);
    await scorer.addShard(shard);
    const pending = [scorer.search(query, { k: 5 }), scorer.search(query, { k: 5 }), scorer.addShard(shard)];
    scorer.close();
    for (const call of pending) await expect(call).rejects.toMatchObject({ code: 'closed' });
    const next = await createWebgpuScorer(device, codec);
    await next.addShard(shard);
    expect((await next.search(query, { k: 5 })).ids).toHaveLength(5);
    next.close();
  });

  it('rejects a search that the GPU refuses, instead of giving the one before it again, and goes on after it', async () => {
    const { device } = (await openTestDevice())!;
    const scorer = await createWebgpuScorer(device, codec);
    await scorer.addShard(shard);
    const embeddings = randomEmbeddings(1, 5, 32);
    const before = await scorer.searchEmbeddings(embeddings, { k: 5 });
    const buffer = createFilledBuffer(device, 'embeddings', GPUBufferUsage.STORAGE, randomEmbeddings(2, 5, 32).data);
    buffer.destroy();
    const refused = scorer.searchEmbeddings({ buffer, tokenCount: 5, dim: 32 }, { k: 5 });
    await expect(refused).rejects.toMatchObject({ code: 'device-lost', message: expect.stringContaining('refused') });
    expect(firstDifference(before, await scorer.searchEmbeddings(embeddings, { k: 5 }))).toBeUndefined();
    scorer.close();
    device.destroy();
  });

  it('rejects a search for whose scores the GPU has no memory', async () => {
    const { device } = (await openTestDevice())!;
    const scorer = await createWebgpuScorer(device, codec);
    await scorer.addShard(shard);
    await scorer.search(query, { k: 5 });
    await scorer.addShard(shard);
    const createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) =>
      createBuffer(descriptor.label === 'scores' ? { ...descriptor, size: 2 ** 40 } : descriptor);
    await expect(scorer.search(randomQuery(2, 5, 32), { k: 5 })).rejects.toMatchObject({ code: 'device-lost' });
    scorer.close();
    device.destroy();
  });

  it('leaves nothing on the device when it is closed while a kernel compiles', async () => {
    const { device } = (await openTestDevice())!;
    const memory = watchMemory(device);
    const scorer = await createWebgpuScorer(device, codec);
    await scorer.addShard(shard);
    let compiling = () => {};
    const compiles = new Promise<void>((resolve) => {
      compiling = resolve;
    });
    let compiled: Promise<unknown> = Promise.resolve();
    const createPipeline = device.createComputePipelineAsync.bind(device);
    device.createComputePipelineAsync = (descriptor) => {
      const pipeline = createPipeline(descriptor);
      compiled = pipeline;
      compiling();
      return pipeline;
    };
    const search = scorer.searchEmbeddings(randomEmbeddings(1, 5, 32), { k: 512 });
    search.catch(() => undefined);
    await compiles;
    scorer.close();
    await expect(search).rejects.toMatchObject({ code: 'closed' });
    await compiled;
    await device.queue.onSubmittedWorkDone();
    expect(memory).toEqual({ bytes: 0, buffers: 0 });
    device.destroy();
  });

  it('is let go of once it is closed, though its device lives', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { device } = (await openTestDevice())!;
    const scorers: WeakRef<object>[] = [];
    const openAndClose = async () => {
      const scorer = await createWebgpuScorer(device, codec);
      await scorer.addShard(shard);
      await scorer.search(query, { k: 5 });
      scorer.close();
      scorers.push(new WeakRef(scorer));
    };
    for (let i = 0; i < 5; i++) await openAndClose();
    const alive = () => {
      collect();
      return scorers.filter((scorer) => scorer.deref()).length;
    };
    await expect.poll(alive, { timeout: 10_000 }).toBe(0);
    device.destroy();
  });

  it.each(['quantize-query', 'score-maxsim', 'top-k'])(
    'leaves nothing on the device when %s does not compile',
    async (kernel) => {
      const { device } = (await openTestDevice())!;
      const memory = watchMemory(device);
      const createPipeline = device.createComputePipelineAsync.bind(device);
      device.createComputePipelineAsync = (descriptor) =>
        descriptor.label === kernel ? Promise.reject(new Error('internal error')) : createPipeline(descriptor);
      const error = { code: 'device-lost', message: expect.stringContaining('internal error') };
      await expect(createWebgpuScorer(device, codec)).rejects.toMatchObject(error);
      expect(memory).toEqual({ bytes: 0, buffers: 0 });
      device.destroy();
    },
  );

  it('says that the device refuses when it does not compile what more results need', async () => {
    const { device } = (await openTestDevice())!;
    const scorer = await createWebgpuScorer(device, codec);
    await scorer.addShard(shard);
    device.createComputePipelineAsync = () => Promise.reject(new Error('internal error'));
    await expect(scorer.search(query, { k: 512 })).rejects.toMatchObject({ code: 'device-lost' });
    expect((await scorer.search(query, { k: 5 })).ids).toHaveLength(5);
    scorer.close();
    device.destroy();
  });

  it('answers nothing any more once the device took a part of a shard only', async () => {
    const { device } = (await openTestDevice())!;
    const scorer = await createWebgpuScorer(device, codec, { maxBufferBytes: 10 * blockBytes(32, 4) });
    const popErrorScope = device.popErrorScope.bind(device);
    let chunks = 0;
    device.popErrorScope = async () => {
      const error = await popErrorScope();
      return ++chunks > 2 ? ({ message: 'no memory' } as GPUError) : error;
    };
    await expect(scorer.addShard(shard)).rejects.toMatchObject({ code: 'device-lost' });
    device.popErrorScope = popErrorScope;
    expect(scorer.passageCount).toBe(0);
    for (const again of [scorer.search(query, { k: 5 }), scorer.addShard(shard)]) {
      await expect(again).rejects.toMatchObject({ code: 'device-lost', message: expect.stringContaining('no memory') });
    }
    scorer.close();
    device.destroy();
  });

  it('goes on after a shard of which nothing was taken', async () => {
    const scorer = await createWebgpuScorer(gpu!.device, codec, { maxBufferBytes: 2 * blockBytes(32, 4) });
    await expect(scorer.addShard(randomShard(1, codec, [3]))).rejects.toMatchObject({ code: 'bad-shard' });
    await scorer.addShard(randomShard(1, codec, [2, 1]));
    expect((await scorer.search(query, { k: 5 })).ids).toHaveLength(2);
    scorer.close();
  });

  it('goes on after a search that failed', async () => {
    const scorer = await createWebgpuScorer(gpu!.device, codec);
    const wasm = await createWasmScorer(codec);
    await Promise.all([scorer.addShard(shard), wasm.addShard(shard)]);
    const [bad, good] = [scorer.search(query, { k: 0 }), scorer.search(query, { k: 5 })];
    await expect(bad).rejects.toMatchObject({ code: 'bad-option' });
    expect(firstDifference(await wasm.search(query, { k: 5 }), await good)).toBeUndefined();
    scorer.close();
  });
});

it('is refused GPU embeddings by the WASM scorer', async () => {
  const scorer = await createWasmScorer(codec);
  const buffer = { size: 128 } as GPUBuffer;
  const search = scorer.searchEmbeddings({ buffer, tokenCount: 1, dim: 32 }, { k: 1 });
  await expect(search).rejects.toMatchObject({ code: 'bad-option' });
});

afterAll(() => gpu?.device.destroy());
