// What a worker that searches does with messages: opens an engine, runs searches one after another, answers. Which engine is its caller's.

import { abortError, LatelightError, throwIfAborted, toErrorData, unlessAborted } from '../errors.ts';
import type { Explanation, Hit, LoadProgress, SearchRequest, SearchResult, Stage } from '../types.ts';
import { holdLock, letLockGo } from './life-lock.ts';
import {
  type ExplainRequest,
  type FromWorker,
  type OpenedInfo,
  type OpenSettings,
  PROTOCOL_VERSION,
  type ToWorker,
} from './protocol.ts';

/** An open engine inside a worker. */
export interface ServedEngine {
  readonly stage: Stage;
  readonly info: OpenedInfo;
  /** Settles with the full stage. */
  readonly ready: Promise<void>;
  warmUp(): Promise<void>;
  /** Nothing unless the full stage is still to come and the table knows a word of the query. */
  searchInstant(query: string, request: SearchRequest): Promise<SearchResult | undefined>;
  search(query: string, request: SearchRequest): Promise<SearchResult>;
  explain(query: string, hit: Pick<Hit, 'id' | 'site'>, request?: ExplainRequest): Promise<Explanation>;
  close(): void;
}

/** @param whenQuiet resolves when no query waits for the instant stage: starting the encoder keeps this thread busy */
export type OpenServed = (
  url: string,
  settings: OpenSettings,
  onProgress: (progress: LoadProgress) => void,
  whenQuiet: () => Promise<void>,
  signal: AbortSignal,
) => Promise<ServedEngine>;

const send = (message: FromWorker) => postMessage(message);
const pending = new Map<number, AbortController>();
const opening = new AbortController();
let host: ServedEngine | undefined;
let openServed: OpenServed;
/** What the page was last told. */
let told = '';
/** Searches run one after another: encoder and scorer are one machine. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Milliseconds that someone who has just opened the search has to ask before the encoder starts, which keeps this thread busy for
 * longer than an answer of the instant stage takes.
 */
const FIRST_QUERY_MS = 150;
/** And that a question which came in time may take: its text may be slow to arrive, and the encoder must not wait for a slow network. */
const FIRST_ANSWER_MS = 500;
let answered = () => {};
const firstAnswer = new Promise<void>((resolve) => {
  answered = resolve;
});

/**
 * Milliseconds that painting an instant result may take while this thread rests: a machine of two cores paints with the one and what this
 * thread does next would take the other from the compositor. A page in the background paints nothing.
 */
const PAINT_MS = 100;
/** By search: called when its instant result is on the screen. */
const whenShown = new Map<number, () => void>();

/** To be called once, at the start of the worker's script. */
export function serveEngine(open: OpenServed): void {
  openServed = open;
  send({ type: 'hello', version: PROTOCOL_VERSION });
  addEventListener('message', ({ data }: MessageEvent<ToWorker>) => take(data));
}

function take(data: ToWorker): void {
  switch (data.type) {
    case 'hold': {
      const held = holdLock((lock) => send({ type: 'held', lock }), data.lock);
      last = last.then(() => held);
      break;
    }
    case 'let-go':
      // When this thread rests too: who asks next expects an answer soon.
      last = last.then(() => letLockGo(data.lock));
      break;
    case 'open':
      void open(data);
      break;
    case 'search':
      // Known from now on, so that a cancel finds it while it waits its turn.
      pending.set(data.id, new AbortController());
      last = last.then(() => runSearch(data));
      break;
    case 'explain':
      pending.set(data.id, new AbortController());
      void queueExplain(data);
      break;
    case 'cancel':
      pending.get(data.id)?.abort();
      whenShown.get(data.id)?.();
      break;
    case 'shown':
      whenShown.get(data.id)?.();
      break;
    case 'close':
      opening.abort();
      host?.close();
      close();
      break;
    default:
      data satisfies never;
  }
}

