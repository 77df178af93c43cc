// The library's engine inside its search worker: segments searched together like merged sites, while they come and go.

import { readCodec } from '../../codec/codec-file.ts';
import type { ColbertTokenizer } from '../../encoder/colbert-tokenizer.ts';
import type { Encoder } from '../../encoder/encoder.ts';
import { facetsOf } from '../../engine/facets.ts';
import { explain, type Searched, search, searchInstant, searchTable } from '../../engine/search.ts';
import type { CreateScorer } from '../../engine/search-index.ts';
import { sortsOf } from '../../engine/search-run.ts';
import { createWasmScorer } from '../../engine/wasm-scorer.ts';
import { createWebgpuScorer } from '../../engine/webgpu-scorer.ts';
import { abortWith, LatelightError, throwIfAborted, unlessAborted } from '../../errors.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import type { FileRef } from '../../format/manifest.ts';
import type { Explanation, Hit, LoadProgress, SearchRequest, SearchResult, Stage } from '../../types.ts';
import {
  blamingDevice,
  type DeviceParts,
  isDeviceLost,
  openOrWithout,
  RecoverableParts,
} from '../../worker/device-parts.ts';
import { chooseDevice, type DeviceChoice } from '../../worker/gpu-device.ts';
import { HttpSource } from '../../worker/http-source.ts';
import { type Device, encoderFiles, openEncoder, usable } from '../../worker/open-encoder.ts';
import { readTokenizer } from '../../worker/open-stages.ts';
import { bytesOf, summedProgress } from '../../worker/part-progress.ts';
import type { ExplainRequest, OpenedInfo } from '../../worker/protocol.ts';
import type { OpenServed, ServedEngine } from '../../worker/serve-engine.ts';
import { LibraryStore } from '../storage/library-store.ts';
import { LibraryWords } from '../storage/library-words.ts';
import type { StoredSegment } from '../storage/records.ts';
import { SegmentSource } from '../storage/segment-source.ts';
import { listen } from './announcements.ts';
import { documentEncoderFiles, readEngineFile } from './library-engine.ts';
import { pointIntoLibrary } from './library-hits.ts';
import { SegmentList } from './segment-list.ts';

/** What an open library has whatever it runs on. */
interface LibraryFiles {
  pageUrl: string;
  app: HttpSource;
  engine: EngineFile;
  store: LibraryStore;
  tokenizer: ColbertTokenizer;
  segments: SegmentList;
  words: LibraryWords | undefined;
}

export class LibraryHost implements ServedEngine {
  readonly ready: Promise<void>;
  private readonly files: LibraryFiles;
  private readonly parts: RecoverableParts;
  private readonly wanted: Device;
  private readonly stopListening: () => void;
  /** Searches under way. */
  private running = 0;
  private filters: OpenedInfo['filters'];

  private constructor(files: LibraryFiles, parts: DeviceParts, wanted: Device, keepApp: () => Promise<void>) {
    const { engine, segments } = files;
    this.files = files;
    this.wanted = wanted;
    this.filters = facetsOf(segments.all);
    this.parts = new RecoverableParts(parts, wanted, {
      choose: async () => usable(await chooseDevice(wanted), engine, wanted),
      fill: (choice) => this.fillScorers(choice),
      openEncoder: (choice, giveUp) => this.openEncoderOn(choice, giveUp),
    });
    this.ready = this.parts.use(() => this.parts.encoder).then(keepApp);
    this.ready.catch(() => undefined); // every search says so too
    this.stopListening = listen(({ type }) => {
      // A segment may be the one that the GPU has no memory for. When it cannot be opened at all, it is not found; the next may be.
      const refresh = () => this.refresh();
      if (type === 'segments') void (wanted === 'auto' ? this.parts.use(refresh) : refresh()).catch(() => undefined);
    });
  }

  /** Opens the library with the model of the app at `url`. */
  static readonly open: OpenServed = async (url, settings, onProgress, whenQuiet, signal) => {
    const wanted = settings.device;
    const app = new HttpSource(new URL('./', url).href);
    const [engine, store, choice] = await Promise.all([
      readEngineFile(app, signal),
      LibraryStore.open(),
      chooseDevice(wanted),
    ]);
    throwIfAborted(signal, 'open');
    const pageUrl = url.split('#')[0];
    return openOrWithout(usable(choice, engine, wanted), wanted, async (on) => {
      const { device } = on;
      const progress = countedBytes(engine, device, onProgress);
      const readOptions = { signal, onBytes: progress('model') };
      const reading = readTokenizer(engine, (ref) => app.read(ref, readOptions));
      const segments = new SegmentList(store, new SegmentSource(app, store), engine, pageUrl, scorersOn(device));
      try {
        const codec = app.read(engine.codec, readOptions).then(readCodec);
        const { queryTable } = engine.queryEncoder;
        const table = queryTable && app.read(queryTable, readOptions);
        const [tokenizer] = await Promise.all([reading, codec, table, segments.refresh()]);
        const words = table && new LibraryWords(tokenizer, await table, await codec, engine.codec.sha256);
        words?.count(segments.all);
        const giveUp = new AbortController();
        abortWith(giveUp, signal);
        const options = { progress, weigher: words, signal: giveUp.signal, ...(table && { whenQuiet }) };
        const encoder = blamingDevice(openEncoder(app, engine, tokenizer, device, options), on, wanted);
        encoder.catch(() => undefined);
        if (!words) await encoder;
        // From then on the network may be off, and the workers that encode find the model here.
        const keepApp = async () => {
          await app.kept();
          await app.keepManifests();
          const { likely, documentWeights } = engine;
          if (documentWeights) await app.keep([documentModel(engine, device)], progress('model'));
          await app.keep(likely ? [likely.table, likely.codec] : []);
          await app.kept();
          await app.prune();
        };
        const files = { pageUrl, app, engine, store, tokenizer, segments, words };
        return new LibraryHost(files, { encoder, choice: on, giveUp }, wanted, keepApp);
      } catch (error) {
        segments.close();
        throw error;
      }
    });
  };

