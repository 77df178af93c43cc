// `openLibrary`: the library of this origin, as a page uses it. Two workers stand behind it: one searches, one keeps and indexes.

import { LatelightError } from '../errors.ts';
import type { LoadProgress, OpenOptions, SearchEngine } from '../types.ts';
import { needWebAssembly } from '../worker/client.ts';
import { LibrarySearchEngine } from './library-search-engine.ts';
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
 * @throws LatelightError `insecure-context`, `no-webassembly`, `storage-failed`, `download-failed`, `bad-manifest`, `worker-crashed`
 */
export async function openLibrary(url: string | URL, options: LibraryOptions = {}): Promise<Library> {
  if (!isSecureContext) {
    throw new LatelightError(
      'insecure-context',
      `library: expected a page on https or localhost, got ${location.origin}. Open the page over https.`,
    );
  }
  const lacking = lackingFeature();
  if (lacking) {
    throw new LatelightError(
      'storage-failed',
      `library: expected a current browser, got one without ${lacking}. Update it, or open this page in another.`,
    );
  }
  needWebAssembly('library');
  const library = new WorkerLibrary(new URL(url, document.baseURI), options);
  try {
    await library.connect();
  } catch (error) {
    library.close();
    throw error;
  }
  return library;
}

/** What no library can be kept without. */
function lackingFeature(): string | undefined {
  if (!('indexedDB' in globalThis)) return 'IndexedDB';
  if (!('caches' in globalThis)) return 'Cache Storage';
  return 'locks' in navigator ? undefined : 'Web Locks';
}

class WorkerLibrary implements Library {
  readonly engine: SearchEngine;
  private readonly search: LibrarySearchEngine;
  private readonly link: WorkerLink;
  private readonly listeners = new Set<(state: LibraryState) => void>();
  private readonly documents = new Map<number, LibraryDocument>();
  private current: LibraryState;
  /** As the worker tells it, which knows nothing of the search's model. */
  private indexing: Pick<LibraryState, 'isPaused' | 'problem'> = { isPaused: false, problem: undefined };

  constructor(url: URL, { device = 'auto', workers }: LibraryOptions) {
    this.current = {
      documents: this.documents,
      progress: undefined,
      isPaused: false,
      isIndexer: false,
      isIndexedElsewhere: false,
      storage: undefined,
      isPrivateWindow: false,
      loading: undefined,
      problem: undefined,
    };
    const page = url.href.split('#')[0];
    const onProgress = (loading: LoadProgress) => this.update({ loading });
    const startWorker = () =>
      new Worker(new URL('./worker/library-search.worker.ts', import.meta.url), {
        type: 'module',
        name: 'latelight-library-search',
      });
    this.search = new LibrarySearchEngine(page, { device, onProgress }, startWorker, () => this.takeModel());
    this.engine = this.search;
    this.link = new WorkerLink(
      { type: 'open', url: new URL('./', url).href, device, cores: workers ?? navigator.hardwareConcurrency },
      (change) => this.take(change),
      ({ code, message }) => {
        this.indexing = { ...this.indexing, problem: { code, message } };
        this.update(this.standing());
      },
    );
  }

  get state(): LibraryState {
    return this.current;
  }

  async connect(): Promise<void> {
    await Promise.all([this.link.opened, this.search.open()]);
    addEventListener('online', this.reopen);
  }

  private readonly reopen = (): void => {
    void this.search.reopen();
    this.update(this.standing());
  };

  /** Indexing waits for the search's own model: both would download it at once. */
  private takeModel(): void {
    this.update({ loading: undefined, ...this.standing() });
    if (!this.search.problem) this.link.call('start', []).catch(() => undefined);
  }

  /** What stands in the way of indexing, and whether it stands still: without the search's model it does. */
  private standing(): Pick<LibraryState, 'isPaused' | 'problem'> {
    const { problem } = this.search;
    return problem ? { isPaused: true, problem: { code: problem.code, message: problem.message } } : this.indexing;
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
    this.reopen();
    return this.link.call('retry', [ids]);
  }

  pause(): Promise<void> {
    return this.link.call('pause', []);
  }

  resume(): Promise<void> {
    this.reopen();
    return this.link.call('resume', []);
  }

  file(id: number): Promise<Blob> {
    return this.link.call('file', [id]);
  }

  passages(id: number): Promise<DocumentPassage[]> {
    return this.link.call('passages', [id]);
  }

  async persist(): Promise<boolean> {
    const persisted = (await navigator.storage?.persist?.()) ?? false;
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
    removeEventListener('online', this.reopen);
    this.link.close();
    this.search.close();
  }

  private take({ changed, removed, ...rest }: StateChange): void {
    for (const document of changed) this.documents.set(document.id, document);
    for (const id of removed) this.documents.delete(id);
    this.indexing = { isPaused: rest.isPaused, problem: rest.problem };
    this.update({ ...rest, ...this.standing() });
  }

  private update(change: Partial<LibraryState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener(this.current);
  }
}
