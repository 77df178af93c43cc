// Every change of the library's storage, each one transaction: whatever dies when, a document is whole, or marked for continuing, or
// gone. Files are written before the record that names them and removed after it; `sweep` removes what a crash left between.

import type { StoreNames } from 'idb';
import type { FileRef } from '../../format/manifest.ts';
import { checkBytes } from '../../format/source.ts';
import { type Database, DURABLE, type LibrarySchema, openDatabase } from './database.ts';
import {
  isMissing,
  listPrivateFiles,
  readPrivateFile,
  removePrivateFile,
  storageError,
  writePrivateFile,
} from './private-files.ts';
import type { StoredDocument, StoredPart, StoredPassage, StoredSegment } from './records.ts';
import { textFiles } from './segment.ts';

/** Held shared while files are written and named, alone to remove those that nobody names. */
const FILES_LOCK = 'latelight-library-files';

/** Documents are changed by field: another transaction may have changed others. */
export type DocumentChange = Partial<Omit<StoredDocument, 'id'>>;

export interface SegmentSwap {
  added: StoredSegment | undefined;
  /** Content of the added segment's files beside shards, by name. */
  texts: ReadonlyMap<string, Uint8Array>;
  removed: readonly StoredSegment[];
  /** Documents that are done with it. */
  finished: readonly number[];
  /** Documents that are gone with it. */
  forgotten: readonly number[];
  /** What becomes of documents that were in a removed segment and are in none now. */
  changed?: ReadonlyMap<number, DocumentChange>;
}

export class LibraryStore {
  private database!: Database;
  private readonly onSuperseded: (() => void) | undefined;
  /** The browser dropped the connection. */
  private isDropped = false;
  /** We closed it, for good. */
  private isClosed = false;
  private connecting: Promise<void> | undefined;

  private constructor(onSuperseded: (() => void) | undefined) {
    this.onSuperseded = onSuperseded;
  }

  /** @throws LatelightError `storage-failed` */
  static async open(onSuperseded?: () => void): Promise<LibraryStore> {
    const store = new LibraryStore(onSuperseded);
    await store.connect();
    return store;
  }

  close(): void {
    this.isClosed = true;
    this.database.close();
  }

  documents(): Promise<StoredDocument[]> {
    return this.guarded(() => this.database.getAll('documents'));
  }

  document(id: number): Promise<StoredDocument | undefined> {
    return this.guarded(() => this.database.get('documents', id));
  }

  documentIds(): Promise<number[]> {
    return this.guarded(() => this.database.getAllKeys('documents'));
  }

  segments(): Promise<StoredSegment[]> {
    return this.guarded(() => this.database.getAll('segments'));
  }

  setting(name: string): Promise<unknown> {
    return this.guarded(() => this.database.get('settings', name));
  }

  async setSetting(name: string, value: unknown): Promise<void> {
    await this.guarded(() => this.database.put('settings', value, name));
  }

  /**
   * Keeps a document's file, then its record. Of the others of its path, those that are not done go; one that is done is found until this
   * one is.
   * @returns the document, those that went, and the one that it is going to replace
   */
  async add(
    document: Omit<StoredDocument, 'id' | 'fileName'>,
    content: Blob | undefined,
  ): Promise<{ stored: StoredDocument; gone: number[] }> {
    const fileName = content && crypto.randomUUID();
    const { stored, gone } = await this.namingFiles(async () => {
      if (content && fileName) await writePrivateFile('documents', fileName, content);
      try {
        return await this.addRecord({ ...document, ...(fileName && { fileName }) });
      } catch (error) {
        // A full disk has room for the file at times, and none for its record: each attempt would leave a file.
        if (fileName) await removePrivateFile('documents', fileName);
        throw error;
      }
    });
    for (const { fileName: old } of gone) if (old) await removePrivateFile('documents', old);
    return { stored, gone: gone.map(({ id }) => id) };
  }

