// The engine inside the worker: opens an index on the best device there is, searches it, and opens again what a lost device took.

import type { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import type { Encoder, RowWeigher } from '../encoder/encoder.ts';
import type { TableEncoder } from '../encoder/table-encoder.ts';
import { facetsOf } from '../engine/facets.ts';
import { explain, search, searchInstant, searchTable } from '../engine/search.ts';
import { type CreateScorer, SearchIndex } from '../engine/search-index.ts';
import { sortsOf } from '../engine/search-run.ts';
import { createSplitScorer, workersFor } from '../engine/split-scorer.ts';
import { createWasmScorer } from '../engine/wasm-scorer.ts';
import { createWebgpuScorer } from '../engine/webgpu-scorer.ts';
import { abortWith, fromErrorData, LatelightError, throwIfAborted, unlessAborted } from '../errors.ts';
import type { FileRef, Manifest } from '../format/manifest.ts';
import type { Explanation, LoadProgress, OpenOptions, SearchRequest, SearchResult, Stage } from '../types.ts';
import { blamingDevice, type DeviceParts, openOrWithout, RecoverableParts } from './device-parts.ts';
import { chooseDevice, type DeviceChoice } from './gpu-device.ts';
import { type HttpSource, PATIENCE_MS } from './http-source.ts';
import { encoderFiles, openEncoder, usable } from './open-encoder.ts';
import { openStages, readTokenizer } from './open-stages.ts';
import { bytesOf, type PartProgress, summedProgress } from './part-progress.ts';
import type { ExplainRequest, OpenedInfo, OpenSettings } from './protocol.ts';
import { SiteList } from './sites.ts';
import { startScoreWorker } from './start-score-worker.ts';

/** What an opening has before it knows on which device it will succeed. */
interface Opening {
  sites: SiteList;
  source: HttpSource;
  manifest: Manifest;
  settings: OpenSettings;
  onProgress: (progress: LoadProgress) => void;
  whenQuiet: () => Promise<void>;
  signal?: AbortSignal;
}

export class EngineHost {
  private readonly sites: SiteList;
  /** Where the encoder comes from. */
  private readonly source: HttpSource;
  private readonly manifest: Manifest;
  private readonly settings: OpenSettings;
  /** Weighs the encoder's rows, when the index has a query table, and with `instant` answers until the encoder is there. */
  private readonly table: TableEncoder | undefined;
  private readonly onProgress: (progress: LoadProgress) => void;
  private readonly parts: RecoverableParts;
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
    onProgress: (progress: LoadProgress) => void,
    parts: DeviceParts,
  ) {
    this.sites = sites;
    this.filters = facetsOf(sites.searchable);
    this.source = source;
    this.manifest = manifest;
    this.settings = settings;
    this.table = table;
    this.onProgress = onProgress;
    this.parts = new RecoverableParts(parts, settings.device, {
      choose: async () => usable(await chooseDevice(settings.device), manifest, settings.device),
      fill: (choice) => this.fillScorers(choice),
      openEncoder: (choice, giveUp) => this.openEncoderOn(choice, giveUp),
    });
    this.ready = this.parts.use(() => this.parts.encoder).then(() => undefined);
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
    const opening = { sites, source, manifest, settings, onProgress, whenQuiet, signal };
    const host = await openOrWithout(usable(choice, manifest, wanted), wanted, (on) => EngineHost.openOn(on, opening));
    // A failure is heard of through `ready` and through every search.
    void host.ready.then(() => host.fillCache(settings.offline)).catch(() => undefined);
    return host;
  }

  private static async openOn(choice: DeviceChoice, opening: Opening): Promise<EngineHost> {
    const { sites, source, manifest, settings, onProgress, whenQuiet, signal } = opening;
    const giveUp = new AbortController();
    abortWith(giveUp, signal);
    const progress = trackProgress(manifest, sites, choice, onProgress, giveUp.signal);
    const shared = patiently(source);
    const read = (from: Readable, ref: FileRef) =>
      from.read(ref, { signal: giveUp.signal, onBytes: progress('index') });
    const scorer = (of: Manifest) => scorerOn(choice.device, of, settings.workers);
    const readOptions = { signal: giveUp.signal, onBytes: progress('index') };
    // Without an instant stage every query waits for the encoder.
    const isInstant = settings.instant && manifest.queryEncoder.queryTable !== undefined;
    const parts = {
      sites: async () => {
        const all = sites.openAll((from, of) => SearchIndex.open(from, of, scorer(of), readOptions), signal);
        await all.catch(() => undefined);
        // One of several that the device refuses is left out only where the device was asked for by name.
        const refused = sites.states.find(({ error }) => error?.code === 'device-lost');
        if (refused && settings.device === 'auto') {
          // Its encoder would be waited for, and shards would come twice: here and where it is tried next.
          giveUp.abort();
          throw fromErrorData(refused.error!);
        }
        return all;
      },
      read: (ref: FileRef) => read(shared, ref),
      otherTables: async () => {
        const others = sites.known.filter((state) => state.source !== source);
        const refs = others.map(({ source: from, manifest: { queryEncoder } }) => ({
          from,
          ref: queryEncoder.queryTable,
        }));
        const tables = await Promise.all(refs.map(({ from, ref }) => (ref ? read(from, ref).catch(() => []) : [])));
        return tables.flatMap((table) => (table instanceof Uint8Array ? [table] : []));
      },
      encoder: (tokenizer: ColbertTokenizer, weigher: RowWeigher) => {
        const options = { progress, weigher, signal: giveUp.signal, ...(isInstant && { whenQuiet }) };
        return blamingDevice(openEncoder(shared, manifest, tokenizer, choice.device, options), choice, settings.device);
      },
    };
    try {
      const { table, encoder } = await openStages(manifest, isInstant, parts);
      throwIfAborted(signal, 'open');
      return new EngineHost(sites, source, manifest, settings, table, onProgress, { encoder, choice, giveUp });
    } catch (error) {
      giveUp.abort();
      sites.closeAll();
      throw error;
    }
  }

  get stage(): Stage {
    return this.parts.isFull || !this.instant ? 'full' : 'instant';
  }

  /** In the background: first what a search needs, then the rest, then what no index needs any more. */
  private async fillCache(offline: boolean): Promise<void> {
    for (const { source, manifest, search } of this.sites.known) {
      // Of one that did not open an older version may be here, whole: its manifest is what keeps that.
      if (!search) continue;
      await source.kept();
      await source.keepManifests();
      if (!offline) continue;
      await search.index.prefetch();
      await source.keep([...manifest.fragments, ...(manifest.lexicon ?? [])]);
    }
    await this.source.prune();
  }

  get info(): OpenedInfo {
    const sites = this.sites.searchable;
    return {
      backend: sites[0].index.scorer.backend,
      notice: this.parts.notice,
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
    if (!instant || this.parts.isFull || request.queryCodes) return undefined;
    return this.parts.use(async () => {
      // The encoder may have arrived while a lost device was replaced.
      return this.parts.isFull ? undefined : searchInstant(this.sites.begin(), instant, query, request);
    }, request.signal);
  }

  /** Searches once the full stage is ready; when the device was lost, opens another (or the CPU, under `auto`) and searches once more. */
  async search(query: string, request: SearchRequest): Promise<SearchResult> {
    const { signal } = request;
    if (request.stage === 'instant') return this.parts.use(() => this.searchTable(query, request), signal);
    return this.parts.use(async () => {
      const encoder = await unlessAborted(this.parts.encoder, signal, 'search');
      return search(this.sites.begin(), encoder, query, request);
    }, signal);
  }

  /** How a passage of one of the sites answers a query. */
  async explain(
    query: string,
    { site, id }: { site: number; id: number },
    request?: ExplainRequest,
  ): Promise<Explanation> {
    const found = this.sites.states[site]?.search;
    if (!found) throw new LatelightError('bad-option', `explain: expected a site that is open, got ${site}.`);
    const searched = { sites: this.sites.searchable };
    return this.parts.use(async () => explain(searched, found.index, await this.parts.encoder, query, id, request));
  }

  /** What answers until the encoder is there. */
  private get instant(): TableEncoder | undefined {
    return this.settings.instant ? this.table : undefined;
  }

  private async searchTable(query: string, request: SearchRequest): Promise<SearchResult> {
    const { instant } = this;
    if (!instant) {
      throw new LatelightError(
        'bad-option',
        'search: expected stage instant of an index with a query table that was opened with `instant`, got one without.',
      );
    }
    return searchTable(this.sites.begin(), instant, query, request);
  }

  close(): void {
    this.sites.close();
    this.parts.close();
  }

  private async fillScorers({ device }: DeviceChoice): Promise<void> {
    for (const { index } of this.sites.searchable) {
      await index.replaceScorer(scorerOn(device, index.manifest, this.settings.workers));
    }
  }

  private async openEncoderOn(choice: DeviceChoice, signal: AbortSignal): Promise<Encoder> {
    const { sites, manifest, settings, table: weigher } = this;
    const source = patiently(this.source);
    // Once the full stage was there nobody waits to see it come.
    const track = () => trackProgress(manifest, sites, choice, this.onProgress, signal, true);
    const progress = this.parts.isFull ? undefined : track();
    const tokenizer = await readTokenizer(manifest, (ref) =>
      source.read(ref, { signal, onBytes: progress?.('index') }),
    );
    const opening = openEncoder(source, manifest, tokenizer, choice.device, { progress, weigher, signal });
    return blamingDevice(opening, choice, settings.device);
  }
}

type Readable = Pick<HttpSource, 'read'>;

/** Of one of several sites, what no search can do without: a server that hangs here keeps nobody waiting who could go on. */
function patiently(source: HttpSource): Readable {
  return { read: (ref, options) => source.read(ref, { ...options, silentMs: PATIENCE_MS }) };
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

/**
 * Sums the bytes of all parts against what the manifest says a first search needs.
 * @param signal ends it: what is given up takes its bytes back, when they may be counted anew already
 * @param hasSites whether the indexes are here
 */
function trackProgress(
  manifest: Manifest,
  sites: SiteList,
  choice: DeviceChoice,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
  hasSites = false,
): PartProgress {
  const { wasm, model } = encoderFiles(manifest, choice.device);
  const ofSites = sites.known.flatMap(({ manifest: { queryEncoder, ...rest } }) => [
    ...SearchIndex.files(rest),
    // Without a table of the first index nobody reads the others'.
    ...(manifest.queryEncoder.queryTable && queryEncoder.queryTable ? [queryEncoder.queryTable] : []),
  ]);
  const siteBytes = bytesOf(ofSites);
  const totalBytes = siteBytes + bytesOf([wasm, model, manifest.queryEncoder.tokenizer]);
  const tell = (progress: LoadProgress) => {
    if (!signal.aborted) onProgress(progress);
  };
  return summedProgress(totalBytes, tell, hasSites ? siteBytes : 0);
}
