// The page's side of the worker: `open` starts it, a `SearchEngine` talks to it, and a worker that died is started again.

import {
  abortError,
  type ErrorCode,
  type ErrorData,
  fromErrorData,
  inSentence,
  LatelightError,
  throwIfAborted,
  unlessAborted,
} from '../errors.ts';
import { checkValues } from '../format/filters.ts';
import type {
  Backend,
  Explanation,
  Hit,
  MergedIndex,
  OpenOptions,
  SearchEngine,
  SearchRequest,
  SearchResult,
  Site,
  Stage,
} from '../types.ts';
import { baseUri } from './base-uri.ts';
import { LifeWatch } from './life-lock.ts';
import {
  type ExplainRequest,
  type FromWorker,
  type OpenedInfo,
  type OpenSettings,
  PROTOCOL_VERSION,
  type ToWorker,
} from './protocol.ts';
import { Readiness } from './readiness.ts';

/** More than any machine gains from: a limit against mistakes. */
const MAX_WORKERS = 16;

const DEVICES = ['auto', 'webgpu', 'wasm'] as const satisfies NonNullable<OpenOptions['device']>[];
const STAGES = ['instant', 'full'] as const satisfies Stage[];

const OPEN_KEYS: Record<keyof OpenOptions, 1> = {
  device: 1,
  offline: 1,
  workers: 1,
  language: 1,
  mergeIndex: 1,
  instant: 1,
  onProgress: 1,
  signal: 1,
};
const MERGE_KEYS: Record<keyof MergedIndex, 1> = { url: 1, weight: 1, filter: 1 };
const SEARCH_KEYS: Record<keyof SearchRequest, 1> = {
  limit: 1,
  perPage: 1,
  filter: 1,
  sort: 1,
  exact: 1,
  typoTolerance: 1,
  stage: 1,
  facets: 1,
  queryCodes: 1,
  onInstant: 1,
  firstLimit: 1,
  signal: 1,
};
const EXPLAIN_KEYS: Record<keyof ExplainRequest, 1> = { typoTolerance: 1 };

/** What a search fails with when a file of its index is gone, or another one is in its place. */
const MISSING: ErrorCode[] = ['download-failed', 'hash-mismatch'];

interface Pending {
  resolve: (answer: never) => void;
  reject: (error: LatelightError) => void;
  onInstant?: SearchRequest['onInstant'];
  /** Asks the worker, which is started when there is none. */
  send: () => void;
}

interface Opening {
  resolve: () => void;
  reject: (error: LatelightError) => void;
}

/** What ../open.ts calls, and says how. */
export async function open(url: string | URL, options: OpenOptions = {}): Promise<SearchEngine> {
  throwIfAborted(options.signal, 'open');
  if (!isSecureContext) {
    throw new LatelightError(
      'insecure-context',
      `open: expected https or localhost, got ${location.origin}. Browsers allow hashing, caching and WebGPU only there.`,
    );
  }
  needWebAssembly('open');
  checkKeys('open', options, OPEN_KEYS);
  const { workers = 1 } = options;
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    throw new LatelightError('bad-option', `open: expected 1 to ${MAX_WORKERS} workers, got ${workers}.`);
  }
  const { device = 'auto' } = options;
  if (!DEVICES.includes(device)) {
    throw new LatelightError('bad-option', `open: expected device to be ${DEVICES.join(', ')}, got ${device}.`);
  }
  if (!URL.canParse(url, baseUri())) {
    throw new LatelightError(
      'bad-option',
      `open: expected the address of an index folder, got ${url}. Name it absolutely, or relative to the page.`,
    );
  }
  const mergeIndex = options.mergeIndex?.map((merged) => {
    checkKeys('open mergeIndex', merged, MERGE_KEYS);
    return checkMerged(merged);
  });
  const engine = new WorkerEngine(new URL(url, baseUri()).href, { ...options, mergeIndex });
  await engine.connect();
  return engine;
}

/** @throws LatelightError `no-webassembly` */
export function needWebAssembly(what: string): void {
  if (typeof WebAssembly !== 'undefined') return;
  throw new LatelightError(
    'no-webassembly',
    `${what}: expected WebAssembly, got a browser that has it switched off. Hardened settings do that, as does Lockdown Mode; a site can be allowed.`,
  );
}

