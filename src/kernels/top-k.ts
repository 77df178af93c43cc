// GPU host of shaders/top-k.wgsl: passes until one workgroup is left. Device memory: 289 KiB, whatever the number of passages.

import shader from '../../shaders/top-k.wgsl?raw';
import { MAX_RESULTS } from '../format/layout.ts';
import { bindBuffers, createFilledBuffer, createPipeline } from './compute-pipeline.ts';

const STEP = 512; // entries a workgroup reads at once
const MAX_WORKGROUPS = 64;
const ENTRIES_PER_WORKGROUP = 8 * STEP; // at least; so every pass leaves an eighth or less
const ENTRY_BYTES = 8;

export interface TopKPass {
  entryCount: number;
  /** Entries each workgroup reads: a multiple of STEP. */
  span: number;
  workgroups: number;
}

/** Passes for n scores: the first over scores, the others over the best k of every workgroup of the pass before. */
export function planTopK(scoreCount: number, k: number): TopKPass[] {
  const passes: TopKPass[] = [];
  let entryCount = scoreCount;
  do {
    const wanted = Math.min(MAX_WORKGROUPS, Math.max(1, Math.ceil(entryCount / ENTRIES_PER_WORKGROUP)));
    const span = Math.ceil(Math.max(1, entryCount) / wanted / STEP) * STEP;
    const workgroups = Math.max(1, Math.ceil(entryCount / span));
    passes.push({ entryCount, span, workgroups });
    entryCount = workgroups * k;
  } while (passes[passes.length - 1].workgroups > 1);
  return passes;
}

export interface TopKKernel {
  /**
   * Adds the passes. Nothing else may be encoded with it before they are submitted.
   * @param scores i32 [scoreCount]
   * @returns [k] of i32 score and u32 id; slots nothing was found for hold EXCLUDED_SCORE, as do excluded passages
   */
  encode(pass: GPUComputePassEncoder, scores: GPUBuffer, scoreCount: number, k: number): GPUBuffer;
  close(): void;
}

export async function createTopK(device: GPUDevice): Promise<TopKKernel> {
  const pipeline = await createPipeline(device, 'top-k', shader, {});
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const buffer = (label: string, workgroups: number) =>
    device.createBuffer({ label, size: workgroups * MAX_RESULTS * ENTRY_BYTES, usage });
  // Passes alternate; the second has at most 64 x 512 / 4096 workgroups, so the smaller buffer need not be as large.
  const best = [buffer('top-k even', MAX_WORKGROUPS), buffer('top-k odd', MAX_WORKGROUPS / 8)];
  const params = Array.from({ length: 3 }, (_, pass) =>
    createFilledBuffer(device, `top-k params ${pass}`, GPUBufferUsage.UNIFORM, new Uint32Array(4)),
  );
  return {
    encode(pass, scores, scoreCount, k) {
      let entries = scores;
      for (const [index, { entryCount, span, workgroups }] of planTopK(scoreCount, k).entries()) {
        const output = best[index % 2];
        device.queue.writeBuffer(params[index], 0, Uint32Array.of(entryCount, span, k, index === 0 ? 1 : 0));
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindBuffers(device, pipeline, 0, [params[index], entries, output]));
        pass.dispatchWorkgroups(workgroups);
        entries = output;
      }
      return entries;
    },
    close() {
      for (const made of [...best, ...params]) made.destroy();
    },
  };
}
