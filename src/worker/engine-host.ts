// The engine inside the worker: opens an index on the best device there is, searches it, and opens again what a lost device took.

import type { Encoder } from '../encoder/encoder.ts';
import type { TableEncoder } from '../encoder/table-encoder.ts';
import { facetsOf } from '../engine/facets.ts';
import { explain, nothingKnown, type Searched, search, searchInstant } from '../engine/search.ts';
import { type CreateScorer, SearchIndex } from '../engine/search-index.ts';
import { sortsOf } from '../engine/search-run.ts';
import { createSplitScorer, workersFor } from '../engine/split-scorer.ts';
import { createWasmScorer } from '../engine/wasm-scorer.ts';
import { createWebgpuScorer } from '../engine/webgpu-scorer.ts';
import { LatelightError, throwIfAborted, unlessAborted } from '../errors.ts';
import type { FileRef, Manifest } from '../format/manifest.ts';
import type { Explanation, LoadProgress, OpenOptions, SearchRequest, SearchResult, Stage } from '../types.ts';
import { chooseDevice, type DeviceChoice } from './gpu-device.ts';
import type { HttpSource } from './http-source.ts';
import { encoderFiles, openEncoder, usable } from './open-encoder.ts';
import { openStages, readTokenizer } from './open-stages.ts';
import type { OpenedInfo, OpenSettings } from './protocol.ts';
import { SiteList } from './sites.ts';
import { startScoreWorker } from './start-score-worker.ts';

interface Parts {
  /** There from the start; what it is needed for waits for it. */
  encoder: Promise<Encoder>;
  choice: DeviceChoice;
}

export class EngineHost {
  private readonly sites: SiteList;
  /** Where the encoder comes from. */
  private readonly source: HttpSource;
  private readonly manifest: Manifest;
  private readonly settings: OpenSettings;
  /** Weighs the encoder's rows, when the index has a query table, and with `instant` answers until the encoder is there. */
  private readonly table: TableEncoder | undefined;
  private parts: Parts;
  private isFull = false;
  /** Pages by filter value, counted once: `info` is asked for with every search. */
  private readonly filters: OpenedInfo['filters'];
  /** Settles with the full stage. */
  readonly ready: Promise<void>;

  private constructor(
    sites: SiteList,
    source: HttpSource,
    manifest: Manifest,
    settings: OpenSettings,
    table: TableEncoder | undefined,
    parts: Parts,
  ) {
    this.sites = sites;
    this.filters = facetsOf(sites.searchable);
    this.source = source;
    this.manifest = manifest;
    this.settings = settings;
    this.table = table;
    this.parts = parts;
    this.ready = parts.encoder.then(() => {
      this.isFull = true;
    });
  }

  /**
   * Resolves when the first stage that can search is ready.
   * @param whenQuiet resolves when no query waits for the instant stage: starting the encoder keeps this thread busy
   */
  static async open(
    url: string,
    settings: OpenSettings,
    onProgress: (progress: LoadProgress) => void,
    whenQuiet: () => Promise<void>,
    signal?: AbortSignal,
  ): Promise<EngineHost> {
    const sites = new SiteList(url, settings.mergeIndex);
    const wanted = settings.device;
    const [{ source, manifest }, choice] = await Promise.all([
      sites.readManifests(settings.language, signal),
      chooseDevice(wanted),
    ]);
    const device = usable(choice, manifest, wanted);
    const progress = trackProgress(manifest, sites, device, onProgress);
    const read = (from: HttpSource, ref: FileRef) => from.read(ref, { signal, onBytes: progress('index') });
    // Without an instant stage every query waits for the encoder.
    const isInstant = settings.instant && manifest.queryEncoder.queryTable !== undefined;
    const opened = await openStages(manifest, isInstant, {
      sites: () =>
        sites.openAll(
          (from, of) =>
            SearchIndex.open(from, of, scorerOn(device.device, of, settings.workers), {
              signal,
              onBytes: progress('index'),
            }),
          signal,
        ),
      read: (ref) => read(source, ref),
      otherTables: async () => {
        const others = sites.known.filter((state) => state.source !== source);
        const refs = others.map(({ source: from, manifest: { queryEncoder } }) => ({
          from,
          ref: queryEncoder.queryTable,
        }));
        const tables = await Promise.all(refs.map(({ from, ref }) => (ref ? read(from, ref).catch(() => []) : [])));
        return tables.flatMap((table) => (table instanceof Uint8Array ? [table] : []));
      },
      encoder: (tokenizer, weigher) => {
        const options = { progress, weigher, signal, ...(isInstant && { whenQuiet }) };
        return openEncoder(source, manifest, tokenizer, device.device, options);
      },
    });
    throwIfAborted(signal, 'open');
    const { table, encoder } = opened;
    const host = new EngineHost(sites, source, manifest, settings, table, { encoder, choice: device });
    // A failure is heard of through `ready` and through every search.
    void host.ready.then(() => host.fillCache(settings.offline)).catch(() => undefined);
    return host;
  }

