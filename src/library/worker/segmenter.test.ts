// What becomes of documents whose segment cannot be read, told by a storage that has nothing but such segments; and what is removed
// of those that can.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LatelightError } from '../../errors.ts';
import type { LibraryStore, SegmentSwap } from '../storage/library-store.ts';
import type { StoredPassage, StoredSegment } from '../storage/records.ts';
import { PASSAGE_SHAPE, storedPassage } from '../storage/segment.fixture.ts';
import { addWaiting, addWhole, openStoredLibrary } from '../storage/stored-library.fixture.ts';
import { Segmenter } from './segmenter.ts';

const shape = { dim: 16, subspaceDim: 2, codecSha256: '' };
const countWords = async () => ({ passageCount: 0, frequencies: new Map() });

beforeEach(() => {
  vi.stubGlobal('navigator', { locks: { request: (_: string, run: () => Promise<unknown>) => run() } });
});
afterEach(() => vi.unstubAllGlobals());

function damaged(key: string, ids: number[]): StoredSegment {
  const documents = ids.map((id) => ({ id, passageCount: 1 }));
  return { key, documents, shards: [{ file: 'shards/0' }], fragments: [], lexicon: [], pages: {} } as never;
}

/** Segments as they are put there, none of which can be read. */
function storeOf(segments: StoredSegment[]): LibraryStore {
  return {
    segments: async () => segments,
    document: async (id: number) => ({ id, fileName: 'kept', tokenCount: 1 }),
    read: async () => {
      throw new LatelightError('bad-shard', 'shard: expected dim 16, got 64.');
    },
    swap: async ({ removed }: SegmentSwap) => {
      for (const { key } of removed)
        segments.splice(
          segments.findIndex((segment) => segment.key === key),
          1,
        );
      return true;
    },
  } as never;
}

it('a document whose segment is dropped again was not damaged by chance, and is told apart', async () => {
  const segments = [damaged('a', [1, 2]), damaged('b', [3])];
  const dropped: [number[], boolean][] = [];
  const segmenter = new Segmenter(
    storeOf(segments),
    shape,
    countWords,
    () => undefined,
    (ids, isAgain) => dropped.push([ids, isAgain]),
  );
  await segmenter.salvage('a');
  await segmenter.salvage('b');
  segments.push(damaged('c', [4, 2]));
  await segmenter.salvage('c');
  expect(dropped).toEqual([
    [[1, 2], false],
    [[3], false],
    [[4, 2], true],
  ]);
});

it('a document whose passages have no codes fails, and those that came with it are made searchable', async () => {
  const { passage, encoded } = storedPassage('imported', 0);
  const codeless = { passage, encoded: { ...encoded, blocks: undefined, rowCount: undefined } as never };
  const parts = new Map<number, StoredPassage[]>([
    [1, [codeless]],
    [2, [storedPassage('whole', 0)]],
  ]);
  const failed: [number, string | undefined][] = [];
  const swaps: SegmentSwap[] = [];
  const store = {
    segments: async () => [],
    document: async (id: number) => ({ id, state: 'indexing', passageCount: 1, doneCount: 1, tokenCount: 1 }),
    parts: async (id: number) => [{ documentId: id, first: 0, passages: parts.get(id) }],
    restart: async (id: number, { state }: { state?: string }) => void failed.push([id, state]),
    namingFiles: (run: () => Promise<void>) => run(),
    writeShard: async () => undefined,
    swap: async (swap: SegmentSwap) => swaps.push(swap) > 0,
  };
  const nothing = () => undefined;
  await new Segmenter(store as never, PASSAGE_SHAPE, countWords, nothing, nothing).finish([1, 2]);
  expect(failed).toEqual([[1, 'failed']]);
  expect(swaps.map(({ finished }) => finished)).toEqual([[2]]);
});

