// The library's search engine as its page has it: when the model cannot be had this says so, and asks for it again.

import { abortError, type LatelightError, throwIfAborted } from '../errors.ts';
import type { OpenOptions, SearchRequest, SearchResult } from '../types.ts';
import { type StartWorker, WorkerEngine } from '../worker/client.ts';

export class LibrarySearchEngine extends WorkerEngine {
  /** Why the last attempt to get the model failed; nothing while one is under way. */
  problem: LatelightError | undefined;
  private readonly onModel: () => void;
  private lastQuery: string | undefined;
  private lastSearch = 0;

  /** @param onModel called when the model is here, and when it cannot be had */
  constructor(url: string, options: OpenOptions, startWorker: StartWorker, onModel: () => void) {
    super(url, options, startWorker);
    this.onModel = onModel;
  }

  async open(): Promise<void> {
    await this.connect();
    void this.follow();
  }

  /** Asks for the model again if it could not be had. What comes of it `onModel` says. */
  override async reopen(): Promise<void> {
    if (!this.problem) return;
    this.problem = undefined;
    await super.reopen().catch(() => undefined); // `ready` says so too
    void this.follow();
  }

  /**
   * Asking the same once more is to try again, also before it has failed. Typing on is not: a model that is broken would be fetched
   * with every key.
   */
  override async search(query: string, request: SearchRequest = {}): Promise<SearchResult> {
    const isAgain = this.problem !== undefined && query === this.lastQuery;
    const turn = ++this.lastSearch;
    this.lastQuery = query;
    if (isAgain) {
      await this.reopen();
      throwIfAborted(request.signal, 'search');
      if (turn !== this.lastSearch) throw abortError('search'); // a newer one came meanwhile
    }
    const result = await super.search(query, request);
    // A search starts a worker that died anew, and with it its model may have come after all.
    if (this.problem && this.stage === 'full') {
      this.problem = undefined;
      this.onModel();
    }
    return result;
  }

  private async follow(): Promise<void> {
    try {
      await this.ready;
      this.problem = undefined;
    } catch (error) {
      this.problem = error as LatelightError;
    }
    this.onModel();
  }
}