  private async addRecord(
    document: Omit<StoredDocument, 'id'>,
  ): Promise<{ stored: StoredDocument; gone: StoredDocument[] }> {
    const gone: StoredDocument[] = [];
    const transaction = this.begin(['documents', 'parts']);
    const documents = transaction.objectStore('documents');
    let replaces: number | undefined;
    /** Ids that addresses may know the path's document by, but for that of the one to be replaced, which is found by it until then. */
    const formerIds: number[] = [];
    for (const older of await documents.index('path').getAll(document.path)) {
      if (older.state === 'done') {
        replaces = older.id;
        formerIds.push(...(older.formerIds ?? []));
        await documents.put({ ...older, isReplaced: true });
      } else {
        gone.push(older);
        formerIds.push(...idsOf(older));
        await documents.delete(older.id);
        await transaction.objectStore('parts').delete(partsOf(older.id));
      }
    }
    const record = {
      ...document,
      ...(replaces && { replaces }),
      ...(formerIds.length > 0 && { formerIds: [...new Set(formerIds)] }),
    };
    const id = await documents.add(record as StoredDocument);
    await transaction.done;
    return { stored: { ...record, id }, gone };
  }

  /** @returns the document as it is now; nothing when it is gone */
  async change(id: number, change: DocumentChange): Promise<StoredDocument | undefined> {
    return this.guarded(async () => {
      const transaction = this.begin(['documents']);
      const store = transaction.objectStore('documents');
      const found = await store.get(id);
      const changed = found && { ...found, ...change };
      if (changed) await store.put(changed);
      await transaction.done;
      return changed;
    });
  }

  parts(id: number): Promise<StoredPart[]> {
    return this.guarded(() => this.database.getAll('parts', partsOf(id)));
  }

  /**
   * Keeps the next passages of a document.
   * @param reused how many of them were not encoded again
   * @returns the document; nothing when it is gone
   */
  async addPart(
    id: number,
    first: number,
    passages: StoredPassage[],
    reused: number,
  ): Promise<StoredDocument | undefined> {
    return this.guarded(async () => {
      const transaction = this.begin(['documents', 'parts']);
      const documents = transaction.objectStore('documents');
      const found = await documents.get(id);
      if (found?.state !== 'indexing' || found.doneCount !== first) {
        await transaction.done;
        return undefined;
      }
      const tokenCount = passages.reduce((sum, { encoded }) => sum + encoded.tokenCount, found.tokenCount);
      const reusedCount = (found.reusedCount ?? 0) + reused;
      const changed = { ...found, doneCount: first + passages.length, reusedCount, tokenCount };
      await documents.put(changed);
      await transaction.objectStore('parts').put({ documentId: id, first, passages });
      await transaction.done;
      return changed;
    });
  }

  /** Keeps all passages of a document at once: it is whole then, whatever it was before. */
  async putWhole(id: number, passages: StoredPassage[]): Promise<StoredDocument | undefined> {
    return this.guarded(async () => {
      const transaction = this.begin(['documents', 'parts']);
      const documents = transaction.objectStore('documents');
      const found = await documents.get(id);
      const tokenCount = Math.round(passages.reduce((sum, { encoded }) => sum + encoded.tokenCount, 0));
      const passageCount = passages.length;
      const changed = found && {
        ...found,
        ...({ state: 'indexing', reason: undefined } as const),
        ...{ passageCount, doneCount: passageCount, tokenCount },
      };
      if (changed) {
        await documents.put(changed);
        await transaction.objectStore('parts').delete(partsOf(id));
        await transaction.objectStore('parts').put({ documentId: id, first: 0, passages });
      }
      await transaction.done;
      return changed;
    });
  }

  /** Drops the passages of a document that are kept, so that it starts afresh with `change`. */
  async restart(id: number, change: DocumentChange): Promise<StoredDocument | undefined> {
    return this.guarded(async () => {
      const transaction = this.begin(['documents', 'parts']);
      const documents = transaction.objectStore('documents');
      const found = await documents.get(id);
      const changed = found && { ...found, doneCount: 0, reusedCount: 0, tokenCount: 0, ...change };
      if (changed) await documents.put(changed);
      await transaction.objectStore('parts').delete(partsOf(id));
      await transaction.done;
      return changed;
    });
  }

