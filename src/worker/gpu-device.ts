// Which device to search on, decided once per opening and said in words when it is not the one that was hoped for.

import { evalAllowed } from '../encoder/runtime-web.ts';
import { LatelightError } from '../errors.ts';
import { isSoftware, openDevice } from '../kernels/open-device.ts';
import type { OpenOptions } from '../types.ts';

export interface DeviceChoice {
  device?: GPUDevice;
  /** Why there is no device although one was not ruled out; empty otherwise. */
  notice: string;
}

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
  try {
    return { device: await openDevice(adapter), notice: '' };
  } catch (cause) {
    return refuse(`the adapter refused a device (${String(cause)})`);
  }
}
