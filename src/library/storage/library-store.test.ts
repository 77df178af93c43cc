import 'fake-indexeddb/auto';
import { forceCloseDatabase } from 'fake-indexeddb';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LibraryStore } from './library-store.ts';
import type { StoredDocument, StoredSegment } from './records.ts';
import { addWaiting, openStoredLibrary } from './stored-library.fixture.ts';

// IndexedDB in Node, and no file is kept but in the last: what is tested is what becomes of the records.

let store: LibraryStore;
beforeEach(async () => {
  const request = (_: string, options: unknown, run = options as () => Promise<unknown>) => run();
  vi.stubGlobal('navigator', { locks: { request } });
  store = await LibraryStore.open();
});
afterEach(() => {
  store.close();
  vi.unstubAllGlobals();
});

const about = { title: '', kind: 'markdown', sizeBytes: 7, addedAt: 0, sha256: '' } as const;
const counts = { passageCount: 1, doneCount: 1, tokenCount: 1 };

async function add(path: string): Promise<StoredDocument> {
  return (await store.add({ ...about, ...counts, warnings: [], path, state: 'indexing' }, undefined)).stored;
}

/** Makes it searchable in the place of what it replaces, in a segment of its own. */
async function finish({ id, replaces }: StoredDocument): Promise<StoredDocument | undefined> {
  const [old] = (await store.segments()).filter(({ documents }) => documents.some((one) => one.id === replaces));
  const files = { shards: [], fragments: [], lexicon: [], pages: { file: 'pages/0', bytes: 0, sha256: '' } };
  const documents = [{ id, passageCount: 1 }];
  const added: StoredSegment = { key: `of ${id}`, documents, passageCount: 1, tokenCount: 1, ...files };
  const forgotten = replaces === undefined ? [] : [replaces];
  await store.swap({ added, texts: new Map(), removed: old ? [old] : [], finished: [id], forgotten });
  return store.document(id);
}

it('a document knows every id that its path had before, whether that was done or not', async () => {
  const first = await add('plan.md');
  expect((await finish(first))?.formerIds).toBeUndefined();
  const second = await add('plan.md');
  expect((await finish(second))?.formerIds).toEqual([first.id]);
  const cut = await add('plan.md');
  const third = await add('plan.md');
  expect(third).toMatchObject({ replaces: second.id, formerIds: [first.id, cut.id] });
  expect((await finish(third))?.formerIds).toEqual([first.id, second.id, cut.id]);
  expect((await store.documents()).map(({ id }) => id)).toEqual([third.id]);
});

it('what is to be replaced stays as it is until the new one is done, and is free again when that is given up', async () => {
  const first = (await finish(await add('bees.md')))!;
  const second = await add('bees.md');
  await store.restart(second.id, { state: 'failed', reason: 'It is damaged.' });
  expect(await store.document(first.id)).toEqual({ ...first, isReplaced: true });
  await store.forget([second.id], [first.id]);
  expect(await store.document(first.id)).toEqual({ ...first, isReplaced: false });
  expect(await store.document(second.id)).toBeUndefined();
});

it('a document for whose record there is no room leaves no file', async () => {
  const { store: full, files } = await openStoredLibrary();
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  await expect(addWaiting(full, 'plan.md')).rejects.toMatchObject({ code: 'storage-full' });
  vi.restoreAllMocks();
  expect(files.names('documents')).toEqual([]);
  await addWaiting(full, 'plan.md');
  expect(files.names('documents')).toHaveLength(1);
  full.close();
});

describe('a connection that the browser dropped', () => {
  /** The connections that were opened, the first by the store. */
  async function connected() {
    const opening = vi.spyOn(indexedDB, 'open');
    const onSuperseded = vi.fn();
    const dropped = await LibraryStore.open(onSuperseded);
    const connections = () => opening.mock.results.map(({ value }) => value.result as IDBDatabase);
    return { dropped, connections, onSuperseded };
  }
  afterEach(() => vi.restoreAllMocks());

  it('is followed by another, one for all that wait for it', async () => {
    const { dropped, connections } = await connected();
    const { id } = await add('bees.md');
    for (const count of [2, 3]) {
      forceCloseDatabase(connections().at(-1) as never);
      const [documents, found] = await Promise.all([dropped.documents(), dropped.document(id), dropped.segments()]);
      expect(documents).toContainEqual(found);
      expect(connections()).toHaveLength(count);
    }
    dropped.close();
  });

  it('is followed by another when the browser has not said so: what was refused is done', async () => {
    const { dropped, connections } = await connected();
    for (const act of [
      () => dropped.setSetting('paused', true),
      () => dropped.add({ ...about, ...counts, warnings: [], path: 'snow.md', state: 'waiting' }, undefined),
    ]) {
      connections().at(-1)!.close();
      await Promise.all([dropped.segments(), act()]);
    }
    expect(await store.setting('paused')).toBe(true);
    expect((await store.documents()).filter(({ path }) => path === 'snow.md')).toHaveLength(1);
    expect(connections()).toHaveLength(3);
    dropped.close();
  });

  it('is not one that we closed, nor one that made way for a newer version', async () => {
    const { dropped: closed, connections } = await connected();
    forceCloseDatabase(connections()[0] as never);
    closed.close();
    await expect(closed.documents()).rejects.toMatchObject({ code: 'storage-failed' });
    expect(connections()).toHaveLength(1);
    const { dropped: superseded, onSuperseded } = await connected();
    store.close();
    await deleteDB('latelight-library');
    expect(onSuperseded).toHaveBeenCalledOnce();
    const before = connections().length;
    await expect(superseded.documents()).rejects.toMatchObject({ code: 'storage-failed' });
    expect(connections()).toHaveLength(before);
  });
});