  get stage(): Stage {
    return this.parts.isFull || !this.files.words ? 'full' : 'instant';
  }

  get info(): OpenedInfo {
    const { filters } = this;
    const { notice } = this.parts;
    const { pageUrl, segments } = this.files;
    const { all } = segments;
    const passageCount = all.reduce((sum, { segment }) => sum + segment.passageCount, 0);
    const pageCount = all.reduce((sum, { segment }) => sum + segment.documents.length, 0);
    const sites = [{ url: pageUrl, siteRoot: pageUrl, passageCount, pageCount }];
    const { backend } = all[0].index.scorer;
    return { backend, notice, passageCount, siteRoot: pageUrl, filters, sorts: sortsOf(all), sites };
  }

  async warmUp(): Promise<void> {
    if (this.parts.isFull) await (await this.parts.encoder).warmUp();
    for (const { index } of this.files.segments.all) await index.warmUp();
  }

  async searchInstant(query: string, request: SearchRequest): Promise<SearchResult | undefined> {
    const table = this.files.words?.table;
    if (!table || this.parts.isFull || request.queryCodes) return undefined;
    return this.parts.use(async () => {
      // The encoder may have arrived while a lost device was replaced.
      if (this.parts.isFull) return undefined;
      return this.steadily((searched) => searchInstant(searched, table, query, request));
    }, request.signal);
  }

  async search(query: string, request: SearchRequest): Promise<SearchResult> {
    const { signal } = request;
    const table = this.files.words?.table;
    if (request.stage === 'instant' && table) {
      return this.parts.use(() => this.steadily((searched) => searchTable(searched, table, query, request)), signal);
    }
    return this.parts.use(async () => {
      const encoder = await unlessAborted(this.parts.encoder, signal, 'search');
      return this.steadily((searched) => search(searched, encoder, query, request));
    }, signal);
  }

  async explain(query: string, { site, id }: Pick<Hit, 'id' | 'site'>, request?: ExplainRequest): Promise<Explanation> {
    const found = this.files.segments.find(site);
    if (!found)
      throw new LatelightError('bad-option', 'explain: expected a document that is still there. Search again.');
    const searched = { sites: this.files.segments.all };
    return this.parts.use(async () => explain(searched, found.index, await this.parts.encoder, query, id, request));
  }

  close(): void {
    this.stopListening();
    this.files.segments.close();
    this.files.store.close();
    this.parts.close();
  }

  private async fillScorers({ device }: DeviceChoice): Promise<void> {
    await this.files.segments.refill(scorersOn(device));
    // What came while the device was lost. On one that was asked for by name, what does not fit is not found, and the rest is.
    await this.refresh().catch((error) => {
      if (this.wanted === 'auto' && isDeviceLost(error)) throw error;
    });
  }

  private openEncoderOn(choice: DeviceChoice, signal: AbortSignal): Promise<Encoder> {
    const { app, engine, tokenizer, words } = this.files;
    const opening = openEncoder(app, engine, tokenizer, choice.device, { weigher: words, signal });
    return blamingDevice(opening, choice, this.wanted);
  }

  private async refresh(): Promise<void> {
    await this.files.segments.refresh();
    this.files.words?.count(this.files.segments.all);
    this.filters = facetsOf(this.files.segments.all);
    if (this.running === 0) this.files.segments.closeRetired();
  }

  /** Searches; once more when a segment was taken away in the middle of it, whose documents are in another one by then. */
  private async steadily<T extends SearchResult | undefined>(run: (searched: Searched) => Promise<T>): Promise<T> {
    let failed = false;
    const onSiteFailure = () => {
      failed = true;
    };
    await this.files.segments.settled;
    this.running++;
    try {
      let result = await run({ sites: this.files.segments.all, declaredFilters: DECLARED, onSiteFailure });
      if (failed) {
        await this.refresh();
        result = await run({ sites: this.files.segments.all, declaredFilters: DECLARED });
      }
      return (
        result && { ...result, hits: pointIntoLibrary(result.hits, (site) => this.files.segments.find(site)?.segment) }
      );
    } finally {
      this.running--;
      if (this.running === 0) this.files.segments.closeRetired();
    }
  }
}

function scorersOn(device: GPUDevice | undefined) {
  return ({ shards, passageCount }: StoredSegment): CreateScorer => {
    const blockCount = shards.reduce((sum, shard) => sum + shard.blockCount, 0);
    return (codec) =>
      device ? createWebgpuScorer(device, codec, { expected: { passageCount, blockCount } }) : createWasmScorer(codec);
  };
}

/** Filters that every document has; while there is none, asking for them is no mistake. */
const DECLARED = ['document', 'folder', 'type'];

function documentModel(engine: EngineFile, device: GPUDevice | undefined): FileRef {
  return encoderFiles(documentEncoderFiles(engine), device).model;
}

/** Bytes of all that searching needs of the app, and then indexing. */
function countedBytes(engine: EngineFile, device: GPUDevice | undefined, onProgress: (progress: LoadProgress) => void) {
  const { wasm, model } = encoderFiles(engine, device);
  const { tokenizer, queryTable } = engine.queryEncoder;
  const ofDocuments = engine.documentWeights ? [documentModel(engine, device)] : [];
  const files = [wasm, model, tokenizer, engine.codec, ...(queryTable ? [queryTable] : []), ...ofDocuments];
  return summedProgress(bytesOf(files), onProgress);
}
