// onnxruntime-web behind the encoder. The page's own bytes are used for model and WASM: nothing is fetched by the runtime
// itself, so that every byte is hash-checked, cached and counted by us, and none comes from another origin.

import type { InferenceSession, env as OrtEnv, TensorConstructor } from 'onnxruntime-common';
import { inSentence, LatelightError } from '../errors.ts';
import type { EncoderRuntime } from './encoder.ts';

/** Which of onnxruntime-web's builds runs: `jspi` and `asyncify` are the two ways of its WebGPU provider. */
export type RuntimeBuild = 'wasm' | 'jspi' | 'asyncify';

interface OrtModule {
  InferenceSession: typeof InferenceSession;
  Tensor: TensorConstructor;
  env: typeof OrtEnv;
}

/** JSPI's build is a third smaller, but needs WebAssembly stack switching. */
export function webgpuBuild(): 'jspi' | 'asyncify' {
  return 'Suspending' in WebAssembly ? 'jspi' : 'asyncify';
}

/** Whether the page's policy lets code be made from strings: the WebGPU builds of onnxruntime-web 1.30 need it, the CPU's does not. */
export function evalAllowed(): boolean {
  try {
    return new Function('return true')() as boolean;
  } catch {
    return false;
  }
}

/**
 * Loads the script of a build. It can be called while WASM and model are still downloading.
 * @throws LatelightError `download-failed`
 */
export async function loadOrt(build: RuntimeBuild): Promise<OrtModule> {
  try {
    return (await importOrt(build)) as OrtModule;
  } catch (cause) {
    throw new LatelightError(
      'download-failed',
      `encoder: expected the script of onnxruntime-web (${build}), got ${inSentence(cause)}. Check the connection and try again; after a new version of the site reload the page.`,
      { cause },
    );
  }
}

function importOrt(build: RuntimeBuild): Promise<unknown> {
  switch (build) {
    case 'wasm':
      return import('onnxruntime-web/wasm');
    case 'jspi':
      return import('onnxruntime-web/jspi');
    case 'asyncify':
      return import('onnxruntime-web/webgpu');
    default:
      return build satisfies never;
  }
}

/** The least model there is, y = Identity(x) on one float: opening it makes onnxruntime compile and start its WASM. */
const LEAST_MODEL = Uint8Array.of(
  // ir_version 8, opset 17, graph of 55 bytes
  ...[0x08, 0x08, 0x42, 0x02, 0x10, 0x11, 0x3a, 0x37],
  // node: input x, output y, "Identity"
  ...[0x0a, 0x10, 0x0a, 0x01, 0x78, 0x12, 0x01, 0x79, 0x22, 0x08, 0x49, 0x64, 0x65, 0x6e, 0x74, 0x69, 0x74, 0x79],
  // name g; then input x and output y, each float [1]
  ...[0x12, 0x01, 0x67],
  ...[0x5a, 0x0f, 0x0a, 0x01, 0x78, 0x12, 0x0a, 0x0a, 0x08, 0x08, 0x01, 0x12, 0x04, 0x0a, 0x02, 0x08, 0x01],
  ...[0x62, 0x0f, 0x0a, 0x01, 0x79, 0x12, 0x0a, 0x0a, 0x08, 0x08, 0x01, 0x12, 0x04, 0x0a, 0x02, 0x08, 0x01],
);

const starting = new WeakMap<OrtModule, Promise<void>>();

/**
 * Compiles and starts the runtime, which needs no model: to be called while the model is still downloading.
 * @param wasm bytes of the build's .wasm file
 * @throws LatelightError `bad-model` when they do not start
 */
export function startOrt(ort: OrtModule, wasm: Uint8Array): Promise<void> {
  let started = starting.get(ort);
  if (!started) {
    started = start(ort, wasm);
    starting.set(ort, started);
    started.catch(() => starting.delete(ort));
  }
  return started;
}

async function start(ort: OrtModule, wasm: Uint8Array): Promise<void> {
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.proxy = false;
  // Without COOP and COEP headers there are no threads anyway; a 12-token query gains little from them.
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;
  ort.env.logLevel = 'error';
  try {
    const session = await ort.InferenceSession.create(LEAST_MODEL, { executionProviders: ['wasm'] });
    await session.release();
  } catch (cause) {
    throw new LatelightError('bad-model', `encoder: onnxruntime-web does not start: ${String(cause)}`, { cause });
  }
}

/**
 * Opens a model.
 * @param wasm bytes of the build's .wasm file @param model bytes of the ONNX file
 * @param device the GPUDevice that the scorer uses too; outputs then stay in its buffers. Absent: CPU.
 * @throws LatelightError `bad-model` when onnxruntime refuses the bytes
 */
export async function openWebRuntime(
  ort: OrtModule,
  wasm: Uint8Array,
  model: Uint8Array,
  device?: GPUDevice,
): Promise<EncoderRuntime> {
  await startOrt(ort, wasm);
  try {
    const session = await ort.InferenceSession.create(model, {
      executionProviders: device ? [{ name: 'webgpu', device } as never] : ['wasm'],
      preferredOutputLocation: device ? 'gpu-buffer' : 'cpu',
      graphOptimizationLevel: 'all',
      // Warnings say that shape arithmetic stays on the CPU, which it should.
      logSeverityLevel: 3,
    });
    return { session, Tensor: ort.Tensor, provider: device ? 'webgpu' : 'wasm', device };
  } catch (cause) {
    throw new LatelightError('bad-model', `encoder: onnxruntime-web cannot open the model: ${String(cause)}`, {
      cause,
    });
  }
}
