// A WebGPU device in Node for tests and benchmarks: Dawn on a CPU Vulkan driver that a Chromium brought along. Not shipped.

import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { globSync } from 'tinyglobby';

export interface TestDevice {
  gpu: GPU;
  device: GPUDevice;
  adapterName: string;
}

function findSoftwareDriver(): string | undefined {
  const home = (process.env.HOME ?? '').replaceAll('\\', '/');
  const places = [
    '/usr/lib/chromium*',
    '/usr/lib64/chromium*',
    '/opt/google/chrome*',
    `${home}/.cache/ms-playwright/*/*`,
  ];
  return globSync(
    places.map((place) => `${place}/vk_swiftshader_icd.json`),
    { absolute: true },
  )[0];
}

const RTLD_NODELETE = 0x1000; // Linux; keeps a library loaded though it is no Node addon

/**
 * Dawn loads libvulkan.so.1 by name. Chromium has its own beside the driver; once loaded it is found by that name, also where the
 * system has none.
 */
function loadVulkan(driver: string): void {
  try {
    const library = join(dirname(driver), 'libvulkan.so.1');
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch {
    // Always thrown: the library is no addon. If it did not load either, requestAdapter finds nothing.
  }
}

// The object that `create` returns must outlive every device, or the process crashes.
const kept: GPU[] = [];

const FEATURES: GPUFeatureName[] = ['subgroups', 'timestamp-query'];

/**
 * Undefined where there is no adapter.
 * @param features left out where the adapter lacks them
 * @throws Error then too when REQUIRE_GPU=1, so that a run that must test the GPU cannot skip it.
 */
export async function openTestDevice(features = FEATURES): Promise<TestDevice | undefined> {
  const opened = await open(features);
  if (!opened && process.env.REQUIRE_GPU === '1') throw new Error('REQUIRE_GPU=1: expected a WebGPU adapter, got none');
  return opened;
}

async function open(wanted: GPUFeatureName[]): Promise<TestDevice | undefined> {
  const driver = process.env.VK_ICD_FILENAMES ?? findSoftwareDriver();
  if (driver) {
    process.env.VK_ICD_FILENAMES = driver;
    loadVulkan(driver);
  }
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const gpu = create(['backend=vulkan']);
    kept.push(gpu);
    const adapter = await gpu.requestAdapter();
    if (!adapter) return undefined;
    const { vendor, architecture } = adapter.info;
    const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
    return { gpu, device: await adapter.requestDevice({ requiredFeatures }), adapterName: `${vendor} ${architecture}` };
  } catch (error) {
    console.warn(`No WebGPU in this process: ${error}`);
    return undefined;
  }
}

/** Runs kernels in one pass and reads the buffer they return. Rejects on a validation error. */
export async function runAndRead(
  device: GPUDevice,
  byteLength: number,
  encode: (pass: GPUComputePassEncoder) => GPUBuffer,
): Promise<ArrayBuffer> {
  device.pushErrorScope('validation');
  const readBack = device.createBuffer({ size: byteLength, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const result = encode(pass);
  pass.end();
  encoder.copyBufferToBuffer(result, 0, readBack, 0, byteLength);
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error) throw new Error(error.message);
  await readBack.mapAsync(GPUMapMode.READ);
  const bytes = readBack.getMappedRange().slice(0);
  readBack.destroy();
  return bytes;
}