  /**
   * Puts a segment in the place of others. Nothing happens when a document or a segment it was made of is gone meanwhile.
   * @returns whether it happened
   */
  async swap({ added, texts, removed, finished, forgotten, changed = new Map() }: SegmentSwap): Promise<boolean> {
    return this.guarded(async () => {
      const transaction = this.begin(['documents', 'parts', 'segments', 'files']);
      const documents = transaction.objectStore('documents');
      const parts = transaction.objectStore('parts');
      const segments = transaction.objectStore('segments');
      const files = transaction.objectStore('files');
      const records = await Promise.all(finished.map((id) => documents.get(id)));
      const old = await Promise.all(removed.map(({ key }) => segments.getKey(key)));
      if (records.includes(undefined) || old.includes(undefined)) {
        await transaction.done;
        return false;
      }
      const writes: Promise<unknown>[] = [];
      for (const segment of removed) {
        writes.push(segments.delete(segment.key));
        for (const { file } of textFiles(segment)) writes.push(files.delete(file));
      }
      const gone: StoredDocument[] = [];
      /** By a forgotten document's id: every id that addresses may know it by. */
      const replaced = new Map<number | undefined, number[]>();
      for (const id of forgotten) {
        const record = await documents.get(id);
        if (record) {
          gone.push(record);
          replaced.set(id, idsOf(record));
        }
        writes.push(documents.delete(id), parts.delete(partsOf(id)));
      }
      for (const [id, change] of changed) {
        const record = await documents.get(id);
        if (record) writes.push(documents.put({ ...record, ...change }));
      }
      if (added) {
        writes.push(segments.put(added));
        for (const [file, content] of texts) writes.push(files.put(content, file));
        const isFinished = new Set(finished);
        for (const { id } of added.documents) {
          const record = records.find((found) => found?.id === id) ?? (await documents.get(id));
          if (!record) continue;
          const { replaces } = record;
          const formerIds = [...new Set([...(replaced.get(replaces) ?? []), ...(record.formerIds ?? [])])];
          const done = { segment: added.key, state: 'done', replaces: undefined } as const;
          writes.push(documents.put({ ...record, ...done, ...(formerIds.length > 0 && { formerIds }) }));
          if (isFinished.has(id)) writes.push(parts.delete(partsOf(id)));
        }
      }
      await Promise.all(writes);
      await transaction.done;
      await Promise.all([
        ...removed.flatMap(({ shards }) => shards.map(({ file }) => removePrivateFile('shards', shardName(file)))),
        ...gone.flatMap(({ fileName }) => (fileName ? [removePrivateFile('documents', fileName)] : [])),
      ]);
      return true;
    });
  }

  /** Forgets documents; needs no room, as nothing is written. @param kept documents that they were to replace, which are no longer */
  async forget(ids: readonly number[], kept: readonly number[] = []): Promise<void> {
    const changed = new Map(kept.map((id) => [id, { isReplaced: false }]));
    await this.swap({ added: undefined, texts: new Map(), removed: [], finished: [], forgotten: ids, changed });
  }

  /** Runs what writes files and then names them in a record. */
  namingFiles<T>(run: () => Promise<T>): Promise<T> {
    return navigator.locks.request(FILES_LOCK, { mode: 'shared' }, () => this.guarded(run)) as Promise<T>;
  }

  removeShard(file: string): Promise<void> {
    return removePrivateFile('shards', shardName(file));
  }

  writeShard(file: string, content: Uint8Array): Promise<void> {
    return writePrivateFile('shards', shardName(file), content);
  }

