// The library's indexing worker: keeps documents, indexes them when it is this tab's turn, answers the page's calls. All logic is elsewhere.

import type { ColbertTokenizer } from '../../encoder/colbert-tokenizer.ts';
import { LatelightError, toErrorData } from '../../errors.ts';
import { HttpSource } from '../../worker/http-source.ts';
import { holdLock } from '../../worker/life-lock.ts';
import { readTokenizer } from '../../worker/open-stages.ts';
import { LibraryStore } from '../storage/library-store.ts';
import { isFileSystemRefused } from '../storage/private-files.ts';
import { countWordsWith } from '../storage/segment.ts';
import type { StorageState } from '../types.ts';
import { announce, listen } from './announcements.ts';
import { DocumentList, type ListReport } from './document-list.ts';
import { DocumentParser } from './document-parser.ts';
import { EncodePool } from './encode-pool.ts';
import { Indexer, type Problem } from './indexer.ts';
import { codesFingerprint, readEngineFile } from './library-engine.ts';
import { LibraryService } from './library-service.ts';
import type { Call, FromIndexer, ToIndexer } from './protocol.ts';
import { Segmenter } from './segmenter.ts';

/** Held by the one tab that indexes, for as long as it lives. */
const INDEXER_LOCK = 'latelight-library-indexer';
/** Milliseconds without it after which it is another tab's: the page before a reload lets go of it a moment late. */
const ELSEWHERE_MS = 2000;
const LOST_TWICE =
  'library: expected to read back what was indexed, and could not, twice. Reload this page, then resume; no document was lost.';
/** Milliseconds between two looks at what the browser says of its storage. */
const STORAGE_MS = 2000;

interface Opened {
  store: LibraryStore;
  list: DocumentList;
  indexer: Indexer;
  segmenter: Segmenter;
  service: LibraryService;
}

const send = (message: FromIndexer) => postMessage(message);
let opened: Promise<Opened> | undefined;
let isIndexer = false;
let isIndexedElsewhere = false;
/** Of indexing, whether it could take over or not. */
let hasTurn = false;
let isSuperseded = false;
/** Takes over, when it is this tab's turn and could not: to be tried again. */
let turn: (() => Promise<void>) | undefined;
/** The page said that the model is kept. */
let modelIsHere = false;
let storage: StorageState | undefined;
let storageAt = Number.NEGATIVE_INFINITY;

addEventListener('message', ({ data }: MessageEvent<ToIndexer>) => {
  switch (data.type) {
    case 'open':
      opened = open(data);
      opened.then(
        // The page knows the documents from the start.
        ({ list }) => {
          list.flush();
          send({ type: 'opened' });
        },
        (error) => send({ type: 'open-failed', error: toErrorData(error, 'storage-failed') }),
      );
      break;
    case 'call':
      answer(data.id, data.call).then(
        async (result) => {
          // Whoever asked finds the state that the answer made.
          (await opened)?.list.flush();
          send({ type: 'answer', id: data.id, answer: result });
        },
        (error) => send({ type: 'call-failed', id: data.id, error: toErrorData(error, 'worker-crashed') }),
      );
      break;
    default:
      data satisfies never;
  }
});
holdLock((lock) => send({ type: 'hello', lock }));