  get stage(): Stage {
    return this.isFull || !this.instant ? 'full' : 'instant';
  }

  /** In the background: first what a search needs, then the rest, then what no index needs any more. */
  private async fillCache(offline: boolean): Promise<void> {
    for (const { source, manifest, search } of this.sites.known) {
      await source.keepManifests();
      if (!offline) continue;
      await search?.index.prefetch();
      await source.keep([...manifest.fragments, ...(manifest.lexicon ?? [])]);
    }
    await this.source.prune();
  }

  get info(): OpenedInfo {
    const sites = this.sites.searchable;
    return {
      backend: sites[0].index.scorer.backend,
      notice: this.parts.choice.notice,
      passageCount: sites.reduce((sum, { index }) => sum + index.manifest.passageCount, 0),
      siteRoot: sites[0].siteRoot,
      filters: this.filters,
      sorts: sortsOf(sites),
      sites: this.sites.describe(),
    };
  }

  /** First runs compile and allocate: done while nobody waits, the first query finds both stages warm. */
  async warmUp(): Promise<void> {
    const { stage } = this;
    if (stage === 'full') await (await this.parts.encoder).warmUp();
    for (const { index } of this.sites.searchable) await index.warmUp();
    performance.mark(`latelight-warm-${stage}`);
  }

  /** A result from the query table, when the full stage is not ready and the table knows a word of the query. */
  async searchInstant(query: string, request: SearchRequest): Promise<SearchResult | undefined> {
    const { instant } = this;
    if (!instant || this.isFull || request.queryCodes) return undefined;
    return searchInstant(this.searched, instant, query, request);
  }

  /** Searches once the full stage is ready; when the device was lost, opens another (or the CPU, under `auto`) and searches once more. */
  async search(query: string, request: SearchRequest): Promise<SearchResult> {
    if (request.stage === 'instant') return this.searchTable(query, request);
    try {
      const encoder = await unlessAborted(this.parts.encoder, request.signal, 'search');
      return await search(this.searched, encoder, query, request);
    } catch (error) {
      if (!(await this.deviceWasLost())) throw error;
      throwIfAborted(request.signal, 'search');
      await this.recover();
      return search(this.searched, await this.parts.encoder, query, request);
    }
  }

  /** How a passage of one of the sites answers a query. */
  async explain(query: string, { site, id }: { site: number; id: number }): Promise<Explanation> {
    const found = this.sites.states[site]?.search;
    if (!found) throw new LatelightError('bad-option', `explain: expected a site that is open, got ${site}.`);
    return explain(found.index, await this.parts.encoder, query, id);
  }

  private get searched(): Searched {
    return {
      sites: this.sites.searchable,
      declaredFilters: this.sites.declaredFilters,
      onSiteFailure: (site, error) => this.sites.fail(site, error),
    };
  }

  /** What answers until the encoder is there. */
  private get instant(): TableEncoder | undefined {
    return this.settings.instant ? this.table : undefined;
  }

  private async searchTable(query: string, request: SearchRequest): Promise<SearchResult> {
    const { instant, searched } = this;
    if (!instant) {
      throw new LatelightError(
        'bad-option',
        'search: expected stage instant of an index with a query table that was opened with `instant`, got one without.',
      );
    }
    return (await searchInstant(searched, instant, query, request)) ?? nothingKnown(searched, instant, query);
  }

  close(): void {
    this.sites.close();
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
    const { encoder } = this.parts;
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
    const next = await openEncoder(this.source, this.manifest, tokenizer, choice.device, { weigher: this.table });
    for (const { index } of this.sites.searchable)
      await index.replaceScorer(scorerOn(choice.device, index.manifest, this.settings.workers));
    const notice = choice.device ? choice.notice : 'The GPU device was lost; searching goes on with WASM.';
    this.parts = { encoder: Promise.resolve(next), choice: { ...choice, notice } };
  }
}

function scorerOn(
  device: GPUDevice | undefined,
  { passageCount, shards }: Pick<Manifest, 'passageCount' | 'shards'>,
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

/** Sums the bytes of all parts against what the manifest says a first search needs. */
function trackProgress(
  manifest: Manifest,
  sites: SiteList,
  choice: DeviceChoice,
  onProgress: (progress: LoadProgress) => void,
) {
  const { wasm, model } = encoderFiles(manifest, choice.device);
  const ofSites = sites.known.flatMap(({ manifest: { queryEncoder, ...rest } }) => [
    ...SearchIndex.files(rest),
    // Without a table of the first index nobody reads the others'.
    ...(manifest.queryEncoder.queryTable && queryEncoder.queryTable ? [queryEncoder.queryTable] : []),
  ]);
  const files = [...ofSites, wasm, model, manifest.queryEncoder.tokenizer];
  const totalBytes = files.reduce((sum, ref) => sum + ref.bytes, 0);
  let loadedBytes = 0;
  return (part: LoadProgress['part']) => (byteCount: number, fromCache: boolean) => {
    loadedBytes += byteCount;
    onProgress({ loadedBytes, totalBytes, part, fromCache });
  };
}
