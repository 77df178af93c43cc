// The encoder of a page: which of the model's files, which build of the runtime, and both started while the other is still arriving.

import type { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import { Encoder, type RowWeigher } from '../encoder/encoder.ts';
import { loadOrt, openWebRuntime, type RuntimeBuild, startOrt, webgpuBuild } from '../encoder/runtime-web.ts';
import { LatelightError } from '../errors.ts';
import type { FileRef, Manifest } from '../format/manifest.ts';
import type { ByteSource } from '../format/source.ts';
import type { OpenOptions } from '../types.ts';
import type { DeviceChoice } from './gpu-device.ts';
import type { PartProgress } from './part-progress.ts';

export type Device = NonNullable<OpenOptions['device']>;

/** What names an encoder's files: an index's manifest does, and the library's engine file. */
export type EncoderFiles = Pick<Manifest, 'queryEncoder' | 'runtime'>;

/** An index may have been published without the files for WebGPU. */
export function usable(choice: DeviceChoice, manifest: EncoderFiles, wanted: Device): DeviceChoice {
  if (!choice.device || (manifest.queryEncoder.weights.webgpu && manifest.runtime[webgpuBuild()])) return choice;
  choice.device.destroy();
  const why = 'this index was made without the files for it';
  if (wanted === 'webgpu')
    throw new LatelightError('no-webgpu', `open: expected WebGPU, but ${why}. Index without --no-webgpu.`);
  return { notice: `WebGPU is not in use: ${why}.` };
}

export function encoderFiles(
  manifest: EncoderFiles,
  device: GPUDevice | undefined,
): { build: RuntimeBuild; wasm: FileRef; model: FileRef } {
  const { weights } = manifest.queryEncoder;
  const build = device ? webgpuBuild() : 'wasm';
  return { build, wasm: manifest.runtime[build]!, model: device ? weights.webgpu! : weights.wasm };
}

export interface OpenEncoderOptions {
  progress?: PartProgress;
  /** Resolves when starting may keep this thread busy; absent: at once. */
  whenQuiet?: () => Promise<void>;
  weigher?: RowWeigher;
  signal?: AbortSignal;
}

export async function openEncoder(
  source: Pick<ByteSource, 'read'>,
  manifest: EncoderFiles,
  tokenizer: ColbertTokenizer,
  device: GPUDevice | undefined,
  { progress = () => () => undefined, whenQuiet, weigher, signal }: OpenEncoderOptions = {},
): Promise<Encoder> {
  const { build, wasm, model } = encoderFiles(manifest, device);
  await whenQuiet?.();
  const runtime = Promise.all([loadOrt(build), source.read(wasm, { signal, onBytes: progress('runtime') })]);
  const [[ort, wasmBytes], modelBytes] = await Promise.all([
    // Compiles and starts while the model is still on its way.
    runtime.then(async (parts) => {
      await startOrt(...parts);
      return parts;
    }),
    source.read(model, { signal, onBytes: progress('model') }),
  ]);
  return new Encoder(tokenizer, await openWebRuntime(ort, wasmBytes, modelBytes, device), weigher);
}
