// The device's roofs: bytes read and copied a second, dot products of 4 dimensions a second.

import { bindBuffers } from '../../src/kernels/compute-pipeline.ts';
import { median } from '../statistics.ts';
import shader from './roofline.wgsl?raw';
import type { PassClock } from './time-passes.ts';

const LANES = 256;
const DOTS_PER_ITERATION = 16;

export interface Roofline {
  /** Of a kernel that reads a large buffer once. */
  readGBs: number;
  /** Of copyBufferToBuffer, bytes read and bytes written together; by queue completion. */
  copyGBs: number;
  /** 10^9 dot4I8Packed a second; 0 where the browser's WGSL lacks it. */
  packedGdots: number;
  /** 10^9 times four f32 multiply-adds a second. */
  floatGdots: number;
}

export interface RooflineSize {
  bytes: number;
  workgroups: number;
  iterations: number;
}

export async function measureRoofline(
  device: GPUDevice,
  clock: PassClock,
  { bytes, workgroups, iterations }: RooflineSize,
  packedDot: boolean,
): Promise<Roofline> {
  const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const input = device.createBuffer({ label: 'roofline input', size: bytes, usage: STORAGE | COPY_SRC });
  const copy = device.createBuffer({ label: 'roofline copy', size: bytes, usage: COPY_DST });
  const lanes = device.createBuffer({ label: 'roofline output', size: workgroups * LANES * 4, usage: STORAGE });
  const module = device.createShaderModule({
    label: 'roofline',
    code: packedDot ? shader : shader.replaceAll('dot4I8Packed', 'dot_missing') + MISSING_DOT,
  });

  async function perSecond(entryPoint: string, amount: number): Promise<number> {
    const constants: Record<string, number> = entryPoint === 'read_all' ? {} : { ITERATIONS: iterations };
    const pipeline = await device.createComputePipelineAsync({
      label: entryPoint,
      layout: 'auto',
      compute: { module, entryPoint, constants },
    });
    const bindGroup = bindBuffers(device, pipeline, 0, [input, lanes]);
    const { minMs } = await clock.time((pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(workgroups);
    });
    return amount / minMs / 1e6;
  }

  async function copySeconds(repeats: number): Promise<number> {
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < repeats; i++) encoder.copyBufferToBuffer(input, 0, copy, 0, bytes);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / 1e3;
  }

  await copySeconds(1);
  // The difference of two lengths, so that the latency of a submission drops out.
  const differences: number[] = [];
  for (let i = 0; i < 3; i++) differences.push((await copySeconds(9)) - (await copySeconds(1)));
  const copyGBs = (8 * 2 * bytes) / Math.max(median(differences), 1e-6) / 1e9;
  const dots = workgroups * LANES * iterations * DOTS_PER_ITERATION;
  const readGBs = await perSecond('read_all', bytes);
  const floatGdots = await perSecond('float_dots', dots);
  const packedGdots = packedDot ? await perSecond('packed_dots', dots) : 0;
  for (const buffer of [input, copy, lanes]) buffer.destroy();
  return { readGBs, copyGBs, packedGdots, floatGdots };
}

/** Lets the module compile where WGSL lacks the function; `packed_dots` is then not run. */
const MISSING_DOT = `
fn dot_missing(a: u32, b: u32) -> i32 {
  return i32(a ^ b);
}
`;
