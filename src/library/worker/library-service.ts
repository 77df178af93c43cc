// The calls of the library's page, inside its indexing worker.

import { LatelightError } from '../../errors.ts';
import { sha256Hex } from '../../format/sha256.ts';
import type { ShardShape } from '../../format/shard.ts';
import { documentKind } from '../../ingest/document-kind.ts';
import { type ExportTools, exportLibrary } from '../archive/export-archive.ts';
import { type ImportedDocument, importArchive } from '../archive/import-archive.ts';
import type { ArchivedDocument } from '../archive/library-file.ts';
import { cleanPath } from '../clean-path.ts';
import { decoded } from '../decoded.ts';
import type { LibraryStore } from '../storage/library-store.ts';
import type { StoredDocument, StoredPassage } from '../storage/records.ts';
import { readSegment } from '../storage/segment.ts';
import type { AddedFile, DocumentPassage, ImportReport, LibraryDocument } from '../types.ts';
import { announce } from './announcements.ts';
import { asListed, type DocumentList } from './document-list.ts';
import type { Indexer } from './indexer.ts';
import { isDamage, type Segmenter } from './segmenter.ts';

/** Larger files are listed with the reason and not kept: reading one takes several times its size in memory. */
const MOST_FILE_BYTES = 256 * 2 ** 20;

const UNREADABLE = 'This browser may not read it, or it changed while it was read.';

/** Passages of imported documents that are made searchable together. */
const IMPORTED_TOGETHER = 2048;

export interface ServiceTools extends Omit<ExportTools, 'readAll'> {
  segmenter: Segmenter;
  list: DocumentList;
  indexer: Indexer;
}

export class LibraryService {
  private readonly tools: ServiceTools;
  private readonly store: LibraryStore;
  private readonly segmenter: Segmenter;
  private readonly list: DocumentList;
  private readonly indexer: Indexer;
  private readonly shape: ShardShape;

  constructor(tools: ServiceTools) {
    this.tools = tools;
    this.store = tools.store;
    this.segmenter = tools.segmenter;
    this.list = tools.list;
    this.indexer = tools.indexer;
    this.shape = tools.shape;
  }

  /** @throws LatelightError `storage-full`, `storage-failed`: what was added before the failure stays */
  async add(files: readonly AddedFile[]): Promise<LibraryDocument[]> {
    const added: LibraryDocument[] = [];
    for (const { path, file } of files) {
      added.push(asListed(await this.addFile(cleanPath(path), file), this.list));
      this.indexer.pump();
    }
    return added;
  }

  async remove(ids: readonly number[], { keepOlder = false }: { keepOlder?: boolean } = {}): Promise<void> {
    await this.indexer.dropDuring(ids, async () => {
      const replaced = ids.flatMap((id) => this.list.get(id)?.replaces ?? []);
      try {
        await this.segmenter.remove(ids, keepOlder);
      } finally {
        // Whatever failed: what has no record any more is dropped from the list.
        await this.list.reloadOwn([...ids, ...replaced]);
        // This tab may be closed while space is freed.
        this.list.flush();
      }
    });
    // They are removed by now: what space they took can be freed later.
    await this.segmenter.compact().catch(() => undefined);
  }

