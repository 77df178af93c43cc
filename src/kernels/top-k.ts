// GPU host of shaders/top-k.wgsl: passes until one workgroup is left. Device memory: 294,976 bytes, whatever the number of passages.

import shader from '../../shaders/top-k.wgsl?raw';
import { MAX_RESULTS } from '../format/layout.ts';
import { bindBuffers, createFilledBuffer, createPipeline } from './compute-pipeline.ts';

/**
 * Entries a workgroup reads at once. Few results need little workgroup memory and few barriers; and SwiftShader, which tests run on,
 * compiles workgroup memory in a time proportional to its size: 0.5 s against 6 s, on a busy machine.
 */
const STEPS = [64, MAX_RESULTS];
const STEPS_PER_WORKGROUP = 8; // at least; so every pass leaves an eighth or less
const MAX_ENTRIES = 64 * MAX_RESULTS; // that a pass may leave
const MAX_PASSES = 4;
const ENTRY_BYTES = 8;

const stepFor = (k: number) => STEPS.find((step) => k <= step)!;

export interface TopKPass {
  entryCount: number;
  /** Entries each workgroup reads: a multiple of those it reads at once. */
  span: number;
  workgroups: number;
}

/** Passes for n scores: the first over scores, the others over the best k of every workgroup of the pass before. */
export function planTopK(scoreCount: number, k: number): TopKPass[] {
  const passes: TopKPass[] = [];
  const step = stepFor(k);
  let entryCount = scoreCount;
  do {
    const wanted = Math.min(MAX_ENTRIES / step, Math.max(1, Math.ceil(entryCount / step / STEPS_PER_WORKGROUP)));
    const span = Math.ceil(Math.max(1, entryCount) / wanted / step) * step;
    const workgroups = Math.max(1, Math.ceil(entryCount / span));
    passes.push({ entryCount, span, workgroups });
    entryCount = workgroups * k;
  } while (passes[passes.length - 1].workgroups > 1);
  return passes;
}

export interface TopKKernel {
  /** Compiles what this k needs; before the first `encode` with it. Up to 64 results need nothing more than `createTopK`. */
  prepare(k: number): Promise<void>;
  /**
   * Adds the passes. Nothing else may be encoded with it before they are submitted.
   * @param scores i32 [scoreCount]
   * @returns [k] of i32 score and u32 id; slots nothing was found for hold EXCLUDED_SCORE, as do excluded passages
   */
  encode(pass: GPUComputePassEncoder, scores: GPUBuffer, scoreCount: number, k: number): GPUBuffer;
  close(): void;
}

export async function createTopK(device: GPUDevice): Promise<TopKKernel> {
  const pipelines = new Map<number, GPUComputePipeline>();
  async function prepare(k: number): Promise<void> {
    const step = stepFor(k);
    if (!pipelines.has(step)) pipelines.set(step, await createPipeline(device, 'top-k', shader, { HALF: step }));
  }
  await prepare(1); // before there are buffers, which would be left when it fails
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const buffer = (label: string, entries: number) => device.createBuffer({ label, size: entries * ENTRY_BYTES, usage });
  // Passes alternate; the second leaves an eighth of the first at most, so the smaller buffer need not be as large.
  const best = [buffer('top-k even', MAX_ENTRIES), buffer('top-k odd', MAX_ENTRIES / STEPS_PER_WORKGROUP)];
  const params = Array.from({ length: MAX_PASSES }, (_, pass) =>
    createFilledBuffer(device, `top-k params ${pass}`, GPUBufferUsage.UNIFORM, new Uint32Array(4)),
  );
  return {
    prepare,

    encode(pass, scores, scoreCount, k) {
      const pipeline = pipelines.get(stepFor(k))!;
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
