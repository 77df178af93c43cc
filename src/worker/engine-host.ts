// The engine inside the worker: opens an index on the best device there is, searches it, and opens again what a lost device took.

import { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import { Encoder } from '../encoder/encoder.ts';
import { loadOrt, openWebRuntime, type RuntimeBuild, startOrt, webgpuBuild } from '../encoder/runtime-web.ts';
import { unpackTokenizer } from '../encoder/tokenizer-file.ts';
import { search } from '../engine/search.ts';
import { type CreateScorer, SearchIndex } from '../engine/search-index.ts';
import { createSplitScorer, workersFor } from '../engine/split-scorer.ts';
import { createWasmScorer } from '../engine/wasm-scorer.ts';
import { createWebgpuScorer } from '../engine/webgpu-scorer.ts';
import { LatelightError, throwIfAborted } from '../errors.ts';
import { type FileRef, type Manifest, parseManifest } from '../format/manifest.ts';
import type { LoadProgress, OpenOptions, SearchRequest, SearchResult } from '../types.ts';
import { chooseDevice, type DeviceChoice } from './gpu-device.ts';
import { HttpSource } from './http-source.ts';
import type { OpenedInfo } from './protocol.ts';
import { startScoreWorker } from './start-score-worker.ts';

type Device = NonNullable<OpenOptions['device']>;

interface Parts {
  index: SearchIndex;
  encoder: Encoder;
  choice: DeviceChoice;
}

export class EngineHost {
  private readonly source: HttpSource;
  private readonly manifest: Manifest;
  private readonly wanted: Device;
  private readonly workers: OpenOptions['workers'];
  private parts: Parts;

  private constructor(
    source: HttpSource,
    manifest: Manifest,
    wanted: Device,
    workers: OpenOptions['workers'],
    parts: Parts,
  ) {
    this.source = source;
    this.manifest = manifest;
    this.wanted = wanted;
    this.workers = workers;
    this.parts = parts;
  }

  static async open(
    url: string,
    wanted: Device,
    offline: boolean,
    workers: OpenOptions['workers'],
    onProgress: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<EngineHost> {
    const source = new HttpSource(url);
    const [text, choice] = await Promise.all([source.readManifest(signal), chooseDevice(wanted)]);
    const manifest = parseManifest(text);
    const device = usable(choice, manifest, wanted);
    const progress = trackProgress(manifest, device, onProgress);
    const [index, encoder] = await settle(
      SearchIndex.open(source, manifest, scorerOn(device.device, manifest, workers), {
        signal,
        onBytes: progress('index'),
      }),
      openEncoder(source, manifest, device.device, progress, signal),
    );
    throwIfAborted(signal, 'open');
    const host = new EngineHost(source, manifest, wanted, workers, { index, encoder, choice: device });
    // In the background: first what a search needs, then the rest, then what no index needs any more.
    if (offline)
      void index
        .prefetch()
        .then(() => source.keep(manifest.fragments))
        .then(() => source.prune());
    else void source.prune();
    return host;
  }

  get info(): OpenedInfo {
    const { index, choice } = this.parts;
    return {
      backend: index.scorer.backend,
      notice: choice.notice,
      passageCount: this.manifest.passageCount,
      siteRoot: new URL(this.manifest.siteRoot || './', this.source.base).href,
      filters: index.filterCounts,
    };
  }

  /** First runs compile and allocate: done while nobody waits, the first query finds both stages warm. */
  async warmUp(): Promise<void> {
    await this.parts.encoder.warmUp();
    await this.parts.index.warmUp();
  }

  /** Searches; when the device was lost, opens another (or the CPU, under `auto`) and searches once more. */
  async search(query: string, request: SearchRequest): Promise<SearchResult> {
    try {
      return await search(this.parts.index, this.parts.encoder, query, request);
    } catch (error) {
      if (!(await this.deviceWasLost())) throw error;
      throwIfAborted(request.signal, 'search');
      await this.recover();
      return search(this.parts.index, this.parts.encoder, query, request);
    }
  }

  close(): void {
    this.parts.index.close();
    void this.parts.encoder.close();
    this.parts.choice.device?.destroy();
  }

  /** A lost device fails in many ways (scorer, runtime, read-back): ask the device itself. */
  private async deviceWasLost(): Promise<boolean> {
    const { device } = this.parts.choice;
    if (!device) return false;
    const pending = Symbol('pending');
    return (await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, 50, pending))])) !== pending;
  }

  private async recover(): Promise<void> {
    const { index, encoder } = this.parts;
    let choice: DeviceChoice;
    try {
      choice = usable(await chooseDevice(this.wanted), this.manifest, this.wanted);
    } catch (cause) {
      throw new LatelightError(
        'device-lost',
        `search: the GPU device was lost and no other could be had: ${String(cause)}`,
        { cause },
      );
    }
    await encoder.close().catch(() => undefined);
    const next = await openEncoder(this.source, this.manifest, choice.device, () => () => undefined);
    await index.replaceScorer(scorerOn(choice.device, this.manifest, this.workers));
    const notice = choice.device ? choice.notice : 'The GPU device was lost; searching goes on with WASM.';
    this.parts = { index, encoder: next, choice: { ...choice, notice } };
  }
}

