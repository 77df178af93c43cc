// Buffers that a session writes its rows into on the GPU, bound before a run and taken again after it (onnxruntime's IO binding): a search
// allocates no output. One for each search under way, large enough for the longest query.

import type { Tensor, TensorConstructor } from 'onnxruntime-common';

export interface BoundOutput {
  tensor: Tensor;
  buffer: GPUBuffer;
  /** The buffer may be written again: what reads it has been submitted. */
  release: () => void;
}

export class GpuOutputs {
  private readonly device: GPUDevice;
  private readonly Tensor: TensorConstructor;
  private readonly free: GPUBuffer[] = [];
  private readonly all = new Set<GPUBuffer>();

  constructor(device: GPUDevice, Tensor: TensorConstructor) {
    this.device = device;
    this.Tensor = Tensor;
  }

  /** A tensor f32 [1, tokenCount, dim] to be passed to a run. @param mostTokens of any query: what a new buffer holds */
  take(tokenCount: number, dim: number, mostTokens: number): BoundOutput {
    const byteLength = 4 * Math.max(tokenCount, mostTokens) * dim;
    let buffer = this.free.pop();
    if (buffer && buffer.size < byteLength) {
      buffer.destroy();
      this.all.delete(buffer);
      buffer = undefined;
    }
    if (!buffer) {
      buffer = this.device.createBuffer({
        label: 'query rows',
        size: byteLength,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
      this.all.add(buffer);
    }
    const rows = buffer;
    const tensor = this.Tensor.fromGpuBuffer(rows as never, { dataType: 'float32', dims: [1, tokenCount, dim] });
    return { tensor, buffer: rows, release: () => void this.free.push(rows) };
  }

  close(): void {
    for (const buffer of this.all) buffer.destroy();
    this.all.clear();
    this.free.length = 0;
  }
}