/** @throws LatelightError `bad-option` for a name that is misspelt */
function checkKeys(what: string, options: object, known: Record<string, 1>): void {
  if (options === null || typeof options !== 'object') {
    throw new LatelightError('bad-option', `${what}: expected options in an object, got ${inSentence(options)}.`);
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    throw new LatelightError(
      'bad-option',
      `${what}: expected only the options ${Object.keys(known).join(', ')}, got ${unknown}. Check its spelling.`,
    );
  }
}

function checkMerged({ url, weight = 1, filter = {} }: MergedIndex): MergedIndex {
  if (!URL.canParse(url, baseUri())) {
    throw new LatelightError('bad-option', `open: expected mergeIndex to name index folders by url, got ${url}.`);
  }
  if (!(Number.isFinite(weight) && weight > 0)) {
    throw new LatelightError('bad-option', `open: expected the weight of ${url} to be above 0, got ${weight}.`);
  }
  checkValues(`open: expected the values of the filter of ${url},`, filter);
  return { url: new URL(url, baseUri()).href, weight, filter: plainFilter(filter) };
}

/** A copy that a worker can be sent: what frameworks make of an object to watch it cannot. */
function plainFilter(filter: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(filter).map(([name, values]) => [name, Array.isArray(values) ? [...values] : values]),
  );
}

function checkQuery(what: string, query: string): void {
  if (typeof query === 'string') return;
  throw new LatelightError('bad-option', `${what}: expected the query to be a string, got ${typeof query}.`);
}

function checkRequest(query: string, request: SearchRequest): void {
  checkQuery('search', query);
  checkKeys('search', request, SEARCH_KEYS);
  const { stage } = request;
  if (stage !== undefined && !STAGES.includes(stage)) {
    throw new LatelightError('bad-option', `search: expected stage to be ${STAGES.join(' or ')}, got ${stage}.`);
  }
}

function notSent(what: string, cause: unknown): LatelightError {
  if (cause instanceof LatelightError) return cause;
  return new LatelightError(
    'bad-option',
    `${what}: expected options of plain values, which a worker can be sent, got ${inSentence(cause)}. Copy them first.`,
    { cause },
  );
}

/** Starts the worker that searches. */
export type StartWorker = () => Worker;

const startSearchWorker: StartWorker = () =>
  new Worker(new URL('./search.worker.ts', import.meta.url), { type: 'module', name: 'latelight' });

export class WorkerEngine implements SearchEngine {
  private readonly url: string;
  private readonly options: OpenOptions;
  private readonly startWorker: StartWorker;
  private readonly pending = new Map<number, Pending>();
  private worker: Worker | undefined;
  private watch: LifeWatch | undefined;
  private connecting: Promise<void> | undefined;
  /** Of the last worker that was started; does nothing once that has opened, or could not. */
  private opening: Opening | undefined;
  private info: OpenedInfo | undefined;
  private readiness = new Readiness();
  /** Why the last search has no result, when that was a file: as long as this index is open it may be gone for good. */
  private missing: LatelightError | undefined;
  /** Of the sites that this worker opened, why one is missing. */
  private missingSite: ErrorData | undefined;
  private nextId = 1;
  private current: { id: number; detach: () => void } | undefined;
  private closed = false;

  constructor(url: string, options: OpenOptions, startWorker = startSearchWorker) {
    this.url = url;
    this.options = options;
    this.startWorker = startWorker;
  }

  get stage(): Stage {
    return this.readiness.stage;
  }
  get ready(): Promise<void> {
    return this.readiness.ready;
  }
  get backend(): Backend {
    return this.opened.backend;
  }
  get passageCount(): number {
    return this.opened.passageCount;
  }
  get siteRoot(): string {
    return this.opened.siteRoot;
  }
  get notice(): string {
    return this.opened.notice;
  }
  get filters(): Record<string, Record<string, number>> {
    return this.opened.filters;
  }
  get sorts(): string[] {
    return this.opened.sorts;
  }
  get sites(): Site[] {
    return this.opened.sites;
  }

  private get opened(): OpenedInfo {
    if (!this.info) throw new LatelightError('closed', 'engine: not open');
    return this.info;
  }

  /** Starts the worker and opens the index; calls made meanwhile share the one attempt. */
  connect(): Promise<void> {
    if (this.connecting) return this.connecting;
    const attempt: Promise<void> = this.start().catch((error) => {
      // A failed start leaves nothing behind, so that the next call tries again; one that did so already is left alone.
      if (!this.connecting || this.connecting === attempt) {
        this.drop();
        this.readiness.fail(error);
      }
      throw error;
    });
    this.connecting = attempt;
    return attempt;
  }

