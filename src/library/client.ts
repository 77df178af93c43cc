// `openLibrary`: the library of this origin, as a page uses it. Two workers stand behind it: one searches, one keeps and indexes.

import { LatelightError } from '../errors.ts';
import type { LoadProgress, OpenOptions, SearchEngine } from '../types.ts';
import { WorkerEngine } from '../worker/client.ts';
import type { AddedFile, DocumentPassage, ImportReport, Library, LibraryDocument, LibraryState } from './types.ts';
import type { StateChange } from './worker/protocol.ts';
import { WorkerLink } from './worker-link.ts';

export interface LibraryOptions {
  device?: OpenOptions['device'];
  /** Workers that encode on the CPU, 1..4; as many as there are cores without it. */
  workers?: number;
}

/**
 * Opens the library.
 * @param url of the page: the app's engine file lies beside it, and hits lead to places on it
 * @throws LatelightError `insecure-context`, `storage-failed`, `download-failed`, `bad-manifest`, `worker-crashed`
 */
export async function openLibrary(url: string | URL, options: LibraryOptions = {}): Promise<Library> {
  if (!isSecureContext || !navigator.locks || !navigator.storage?.getDirectory) {
    throw new LatelightError(
      'insecure-context',
      `library: expected a browser with private file storage on https or localhost, got ${location.origin}. Open the page over https in a current browser.`,
    );
  }
  const library = new WorkerLibrary(new URL(url, document.baseURI), options);
  try {
    await library.connect();
  } catch (error) {
    library.close();
    throw error;
  }
  return library;
}

class WorkerLibrary implements Library {
  readonly engine: SearchEngine;
  private readonly search: WorkerEngine;
  private readonly link: WorkerLink;
  private readonly listeners = new Set<(state: LibraryState) => void>();
  private readonly documents = new Map<number, LibraryDocument>();
  private current: LibraryState;

  constructor(url: URL, { device = 'auto', workers }: LibraryOptions) {
    this.current = {
      documents: this.documents,
      progress: undefined,
      isPaused: false,
      isIndexer: false,
      storage: undefined,
      loading: undefined,
      problem: undefined,
    };
    const page = url.href.split('#')[0];
    const onProgress = (loading: LoadProgress) => this.update({ loading });
    this.search = new WorkerEngine(page, { device, onProgress }, () => {
      return new Worker(new URL('./worker/library-search.worker.ts', import.meta.url), {
        type: 'module',
        name: 'latelight-library-search',
      });
    });
    this.engine = this.search;
    this.link = new WorkerLink(
      { type: 'open', url: new URL('./', url).href, device, cores: workers ?? navigator.hardwareConcurrency },
      (change) => this.take(change),
      ({ code, message }) => this.update({ problem: { code, message } }),
    );
  }

  get state(): LibraryState {
    return this.current;
  }

  async connect(): Promise<void> {
    await Promise.all([this.link.opened, this.search.connect()]);
    // Indexing waits for the search's own model: both would download it at once.
    this.search.ready
      .then(
        () => {
          this.update({ loading: undefined });
          return this.link.call('start', []);
        },
        ({ code, message }: LatelightError) => this.update({ loading: undefined, problem: { code, message } }),
      )
      .catch(() => undefined);
  }

  subscribe(listener: (state: LibraryState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  add(files: readonly AddedFile[]): Promise<LibraryDocument[]> {
    return this.link.call('add', [files]);
  }

  remove(ids: readonly number[], options: { keepOlder?: boolean } = {}): Promise<void> {
    return this.link.call('remove', [ids, options]);
  }

  retry(ids: readonly number[]): Promise<void> {
    return this.link.call('retry', [ids]);
  }

  pause(): Promise<void> {
    return this.link.call('pause', []);
  }

  resume(): Promise<void> {
    return this.link.call('resume', []);
  }

  file(id: number): Promise<Blob> {
    return this.link.call('file', [id]);
  }

  passages(id: number): Promise<DocumentPassage[]> {
    return this.link.call('passages', [id]);
  }

  async persist(): Promise<boolean> {
    const persisted = await navigator.storage.persist();
    const { storage } = this.current;
    if (storage) this.update({ storage: { ...storage, persisted } });
    return persisted;
  }

  export(onProgress?: (done: number, total: number) => void): Promise<Blob> {
    return this.link.call('export', [], onProgress);
  }

  import(
    source: Blob | readonly AddedFile[],
    onProgress?: (done: number, total: number) => void,
  ): Promise<ImportReport> {
    return this.link.call('import', [source], onProgress);
  }

  close(): void {
    this.link.close();
    this.search.close();
  }

  private take({ changed, removed, ...rest }: StateChange): void {
    for (const document of changed) this.documents.set(document.id, document);
    for (const id of removed) this.documents.delete(id);
    this.update(rest);
  }

  private update(change: Partial<LibraryState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener(this.current);
  }
}
