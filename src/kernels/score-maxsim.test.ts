// The kernels alone, with each of their variants. What all backends have in common is src/engine/scorers.test.ts.

import { setFlagsFromString } from 'node:v8';
import { afterAll, describe, expect, it } from 'vitest';
import {
  extremeCodec,
  extremeQuery,
  raggedBlocks,
  randomCodec,
  randomQuery,
  randomShard,
} from '../engine/scorers.fixture.ts';
import { blockBytes } from '../format/layout.ts';
import type { ShardCodes } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';
import { createFilledBuffer } from './compute-pipeline.ts';
import { chooseVariant } from './maxsim-prelude.ts';
import { openTestDevice, runAndRead } from './open-test-device.fixture.ts';
import { scoreMaxsimReference } from './score-maxsim.reference.ts';
import { createScoreMaxsim, packCodebook, type ScoreMaxsimOptions } from './score-maxsim.ts';
import { RELAXED_SIMD, SIMD } from './score-maxsim-wasm.generated.ts';
import { createWasmMaxsim } from './score-maxsim-wasm.ts';

setFlagsFromString('--experimental-wasm-relaxed-simd'); // newer than Node 20's defaults; browsers have it
const gpu = await openTestDevice();
const withAndWithout = gpu?.device.features.has('subgroups') ? [true, false] : [false];
const codecs = [randomCodec(1, 64, 2), randomCodec(2, 64, 4)];
const shard = (codec: (typeof codecs)[0]) => randomShard(3, codec, raggedBlocks(3, 37, 6));

function reference(codec: (typeof codecs)[0], query: QueryCodes, { codes, firstBlocks }: ShardCodes): number[] {
  const shape = { tokenCount: query.tokenCount, dim: codec.dim, subspaceDim: codec.subspaceDim };
  return Array.from(scoreMaxsimReference(shape, codec.codewords, query.codes, undefined, codes, firstBlocks));
}

it('scores a passage by hand as the reference does', () => {
  // Two subspaces of 4, codeword c = (c, 0, 0, 0); row r has codes (r, 1): its dot with (2,0,0,0, 3,0,0,0) is 2r + 3.
  const codewords = Int8Array.from({ length: 128 }, (_, i) => (i % 4 === 0 ? (i / 4) % 16 : 0));
  const query = Int8Array.of(2, 0, 0, 0, 3, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0);
  const codes = Uint8Array.from({ length: 16 }, (_, row) => row | (1 << 4));
  const shape = { tokenCount: 2, dim: 8, subspaceDim: 4 };
  const scores = scoreMaxsimReference(shape, codewords, query, undefined, codes, Uint32Array.of(0, 1));
  expect(Array.from(scores)).toEqual([2 * 15 + 3 + 0]);
});

describe.each(codecs)('score-maxsim in subspaces of $subspaceDim', (codec) => {
  it.each([false, true])('is equal with and without relaxed SIMD (%s)', async (relaxed) => {
    const maxsim = await createWasmMaxsim(codec, { relaxed });
    maxsim.addShard(shard(codec));
    for (const tokenCount of [1, 2, 5]) {
      const query = randomQuery(tokenCount, tokenCount, 64);
      expect(Array.from(maxsim.score(query, undefined)[0])).toEqual(reference(codec, query, shard(codec)));
    }
  });

  const variants: ScoreMaxsimOptions[] = [];
  for (const arithmetic of ['packed', 'float'] as const) {
    for (const subgroups of withAndWithout) variants.push({ variant: { arithmetic, subgroups } });
  }
  for (const tokenTile of [4, 12, 16]) variants.push({ tokenTile });
  variants.push({ maxBufferBytes: 6 * 512 });
  variants.push({ expected: { passageCount: 74, blockCount: 300 } });
  variants.push({ expected: { passageCount: 74, blockCount: 300 }, maxBufferBytes: 20 * 512 });
  variants.push({ expected: { passageCount: 1, blockCount: 2 } });

  it.runIf(gpu).each(variants)('is equal in the shader variant %j', async (options) => {
    const { device } = gpu!;
    const maxsim = await createScoreMaxsim(device, codec, options);
    await maxsim.addShard(shard(codec));
    await maxsim.addShard(shard(codec));
    for (const tokenCount of [1, 4, 9, 16, 23]) {
      const query = randomQuery(tokenCount, tokenCount, 64);
      const buffer = createFilledBuffer(device, 'query', GPUBufferUsage.STORAGE, new Uint8Array(query.codes.buffer));
      const bytes = await runAndRead(device, 74 * 4, (pass) => maxsim.encode(pass, buffer, tokenCount, undefined));
      const expected = reference(codec, query, shard(codec));
      expect(Array.from(new Int32Array(bytes))).toEqual([...expected, ...expected]);
      buffer.destroy();
    }
    maxsim.close();
  });
});

it.runIf(gpu)('is exact in float arithmetic where pair scores come near 16 bits', async () => {
  const { device } = gpu!;
  const codec = extremeCodec(256, 2);
  const extreme = randomShard(6, codec, [1, 1, 2]);
  extreme.codes.fill(0x00, 0, extreme.codes.length / 4); // every row code 0
  extreme.codes.fill(0x11, extreme.codes.length / 4, extreme.codes.length / 2); // every row code 1
  const maxsim = await createScoreMaxsim(device, codec, { variant: { arithmetic: 'float', subgroups: false } });
  await maxsim.addShard(extreme);
  const query = extremeQuery(256, 5);
  const buffer = createFilledBuffer(device, 'query', GPUBufferUsage.STORAGE, new Uint8Array(query.codes.buffer));
  const bytes = await runAndRead(device, 3 * 4, (pass) => maxsim.encode(pass, buffer, 5, undefined));
  expect(Array.from(new Int32Array(bytes))).toEqual(reference(codec, query, extreme));
  expect(new Int32Array(bytes)[0]).toBeGreaterThan(32_000);
  buffer.destroy();
  maxsim.close();
});