  async reopen(): Promise<void> {
    if (this.closed) throw new LatelightError('closed', 'reopen: the engine was closed. Open another.');
    // Without a network no other index can be had, and what works would end.
    const error = this.readiness.error ?? (navigator.onLine === false ? undefined : this.lacking);
    if (error && this.connecting) {
      this.drop();
      this.readiness.fail(error);
      this.rejectAll(error);
    }
    await this.connect();
  }

  private get lacking(): LatelightError | undefined {
    return this.missing ?? (this.missingSite && fromErrorData(this.missingSite));
  }

  async search(query: string, request: SearchRequest = {}): Promise<SearchResult> {
    if (this.closed) throw new LatelightError('closed', 'search: the engine was closed. Open it again.');
    checkRequest(query, request);
    const { signal, onInstant, filter, ...rest } = request;
    throwIfAborted(signal, 'search');
    const sent = filter ? { ...rest, filter: plainFilter(filter) } : rest;
    const id = this.nextId++;
    return new Promise<SearchResult>((resolve, reject) => {
      const send = () =>
        this.ask(id, () => {
          const instant = onInstant !== undefined && this.stage === 'instant';
          return { type: 'search', id, query, request: sent, instant };
        });
      this.pending.set(id, { resolve, reject, onInstant, send });
      this.cancelCurrent();
      const cancel = () => this.cancel(id);
      signal?.addEventListener('abort', cancel, { once: true });
      this.current = { id, detach: () => signal?.removeEventListener('abort', cancel) };
      send();
    });
  }

  async explain(
    query: string,
    { id: passage, site }: Pick<Hit, 'id' | 'site'>,
    request: ExplainRequest = {},
  ): Promise<Explanation> {
    if (this.closed) throw new LatelightError('closed', 'explain: the engine was closed. Open it again.');
    checkQuery('explain', query);
    checkKeys('explain', request, EXPLAIN_KEYS);
    const id = this.nextId++;
    return new Promise<Explanation>((resolve, reject) => {
      const send = () => this.ask(id, () => ({ type: 'explain', id, query, hit: { id: passage, site }, request }));
      // Known from now on, so that whatever ends the engine finds it.
      this.pending.set(id, { resolve, reject, send });
      send();
    });
  }

  private ask(id: number, message: () => Extract<ToWorker, { type: 'search' | 'explain' }>): void {
    this.connect()
      .then(() => {
        if (!this.pending.has(id)) return;
        this.watchOver();
        this.post(message());
      })
      .catch((error) => this.settle(id)?.reject(notSent(message().type, error)));
  }

  close(): void {
    this.closed = true;
    if (this.worker) this.post({ type: 'close' });
    this.drop();
    const closed = new LatelightError('closed', 'search: the engine was closed');
    this.readiness.fail(closed);
    this.rejectAll(closed);
    this.opening?.reject(closed);
  }

  private async start(): Promise<void> {
    const worker = this.newWorker();
    this.worker = worker;
    this.readiness = new Readiness();
    this.missing = this.missingSite = undefined;
    const opened = this.whenOpened();
    this.listenTo(worker);
    // Read once its script has run; waiting for its hello would cost two ways.
    this.watchOver();
    this.post({ type: 'open', version: PROTOCOL_VERSION, url: this.url, settings: this.settings });
    return opened;
  }

  /** Settled by what the worker says, by its end, by `close` or by the signal. */
  private whenOpened(): Promise<void> {
    // It cancels opening: a worker that takes another's place is no business of it.
    const signal = this.info ? undefined : this.options.signal;
    const opened = new Promise<void>((resolve, reject) => {
      this.opening = { resolve, reject };
    });
    return unlessAborted(opened, signal, 'open');
  }

  private listenTo(worker: Worker): void {
    /** What comes of a worker when another has its place, or none, says nothing any more. */
    const whileCurrent =
      <T extends unknown[]>(act: (...what: T) => void) =>
      (...what: T) => {
        if (this.worker === worker) act(...what);
      };
    this.watch = new LifeWatch(
      (message) => worker.postMessage(message),
      whileCurrent(() => this.crash('it ended unexpectedly')),
      whileCurrent(() => this.sendAgain()),
    );
    // An error of its script has a message; one without is a script that could not be had.
    const onError = ({ message }: ErrorEvent) =>
      message ? this.crash(message) : this.crash('expected its script, got none', 'download-failed');
    const onUnreadable = () => this.crash('expected a message, got one that cannot be read');
    worker.addEventListener('error', whileCurrent(onError));
    worker.addEventListener('messageerror', whileCurrent(onUnreadable));
    worker.addEventListener(
      'message',
      whileCurrent(({ data }: MessageEvent<FromWorker>) => this.take(data)),
    );
  }

