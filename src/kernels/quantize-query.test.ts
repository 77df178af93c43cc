import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomCodec, randomEmbeddings } from '../engine/scorers.fixture.ts';
import type { TokenEmbeddings } from '../shared-types.ts';
import { createFilledBuffer } from './compute-pipeline.ts';
import { openTestDevice, runAndRead } from './open-test-device.fixture.ts';
import { quantizeQueryReference } from './quantize-query.reference.ts';
import { createQuantizeQuery } from './quantize-query.ts';
import { quantizeQueryCpu } from './quantize-query-cpu.ts';

// A value near a half may be rounded the other way. The share of such values is about twice 127 times the absolute error of one
// rotated component: some 1e-6 in f32 (sums of up to 256 products of unit vectors), 1e-15 in float64.
const TOLERANCE = {
  cpu: { largest: 1, share: 0.0001 },
  webgpu: { largest: 1, share: 0.002 },
};

const gpu = await openTestDevice();
const codecs = [
  [8, 8, 127],
  [32, 96, 127],
  [128, 128, 31],
  [128, 128, 127],
  [256, 768, 127],
].map(([dim, modelDim, queryScale]) => ({
  dim,
  modelDim,
  queryScale,
  codec: randomCodec(dim, dim, 4, queryScale),
}));

/** Largest difference and the share of values that differ. */
function compare(expected: Int8Array, actual: Int8Array): { largest: number; share: number } {
  const differences = Array.from(expected, (value, i) => Math.abs(value - actual[i]));
  return { largest: Math.max(...differences), share: differences.filter((d) => d !== 0).length / expected.length };
}

function expectWithin(tolerance: { largest: number; share: number }, expected: Int8Array, actual: Int8Array): void {
  expect(actual.length).toBe(expected.length);
  const { largest, share } = compare(expected, actual);
  expect(largest).toBeLessThanOrEqual(tolerance.largest);
  expect(share).toBeLessThanOrEqual(tolerance.share);
}

describe.each(codecs)('quantizing $modelDim dimensions to $dim at scale $queryScale', ({ codec, dim, modelDim }) => {
  const embeddings = randomEmbeddings(dim, 64, modelDim);
  const reference = () => quantizeQueryReference(modelDim, codec.rotation, embeddings.data, 64, dim, codec.queryScale);

  it('agrees with the reference on the CPU', () => {
    expectWithin(TOLERANCE.cpu, reference(), quantizeQueryCpu(embeddings, codec).codes);
  });

  it('gives rows as long as the query scale, give or take the rounding', () => {
    const codes = reference();
    for (let token = 0; token < 64; token++) {
      const norm = Math.hypot(...codes.subarray(token * dim, (token + 1) * dim));
      expect(Math.abs(norm - codec.queryScale)).toBeLessThanOrEqual(0.5 * Math.sqrt(dim));
    }
  });

  it.runIf(gpu)('agrees with the reference on the GPU', async () => {
    expectWithin(TOLERANCE.webgpu, reference(), await quantizeOnGpu(embeddings, codec));
  });

  describe('of rows of other weights', () => {
    const rowWeights = Float32Array.from({ length: 64 }, (_, token) => 0.5 + (token % 9) / 16);
    const weighed = () =>
      quantizeQueryReference(modelDim, codec.rotation, embeddings.data, 64, dim, codec.queryScale, rowWeights);

    it('agrees with the reference on the CPU', () => {
      expectWithin(TOLERANCE.cpu, weighed(), quantizeQueryCpu({ ...embeddings, rowWeights }, codec).codes);
    });

    it('gives rows of the share of the query scale that is wanted, give or take the rounding', () => {
      const codes = weighed();
      for (let token = 0; token < 64; token++) {
        const norm = Math.hypot(...codes.subarray(token * dim, (token + 1) * dim));
        expect(Math.abs(norm - codec.queryScale * rowWeights[token])).toBeLessThanOrEqual(0.5 * Math.sqrt(dim));
      }
    });

    it.runIf(gpu)('agrees with the reference on the GPU', async () => {
      expectWithin(TOLERANCE.webgpu, weighed(), await quantizeOnGpu({ ...embeddings, rowWeights }, codec));
    });
  });
});

