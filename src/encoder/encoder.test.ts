// What the encoder makes of a runtime that fails, or gives what is no embedding. What good ones give: golden.test.ts.

import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { beforeAll, expect, it } from 'vitest';
import type { ColbertTokenizer } from './colbert-tokenizer.ts';
import { Encoder, type EncoderRuntime } from './encoder.ts';

const DIM = 4;
const ids = [1, 2, 3];
const tokenizer = {
  encode: () => ({ ids, attentionMask: [1, 1, 1], keep: [true, true, true] }),
} as unknown as ColbertTokenizer;
const device = { createBuffer: ({ size }: GPUBufferDescriptor) => ({ size, destroy: () => undefined }) };
const FakeTensor = Object.assign(class {}, { fromGpuBuffer: () => ({}) });

beforeAll(() => {
  // Node has no WebGPU constants.
  Object.assign(globalThis, { GPUBufferUsage: { STORAGE: 128, COPY_SRC: 4, COPY_DST: 8 } });
});

const output = (getData: () => Promise<Float32Array>, dims = [1, ids.length, DIM]) =>
  ({ type: 'float32', dims, getData, dispose: () => undefined }) as unknown as Tensor;
const unitRows = async () => new Float32Array(ids.length * DIM).fill(0.5);

/** @param run gives the output of the n-th run, from 0 on */
function encoderOn(provider: EncoderRuntime['provider'], run: (n: number) => Tensor): Encoder {
  let runs = 0;
  const session = {
    inputNames: ['input_ids', 'attention_mask'],
    outputNames: ['output'],
    run: async () => ({ output: run(runs++) }),
  };
  return new Encoder(tokenizer, {
    session: session as unknown as EncoderRuntime['session'],
    Tensor: FakeTensor as unknown as TensorConstructor,
    provider,
    device: provider === 'webgpu' ? (device as unknown as GPUDevice) : undefined,
  });
}

const refuse = (): never => {
  throw new RangeError('out of memory');
};

it("lays what the runtime fails with on a GPU at the device's door, and says so of every query after it", async () => {
  const encoder = encoderOn('webgpu', (n) => (n === 0 ? output(unitRows) : refuse()));
  (await encoder.encodeQueryOnGpu('opens')).release();
  const lost = { code: 'device-lost', message: expect.stringContaining('out of memory') };
  await expect(encoder.encodeQueryOnGpu('fails')).rejects.toMatchObject(lost);
  await expect(encoder.encodeQueryOnGpu('again')).rejects.toMatchObject({ code: 'device-lost' });
});

it('blames the device for rows that cannot be read back, and for a buffer that it does not give', async () => {
  const unreadable = encoderOn('webgpu', () => output(() => Promise.reject(new Error('mapping failed'))));
  for (const encode of [() => unreadable.encodeDocument('a'), () => unreadable.encodeQuery('a')]) {
    await expect(encode()).rejects.toMatchObject({ code: 'device-lost' });
  }
  const full = encoderOn('webgpu', () => output(unitRows));
  (await full.encodeQueryOnGpu('opens')).release();
  const { createBuffer } = device;
  device.createBuffer = refuse;
  await expect(full.encodeQueryOnGpu('a')).rejects.toMatchObject({ code: 'device-lost' });
  device.createBuffer = createBuffer;
});

it('hands on what the runtime fails with on a CPU, and a model that is wrong on any device', async () => {
  await expect(encoderOn('wasm', refuse).encodeDocument('a')).rejects.toBeInstanceOf(RangeError);
  for (const provider of ['wasm', 'webgpu'] as const) {
    const pooled = encoderOn(provider, () => output(unitRows, [1, DIM]));
    await expect(pooled.encodeDocument('a')).rejects.toMatchObject({ code: 'bad-model' });
  }
});

it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses rows of a document with %d in them', async (value) => {
  const rows = async () => (await unitRows()).with(5, value);
  for (const [provider, code] of [
    ['wasm', 'bad-model'],
    ['webgpu', 'device-lost'],
  ] as const) {
    const encoding = encoderOn(provider, () => output(rows)).encodeDocument('a');
    await expect(encoding).rejects.toMatchObject({ code, message: expect.stringContaining('expected finite rows') });
  }
  const zeros = await encoderOn('wasm', () => output(async () => new Float32Array(12))).encodeDocument('a');
  expect(zeros.data).toEqual(new Float32Array(12));
});
