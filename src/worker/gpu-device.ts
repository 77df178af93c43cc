// Which device to search on, decided once per opening and said in words when it is not the one that was hoped for.

import { evalAllowed } from '../encoder/runtime-web.ts';
import { LatelightError } from '../errors.ts';
import type { OpenOptions } from '../types.ts';

export interface DeviceChoice {
  device?: GPUDevice;
  /** Why there is no device although one was not ruled out; empty otherwise. */
  notice: string;
}

/** Limits raised to what the adapter has: the scorer's and the encoder's buffers may be larger than the defaults. */
const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxStorageBuffersPerShaderStage',
] as const;

const WANTED_FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const;

/**
 * @param wanted `auto` refuses software adapters, on which the CPU path is an order of magnitude faster; `webgpu` takes them
 * @throws LatelightError `no-webgpu` when `webgpu` was asked for and cannot be had
 */
export async function chooseDevice(wanted: NonNullable<OpenOptions['device']>): Promise<DeviceChoice> {
  if (wanted === 'wasm') return { notice: '' };
  const refuse = (why: string): DeviceChoice => {
    if (wanted === 'webgpu')
      throw new LatelightError('no-webgpu', `open: expected WebGPU, but ${why}. Use device 'auto' or 'wasm'.`);
    return { notice: `WebGPU is not in use: ${why}.` };
  };
  if (!navigator.gpu) return refuse('this browser does not offer it here');
  if (!evalAllowed()) {
    return refuse(
      "this page's Content-Security-Policy lacks 'unsafe-eval', which onnxruntime-web's WebGPU build needs",
    );
  }
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) return refuse('no adapter was found');
  if (wanted === 'auto' && isSoftware(adapter)) return refuse('the only adapter is a software one, slower than WASM');
  const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = WANTED_FEATURES.filter((feature) => adapter.features.has(feature)) as GPUFeatureName[];
  try {
    return { device: await adapter.requestDevice({ requiredLimits, requiredFeatures }), notice: '' };
  } catch (cause) {
    return refuse(`the adapter refused a device (${String(cause)})`);
  }
}

function isSoftware(adapter: GPUAdapter): boolean {
  const { info } = adapter;
  return (
    info.isFallbackAdapter ||
    /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${info.architecture} ${info.description}`)
  );
}