describe('with a storage that keeps what it is given', () => {
  const nothing = () => undefined;

  it('what became done while one was asked whether to cancel it stays; of the rest the older one does', async () => {
    const { store } = await openStoredLibrary();
    const segmenter = new Segmenter(store, PASSAGE_SHAPE, countWords, nothing, nothing);
    await segmenter.finish([(await addWhole(store, 'plan.md')).id]);
    await segmenter.finish([(await addWhole(store, 'bees.md')).id]);
    const asked = [await addWhole(store, 'plan.md'), await addWhole(store, 'bees.md')].map(({ id }) => id);
    await segmenter.finish(asked.slice(0, 1));
    await segmenter.remove(asked, true);
    const left = (await store.documents()).map(({ id, path, state, isReplaced }) => ({ id, path, state, isReplaced }));
    expect(left).toEqual([
      { id: 2, path: 'bees.md', state: 'done', isReplaced: false },
      { id: asked[0], path: 'plan.md', state: 'done', isReplaced: undefined },
    ]);
    store.close();
  });

  it('of a document and the one that it replaces, both whole once another model was taken, only the newer is left', async () => {
    const { store, files } = await openStoredLibrary();
    const segmenter = new Segmenter(store, PASSAGE_SHAPE, countWords, nothing, nothing);
    const older = await addWhole(store, 'plan.md');
    await segmenter.finish([older.id]);
    const newer = await addWaiting(store, 'plan.md');
    await segmenter.dropAll();
    for (const { id } of [older, newer]) await store.putWhole(id, [storedPassage(`version ${id}`, 0)]);
    await segmenter.finish([older.id, newer.id]);
    const left = await store.documents();
    expect(left).toMatchObject([{ id: newer.id, state: 'done', formerIds: [older.id] }]);
    expect((await segmenter.readAll()).map(({ id }) => id)).toEqual([newer.id]);
    expect(files.names('documents')).toEqual([left[0].fileName]);
    store.close();
  });

  it('documents that are edited leave their segments, which do not become one', async () => {
    const { store } = await openStoredLibrary();
    const segmenter = new Segmenter(store, PASSAGE_SHAPE, countWords, nothing, nothing);
    const sizes = async () => (await store.segments()).map(({ passageCount }) => passageCount).sort((a, b) => a - b);
    const book = Array.from({ length: 2500 }, (_, at) => storedPassage('', at));
    for (const name of ['bees', 'snow']) {
      const { id } = await addWaiting(store, `${name}.pdf`);
      await store.putWhole(id, book);
      await segmenter.finish([(await addWhole(store, `${name}.md`)).id, id]);
    }
    expect(await sizes()).toEqual([2501, 2501]);
    const edited = [await addWhole(store, 'bees.md'), await addWhole(store, 'snow.md')].map(({ id }) => id);
    await segmenter.finish(edited);
    expect(await sizes()).toEqual([2, 2500, 2500]);
    const names = async () => (await store.documents()).map(({ path, state }) => `${path} ${state}`).sort();
    expect(await names()).toEqual(['bees.md done', 'bees.pdf done', 'snow.md done', 'snow.pdf done']);
    expect((await segmenter.readAll()).map(({ id }) => id).sort()).toEqual(
      (await store.documents()).map(({ id }) => id).sort(),
    );
    store.close();
  });

  it('a segment stays whole when what it replaced cannot be removed', async () => {
    const { store, files, caches } = await openStoredLibrary();
    const segmenter = new Segmenter(store, PASSAGE_SHAPE, countWords, nothing, nothing);
    await segmenter.finish([(await addWhole(store, 'bees.md')).id]);
    const { id } = await addWhole(store, 'plan.md');
    caches.has = () => Promise.reject(new DOMException('Unexpected internal error.', 'UnknownError'));
    await segmenter.finish([id]);
    const named = (await store.segments()).flatMap(({ shards }) => shards.map(({ file }) => file));
    expect(named).toHaveLength(1);
    expect(files.names('shards').map((name) => `shards/${name}`)).toEqual(named);
    expect((await segmenter.readAll()).map((document) => document.id)).toEqual([1, id]);
    store.close();
  });
});
