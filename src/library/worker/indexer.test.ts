// What becomes of documents while others are removed, imported or cannot be read, in a storage that keeps what it is given. Parsing and
// encoding are stand-ins.

import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import { EMPTY_APP, emptyEngine } from '../archive/engine.fixture.ts';
import { exportLibrary } from '../archive/export-archive.ts';
import type { ReadDocument, ToDocumentWorker } from '../documents/document-protocol.ts';
import type { PretendFiles } from '../storage/browser-storage.fixture.ts';
import type { LibraryStore } from '../storage/library-store.ts';
import { PASSAGE_SHAPE, storedPassage } from '../storage/segment.fixture.ts';
import { addWaiting, addWhole, openStoredLibrary } from '../storage/stored-library.fixture.ts';
import { DocumentList, type ListReport } from './document-list.ts';
import { DocumentParser } from './document-parser.ts';
import { Indexer, type IndexerTools } from './indexer.ts';
import { LibraryService } from './library-service.ts';
import { Segmenter } from './segmenter.ts';

let store: LibraryStore;
let list: DocumentList;
let reports: ListReport[];
let segmenter: Segmenter;
let files: PretendFiles;
/** Encoding workers that were started. */
let pools: { close: Mock }[];
const countWords = async () => ({ passageCount: 1, frequencies: new Map() });

async function open(): Promise<void> {
  ({ store, files } = await openStoredLibrary());
  const nothing = () => undefined;
  reports = [];
  pools = [];
  list = new DocumentList(store, (report) => reports.push(report));
  segmenter = new Segmenter(store, PASSAGE_SHAPE, countWords, nothing, nothing);
}