async function open(message: Extract<ToWorker, { type: 'open' }>): Promise<void> {
  try {
    if (message.version !== PROTOCOL_VERSION) {
      throw new LatelightError(
        'worker-crashed',
        `worker: expected protocol ${PROTOCOL_VERSION}, got ${message.version}. Reload the page.`,
      );
    }
    const onProgress = (progress: LoadProgress) => send({ type: 'progress', progress });
    const opened = await openServed(message.url, message.settings, onProgress, whenQuiet, opening.signal);
    host = opened;
    const { stage, info } = opened;
    told = JSON.stringify(info);
    send({ type: 'opened', info, stage });
    const warmUpNext = () => {
      last = last.then(warmUp);
    };
    if (stage === 'full') return warmUpNext();
    // A visitor who has just opened the search may be asking already.
    void whenQuiet().then(warmUpNext);
    opened.ready.then(
      () => {
        send({ type: 'full', info: news() });
        warmUpNext();
      },
      (error) => send({ type: 'full-failed', error: toErrorData(error, 'worker-crashed') }),
    );
  } catch (error) {
    send({ type: 'open-failed', error: toErrorData(error, 'worker-crashed') });
  }
}

async function runSearch({ id, query, request, instant }: Extract<ToWorker, { type: 'search' }>): Promise<void> {
  const { signal } = pending.get(id)!;
  try {
    // One turn of the event loop: a cancel that is already queued is seen before any work is done.
    await nextTask();
    if (!host) throw new LatelightError('closed', 'search: the engine is not open');
    if (signal.aborted) throw abortError('search');
    try {
      const onInstant = (early: SearchResult) => {
        send({ type: 'instant-result', id, result: early });
        return shown(id);
      };
      const early = instant ? await host.searchInstant(query, { ...request, signal, onInstant }) : undefined;
      if (early) await onInstant(early);
    } finally {
      answered();
    }
    const result = await host.search(query, { ...request, signal });
    send({ type: 'result', id, result, info: news() });
  } catch (error) {
    send({ type: 'search-failed', id, error: toErrorData(error, 'worker-crashed'), info: news() });
  } finally {
    pending.delete(id);
    if (pending.size === 0) answered(); // also when it was cancelled before it began
  }
}

async function shown(id: number): Promise<void> {
  await new Promise<void>((resolve) => {
    whenShown.set(id, resolve);
    setTimeout(resolve, PAINT_MS);
  });
  whenShown.delete(id);
}

/** An explanation waits for the encoder beside the searches, which the instant stage answers meanwhile; then it takes its turn. */
async function queueExplain(message: Extract<ToWorker, { type: 'explain' }>): Promise<void> {
  const { signal } = pending.get(message.id)!;
  if (pending.size === 1) answered(); // nobody else whom the encoder would keep waiting
  // Why there is no encoder, it says itself.
  await unlessAborted(host?.ready ?? Promise.resolve(), signal, 'explain').catch(() => undefined);
  last = last.then(() => runExplain(message));
}

async function runExplain({ id, query, hit, request }: Extract<ToWorker, { type: 'explain' }>): Promise<void> {
  try {
    if (!host) throw new LatelightError('closed', 'explain: the engine is not open');
    throwIfAborted(pending.get(id)!.signal, 'explain');
    send({ type: 'explanation', id, explanation: await host.explain(query, hit, request), info: news() });
  } catch (error) {
    send({ type: 'search-failed', id, error: toErrorData(error, 'worker-crashed'), info: news() });
  } finally {
    pending.delete(id);
  }
}

/** What the page was not told yet. */
function news(): OpenedInfo | undefined {
  const info = host?.info;
  const text = JSON.stringify(info);
  if (!info || text === told) return undefined;
  told = text;
  return info;
}

async function whenQuiet(): Promise<void> {
  const answerWithin = (ms: number) => Promise.race([firstAnswer, new Promise((resolve) => setTimeout(resolve, ms))]);
  await answerWithin(FIRST_QUERY_MS);
  if (pending.size > 0) await answerWithin(FIRST_ANSWER_MS);
}

/** Only when no search is waiting: that one would be the warm-up itself. */
async function warmUp(): Promise<void> {
  await nextTask();
  if (pending.size === 0) await host?.warmUp().catch(() => undefined);
}

const channel = new MessageChannel();
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });
}
