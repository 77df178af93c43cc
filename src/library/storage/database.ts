// The library's IndexedDB (idb): its stores, and how older versions become this one.

import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from 'idb';
import { inSentence, LatelightError } from '../../errors.ts';
import type { StoredDocument, StoredPart, StoredSegment } from './records.ts';

export interface LibrarySchema extends DBSchema {
  documents: { key: number; value: StoredDocument; indexes: { path: string } };
  /** By document and first passage. */
  parts: { key: [number, number]; value: StoredPart };
  segments: { key: string; value: StoredSegment };
  /** Fragments, lexicons, pages and filters of segments, by the file name that the segment gives them. */
  files: { key: string; value: Uint8Array };
  settings: { key: string; value: unknown };
}

export type Database = IDBPDatabase<LibrarySchema>;
type Upgrade = IDBPTransaction<LibrarySchema, StoreNames<LibrarySchema>[], 'versionchange'>;
/** Waits for nothing but requests of the transaction. */
export type Migration = (database: Database, transaction: Upgrade) => void | Promise<void>;

/** Migration n makes version n + 1 of version n. Never changed once released, only added to. */
export const MIGRATIONS: readonly Migration[] = [
  (database) => {
    database.createObjectStore('documents', { keyPath: 'id', autoIncrement: true }).createIndex('path', 'path');
    database.createObjectStore('parts', { keyPath: ['documentId', 'first'] });
    database.createObjectStore('segments', { keyPath: 'key' });
    database.createObjectStore('files');
    database.createObjectStore('settings');
  },
];

const DATABASE_NAME = 'latelight-library';

export interface ConnectionEnds {
  /** Another tab runs a newer version that waits for this connection to end: it was closed. */
  onSuperseded?: (() => void) | undefined;
  /** The browser dropped it, as it does in the background, or with the site's data: another one can be opened. */
  onDropped?: () => void;
}

/**
 * @throws LatelightError `storage-failed` when the browser gives no storage, or holds a library of a newer version
 */
export async function openDatabase(
  { onSuperseded, onDropped }: ConnectionEnds = {},
  migrations: readonly Migration[] = MIGRATIONS,
  name = DATABASE_NAME,
): Promise<Database> {
  let failure: unknown;
  try {
    const database = await openDB<LibrarySchema>(name, migrations.length, {
      upgrade(opened, oldVersion, _newVersion, transaction) {
        transaction.done.catch(() => undefined); // opening rejects too
        migrateAll(migrations.slice(oldVersion), opened, transaction).catch((error) => {
          failure = error;
          // A request that failed has ended it already.
          if (transaction.error === null) transaction.abort();
        });
      },
      blocking() {
        database.close();
        onSuperseded?.();
      },
      terminated: () => onDropped?.(),
    });
    return database;
  } catch (cause) {
    const isNewer = cause instanceof DOMException && cause.name === 'VersionError';
    throw new LatelightError(
      'storage-failed',
      isNewer
        ? `library: expected storage of version ${migrations.length} or older, got a newer one. Reload the page to get the newer app; nothing was changed.`
        : `library: expected this browser to keep data for this page, got ${inSentence(failure ?? cause)}. Allow site data, or leave the private window.`,
      { cause },
    );
  }
}

async function migrateAll(migrations: readonly Migration[], database: Database, transaction: Upgrade): Promise<void> {
  for (const migrate of migrations) await migrate(database, transaction);
}

/** Waits until what was written is on the disk: index and text must be in step whatever dies when. */
export const DURABLE: IDBTransactionOptions = { durability: 'strict' };
