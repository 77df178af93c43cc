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
import { IndexingTurn } from './indexing-turn.ts';
import { codesFingerprint, readEngineFile } from './library-engine.ts';
import { LibraryService } from './library-service.ts';
import type { Call, FromIndexer, ToIndexer } from './protocol.ts';
import { Segmenter } from './segmenter.ts';

const LOST_TWICE =
  'library: expected to read back what was indexed, and could not, twice. Reload this page, then resume; no document was lost.';
/** Milliseconds between two looks at what the browser says of its storage. */
const STORAGE_MS = 2000;

interface Opened {
  store: LibraryStore;
  list: DocumentList;
  indexer: Indexer;
  turn: IndexingTurn;
  service: LibraryService;
}

const send = (message: FromIndexer) => postMessage(message);
let opened: Promise<Opened> | undefined;
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
  let isSuperseded = false;
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
    if (!isSuperseded) turn.tell(problem);
  };
  const indexer = new Indexer({ store, segmenter, list, parser, shape, startPool, onStop });
  const service = new LibraryService({ store, segmenter, list, indexer, shape, app, engine, countWords });
  const turn = new IndexingTurn({ store, list, indexer, segmenter, fingerprint: codesFingerprint(engine) });
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
          if (paused !== true) void turn.retry();
        });
        break;
      case 'damaged':
        if (turn.isTaken) void segmenter.salvage(message.key);
        break;
      case 'stopped':
        turn.hear(message.problem);
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
  return { store, list, indexer, turn, service };

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
    const turns = { isIndexer: turn.isTaken, isIndexedElsewhere: turn.isElsewhere };
    const change = { ...report, ...turns, progress, ...indexer.standing, storage, isPrivateWindow };
    send({ type: 'state', change });
  }
}

async function answer(id: number, call: Call): Promise<unknown> {
  if (!opened) throw new LatelightError('closed', 'library: expected it to be open');
  const { store, turn, service } = await opened;
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
      return turn.retry();
    case 'file':
      return service.file(...call.args);
    case 'passages':
      return service.passages(...call.args);
    case 'start':
      return turn.ask();
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
