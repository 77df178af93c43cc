// The whole measurement, and its report. Knows nothing of the page that shows it.

import { chooseVariant, type MaxsimVariant, PACKED_DOT } from '../../src/kernels/maxsim-prelude.ts';
import { isSoftware, openDevice } from '../../src/kernels/open-device.ts';
import {
  type KernelRow,
  makeCorpus,
  measureKernel,
  measureSearch,
  type SearchRow,
  type Shape,
} from './measure-kernel.ts';
import { measureRoofline, type Roofline } from './measure-roofline.ts';
import { createPassClock } from './time-passes.ts';

export interface GpuReport {
  date: string;
  commit: string;
  userAgent: string;
  adapter: {
    vendor: string;
    architecture: string;
    device: string;
    description: string;
    software: boolean;
    subgroupSizes: [min: number, max: number];
    workgroupMemory: number;
    features: string[];
  };
  timedBy: 'timestamp-query' | 'queue';
  roofline: Roofline;
  /** The variant that this device gets, on every shape. */
  shapes: KernelRow[];
  /** The other variants, on one shape. */
  variants: KernelRow[];
  searches: SearchRow[];
  /** Whether all scores of all rows were those of WASM. */
  allEqual: boolean;
}

export type Progress = (done: number, text: string, report: Partial<GpuReport>) => void;

/** Sizes for a GPU, and for a software adapter, which is some thousand times slower. */
function planOf(software: boolean) {
  const passages = software ? [200, 600] : [10_000, 100_000];
  const shapes = ([32, 16] as const).flatMap((rowBytes) =>
    passages.flatMap((passageCount) => [12, 32].map((tokenCount): Shape => ({ passageCount, rowBytes, tokenCount }))),
  );
  return {
    shapes,
    tiles: software ? [8] : [4, 8, 12, 16],
    main: shapes[2], // 32 bytes a row, most passages, 12 tokens
    roofline: software
      ? { bytes: 2 ** 24, workgroups: 16, iterations: 64 }
      : { bytes: 2 ** 28, workgroups: 2048, iterations: 2048 },
    targetMs: software ? 1 : 25,
  };
}

/** @throws Error when there is no adapter, saying what to do */
export async function runGpuBench(commit: string, onProgress: Progress): Promise<GpuReport> {
  if (!navigator.gpu) {
    throw new Error(
      'This browser offers no WebGPU here. Use a recent Chrome, Edge, Safari or Firefox, on https or localhost.',
    );
  }
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new Error(
      'WebGPU found no adapter. Graphics acceleration may be off in the browser, or the driver may be on its block list.',
    );
  }
  const device = await openDevice(adapter);
  const lost = device.lost.then(({ message }): never => {
    throw new Error(`The GPU device was lost: ${message}`);
  });
  try {
    return await Promise.race([lost, measureAll(adapter, device, commit, onProgress)]);
  } finally {
    lost.catch(() => undefined);
    device.destroy();
  }
}

async function measureAll(
  adapter: GPUAdapter,
  device: GPUDevice,
  commit: string,
  onProgress: Progress,
): Promise<GpuReport> {
  const software = isSoftware(adapter);
  const plan = planOf(software);
  const packedDot = navigator.gpu.wgslLanguageFeatures.has(PACKED_DOT);
  const clock = createPassClock(device, plan.targetMs);
  const variants = listVariants(device, packedDot, plan.tiles);
  const steps = 1 + plan.shapes.length + variants.length;
  let done = 0;
  const report = {
    ...describe(adapter, device, software),
    commit,
    timedBy: clock.source,
    shapes: [],
    variants: [],
    searches: [],
  } as Omit<GpuReport, 'roofline' | 'allEqual'> as GpuReport;
  const step = (text: string) => onProgress(done++ / steps, text, report);

  step('Measuring what the device can do');
  const bytes = Math.min(plan.roofline.bytes, device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  report.roofline = await measureRoofline(device, clock, { ...plan.roofline, bytes }, packedDot);

  for (const shape of plan.shapes) {
    step(
      `Scoring ${shape.passageCount.toLocaleString('en')} passages, ${shape.rowBytes} bytes a row, ${shape.tokenCount} query tokens`,
    );
    const corpus = await makeCorpus(shape);
    report.shapes.push(await measureKernel(device, clock, report.roofline, shape, corpus));
    report.searches.push(await measureSearch(device, shape, corpus));
  }
  const corpus = await makeCorpus(plan.main);
  for (const { variant, tokenTile } of variants) {
    step(
      `Variant: ${variant.arithmetic}, ${variant.subgroups ? 'with' : 'without'} subgroups, ${tokenTile} tokens at once`,
    );
    const options = { variant, tokenTile };
    report.variants.push(await measureKernel(device, clock, report.roofline, plan.main, corpus, options));
  }
  clock.close();
  report.allEqual = [...report.shapes, ...report.variants].every((row) => row.scoresDifferent === 0);
  onProgress(1, 'Done', report);
  return report;
}

/** Every variant at the usual tile, and the usual variant at every tile. */
function listVariants(device: GPUDevice, packedDot: boolean, tiles: number[]) {
  const usual = chooseVariant(device);
  const list: { variant: MaxsimVariant; tokenTile: number }[] = [];
  for (const arithmetic of packedDot ? (['packed', 'float'] as const) : (['float'] as const)) {
    for (const subgroups of device.features.has('subgroups') ? [true, false] : [false]) {
      for (const tokenTile of tiles) {
        const isUsual = usual.arithmetic === arithmetic && usual.subgroups === subgroups;
        if (isUsual || tokenTile === 8) list.push({ variant: { arithmetic, subgroups }, tokenTile });
      }
    }
  }
  return list;
}

function describe({ info, features }: GPUAdapter, device: GPUDevice, software: boolean) {
  const { vendor, architecture, description, subgroupMinSize = 0, subgroupMaxSize = 0 } = info;
  return {
    date: new Date().toISOString(),
    userAgent: navigator.userAgent,
    adapter: {
      vendor,
      architecture,
      device: info.device,
      description,
      software,
      subgroupSizes: [subgroupMinSize, subgroupMaxSize] as [number, number],
      workgroupMemory: device.limits.maxComputeWorkgroupStorageSize,
      features: [...features].filter((name) => device.features.has(name)).sort(),
    },
  };
}