/** Waits for both, so that nothing goes on in the background after one has failed. */
async function settle<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled([a, b]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return [first.value, second.value];
}

/** An index may have been published without the files for WebGPU. */
function usable(choice: DeviceChoice, manifest: Manifest, wanted: Device): DeviceChoice {
  if (!choice.device || (manifest.queryEncoder.weights.webgpu && manifest.runtime[webgpuBuild()])) return choice;
  choice.device.destroy();
  const why = 'this index was made without the files for it';
  if (wanted === 'webgpu')
    throw new LatelightError('no-webgpu', `open: expected WebGPU, but ${why}. Index without --no-webgpu.`);
  return { notice: `WebGPU is not in use: ${why}.` };
}

function scorerOn(
  device: GPUDevice | undefined,
  { passageCount, shards }: Manifest,
  workers: OpenOptions['workers'],
): CreateScorer {
  const blockCount = shards.reduce((sum, shard) => sum + shard.blockCount, 0);
  const expected = { passageCount, blockCount };
  const count = workers ?? workersFor(blockCount, navigator.hardwareConcurrency);
  return (codec) => {
    if (device) return createWebgpuScorer(device, codec, { expected });
    return count > 1 ? createSplitScorer(codec, count, startScoreWorker) : createWasmScorer(codec);
  };
}

function encoderFiles(
  manifest: Manifest,
  device: GPUDevice | undefined,
): { build: RuntimeBuild; wasm: FileRef; model: FileRef } {
  const { weights } = manifest.queryEncoder;
  const build = device ? webgpuBuild() : 'wasm';
  return { build, wasm: manifest.runtime[build]!, model: device ? weights.webgpu! : weights.wasm };
}

async function openEncoder(
  source: HttpSource,
  manifest: Manifest,
  device: GPUDevice | undefined,
  progress: (part: LoadProgress['part']) => (byteCount: number, fromCache: boolean) => void,
  signal?: AbortSignal,
): Promise<Encoder> {
  const { build, wasm, model } = encoderFiles(manifest, device);
  const { queryEncoder } = manifest;
  const runtime = Promise.all([loadOrt(build), source.read(wasm, { signal, onBytes: progress('runtime') })]);
  const [[ort, wasmBytes], modelBytes, tokenizerBytes] = await Promise.all([
    // Compiles and starts while the model is still on its way.
    runtime.then(async (parts) => {
      await startOrt(...parts);
      return parts;
    }),
    source.read(model, { signal, onBytes: progress('model') }),
    source.read(queryEncoder.tokenizer, { signal, onBytes: progress('model') }),
  ]);
  const tokenizerJson = unpackTokenizer(JSON.parse(new TextDecoder().decode(tokenizerBytes)));
  const tokenizer = new ColbertTokenizer(queryEncoder.config, tokenizerJson, queryEncoder.tokenizerConfig);
  return new Encoder(tokenizer, await openWebRuntime(ort, wasmBytes, modelBytes, device));
}

/** Sums the bytes of all parts against what the manifest says a first search needs. */
function trackProgress(manifest: Manifest, choice: DeviceChoice, onProgress: (progress: LoadProgress) => void) {
  const { wasm, model } = encoderFiles(manifest, choice.device);
  const files = [...SearchIndex.files(manifest), wasm, model, manifest.queryEncoder.tokenizer];
  const totalBytes = files.reduce((sum, ref) => sum + ref.bytes, 0);
  let loadedBytes = 0;
  return (part: LoadProgress['part']) => (byteCount: number, fromCache: boolean) => {
    loadedBytes += byteCount;
    onProgress({ loadedBytes, totalBytes, part, fromCache });
  };
}
