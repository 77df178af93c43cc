// The engine inside the worker: opens an index on the best device there is, searches it, and opens again what a lost device took.

import type { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import { Encoder } from '../encoder/encoder.ts';
import { loadOrt, openWebRuntime, type RuntimeBuild, startOrt, webgpuBuild } from '../encoder/runtime-web.ts';
import type { TableEncoder } from '../encoder/table-encoder.ts';
import { search, searchInstant } from '../engine/search.ts';
import { type CreateScorer, SearchIndex } from '../engine/search-index.ts';
import { createSplitScorer, workersFor } from '../engine/split-scorer.ts';
import { createWasmScorer } from '../engine/wasm-scorer.ts';
import { createWebgpuScorer } from '../engine/webgpu-scorer.ts';
import { LatelightError, throwIfAborted, unlessAborted } from '../errors.ts';
import { type FileRef, type Manifest, parseManifest } from '../format/manifest.ts';
import type { LoadProgress, OpenOptions, SearchRequest, SearchResult, Stage } from '../types.ts';
import { chooseDevice, type DeviceChoice } from './gpu-device.ts';
import { HttpSource } from './http-source.ts';
import { openStages, readTokenizer } from './open-stages.ts';
import type { OpenedInfo, OpenSettings } from './protocol.ts';
import { startScoreWorker } from './start-score-worker.ts';

type Device = NonNullable<OpenOptions['device']>;

interface Parts {
  index: SearchIndex;
  /** There from the start; what it is needed for waits for it. */
  encoder: Promise<Encoder>;
  choice: DeviceChoice;
}

export class EngineHost {
  private readonly source: HttpSource;
  private readonly manifest: Manifest;
  private readonly settings: OpenSettings;
  /** Answers until the encoder is there, when the index has a query table. */
  private readonly table: TableEncoder | undefined;
  private parts: Parts;
  private isFull = false;
  /** Settles with the full stage. */
  readonly ready: Promise<void>;

  private constructor(
    source: HttpSource,
    manifest: Manifest,
    settings: OpenSettings,
    table: TableEncoder | undefined,
    parts: Parts,
  ) {
    this.source = source;
    this.manifest = manifest;
    this.settings = settings;
    this.table = table;
    this.parts = parts;
    this.ready = parts.encoder.then(() => {
      this.isFull = true;
    });
  }

  /** Resolves when the first stage that can search is ready. */
  static async open(
    url: string,
    settings: OpenSettings,
    onProgress: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<EngineHost> {
    const source = new HttpSource(url);
    const wanted = settings.device;
    const [text, choice] = await Promise.all([source.readManifest(signal), chooseDevice(wanted)]);
    const manifest = parseManifest(text);
    const device = usable(choice, manifest, wanted);
    const progress = trackProgress(manifest, device, onProgress);
    const { index, table, encoder } = await openStages(manifest, settings.instant, {
      index: () =>
        SearchIndex.open(source, manifest, scorerOn(device.device, manifest, settings.workers), {
          signal,
          onBytes: progress('index'),
        }),
      read: (ref) => source.read(ref, { signal, onBytes: progress('index') }),
      encoder: (tokenizer) => openEncoder(source, manifest, tokenizer, device.device, progress, signal),
      hasEncoder: () => source.has(encoderFiles(manifest, device.device).model),
    });
    throwIfAborted(signal, 'open');
    const host = new EngineHost(source, manifest, settings, table, { index, encoder, choice: device });
    // A failure is heard of through `ready` and through every search.
    void host.ready.then(() => host.fillCache(settings.offline)).catch(() => undefined);
    return host;
  }

  get stage(): Stage {
    return this.isFull || !this.table ? 'full' : 'instant';
  }

  /** In the background: first what a search needs, then the rest, then what no index needs any more. */
  private async fillCache(offline: boolean): Promise<void> {
    if (offline) {
      await this.parts.index.prefetch();
      await this.source.keep(this.manifest.fragments);
    }
    await this.source.prune();
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
    const { stage } = this;
    if (stage === 'full') await (await this.parts.encoder).warmUp();
    await this.parts.index.warmUp();
    performance.mark(`latelight-warm-${stage}`);
  }

  /** A result from the query table, when the full stage is not ready and the table knows a word of the query. */
  async searchInstant(query: string, request: SearchRequest): Promise<SearchResult | undefined> {
    if (!this.table || this.isFull || request.queryCodes) return undefined;
    return searchInstant(this.parts.index, this.table, query, request);
  }

  /** Searches once the full stage is ready; when the device was lost, opens another (or the CPU, under `auto`) and searches once more. */
  async search(query: string, request: SearchRequest): Promise<SearchResult> {
    try {
      const encoder = await unlessAborted(this.parts.encoder, request.signal, 'search');
      return await search(this.parts.index, encoder, query, request);
    } catch (error) {
      if (!(await this.deviceWasLost())) throw error;
      throwIfAborted(request.signal, 'search');
      await this.recover();
      return search(this.parts.index, await this.parts.encoder, query, request);
    }
  }

  close(): void {
    this.parts.index.close();
    void this.parts.encoder.then((encoder) => encoder.close()).catch(() => undefined);
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
      choice = usable(await chooseDevice(this.settings.device), this.manifest, this.settings.device);
    } catch (cause) {
      throw new LatelightError(
        'device-lost',
        `search: the GPU device was lost and no other could be had: ${String(cause)}`,
        { cause },
      );
    }
    await encoder.then((lost) => lost.close()).catch(() => undefined);
    const tokenizer = await readTokenizer(this.manifest, (ref) => this.source.read(ref));
    const next = await openEncoder(this.source, this.manifest, tokenizer, choice.device, () => () => undefined);
    await index.replaceScorer(scorerOn(choice.device, this.manifest, this.settings.workers));
    const notice = choice.device ? choice.notice : 'The GPU device was lost; searching goes on with WASM.';
    this.parts = { index, encoder: Promise.resolve(next), choice: { ...choice, notice } };
  }
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
  tokenizer: ColbertTokenizer,
  device: GPUDevice | undefined,
  progress: (part: LoadProgress['part']) => (byteCount: number, fromCache: boolean) => void,
  signal?: AbortSignal,
): Promise<Encoder> {
  const { build, wasm, model } = encoderFiles(manifest, device);
  const runtime = Promise.all([loadOrt(build), source.read(wasm, { signal, onBytes: progress('runtime') })]);
  const [[ort, wasmBytes], modelBytes] = await Promise.all([
    // Compiles and starts while the model is still on its way.
    runtime.then(async (parts) => {
      await startOrt(...parts);
      return parts;
    }),
    source.read(model, { signal, onBytes: progress('model') }),
  ]);
  return new Encoder(tokenizer, await openWebRuntime(ort, wasmBytes, modelBytes, device));
}

/** Sums the bytes of all parts against what the manifest says a first search needs. */
function trackProgress(manifest: Manifest, choice: DeviceChoice, onProgress: (progress: LoadProgress) => void) {
  const { wasm, model } = encoderFiles(manifest, choice.device);
  const { tokenizer, queryTable } = manifest.queryEncoder;
  const files = [...SearchIndex.files(manifest), wasm, model, tokenizer, ...(queryTable ? [queryTable] : [])];
  const totalBytes = files.reduce((sum, ref) => sum + ref.bytes, 0);
  let loadedBytes = 0;
  return (part: LoadProgress['part']) => (byteCount: number, fromCache: boolean) => {
    loadedBytes += byteCount;
    onProgress({ loadedBytes, totalBytes, part, fromCache });
  };
}