  private take(data: FromWorker): unknown {
    if ('info' in data && data.info) this.learn(data.info);
    switch (data.type) {
      case 'hello':
        if (data.version !== PROTOCOL_VERSION) this.crash(`expected protocol ${PROTOCOL_VERSION}, got ${data.version}`);
        return;
      case 'held':
        return this.watch?.held(data.lock);
      case 'progress':
        return this.options.onProgress?.(data.progress);
      case 'opened':
        if (data.stage === 'full') this.becomeFull();
        return this.opening?.resolve();
      case 'open-failed':
        return this.opening?.reject(fromErrorData(data.error));
      case 'full':
        return this.becomeFull();
      case 'full-failed':
        this.readiness.fail(fromErrorData(data.error));
        return this.watchOver();
      case 'instant-result':
        this.pending.get(data.id)?.onInstant?.(data.result);
        return requestAnimationFrame(() => setTimeout(() => this.post({ type: 'shown', id: data.id })));
      case 'result':
        this.missing = undefined;
        return this.settle(data.id)?.resolve(data.result as never);
      case 'explanation':
        return this.settle(data.id)?.resolve(data.explanation as never);
      case 'search-failed':
        return this.fail(data.id, data.error);
      default:
        data satisfies never;
    }
  }

  private crash(what: string, code: ErrorCode = 'worker-crashed'): void {
    const error = new LatelightError(code, `worker: ${inSentence(what)}. Search again to start a new one.`);
    this.drop();
    this.readiness.fail(error);
    this.rejectAll(error);
    this.opening?.reject(error);
  }

  /** The worker ended while nobody waited for it, and has begun nothing of what was asked since. */
  private sendAgain(): void {
    this.drop();
    for (const { send } of this.pending.values()) send();
  }

  private newWorker(): Worker {
    try {
      return this.startWorker();
    } catch (cause) {
      throw new LatelightError(
        'bad-option',
        `open: expected a page that may start the search's worker, got ${inSentence(cause)}. Its script must come from the page's own origin, ` +
          "and the page's policy must allow it (worker-src; with require-trusted-types-for, a default policy): docs/guide/hosting.md.",
        { cause },
      );
    }
  }

  private get settings(): OpenSettings {
    const { device = 'auto', offline = false, instant = true, workers, mergeIndex = [], language = '' } = this.options;
    return { device, offline, instant, workers, mergeIndex, language };
  }

  private learn(info: OpenedInfo): void {
    this.info = info;
    this.missingSite = info.sites.find(({ error }) => error)?.error;
  }

  private becomeFull(): void {
    this.readiness.complete();
    this.watchOver();
  }

  /** The worker is watched while somebody waits for it. */
  private watchOver(): void {
    if (this.pending.size > 0 || !this.readiness.isSettled) this.watch?.begin();
    else this.watch?.rest();
  }

  private post(message: ToWorker): void {
    this.worker?.postMessage(message);
  }

  private cancelCurrent(): void {
    if (this.current) this.cancel(this.current.id);
  }

  /** Rejects at once; the worker is told, so that it spends no more time on it. */
  private cancel(id: number): void {
    const pending = this.settle(id);
    if (!pending) return;
    this.post({ type: 'cancel', id });
    pending.reject(abortError('search'));
  }

  private fail(id: number, error: ErrorData): void {
    // When the full stage failed, every search gives its one error object, so that a page can see that it is the same.
    const failed = this.readiness.error;
    const reason = failed?.message === error.message ? failed : fromErrorData(error);
    if (MISSING.includes(error.code)) this.missing = reason;
    this.settle(id)?.reject(reason);
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    if (this.current?.id === id) {
      this.current.detach();
      this.current = undefined;
    }
    this.watchOver();
    return pending;
  }

  private rejectAll(error: LatelightError): void {
    for (const id of [...this.pending.keys()]) this.settle(id)?.reject(error);
  }

  /** Ends the worker; the next call starts another. */
  private drop(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.watch?.rest();
    this.watch = undefined;
    this.connecting = undefined;
  }
}
