// A library in memory, only to look at the page in all its states: it reads nothing, and its search knows one answer.

import { documentKind } from '../../../ingest/document-kind.ts';
import type { SearchEngine, SearchRequest, SearchResult } from '../../../types.ts';
import type { AddedFile, DocumentPassage, ImportReport, Library, LibraryDocument, LibraryState } from '../../types.ts';
import { aDocument } from './documents.ts';

const TICK_MS = 250;
const EXCERPT = 'A tide is highest when sun and moon pull in one line: at full moon and at new moon, twice a month.';

type Changing = { -readonly [Key in keyof LibraryState]: LibraryState[Key] };

export class MemoryLibrary implements Library {
  readonly state: Changing;
  /** How often the browser was asked to keep it, and what it says. */
  persistCalls = 0;
  promise = Promise.resolve(false);
  readonly calls: [string, ...unknown[]][] = [];
  private readonly documents = new Map<number, LibraryDocument>();
  private readonly listeners = new Set<(state: LibraryState) => void>();
  private nextId = 1;
  private timer: ReturnType<typeof setInterval> | undefined;
  readonly engine: SearchEngine;

  constructor(fields: Partial<LibraryState> = {}) {
    this.state = {
      documents: this.documents,
      progress: undefined,
      isPaused: false,
      isIndexer: true,
      isIndexedElsewhere: false,
      storage: { usedBytes: 124e6, quotaBytes: 2.1e9, persisted: false },
      isPrivateWindow: false,
      loading: undefined,
      problem: undefined,
      ...fields,
    };
    this.engine = fakeEngine(this.documents);
  }

  put(fields: Partial<LibraryDocument>): LibraryDocument {
    const document = aDocument({ id: this.nextId, addedAt: Date.UTC(2026, 10, 24) + this.nextId, ...fields });
    this.nextId = Math.max(this.nextId, document.id) + 1;
    this.documents.set(document.id, document);
    return document;
  }

  change(fields: Partial<LibraryState>): void {
    Object.assign(this.state, fields);
    for (const listener of this.listeners) listener(this.state);
  }

  /** Indexes as the real one tells it: four times a second, some documents further. */
  start(passagesPerTick = 400): void {
    this.timer ??= setInterval(() => this.tick(passagesPerTick), TICK_MS);
  }

  private tick(passages: number): void {
    if (this.state.isPaused) return;
    let left = passages;
    for (const [id, document] of this.documents) {
      if (document.state === 'done' || document.state === 'failed' || left <= 0) continue;
      const total = document.passageCount || 12 + ((id * 37) % 90);
      const doneCount = Math.min(total, document.doneCount + left);
      left -= doneCount - document.doneCount;
      const state = doneCount < total ? 'indexing' : 'done';
      this.documents.set(id, { ...document, passageCount: total, doneCount, state });
    }
    this.count(passages);
  }