beforeEach(async () => {
  // Those of the storage are not among them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await open();
});
afterEach(() => {
  store.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Every document has one passage. */
function onePassage(path: string): ReadDocument {
  return { title: path, passages: [storedPassage(path, 0).passage], contexts: [''], warnings: [] };
}

const atOnce: Pick<DocumentParser, 'parse' | 'close'> = {
  parse: async (path, _file, _signal, onTurn) => {
    await onTurn();
    return onePassage(path);
  },
  close: () => undefined,
};

function indexerOf(parser = atOnce, onStop?: IndexerTools['onStop']): Indexer {
  const startPool = () => {
    const pool = { lanes: 2, encode: async () => storedPassage('', 0).encoded, close: vi.fn() };
    pools.push(pool);
    return pool;
  };
  return new Indexer({ store, list, segmenter, parser, shape: PASSAGE_SHAPE, startPool, onStop } as never);
}

/** Busy machines take their time. */
const until = (holds: () => unknown) => vi.waitFor(holds, { timeout: 4000 });

const statesOf = async () => (await store.documents()).map(({ path, state }) => `${path} ${state}`);
const allDone = async (...paths: string[]) => expect(await statesOf()).toEqual(paths.map((path) => `${path} done`));

/** Indexing makes documents searchable together, after some time. */
const becomeDone = (...paths: string[]) =>
  until(async () => {
    await vi.advanceTimersByTimeAsync(2000);
    await allDone(...paths);
  });

it('a read that fails once, after documents became searchable, stops indexing until it is resumed', async () => {
  await addWaiting(store, 'plan.md');
  await list.load();
  const indexer = indexerOf();
  vi.spyOn(segmenter, 'finish').mockImplementationOnce(async () => {
    vi.spyOn(store, 'document').mockRejectedValueOnce(new Error('once'));
  });
  indexer.start();
  await until(() => expect(indexer.problem).toEqual({ code: 'storage-failed', message: 'once' }));
  indexer.paused = false;
  await becomeDone('plan.md');
  expect(indexer.problem).toBeUndefined();
});

it('what stops the tab whose turn it is is shown by others until it is resumed, and stops none whose turn comes', async () => {
  await addWaiting(store, 'plan.md');
  await list.load();
  const other = indexerOf();
  const indexer = indexerOf(atOnce, (problem) => other.hear(problem));
  indexer.start();
  indexer.stop('storage-failed', 'The disk is gone.');
  const problem = { code: 'storage-failed', message: 'Another tab stopped indexing. The disk is gone.' };
  expect(other.standing).toEqual({ isPaused: true, problem });
  other.paused = false;
  expect(other.standing).toEqual({ isPaused: false, problem: undefined });
  other.hear(problem);
  other.start();
  await becomeDone('plan.md');
  other.hear(undefined);
  expect(other.standing).toEqual({ isPaused: false, problem: undefined });
});

describe('workers of a paused library', () => {
  const ended = () => pools.map(({ close }) => close.mock.calls.length);

  /** The one document is read, and waits to be encoded. */
  async function paused() {
    const { id } = await addWaiting(store, 'plan.md');
    await list.load();
    const close = vi.fn();
    const indexer = indexerOf({ ...atOnce, close });
    indexer.start();
    indexer.paused = true;
    // Not `until`, which moves the clock.
    while ((await statesOf())[0] !== 'plan.md indexing') await new Promise(setImmediate);
    return { id, indexer, close };
  }

  it('are ended when the rest is cancelled', async () => {
    const { id, indexer, close } = await paused();
    expect(ended()).toEqual([0]);
    await new LibraryService({ store, list, indexer, segmenter } as never).remove([id], { keepOlder: true });
    await until(() => expect(ended()).toEqual([1]));
    expect(close).toHaveBeenCalled();
  });

  it('are ended after a while, and started anew when indexing is resumed', async () => {
    const { indexer } = await paused();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(ended()).toEqual([0]);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended()).toEqual([1]);
    indexer.paused = false;
    await becomeDone('plan.md');
    expect(ended()).toEqual([1, 1]);
  });
});

it('documents that a tab removed without a word are tried once, and hold up no other', async () => {
  const ghosts = [await addWaiting(store, 'a.md'), await addWaiting(store, 'b.md'), await addWaiting(store, 'c.md')];
  await addWaiting(store, 'plan.md');
  await list.load();
  await store.forget(ghosts.map((document) => document.id));
  const begun = vi.spyOn(store, 'file');
  indexerOf().start();
  await until(() => allDone('plan.md'));
  const times = ghosts.map((document) => begun.mock.calls.filter(([{ id }]) => id === document.id).length);
  expect(times).toEqual([1, 1, 1]);
  expect(list.all.map(({ path }) => path)).toEqual(['plan.md']);
});

it('what was removed is told at once, and its space freed afterwards', async () => {
  const { id } = await addWaiting(store, 'plan.md');
  await list.load();
  const indexer = indexerOf();
  vi.spyOn(segmenter as never as { compactNow(): Promise<void> }, 'compactNow').mockReturnValue(
    new Promise(() => undefined),
  );
  void new LibraryService({ store, list, indexer, segmenter } as never).remove([id]);
  await until(() => expect(reports.flatMap(({ removed }) => removed)).toEqual([id]));
});

it('documents that another tab kept whole, and was closed before they were searchable, become so', async () => {
  await list.load();
  const indexer = indexerOf();
  indexer.start();
  const { id } = await addWhole(store, 'heard-of.md');
  await addWhole(store, 'not-heard-of.md');
  await list.reload([id]);
  indexer.pump();
  await becomeDone('heard-of.md', 'not-heard-of.md');
});

it('an import that another tab is making is left to it: what it has not made searchable yet, and what it keeps in two steps', async () => {
  await list.load();
  const indexer = indexerOf();
  indexer.start();
  const finish = vi.spyOn(segmenter, 'finish');
  const about = { title: '', kind: 'markdown', sizeBytes: 1, addedAt: 0, sha256: '' } as const;
  const counts = { passageCount: 0, doneCount: 0, tokenCount: 0 };
  await store.add(
    { ...about, ...counts, warnings: [], path: 'being-kept.md', state: 'failed', reason: 'cut short' },
    undefined,
  );
  const paths = ['a.md', 'b.md', 'c.md'];
  for (const path of paths) {
    await list.reload([(await addWhole(store, path)).id]);
    const looks = vi.spyOn(list, 'catchUp');
    indexer.pump();
    // Not `until`, which moves the clock.
    while (looks.mock.calls.length === 0) await new Promise(setImmediate);
    await Promise.all(looks.mock.results.map(({ value }) => value));
    await vi.advanceTimersByTimeAsync(1900);
    looks.mockRestore();
  }
  expect(finish).not.toHaveBeenCalled();
  // The other tab was closed.
  await until(async () => {
    await vi.advanceTimersByTimeAsync(2000);
    expect((await statesOf()).slice(1)).toEqual(paths.map((path) => `${path} done`));
  });
  expect(finish).toHaveBeenCalledOnce();
  expect(list.all.map(({ path }) => path).sort()).toEqual(paths);
});

describe('an import', () => {
  const paths = ['bees.md', 'plan.md'];

  /** Another library's, into this one, where indexing has nothing to do. */
  async function importing(): Promise<{ indexer: Indexer; importAll: () => Promise<unknown> }> {
    for (const path of paths) await segmenter.finish([(await addWhole(store, path)).id]);
    const shared = { app: EMPTY_APP, engine: await emptyEngine(), shape: PASSAGE_SHAPE, countWords };
    const zip = await exportLibrary({ store, ...shared, readAll: () => segmenter.readAll() }, () => undefined);
    store.close();
    await open();
    const indexer = indexerOf();
    indexer.start();
    const service = new LibraryService({ store, list, indexer, segmenter, ...shared });
    return { indexer, importAll: () => service.import(zip, () => undefined) };
  }

  it('that runs out of room stops indexing, and is searchable when that is resumed', async () => {
    const { indexer, importAll } = await importing();
    files.room = 100; // for the documents, not for their codes
    await expect(importAll()).rejects.toMatchObject({ code: 'storage-full' });
    expect(indexer.problem?.code).toBe('storage-full');
    expect(await statesOf()).toEqual(paths.map((path) => `${path} indexing`));
    files.room = Number.POSITIVE_INFINITY;
    indexer.paused = false;
    await becomeDone(...paths);
  });

  it('of which a batch did not become searchable, because one of it was removed, has another try', async () => {
    const { importAll } = await importing();
    vi.spyOn(store, 'swap').mockResolvedValueOnce(false);
    await importAll();
    await becomeDone(...paths);
  });
});

describe('a worker that reads documents', () => {
  /** Reads one at a time, and never comes to an end with those that say so. */
  class ReadingWorker extends EventTarget {
    static begun: string[] = [];

    postMessage(job: ToDocumentWorker): void {
      ReadingWorker.begun.push(job.path);
      if (job.path === 'endless.md') return;
      const data = { type: 'read', id: job.id, answer: onePassage(job.path) };
      queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data })));
    }

    terminate(): void {}
  }

  const begins = (...paths: string[]) => until(() => expect(ReadingWorker.begun).toEqual(paths));
  const parser = () => new DocumentParser('https://a.example/library/', {} as never);

  beforeEach(() => {
    ReadingWorker.begun = [];
    vi.stubGlobal('Worker', ReadingWorker);
  });

  it('is given the document that ended the page last, when the page is there again', async () => {
    for (const path of ['endless.md', 'bees.md', 'plan.md']) await addWaiting(store, path);
    for (const order of [['endless.md'], ['bees.md', 'plan.md', 'endless.md']]) {
      ReadingWorker.begun = [];
      list = new DocumentList(store, () => undefined);
      await list.load();
      indexerOf(parser()).start();
      await begins(...order);
    }
  });

  it('is ended when its document is removed, which is not begun again while that lasts', async () => {
    const { id } = await addWaiting(store, 'endless.md');
    await addWaiting(store, 'plan.md');
    await list.load();
    const indexer = indexerOf(parser());
    indexer.start();
    await begins('endless.md');
    let finished = () => {};
    const merge = new Promise<void>((resolve) => (finished = resolve));
    void navigator.locks.request('latelight-library-segments', () => merge);
    const removed = new LibraryService({ store, list, indexer, segmenter } as never).remove([id]);
    await begins('endless.md', 'plan.md');
    finished();
    await removed;
    await becomeDone('plan.md');
    expect(ReadingWorker.begun).toEqual(['endless.md', 'plan.md']);
  });

  it('is ended when another tab says that it removed its document', async () => {
    const { id } = await addWaiting(store, 'endless.md');
    await addWaiting(store, 'plan.md');
    await list.load();
    const indexer = indexerOf(parser());
    indexer.start();
    await begins('endless.md');
    await store.forget([id]);
    await list.reload([id]);
    indexer.pump();
    await begins('endless.md', 'plan.md');
    await becomeDone('plan.md');
  });
});