it.runIf(gpu)(
  'takes a smaller tile of query tokens where workgroup memory is small, and refuses one it has no sums for',
  async () => {
    const codec = randomCodec(4, 256, 2);
    const variant = { arithmetic: 'float', subgroups: false } as const;
    const maxsim = await createScoreMaxsim(gpu!.device, codec, { variant, tokenTile: 16 });
    const { codes, firstBlocks } = randomShard(4, codec, [2, 1]);
    await maxsim.addShard({ codes, firstBlocks });
    const query = randomQuery(4, 7, 256);
    const buffer = createFilledBuffer(gpu!.device, 'query', GPUBufferUsage.STORAGE, new Uint8Array(query.codes.buffer));
    const bytes = await runAndRead(gpu!.device, 8, (pass) => maxsim.encode(pass, buffer, 7, undefined));
    expect(Array.from(new Int32Array(bytes))).toEqual(reference(codec, query, { codes, firstBlocks }));
    buffer.destroy();
    maxsim.close();
    await expect(createScoreMaxsim(gpu!.device, codec, { tokenTile: 3 })).rejects.toMatchObject({ code: 'bad-option' });
  },
);

it.runIf(process.env.REQUIRE_GPU === '1')('has been tested with subgroups', () => {
  expect(withAndWithout).toContain(true);
});

it.runIf(gpu)('uses subgroups exactly where the device was opened with them', async () => {
  const plain = await openTestDevice([]);
  expect(chooseVariant(plain!.device).subgroups).toBe(false);
  expect(chooseVariant(gpu!.device).subgroups).toBe(withAndWithout[0]);
  plain!.device.destroy();
});

it.runIf(gpu)('refuses a passage that no buffer of the device can hold', async () => {
  const maxsim = await createScoreMaxsim(gpu!.device, codecs[0], { maxBufferBytes: 512 });
  await expect(maxsim.addShard(randomShard(1, codecs[0], [3]))).rejects.toMatchObject({ code: 'bad-shard' });
  maxsim.close();
});

it.runIf(gpu)(
  'makes room for as many blocks as the passages of a buffer have, where these are all it takes',
  async () => {
    const { device } = (await openTestDevice())!;
    // Two workgroups: 32 passages a buffer.
    const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupStorageSize } = device.limits;
    const small = { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupStorageSize };
    Object.defineProperty(device, 'limits', { value: { ...small, maxComputeWorkgroupsPerDimension: 2 } });
    const created: [string, number][] = [];
    const createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      created.push([descriptor.label!, descriptor.size]);
      return createBuffer(descriptor);
    };
    const [codec] = codecs;
    const { codes, firstBlocks } = randomShard(9, codec, new Array(100).fill(2));
    const maxsim = await createScoreMaxsim(device, codec, { expected: { passageCount: 100, blockCount: 200 } });
    await maxsim.addShard({ codes, firstBlocks });
    const sizes = created.filter(([label]) => label === 'codes').map(([, size]) => size);
    expect(sizes).toEqual([32, 32, 32, 4].map((passages) => passages * 2 * blockBytes(codec.dim, codec.subspaceDim)));
    const query = randomQuery(9, 5, 64);
    const buffer = createFilledBuffer(device, 'query', GPUBufferUsage.STORAGE, new Uint8Array(query.codes.buffer));
    const bytes = await runAndRead(device, 400, (pass) => maxsim.encode(pass, buffer, 5, undefined));
    expect(Array.from(new Int32Array(bytes))).toEqual(reference(codec, query, { codes, firstBlocks }));
    maxsim.close();
    device.destroy();
  },
);

it('joins two codewords of 2 dimensions to the 4 of a byte of codes', () => {
  const [codec] = codecs;
  const book = packCodebook(codec);
  const joined = book[0 * 16 + 5] | book[1 * 16 + 9];
  const bytes = [5, 16 + 9].flatMap((word) => [codec.codewords[word * 2], codec.codewords[word * 2 + 1]]);
  expect(Array.from(new Int8Array(Uint32Array.of(joined).buffer))).toEqual(bytes);
});

describe('the WASM artefact', () => {
  it('is smaller than 4 KiB in both builds', () => {
    for (const { byteLength, base64 } of [SIMD, RELAXED_SIMD]) {
      expect(byteLength).toBeLessThan(4096);
      expect(Buffer.from(base64, 'base64').length).toBe(byteLength);
    }
  });

  it('holds the shards and a fixed part, and 100 searches add nothing', async () => {
    const [codec] = codecs;
    const maxsim = await createWasmMaxsim(codec);
    const fixed = maxsim.memoryBytes;
    expect(fixed).toBeLessThan(1 << 20);
    const big = randomShard(1, codec, new Array(2000).fill(1));
    maxsim.addShard(big);
    maxsim.addShard(big);
    const loaded = maxsim.memoryBytes;
    expect(loaded - fixed).toBeLessThan(2 * (big.codes.length + 2000 * 8) + 2 * 65536);
    for (let i = 0; i < 100; i++) maxsim.score(randomQuery(i, 2, 64), new Uint32Array(125).fill(0xff));
    expect(maxsim.memoryBytes).toBe(loaded);
  });

  it('says that memory is full instead of trapping', async () => {
    const maxsim = await createWasmMaxsim(codecs[0]);
    const tooLarge = { codes: { length: 2 ** 32 } as Uint8Array, firstBlocks: Uint32Array.of(0, 1) };
    expect(() => maxsim.addShard(tooLarge)).toThrow(/expected an index that fits/);
  });
});

afterAll(() => gpu?.device.destroy());