  private count(passages: number): void {
    const all = [...this.documents.values()];
    const open = all.filter(({ state }) => state === 'waiting' || state === 'indexing' || state === 'reading');
    const sum = (key: 'passageCount' | 'doneCount') => all.reduce((total, document) => total + document[key], 0);
    const [passagesDone, passagesTotal] = [sum('doneCount'), sum('passageCount')];
    const documentsWaiting = open.filter(({ state }) => state === 'waiting').length;
    const passagesPerSecond = (passages * 1000) / TICK_MS;
    const secondsLeft = (passagesTotal - passagesDone + documentsWaiting * 50) / passagesPerSecond;
    const progress = { passagesDone, passagesTotal, documentsWaiting, passagesPerSecond, secondsLeft };
    this.change({ progress: open.length > 0 ? progress : undefined });
    if (open.length > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  subscribe(listener: (state: LibraryState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async add(files: readonly AddedFile[]): Promise<LibraryDocument[]> {
    this.calls.push(['add', ...files.map(({ path }) => path)]);
    const added = files.map(({ path, file }) => {
      const kind = documentKind(path);
      const state: Partial<LibraryDocument> = kind
        ? { state: 'waiting' }
        : { state: 'failed', reason: 'Files of this kind cannot be read.' };
      const title = path.slice(path.lastIndexOf('/') + 1);
      return this.put({ path, title, kind, sizeBytes: file?.size ?? 0, passageCount: 0, doneCount: 0, ...state });
    });
    this.change({});
    return added;
  }

  async remove(ids: readonly number[]): Promise<void> {
    this.calls.push(['remove', ...ids]);
    for (const id of ids) this.documents.delete(id);
    if (this.state.progress) this.count(1);
    else this.change({});
  }

  async retry(ids: readonly number[]): Promise<void> {
    this.calls.push(['retry', ...ids]);
    for (const id of ids) this.put({ ...this.documents.get(id), state: 'waiting', reason: undefined });
    this.change({});
  }

  async pause(): Promise<void> {
    this.change({ isPaused: true });
  }

  async resume(): Promise<void> {
    this.change({ isPaused: false, problem: undefined });
  }

  async file(): Promise<Blob> {
    return new Blob(['A document.']);
  }

  async passages(): Promise<DocumentPassage[]> {
    return [{ number: 0, text: EXCERPT, headings: ['Tides'], anchor: '' }];
  }

  persist(): Promise<boolean> {
    this.persistCalls++;
    return this.promise;
  }

  async export(onProgress?: (done: number, total: number) => void): Promise<Blob> {
    onProgress?.(1, 2);
    return new Blob(['PK']);
  }

  async import(): Promise<ImportReport> {
    this.calls.push(['import']);
    return { documents: 3, passages: 40, replaced: 0, unchanged: 1, newer: 0 };
  }

  close(): void {
    clearInterval(this.timer);
  }
}

function fakeEngine(documents: ReadonlyMap<number, LibraryDocument>): SearchEngine {
  const timings = { encodeMs: 4, scoreMs: 2, fetchMs: 1, alignMs: 1, exactMs: 1, totalMs: 9 };
  const siteRoot = () => location.href.split('#')[0];
  const search = async (query: string, request: SearchRequest = {}): Promise<SearchResult> => {
    // The real one is in a worker: its answer comes as a task of its own.
    await new Promise((resolve) => setTimeout(resolve));
    const only = request.filter?.document;
    const found = [...documents.values()].filter(
      ({ path, state }) => state === 'done' && (!only || only.includes(path)),
    );
    const hits = found.slice(0, request.limit ?? 10).map(({ id, title }, at) => ({
      id,
      page: id,
      site: 0,
      siteRoot: siteRoot(),
      url: `#doc=${id}&passage=${at}&words=tide,moon`,
      title,
      headings: ['Tides', 'Spring tides'],
      excerpt: EXCERPT,
      marks: [
        { start: 2, end: 6, queryWord: 0, strength: 1 },
        { start: 10, end: 17, queryWord: 0, strength: 0.7 },
      ],
      meta: {},
      score: 1000 - at,
      exact: [],
      alsoOn: [],
    }));
    const words = [{ text: query, start: 0, end: query.length }];
    const queryCodes = { codes: new Int8Array(), tokenCount: 0, dim: 0 };
    const hasMore = found.length > hits.length;
    const how = { stage: 'full', backend: 'wasm', encoder: 'wasm', passageCount: 9, timings } as const;
    return { query, hits, words, corrections: [], exact: [], phrasesMissed: false, hasMore, queryCodes, ...how };
  };
  return {
    stage: 'full',
    ready: Promise.resolve(),
    reopen: async () => undefined,
    backend: 'wasm',
    passageCount: 9,
    notice: '',
    filters: { kind: { PDF: 4, Markdown: 5 }, document: { 'a.md': 1 } },
    sorts: [],
    sites: [],
    get siteRoot() {
      return siteRoot();
    },
    search,
    explain: () => Promise.reject(new Error('The bench explains nothing.')),
    close: () => undefined,
  };
}
