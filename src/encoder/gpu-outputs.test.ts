import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { beforeAll, expect, it } from 'vitest';
import { GpuOutputs } from './gpu-outputs.ts';

const made: { size: number; destroyed: boolean }[] = [];
const device = {
  createBuffer({ size }: GPUBufferDescriptor) {
    const buffer = {
      size,
      destroyed: false,
      destroy() {
        this.destroyed = true;
      },
    };
    made.push(buffer);
    return buffer;
  },
} as unknown as GPUDevice;
const FakeTensor = {
  fromGpuBuffer: (gpuBuffer: unknown, { dims }: { dims: number[] }) => ({ gpuBuffer, dims }) as unknown as Tensor,
} as unknown as TensorConstructor;

beforeAll(() => {
  // Node has no WebGPU constants.
  Object.assign(globalThis, { GPUBufferUsage: { STORAGE: 128, COPY_SRC: 4, COPY_DST: 8 } });
});

it('gives searches under way buffers of their own, and takes released ones again', () => {
  made.length = 0;
  const outputs = new GpuOutputs(device, FakeTensor);
  const first = outputs.take(5, 128, 64);
  const second = outputs.take(9, 128, 64);
  expect(second.buffer).not.toBe(first.buffer);
  expect(first.tensor.dims).toEqual([1, 5, 128]);
  first.release();
  expect(outputs.take(30, 128, 64).buffer).toBe(first.buffer);
  expect(made.map(({ size }) => size)).toEqual([64 * 128 * 4, 64 * 128 * 4]);
  outputs.close();
  expect(made.every(({ destroyed }) => destroyed)).toBe(true);
});

it('replaces a buffer that is too small for a longer query', () => {
  made.length = 0;
  const outputs = new GpuOutputs(device, FakeTensor);
  outputs.take(5, 128, 8).release();
  expect(outputs.take(20, 128, 8).buffer.size).toBe(20 * 128 * 4);
  expect(made.map(({ destroyed }) => destroyed)).toEqual([true, false]);
});
