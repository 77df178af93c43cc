// The library's engine inside its search worker: segments searched together like merged sites, while they come and go.

import { readCodec } from '../../codec/codec-file.ts';
import type { Encoder } from '../../encoder/encoder.ts';
import { facetsOf } from '../../engine/facets.ts';
import { explain, nothingKnown, type Searched, search, searchInstant } from '../../engine/search.ts';
import { sortsOf } from '../../engine/search-run.ts';
import { createWasmScorer } from '../../engine/wasm-scorer.ts';
import { createWebgpuScorer } from '../../engine/webgpu-scorer.ts';
import { LatelightError, throwIfAborted, unlessAborted } from '../../errors.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import type { FileRef } from '../../format/manifest.ts';
import type { Explanation, Hit, LoadProgress, SearchRequest, SearchResult, Stage } from '../../types.ts';
import { chooseDevice } from '../../worker/gpu-device.ts';
import { HttpSource } from '../../worker/http-source.ts';
import { encoderFiles, openEncoder, usable } from '../../worker/open-encoder.ts';
import { readTokenizer } from '../../worker/open-stages.ts';
import type { OpenedInfo } from '../../worker/protocol.ts';
import type { OpenServed, ServedEngine } from '../../worker/serve-engine.ts';
import { LibraryStore } from '../storage/library-store.ts';
import type { StoredSegment } from '../storage/records.ts';
import { listen } from './announcements.ts';
import { documentEncoderFiles, readEngineFile } from './library-engine.ts';
import { pointIntoLibrary } from './library-hits.ts';
import { LibraryWords } from './library-words.ts';
import { SegmentList } from './segment-list.ts';
import { SegmentSource } from './segment-source.ts';

export class LibraryHost implements ServedEngine {
  readonly ready: Promise<void>;
  private readonly pageUrl: string;
  private readonly segments: SegmentList;
  private readonly words: LibraryWords | undefined;
  private readonly encoder: Promise<Encoder>;
  private readonly notice: string;
  private readonly end: () => void;
  private isFull = false;
  /** Searches under way. */
  private running = 0;
  private filters: OpenedInfo['filters'];

  private constructor(
    pageUrl: string,
    segments: SegmentList,
    words: LibraryWords | undefined,
    encoder: Promise<Encoder>,
    notice: string,
    keepApp: () => Promise<void>,
    end: () => void,
  ) {
    this.pageUrl = pageUrl;
    this.segments = segments;
    this.words = words;
    this.encoder = encoder;
    this.notice = notice;
    this.filters = facetsOf(segments.all);
    this.ready = encoder.then(async () => {
      this.isFull = true;
      await keepApp();
    });
    this.ready.catch(() => undefined); // every search says so too
    const stop = listen(({ type }) => {
      if (type === 'segments') void this.refresh();
    });
    this.end = () => {
      stop();
      end();
    };
  }

  /** Opens the library with the model of the app at `url`. */
  static readonly open: OpenServed = async (url, settings, onProgress, whenQuiet, signal) => {
    const app = new HttpSource(new URL('./', url).href);
    const [engine, store, choice] = await Promise.all([
      readEngineFile(app, signal),
      LibraryStore.open(),
      chooseDevice(settings.device),
    ]);
    throwIfAborted(signal, 'open');
    const { device, notice } = usable(choice, engine, settings.device);
    const progress = countedBytes(engine, device, onProgress);
    const tokenizer = readTokenizer(engine, (ref) => app.read(ref, { signal, onBytes: progress('model') }));
    const scorerFor = ({ shards, passageCount }: StoredSegment) => {
      const blockCount = shards.reduce((sum, shard) => sum + shard.blockCount, 0);
      return (codec: Parameters<typeof createWasmScorer>[0]) =>
        device
          ? createWebgpuScorer(device, codec, { expected: { passageCount, blockCount } })
          : createWasmScorer(codec);
    };
    const pageUrl = url.split('#')[0];
    const segments = new SegmentList(store, new SegmentSource(app, store), engine, pageUrl, scorerFor);
    const codec = app.read(engine.codec, { signal, onBytes: progress('model') }).then(readCodec);
    const { queryTable } = engine.queryEncoder;
    const table = queryTable && app.read(queryTable, { signal, onBytes: progress('model') });
    const [read] = await Promise.all([tokenizer, codec, table, segments.refresh()]);
    const words = table && new LibraryWords(read, await table, await codec, engine.codec.sha256);
    words?.count(segments.all);
    const options = { progress, weigher: words, signal, ...(table && { whenQuiet }) };
    const encoder = openEncoder(app, engine, read, device, options);
    encoder.catch(() => undefined);
    if (!words) await encoder;
    const end = () => {
      segments.close();
      store.close();
      void encoder.then((open) => open.close()).catch(() => undefined);
      device?.destroy();
    };
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
    return new LibraryHost(pageUrl, segments, words, encoder, notice, keepApp, end);
  };