async function open({ url, device, cores }: Extract<ToIndexer, { type: 'open' }>): Promise<Opened> {
  const app = new HttpSource(url);
  const superseded = () => {
    isSuperseded = true;
    return opened?.then(({ indexer: stopped, list: shown }) => {
      stopped.stop('storage-failed', 'A newer version of this app is open in another tab. Reload this page to go on.');
      shown.flush();
    });
  };
  const [engine, store, isPrivateWindow] = await Promise.all([
    readEngineFile(app),
    LibraryStore.open(superseded),
    isFileSystemRefused().catch(() => false),
  ]);
  const { codec } = engine;
  const shape = { dim: codec.dim, subspaceDim: codec.subspaceDim, codecSha256: codec.sha256 };
  const list = new DocumentList(store, tell);
  const again = (ids: number[], isAgain: boolean) => {
    if (isAgain) indexer.stop('storage-failed', LOST_TWICE);
    void list.reloadOwn(ids).then(() => indexer.pump());
  };
  let tokenizer: Promise<ColbertTokenizer> | undefined;
  const countWords = countWordsWith(() => {
    tokenizer ??= readTokenizer(engine, (ref) => app.read(ref));
    tokenizer.catch(() => {
      tokenizer = undefined;
    });
    return tokenizer;
  });
  const segmenter = new Segmenter(store, shape, countWords, () => announce({ type: 'segments' }), again);
  const parser = new DocumentParser(url, engine);
  const startPool = () => new EncodePool(url, engine, device, cores);
  const onStop = (problem: Problem) => {
    // What a superseded tab says is of no other.
    if (hasTurn && !isSuperseded) announce({ type: 'stopped', problem });
  };
  const indexer = new Indexer({ store, segmenter, list, parser, shape, startPool, onStop });
  const service = new LibraryService({ store, segmenter, list, indexer, shape, app, engine, countWords });
  const parts = { store, list, indexer, segmenter, service };
  await list.load();
  indexer.paused = (await store.setting('paused')) === true;
  listen((message) => {
    switch (message.type) {
      case 'documents':
        void list.reload(message.ids).then(() => indexer.pump());
        break;
      case 'paused':
        void store.setting('paused').then((paused) => {
          indexer.paused = paused === true;
          list.touch();
          // A turn that could not be taken is tried again, whichever tab resumes it.
          if (paused !== true) void turn?.();
        });
        break;
      case 'damaged':
        if (isIndexer) void segmenter.salvage(message.key);
        break;
      case 'stopped':
        if (!hasTurn) indexer.hear(message.problem);
        break;
      case 'waiting':
        if (indexer.problem) onStop(indexer.problem);
        break;
      case 'segments':
        break;
      default:
        message satisfies never;
    }
  });
  const setElsewhere = (is: boolean) => {
    isIndexedElsewhere = is;
    if (is) announce({ type: 'waiting' });
    list.touch();
  };
  const waiting = setTimeout(setElsewhere, ELSEWHERE_MS, true);
  void navigator.locks.request(INDEXER_LOCK, async () => {
    clearTimeout(waiting);
    hasTurn = true;
    indexer.hear(undefined);
    announce({ type: 'stopped', problem: undefined });
    setElsewhere(false);
    const tryTurn = async () => {
      turn = undefined;
      try {
        await takeOver(parts, codesFingerprint(engine));
      } catch (error) {
        turn = tryTurn;
        const { code, message } = toErrorData(error, 'storage-failed');
        indexer.stop(code, `${message} Resume to try again, or reload this page.`);
        list.flush();
      }
    };
    await tryTurn();
    return new Promise(() => undefined);
  });
  return parts;

  function tell(report: ListReport): void {
    if (performance.now() - storageAt > STORAGE_MS) {
      storageAt = performance.now();
      storageState().then(
        (state) => {
          storage = state;
          list.touch();
        },
        () => undefined, // it does not say
      );
    }
    const progress = indexer.run.progress(list.all);
    const turns = { isIndexer, isIndexedElsewhere };
    const change = { ...report, ...turns, progress, ...indexer.standing, storage, isPrivateWindow };
    send({ type: 'state', change });
  }
}

/** This tab's turn: what the last one left half-done is cleaned up, then its work goes on. */
async function takeOver({ store, list, indexer, segmenter }: Opened, fingerprint: string): Promise<void> {
  const before = await store.setting('codes');
  if (before !== fingerprint) {
    // Another model's codes cannot be searched with this one's: every document is indexed again from its file.
    if (before !== undefined) {
      await segmenter.dropAll();
      for (const { id, state } of await store.documents())
        if (state === 'indexing') await store.restart(id, { state: 'waiting', passageCount: 0 });
    }
    await store.setSetting('codes', fingerprint);
  }
  await store.sweep();
  await segmenter.compact().catch(() => undefined); // costs space alone, until the next removal or start
  await list.load(before !== undefined && before !== fingerprint);
  isIndexer = true;
  list.touch();
  if (modelIsHere) indexer.start();
  // Those who search look again, and say again what they found damaged while nobody indexed.
  announce({ type: 'segments' });
}

async function answer(id: number, call: Call): Promise<unknown> {
  if (!opened) throw new LatelightError('closed', 'library: expected it to be open');
  const { store, indexer, service } = await opened;
  const onProgress = (done: number, total: number) => send({ type: 'progress', id, done, total });
  switch (call.name) {
    case 'add':
      return service.add(...call.args);
    case 'remove':
      return service.remove(...call.args);
    case 'retry':
      return service.retry(...call.args);
    case 'pause':
      return service.setPaused(true);
    case 'resume':
      await service.setPaused(false);
      return turn?.();
    case 'file':
      return service.file(...call.args);
    case 'passages':
      return service.passages(...call.args);
    case 'start':
      modelIsHere = true;
      if (isIndexer && !indexer.isRunning) indexer.start();
      return undefined;
    case 'sweep':
      return store.sweep();
    case 'export':
      return service.export(onProgress);
    case 'import':
      return service.import(call.args[0], onProgress);
    default:
      return call satisfies never;
  }
}

/** Nothing where the browser does not say. */
async function storageState(): Promise<StorageState | undefined> {
  if (!navigator.storage?.estimate || !navigator.storage.persisted) return undefined;
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return { usedBytes: usage, quotaBytes: quota, persisted: await navigator.storage.persisted() };
}
