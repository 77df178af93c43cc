import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { type Database, MIGRATIONS, type Migration, openDatabase } from './database.ts';
import type { StoredDocument } from './records.ts';

// An implementation of IndexedDB in Node: what is tested is when which migration runs, and what is left when one fails.

const NAME = 'library-under-test';
const NEXT = [
  ...MIGRATIONS,
  // What a next version may need: a field that older records lack, and an index over it.
  async (_: Database, transaction: Parameters<Migration>[1]) => {
    const documents = transaction.objectStore('documents');
    for (const document of await documents.getAll()) await documents.put({ ...document, attempts: 1 });
  },
];
const document = {
  path: 'bees.md',
  title: 'Bees',
  kind: 'markdown',
  sizeBytes: 7,
  addedAt: 0,
  state: 'waiting',
  passageCount: 0,
  doneCount: 0,
  tokenCount: 0,
  warnings: [],
  sha256: '',
} as unknown as StoredDocument;

const open: Database[] = [];
async function opened(migrations = MIGRATIONS, onSuperseded?: () => void): Promise<Database> {
  const database = await openDatabase({ onSuperseded }, migrations, NAME);
  open.push(database);
  return database;
}

afterEach(async () => {
  for (const database of open.splice(0)) database.close();
  await deleteDB(NAME);
});

describe('migrations', () => {
  it('make an empty library of nothing', async () => {
    const database = await opened();
    expect([...database.objectStoreNames].sort()).toEqual(['documents', 'files', 'parts', 'segments', 'settings']);
    expect(database.version).toBe(MIGRATIONS.length);
  });

  it('bring an older library to the new version, with everything in it', async () => {
    const old = await opened();
    const id = await old.add('documents', document);
    await old.put('files', new Uint8Array([1, 2]), 'text');
    old.close();
    const database = await opened(NEXT);
    expect(database.version).toBe(NEXT.length);
    expect(await database.getAll('documents')).toEqual([{ ...document, id, attempts: 1 }]);
    expect(await database.get('files', 'text')).toEqual(new Uint8Array([1, 2]));
  });

  it('run once', async () => {
    const old = await opened();
    await old.add('documents', document);
    old.close();
    const once = await opened(NEXT);
    await once.put('documents', { ...(await once.getAll('documents'))[0], attempts: 5 });
    once.close();
    expect((await (await opened(NEXT)).getAll('documents'))[0].attempts).toBe(5);
  });

  it('leave the older library as it was when one fails', async () => {
    const old = await opened();
    await old.add('documents', document);
    old.close();
    const failing = [
      ...MIGRATIONS,
      (_: Database, transaction: Parameters<Migration>[1]) => {
        transaction
          .objectStore('documents')
          .clear()
          .catch(() => undefined); // aborted with the rest
        throw new Error('a mistake of ours');
      },
    ];
    await expect(opened(failing)).rejects.toMatchObject({ code: 'storage-failed' });
    const database = await opened();
    expect(database.version).toBe(MIGRATIONS.length);
    expect(await database.count('documents')).toBe(1);
  });

  it('refuse a library of a newer version, and say that nothing was changed', async () => {
    (await opened(NEXT)).close();
    await expect(opened()).rejects.toMatchObject({
      code: 'storage-failed',
      message: expect.stringContaining('nothing was changed'),
    });
  });
});

it('an older connection makes way for a newer version, and is told', async () => {
  let told = false;
  await opened(MIGRATIONS, () => {
    told = true;
  });
  const database = await opened(NEXT);
  expect(told).toBe(true);
  expect(database.version).toBe(NEXT.length);
});
