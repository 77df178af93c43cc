// What only the GPU backend has: a device that can be lost, buffers that others made, memory to give back.

import { afterAll, describe, expect, it } from 'vitest';
import { createFilledBuffer } from '../kernels/compute-pipeline.ts';
import { openTestDevice } from '../kernels/open-test-device.ts';
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

/** Counts the bytes of the buffers that live on a device. */
function watchMemory(device: GPUDevice): { bytes: number } {
  const watched = { bytes: 0 };
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let alive = true;
    watched.bytes += descriptor.size;
    buffer.destroy = () => {
      if (alive) watched.bytes -= descriptor.size;
      alive = false;
      return destroy();
    };
    return buffer;
  };
  return watched;
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
    const tooMany = scorer.searchEmbeddings({ buffer, tokenCount: 7, dim: 48 }, { k: 50 });
    await expect(tooMany).rejects.toMatchObject({ code: 'bad-option' });
    buffer.destroy();
    scorer.close();
  });

  it('keeps codes, 8 bytes a passage and a constant; 100 searches add nothing; close gives all back', async () => {
    const opened = await openTestDevice();
    const memory = watchMemory(opened!.device);
    const scorer = await createWebgpuScorer(opened!.device, codec);
    const many = randomShard(2, codec, new Array(1000).fill(1));
    await scorer.search(query, { k: 10 });
    const constant = memory.bytes;
    expect(constant).toBeLessThan(512 * 1024);
    await scorer.addShard(many);
    const filter = new Uint32Array(32).fill(0x55555555);
    await scorer.search(query, { k: 512, filter });
    const loaded = memory.bytes;
    expect(loaded - constant - many.codes.length).toBeLessThan(1000 * 8 + 32 * 4 + 64);
    for (let i = 0; i < 100; i++) await scorer.search(randomQuery(i, 1 + (i % 7), 32), { k: 1 + (i % 50) });
    expect(memory.bytes).toBe(loaded);
    scorer.close();
    expect(memory.bytes).toBe(0);
    opened!.device.destroy();
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