  async retry(ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      const known = this.list.get(id);
      if (known?.state !== 'failed' || known.fileName === undefined) continue;
      const changed = await this.store.restart(id, {
        state: 'waiting',
        reason: undefined,
        attempts: 0,
        passageCount: 0,
      });
      if (changed) this.list.put(changed);
    }
    this.indexer.pump();
  }

  async setPaused(paused: boolean): Promise<void> {
    await this.store.setSetting('paused', paused);
    this.indexer.paused = paused;
    announce({ type: 'paused' });
    this.list.touch();
  }

  /** @param onProgress of documents */
  export(onProgress: (done: number, total: number) => void): Promise<Blob> {
    return exportLibrary({ ...this.tools, readAll: () => this.segmenter.readAll() }, onProgress);
  }

  /** @throws LatelightError as `importArchive` does; what was kept before the failure stays */
  async import(
    source: Blob | readonly AddedFile[],
    onProgress: (done: number, total: number) => void,
  ): Promise<ImportReport> {
    const whole: number[] = [];
    let passageCount = 0;
    const finish = async () => {
      passageCount = 0;
      try {
        await this.segmenter.finish(whole.splice(0));
      } catch (error) {
        // All that they are is kept: they become searchable when indexing is resumed.
        this.indexer.stopFor(error);
        throw error;
      } finally {
        await this.list.load(true);
      }
    };
    const here = ({ path, addedAt, sha256, passageCount: count }: ArchivedDocument) => {
      const known = this.list.all.filter((one) => one.path === path);
      const isSame = (one: StoredDocument) =>
        one.state === 'done' &&
        !one.isReplaced &&
        // Pages of an index come without the hash of a file: whether they changed is not known.
        sha256 !== '' &&
        one.sha256 === sha256 &&
        one.passageCount === count;
      if (known.some(isSame)) return 'unchanged';
      // Corrected since: an old export is no reason to lose that.
      if (known.some((one) => one.state !== 'failed' && one.addedAt > addedAt)) return 'newer';
      return known.length > 0 ? 'older' : undefined;
    };
    const keep = async ({ path, title, sizeBytes, addedAt, sha256, passages, content }: ImportedDocument) => {
      // Whatever cuts an import short, its documents say so, and those whose file is here can be tried again.
      const about = { path, title, sizeBytes, addedAt, sha256, kind: documentKind(path) };
      const counts = { passageCount: 0, doneCount: 0, tokenCount: 0, warnings: [] };
      const reason = 'Its import was cut short. Import it again.';
      const kept = await this.store.add({ ...about, ...counts, state: 'failed', reason }, content);
      let { stored } = kept;
      try {
        stored = (await this.store.putWhole(stored.id, passages)) ?? stored;
      } finally {
        // Not before: it would be shown, and announced, as failed.
        await this.noteAdded({ ...kept, stored });
      }
      whole.push(stored.id);
      passageCount += passages.length;
      if (passageCount >= IMPORTED_TOGETHER) await finish();
    };
    const { engine, shape } = this.tools;
    try {
      return await importArchive(source, { engine, shape, mostFileBytes: MOST_FILE_BYTES, here, keep }, onProgress);
    } finally {
      try {
        if (whole.length > 0) await finish();
      } finally {
        // Takes up what did not become searchable, here or, told of the documents, where indexing goes on.
        this.indexer.pump();
      }
    }
  }

  async file(id: number): Promise<Blob> {
    const file = await this.store.file(await this.known(id));
    if (!file)
      throw new LatelightError(
        'bad-option',
        `library: expected a document whose file is kept, got ${id}. It came with an index.`,
      );
    return file;
  }

  async passages(id: number): Promise<DocumentPassage[]> {
    const document = await this.known(id);
    const kept = (await this.passagesOf(document)) ?? (await this.passagesOf(await this.known(id)));
    return (kept ?? []).map(({ passage: { text, headings, url } }, number) => {
      const hash = url.indexOf('#');
      return { number, text, headings, anchor: hash < 0 ? '' : decoded(url.slice(hash + 1)) };
    });
  }

  /** Nothing when its segment was replaced meanwhile. */
  private async passagesOf({ id, segment: key }: StoredDocument): Promise<StoredPassage[] | undefined> {
    if (key === undefined) return (await this.store.parts(id)).flatMap(({ passages }) => passages);
    const segment = (await this.store.segments()).find((one) => one.key === key);
    if (!segment) return undefined;
    try {
      return (await readSegment(segment, this.shape, (ref) => this.store.read(ref))).get(id);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return undefined;
    }
  }

  private async known(id: number): Promise<StoredDocument> {
    const document = await this.store.document(id);
    if (!document)
      throw new LatelightError('bad-option', `library: expected a document that is there, got ${id}. It was removed.`);
    return document;
  }

  private async addFile(path: string, file: Blob | undefined): Promise<StoredDocument> {
    const about = {
      path,
      title: path.slice(path.lastIndexOf('/') + 1),
      kind: documentKind(path),
      sizeBytes: file?.size ?? 0,
      addedAt: Date.now(),
      passageCount: 0,
      doneCount: 0,
      tokenCount: 0,
      warnings: [],
    };
    const fails = async (reason: string): Promise<StoredDocument> => {
      const isToRead = ({ path: other, state, fileName }: StoredDocument) =>
        other === path && state !== 'done' && fileName !== undefined;
      const kept = this.list.all.find(isToRead);
      if (kept) return { ...kept, state: 'failed', reason };
      return this.put({ ...about, sha256: '', state: 'failed', reason }, undefined);
    };
    const reason = file && refusal(file);
    if (reason) return fails(reason);
    let bytes: Uint8Array;
    try {
      if (!file) return fails(UNREADABLE);
      bytes = new Uint8Array(await file.arrayBuffer());
    } catch {
      return fails(UNREADABLE);
    }
    const sha256 = await sha256Hex(bytes);
    const same = this.list.all.find((known) => known.path === path && known.sha256 === sha256 && !known.isReplaced);
    if (same && same.state !== 'failed') return same;
    return this.put({ ...about, sha256, state: 'waiting' }, new Blob([bytes as BlobPart]));
  }

  /** Keeps a document; one of the same path that is not done yet makes way at once, one that is done when this one is. */
  private async put(
    document: Omit<StoredDocument, 'id' | 'fileName'>,
    content: Blob | undefined,
  ): Promise<StoredDocument> {
    const added = await this.store.add(document, content);
    await this.noteAdded(added);
    return added.stored;
  }

  private async noteAdded({ stored, gone }: { stored: StoredDocument; gone: readonly number[] }): Promise<void> {
    this.indexer.drop(gone);
    this.list.drop(gone);
    if (stored.replaces !== undefined) await this.list.reloadOwn([stored.replaces]);
    this.list.put(stored);
  }
}

function refusal({ size }: Blob): string | undefined {
  if (size === 0) return 'The file is empty.';
  if (size <= MOST_FILE_BYTES) return undefined;
  return `It is larger than ${MOST_FILE_BYTES / 2 ** 20} MB, more than a browser can read at once.`;
}
