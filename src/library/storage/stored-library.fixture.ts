// A library's storage in Node, for tests of what becomes of documents: IndexedDB, files and locks in memory, afresh for each test.

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { vi } from 'vitest';
import { PretendFiles, pretendCaches } from './browser-storage.fixture.ts';
import { LibraryStore } from './library-store.ts';
import type { StoredDocument } from './records.ts';
import { storedPassage } from './segment.fixture.ts';

/** What `vi.unstubAllGlobals` ends. */
export async function openStoredLibrary() {
  const files = new PretendFiles();
  const caches = pretendCaches();
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('caches', caches);
  vi.stubGlobal('location', new URL('https://a.example/library/'));
  vi.stubGlobal('navigator', { storage: files.storage, locks: { request: locks() } });
  return { store: await LibraryStore.open(), files, caches };
}

/** One at a time for each name, unless shared. */
function locks() {
  const last = new Map<string, Promise<unknown>>();
  return (name: string, ...[options, run]: [{ mode?: string } | (() => unknown), (() => unknown)?]) => {
    const hold = run ?? (options as () => Promise<unknown>);
    if (run && (options as { mode?: string }).mode === 'shared') return hold();
    const held = (last.get(name) ?? Promise.resolve()).then(hold);
    last.set(
      name,
      held.catch(() => undefined),
    );
    return held;
  };
}

const about = { title: '', kind: 'markdown', sizeBytes: 1, addedAt: 0, sha256: '' } as const;
const counts = { passageCount: 0, doneCount: 0, tokenCount: 0 };

/** Keeps a document that waits, with its file. */
export async function addWaiting(store: LibraryStore, path: string): Promise<StoredDocument> {
  const record = { ...about, ...counts, warnings: [], path };
  return (await store.add({ ...record, state: 'waiting' }, new Blob([path]))).stored;
}

/** Keeps a document whose one passage is kept, as an import does. */
export async function addWhole(store: LibraryStore, path: string): Promise<StoredDocument> {
  const { id } = await addWaiting(store, path);
  return (await store.putWhole(id, [storedPassage(path, 1)]))!;
}