  /** A file of a segment. @throws LatelightError `storage-failed`, `hash-mismatch` */
  async read(ref: FileRef): Promise<Uint8Array> {
    if (ref.file.startsWith('shards/')) {
      const file = await readPrivateFile('shards', shardName(ref.file));
      return checkBytes(ref, new Uint8Array(await file.arrayBuffer()));
    }
    const bytes = await this.guarded(() => this.database.get('files', ref.file));
    if (!bytes) throw storageError(new DOMException('it is not there', 'NotFoundError'), ref.file);
    return checkBytes(ref, bytes);
  }

  /** Nothing when none is kept, or it was removed meanwhile. @throws LatelightError `storage-failed` */
  async file({ fileName }: StoredDocument): Promise<File | undefined> {
    if (fileName === undefined) return undefined;
    try {
      return await readPrivateFile('documents', fileName);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Removes every file and part that no record names. @returns how many there were; nothing when somebody is writing */
  async sweep(): Promise<number | undefined> {
    return navigator.locks.request(FILES_LOCK, { ifAvailable: true }, async (lock) => {
      if (!lock) return undefined;
      return this.guarded(async () => {
        const [documents, segments, parts, files] = await Promise.all([
          this.database.getAll('documents'),
          this.database.getAll('segments'),
          this.database.getAllKeys('parts'),
          this.database.getAllKeys('files'),
        ]);
        const named = new Set(documents.map(({ fileName }) => fileName));
        const ids = new Set(documents.map(({ id }) => id));
        const shards = new Set(segments.flatMap((segment) => segment.shards.map(({ file }) => shardName(file))));
        const texts = new Set(segments.flatMap((segment) => textFiles(segment).map(({ file }) => file)));
        const lostFiles = (await listPrivateFiles('documents')).filter((file) => !named.has(file));
        const lostShards = (await listPrivateFiles('shards')).filter((file) => !shards.has(file));
        const lostParts = parts.filter(([id]) => !ids.has(id));
        const lostTexts = files.filter((file) => !texts.has(file));
        for (const file of lostFiles) await removePrivateFile('documents', file);
        for (const file of lostShards) await removePrivateFile('shards', file);
        for (const key of lostParts) await this.database.delete('parts', key);
        for (const key of lostTexts) await this.database.delete('files', key);
        return lostFiles.length + lostShards.length + lostParts.length + lostTexts.length;
      });
    });
  }

  private begin<Names extends StoreNames<LibrarySchema>>(stores: Names[]) {
    const transaction = this.database.transaction(stores, 'readwrite', DURABLE);
    // A request that fails rejects where it is awaited; this would say so once more, to nobody.
    transaction.done.catch(() => undefined);
    return transaction;
  }

  /** What every method goes through: errors are ours, and a connection that the browser dropped is followed by another. */
  private async guarded<T>(run: () => Promise<T>): Promise<T> {
    try {
      if (this.isDropped && !this.isClosed) await this.reconnect();
      const used = this.database;
      try {
        return await run();
      } catch (error) {
        // Dropped without a word so far: a closed connection refuses to begin. What runs is one transaction, or can be run again.
        if (this.isClosed || !(error instanceof DOMException && error.name === 'InvalidStateError')) throw error;
        if (used === this.database) await this.reconnect();
        return await run();
      }
    } catch (error) {
      throw storageError(error);
    }
  }

  /** One for all that wait for it. */
  private reconnect(): Promise<void> {
    this.connecting ??= this.connect().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  private async connect(): Promise<void> {
    const database: Database = await openDatabase({
      onSuperseded: () => {
        this.isClosed = true;
        this.onSuperseded?.();
      },
      onDropped: () => {
        if (this.database === database) this.isDropped = true;
      },
    });
    if (this.isClosed) database.close();
    this.database = database;
    this.isDropped = false;
  }
}

function idsOf({ id, formerIds = [] }: StoredDocument): number[] {
  return [...formerIds, id];
}

function partsOf(id: number): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, Infinity]);
}

function shardName(file: string): string {
  return file.slice('shards/'.length);
}
