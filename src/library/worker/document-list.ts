// The documents as this tab's worker knows them, and what the page was told of them: changes go out together, a few times a second.

import type { LibraryStore } from '../storage/library-store.ts';
import type { StoredDocument } from '../storage/records.ts';
import type { LibraryDocument } from '../types.ts';
import { announce } from './announcements.ts';

/** Milliseconds between two reports: a page can draw no faster than is read. */
const REPORT_MS = 250;

export interface ListReport {
  changed: LibraryDocument[];
  removed: number[];
}

export class DocumentList {
  private readonly store: LibraryStore;
  private readonly report: (report: ListReport) => void;
  private readonly known = new Map<number, StoredDocument>();
  private readonly changed = new Set<number>();
  /** Changed by this worker: other tabs hear of them. */
  private readonly own = new Set<number>();
  /** Of each reading of all that is under way: documents noted since it began, which it may have read as they were before. */
  private readonly readings = new Set<Set<number>>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: LibraryStore, report: (report: ListReport) => void) {
    this.store = store;
    this.report = report;
  }

  /** Reads all of them. @param isOwn whether this worker changed any: other tabs hear of all then */
  async load(isOwn = false): Promise<void> {
    const noted = new Set<number>();
    this.readings.add(noted);
    const documents = await this.store.documents().finally(() => this.readings.delete(noted));
    const ids = [...this.known.keys(), ...documents.map(({ id }) => id)];
    for (const id of this.known.keys()) if (!noted.has(id)) this.known.delete(id);
    for (const document of documents) if (!noted.has(document.id)) this.known.set(document.id, document);
    if (isOwn) for (const id of ids) this.own.add(id);
    this.touch(ids);
  }

  get all(): StoredDocument[] {
    return [...this.known.values()];
  }

  get(id: number): StoredDocument | undefined {
    return this.known.get(id);
  }

  /** Notes a document as it was just stored. */
  put(document: StoredDocument): void {
    this.known.set(document.id, document);
    this.own.add(document.id);
    this.note([document.id]);
  }

  drop(ids: readonly number[]): void {
    for (const id of ids) {
      this.known.delete(id);
      this.own.add(id);
    }
    this.note(ids);
  }

  /** Reads documents again that others changed. */
  async reload(ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      const document = await this.store.document(id);
      if (document) this.known.set(id, document);
      else this.known.delete(id);
    }
    this.note(ids);
  }

  /** Reads what others added or removed and could not say. @returns whether there was any */
  async catchUp(): Promise<boolean> {
    const there = new Set(await this.store.documentIds());
    const missed = [...new Set([...there, ...this.known.keys()])].filter((id) => there.has(id) !== this.known.has(id));
    const changed: number[] = [];
    for (const id of missed) {
      const document = await this.store.document(id);
      // Nothing is to be done for one that failed, and it may be an import's, which is kept in two steps: whoever made it so will say so.
      if (document?.state === 'failed') continue;
      if (document) this.known.set(id, document);
      else this.known.delete(id);
      changed.push(id);
    }
    if (changed.length > 0) this.note(changed);
    return changed.length > 0;
  }

  /** Reads documents again that this worker changed: other tabs hear of them. */
  async reloadOwn(ids: readonly number[]): Promise<void> {
    for (const id of ids) this.own.add(id);
    await this.reload(ids);
  }

  private note(ids: readonly number[]): void {
    for (const noted of this.readings) for (const id of ids) noted.add(id);
    this.touch(ids);
  }

  /** Reports soon, with nothing but the rest of the state if no document changed. */
  touch(ids: readonly number[] = []): void {
    for (const id of ids) this.changed.add(id);
    this.timer ??= setTimeout(() => this.flush(), REPORT_MS);
  }

  /** Reports at once. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const listed = [...this.changed].map((id) => ({ id, document: this.known.get(id) }));
    this.changed.clear();
    this.report({
      changed: listed.flatMap(({ document }) => (document && !document.isReplaced ? [asListed(document, this)] : [])),
      removed: listed.flatMap(({ id, document }) => (!document || document.isReplaced ? [id] : [])),
    });
    if (this.own.size > 0) announce({ type: 'documents', ids: [...this.own] });
    this.own.clear();
  }
}

export function asListed(document: StoredDocument, list: Pick<DocumentList, 'get'>): LibraryDocument {
  const { fileName, sha256: _, tokenCount, reusedCount, segment, attempts, isReplaced, replaces, ...listed } = document;
  const older = replaces === undefined ? undefined : list.get(replaces);
  return { ...listed, hasFile: fileName !== undefined, ...(older && { older: asListed(older, list) }) };
}
