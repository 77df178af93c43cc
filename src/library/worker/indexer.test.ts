// What becomes of documents while others are removed, imported or cannot be read, in a storage that keeps what it is given. Parsing and
// encoding are stand-ins.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LibraryStore } from '../storage/library-store.ts';
import { PASSAGE_SHAPE, storedPassage } from '../storage/segment.fixture.ts';
import { addWaiting, openStoredLibrary } from '../storage/stored-library.fixture.ts';
import { DocumentList, type ListReport } from './document-list.ts';
import { Indexer, type IndexerTools } from './indexer.ts';
import { LibraryService } from './library-service.ts';
import { Segmenter } from './segmenter.ts';

let store: LibraryStore;
let list: DocumentList;
let reports: ListReport[];
let segmenter: Segmenter;

beforeEach(async () => {
  // Those of the storage are not among them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  ({ store } = await openStoredLibrary());
  const nothing = () => undefined;
  reports = [];
  list = new DocumentList(store, (report) => reports.push(report));
  const countWords = async () => ({ passageCount: 1, frequencies: new Map() });
  segmenter = new Segmenter(store, PASSAGE_SHAPE, countWords, nothing, nothing);
});
afterEach(() => {
  store.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

type Parse = IndexerTools['parser']['parse'];

/** Every document has one passage. */
const onePassage: Parse = async (path) => ({
  title: path,
  passages: [storedPassage(path, 0).passage],
  contexts: [''],
  warnings: [],
});

function indexerOf(parse: Parse = onePassage): Indexer {
  const pool = { lanes: 2, encode: async () => storedPassage('', 0).encoded, close: () => undefined };
  const parser = { parse, close: () => undefined };
  return new Indexer({ store, list, segmenter, parser, shape: PASSAGE_SHAPE, startPool: () => pool } as never);
}

const statesOf = async () => (await store.documents()).map(({ path, state }) => `${path} ${state}`);
const allDone = () =>
  vi.waitFor(async () => expect((await statesOf()).every((one) => one.endsWith(' done'))).toBe(true));

it('a read that fails once, after documents became searchable, stops indexing until it is resumed', async () => {
  await addWaiting(store, 'plan.md');
  await list.load();
  const indexer = indexerOf();
  vi.spyOn(segmenter, 'finish').mockImplementationOnce(async () => {
    vi.spyOn(store, 'document').mockRejectedValueOnce(new Error('once'));
  });
  indexer.start();
  await vi.waitFor(() => expect(indexer.problem).toEqual({ code: 'storage-failed', message: 'once' }));
  indexer.paused = false;
  await vi.advanceTimersByTimeAsync(2000);
  await allDone();
  expect(indexer.problem).toBeUndefined();
});

it('documents that a tab removed without a word are tried once, and hold up no other', async () => {
  const ghosts = [await addWaiting(store, 'a.md'), await addWaiting(store, 'b.md'), await addWaiting(store, 'c.md')];
  await addWaiting(store, 'plan.md');
  await list.load();
  await store.forget(ghosts.map((document) => document.id));
  const begun = vi.spyOn(store, 'change');
  indexerOf().start();
  await allDone();
  const times = ghosts.map((document) => begun.mock.calls.filter(([changed]) => changed === document.id).length);
  expect(Math.max(...times)).toBeLessThanOrEqual(1);
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
  await vi.waitFor(() => expect(reports.flatMap(({ removed }) => removed)).toEqual([id]));
});