async function quantizeOnGpu(
  { data, tokenCount, dim, rowWeights }: TokenEmbeddings,
  codec: (typeof codecs)[0]['codec'],
) {
  const { device } = gpu!;
  const kernel = await createQuantizeQuery(device, codec);
  const input = createFilledBuffer(device, 'embeddings', GPUBufferUsage.STORAGE, data);
  const size = tokenCount * codec.dim;
  const output = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const bytes = await runAndRead(device, size, (pass) => {
    kernel.encode(pass, input, tokenCount, dim, output, rowWeights);
    return output;
  });
  for (const made of [kernel, { close: () => input.destroy() }, { close: () => output.destroy() }]) made.close();
  return new Int8Array(bytes);
}

describe('rows that are no embeddings', () => {
  const { codec } = codecs[1];
  const data = randomEmbeddings(1, 4, 32).data;
  data.fill(0, 0, 32);
  data[40] = Number.NaN;
  data[70] = Infinity;
  const rowsOfZeros = (codes: Int8Array) =>
    [0, 1, 2, 3].map((token) => codes.subarray(token * 32, token * 32 + 32).every((value) => value === 0));

  it('become zeros in the reference and on the CPU', () => {
    expect(rowsOfZeros(quantizeQueryReference(32, codec.rotation, data, 4, 32, 127))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(rowsOfZeros(quantizeQueryCpu({ data, tokenCount: 4, dim: 32 }, codec).codes)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it.runIf(gpu)('become zeros on the GPU', async () => {
    const codes = await quantizeOnGpu({ data, tokenCount: 4, dim: 32 }, codec);
    expect(rowsOfZeros(codes)).toEqual([true, true, true, false]);
  });
});

describe('rounding', () => {
  it('takes halves to the even neighbour', () => {
    // A rotation that is not one, so that products are exact: 127 x 1 x m / 127.
    const identity = (factor: number) => Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? factor : 0));
    const round = (x: number) => {
      const rotation = identity(x / 127);
      const data = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0);
      const codec = { ...codecs[0].codec, rotation };
      return [
        quantizeQueryReference(8, rotation, data, 1, 8, 127)[0],
        quantizeQueryCpu({ data, tokenCount: 1, dim: 8 }, codec).codes[0],
      ];
    };
    // 63.5 / 127 and its multiples are exact in binary; 200 is clamped.
    expect(round(63.5)).toEqual([64, 64]);
    expect(round(-63.5)).toEqual([-64, -64]);
    expect(round(31.75)).toEqual([32, 32]);
    expect(round(190.5)).toEqual([127, 127]);
    expect(round(-190.5)).toEqual([-127, -127]);
  });
});

describe('the comparison', () => {
  let codes: Int8Array;
  beforeAll(() => {
    codes = quantizeQueryReference(96, codecs[1].codec.rotation, randomEmbeddings(2, 64, 96).data, 64, 32, 127);
  });

  it('fails on one value that is off by two', () => {
    const changed = codes.slice();
    changed[100] += changed[100] > 0 ? -2 : 2;
    expect(() => expectWithin(TOLERANCE.webgpu, codes, changed)).toThrow();
    expect(() => expectWithin(TOLERANCE.webgpu, codes, codes)).not.toThrow();
  });

  it('fails when many values are off by one', () => {
    const changed = codes.map((value, i) => (i % 100 === 0 ? value - Math.sign(value || 1) : value));
    expect(() => expectWithin(TOLERANCE.webgpu, codes, changed)).toThrow();
  });
});

afterAll(() => gpu?.device.destroy());
