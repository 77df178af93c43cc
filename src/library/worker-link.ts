// The page's side of the indexing worker: calls with answers, states as they come, and an end that is noticed.

import { type ErrorData, fromErrorData, LatelightError } from '../errors.ts';
import { awaitEnd } from '../worker/life-lock.ts';
import type { Call, CallName, FromIndexer, LibraryCalls, StateChange, ToIndexer } from './worker/protocol.ts';

interface Pending {
  resolve: (answer: never) => void;
  reject: (error: LatelightError) => void;
  onProgress: ((done: number, total: number) => void) | undefined;
}

export class WorkerLink {
  /** Rejects when the library cannot be opened. */
  readonly opened: Promise<void>;
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private ended: LatelightError | undefined;
  private nextId = 1;

  /** @param onEnd called when the worker ended by itself */
  constructor(
    open: Extract<ToIndexer, { type: 'open' }>,
    onState: (change: StateChange) => void,
    onEnd: (error: LatelightError) => void,
  ) {
    const worker = new Worker(new URL('./worker/indexer.worker.ts', import.meta.url), {
      type: 'module',
      name: 'latelight-library',
    });
    this.worker = worker;
    this.opened = new Promise((resolve, reject) => {
      const crashed = (what: string) => {
        if (this.ended) return;
        const error = new LatelightError(
          'worker-crashed',
          `library: ${what}. Reload the page; nothing that was kept is lost.`,
        );
        this.end(error);
        reject(error);
        onEnd(error);
      };
      worker.addEventListener('error', (event) =>
        crashed(event.message || 'expected its worker to start, got an error'),
      );
      worker.addEventListener('messageerror', () => crashed('expected a message, got one that cannot be read'));
      worker.addEventListener('message', ({ data }: MessageEvent<FromIndexer>) => {
        switch (data.type) {
          case 'hello':
            awaitEnd(data.lock, () => crashed('its worker ended unexpectedly'));
            break;
          case 'opened':
            resolve();
            break;
          case 'open-failed':
            reject(fromErrorData(data.error));
            break;
          case 'state':
            onState(data.change);
            break;
          case 'progress':
            this.pending.get(data.id)?.onProgress?.(data.done, data.total);
            break;
          case 'answer':
            this.settle(data.id)?.resolve(data.answer as never);
            break;
          case 'call-failed':
            this.fail(data.id, data.error);
            break;
          default:
            data satisfies never;
        }
      });
    });
    this.post(open);
  }

  call<Name extends CallName>(
    name: Name,
    args: Parameters<LibraryCalls[Name]>,
    onProgress?: (done: number, total: number) => void,
  ): Promise<ReturnType<LibraryCalls[Name]>> {
    if (this.ended) return Promise.reject(this.ended);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject, onProgress });
      this.post({ type: 'call', id, call: { name, args } as Call });
    });
  }

  close(): void {
    this.end(new LatelightError('closed', 'library: it was closed. Open it again.'));
  }

  private end(error: LatelightError): void {
    this.ended = error;
    this.worker.terminate();
    for (const id of [...this.pending.keys()]) this.settle(id)?.reject(error);
  }

  private fail(id: number, error: ErrorData): void {
    this.settle(id)?.reject(fromErrorData(error));
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    return pending;
  }

  private post(message: ToIndexer): void {
    this.worker.postMessage(message);
  }
}
