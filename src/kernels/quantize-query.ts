// GPU host of shaders/quantize-query.wgsl. The CPU path is quantize-query-cpu.ts.

import shader from '../../shaders/quantize-query.wgsl?raw';
import type { Codec } from '../codec/codec.ts';
import { MAX_QUERY_TOKENS } from '../format/layout.ts';
import { bindBuffers, createFilledBuffer, createPipeline } from './compute-pipeline.ts';

export interface QuantizeQuery {
  /**
   * Adds the kernel to a pass. Nothing else may be encoded with it before the pass is submitted.
   * @param embeddings f32 [tokenCount, modelDim]
   * @param query receives int8 [tokenCount, dim]
   * @param rowWeights [tokenCount] as in TokenEmbeddings
   */
  encode(
    pass: GPUComputePassEncoder,
    embeddings: GPUBuffer,
    tokenCount: number,
    modelDim: number,
    query: GPUBuffer,
    rowWeights?: Float32Array,
  ): void;
  close(): void;
}

export async function createQuantizeQuery(device: GPUDevice, codec: Codec): Promise<QuantizeQuery> {
  const pipeline = await createPipeline(device, 'quantize-query', shader, {
    DIM: codec.dim,
    QUERY_SCALE: codec.queryScale,
  });
  const params = createFilledBuffer(device, 'quantize-query params', GPUBufferUsage.UNIFORM, new Uint32Array(1));
  const rotation = createFilledBuffer(device, 'rotation', GPUBufferUsage.STORAGE, codec.rotation);
  const allFull = new Float32Array(MAX_QUERY_TOKENS).fill(1);
  const rowWeightsBuffer = createFilledBuffer(device, 'row weights', GPUBufferUsage.STORAGE, allFull);
  return {
    encode(pass, embeddings, tokenCount, modelDim, query, rowWeights = allFull) {
      device.queue.writeBuffer(params, 0, Uint32Array.of(modelDim));
      device.queue.writeBuffer(rowWeightsBuffer, 0, rowWeights as GPUAllowSharedBufferSource);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindBuffers(device, pipeline, 0, [params, rotation, embeddings, query, rowWeightsBuffer]));
      pass.dispatchWorkgroups(tokenCount);
    },
    close() {
      params.destroy();
      rotation.destroy();
      rowWeightsBuffer.destroy();
    },
  };
}
