// The index of a site that is being worked on: made in the background, made again after changes, and only ever seen whole.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LatelightError } from '../errors.ts';
import { leftovers, release, reserveBeside } from '../indexing/temporary-paths.ts';

export interface LiveIndexOptions {
  /** Gets a folder of this index, which goes when it is closed. Those of other servers of the project may be there too. */
  parent: string;
  /** Writes an index to a folder that does not exist yet. */
  make: (output: string, signal: AbortSignal) => Promise<unknown>;
  /** Quiet time after a change before it is indexed, in milliseconds. */
  debounceMs: number;
  /** A new index is what `folders` gives from now on. */
  onIndexed: () => void;
  /** The index could not be made; the one before stays. */
  onError: (error: unknown) => void;
}

export class LiveIndex {
  private readonly options: LiveIndexOptions;
  private readonly folder: string;
  private readonly closing = new AbortController();
  /** Newest first. The one before stays: a page that opened it goes on asking for its files. */
  private made: string[] = [];
  private count = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | undefined;
  private isStale = false;
  private waiting: { resolve: (folders: string[]) => void; reject: (error: unknown) => void }[] = [];

  constructor(options: LiveIndexOptions) {
    this.options = options;
    this.folder = reserveBeside(join(options.parent, 'live'));
  }

  start(): void {
    this.run();
  }

  /** Something was written; more may follow. */
  changed(): void {
    if (this.closing.signal.aborted) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), this.options.debounceMs);
  }

  /**
   * Folders of whole indexes, newest first; while there is none yet, waits for what the run under way brings.
   * @throws LatelightError `closed`; what `make` throws
   */
  folders(): Promise<string[]> {
    if (this.closing.signal.aborted) {
      const message = 'latelight: expected a dev server that runs, got one that was closed. Ask the one in its place.';
      return Promise.reject(new LatelightError('closed', message));
    }
    if (this.made.length > 0) return Promise.resolve(this.made);
    if (!this.running) this.run();
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.closing.abort();
    await this.running;
    await rm(this.folder, { recursive: true, force: true });
    release(this.folder);
  }

  private run(): void {
    if (this.closing.signal.aborted) return;
    if (this.running) {
      this.isStale = true;
      return;
    }
    this.isStale = false;
    this.running = this.makeOne().finally(() => {
      this.running = undefined;
      if (this.isStale) this.run();
    });
  }

  private async makeOne(): Promise<void> {
    const { parent, make, onIndexed, onError } = this.options;
    const waiting = () => this.waiting.splice(0);
    try {
      // Nobody holds a page that opened them.
      if (this.count === 0)
        for (const left of leftovers(join(parent, 'live'))) await rm(left, { recursive: true, force: true });
      const output = join(this.folder, String(++this.count));
      await make(output, this.closing.signal);
      const [newest, ...older] = this.made;
      this.made = newest === undefined ? [output] : [output, newest];
      for (const { resolve } of waiting()) resolve(this.made);
      onIndexed();
      for (const old of older) await rm(old, { recursive: true, force: true });
    } catch (error) {
      for (const { reject } of waiting()) reject(error);
      if (!this.closing.signal.aborted) onError(error);
    }
  }
}
