// What the worker knows of documents while it reads all of them anew, as it does when its turn to index comes.

import { expect, it, vi } from 'vitest';
import type { LibraryStore } from '../storage/library-store.ts';
import type { StoredDocument } from '../storage/records.ts';
import { DocumentList } from './document-list.ts';

const document = (id: number, title: string) => ({ id, title, path: title }) as StoredDocument;

it('keeps what is added, changed or removed while all documents are read anew', async () => {
  vi.useFakeTimers(); // nothing is reported
  let give = (_documents: StoredDocument[]) => {};
  const documents = vi.fn(async () => [document(1, 'old'), document(2, 'removed'), document(4, 'gone elsewhere')]);
  const list = new DocumentList({ documents } as unknown as LibraryStore, () => undefined);
  await list.load();
  documents.mockImplementation(() => new Promise((resolve) => (give = resolve)));
  const loading = list.load();
  list.put(document(1, 'new'));
  list.drop([2]);
  list.put(document(3, 'added'));
  // As it was when reading began.
  give([document(1, 'old'), document(2, 'removed'), document(5, 'from elsewhere')]);
  await loading;
  expect(list.all.map(({ id, title }) => [id, title]).sort()).toEqual([
    [1, 'new'],
    [3, 'added'],
    [5, 'from elsewhere'],
  ]);
});