  get stage(): Stage {
    return this.isFull || !this.words ? 'full' : 'instant';
  }

  get info(): OpenedInfo {
    const { pageUrl, notice, filters } = this;
    const { all } = this.segments;
    const passageCount = all.reduce((sum, { segment }) => sum + segment.passageCount, 0);
    const pageCount = all.reduce((sum, { segment }) => sum + segment.documents.length, 0);
    const sites = [{ url: pageUrl, siteRoot: pageUrl, passageCount, pageCount }];
    const { backend } = all[0].index.scorer;
    return { backend, notice, passageCount, siteRoot: pageUrl, filters, sorts: sortsOf(all), sites };
  }

  async warmUp(): Promise<void> {
    if (this.isFull) await (await this.encoder).warmUp();
    for (const { index } of this.segments.all) await index.warmUp();
  }

  async searchInstant(query: string, request: SearchRequest): Promise<SearchResult | undefined> {
    const table = this.words?.table;
    if (!table || this.isFull || request.queryCodes) return undefined;
    return this.steadily((searched) => searchInstant(searched, table, query, request));
  }

  async search(query: string, request: SearchRequest): Promise<SearchResult> {
    const table = this.words?.table;
    if (request.stage === 'instant' && table) {
      return this.steadily(async (searched) => {
        return (await searchInstant(searched, table, query, request)) ?? nothingKnown(searched, table, query);
      });
    }
    const encoder = await unlessAborted(this.encoder, request.signal, 'search');
    return this.steadily((searched) => search(searched, encoder, query, request));
  }

  async explain(query: string, { site, id }: Pick<Hit, 'id' | 'site'>): Promise<Explanation> {
    const found = this.segments.find(site);
    if (!found)
      throw new LatelightError('bad-option', 'explain: expected a document that is still there. Search again.');
    return explain(found.index, await this.encoder, query, id);
  }

  close(): void {
    this.end();
  }

  private async refresh(): Promise<void> {
    await this.segments.refresh();
    this.words?.count(this.segments.all);
    this.filters = facetsOf(this.segments.all);
    if (this.running === 0) this.segments.closeRetired();
  }

  /** Searches; once more when a segment was taken away in the middle of it, whose documents are in another one by then. */
  private async steadily<T extends SearchResult | undefined>(run: (searched: Searched) => Promise<T>): Promise<T> {
    let failed = false;
    const onSiteFailure = () => {
      failed = true;
    };
    await this.segments.settled;
    this.running++;
    try {
      let result = await run({ sites: this.segments.all, declaredFilters: DECLARED, onSiteFailure });
      if (failed) {
        await this.refresh();
        result = await run({ sites: this.segments.all, declaredFilters: DECLARED });
      }
      return result && { ...result, hits: pointIntoLibrary(result.hits, (site) => this.segments.find(site)?.segment) };
    } finally {
      this.running--;
      if (this.running === 0) this.segments.closeRetired();
    }
  }
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
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let loadedBytes = 0;
  return (part: LoadProgress['part']) => (byteCount: number, fromCache: boolean) => {
    loadedBytes += byteCount;
    onProgress({ loadedBytes, totalBytes, part, fromCache });
  };
}
