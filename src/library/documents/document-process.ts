// The worker that reads documents, from outside: started when needed, ended when a document is too much for it. Documents take turns.

import { abortError, fromErrorData, LatelightError, throwIfAborted } from '../../errors.ts';
import { awaitEnd } from '../../worker/life-lock.ts';
import { awaitHello } from '../await-hello.ts';
import type { Answers, DocumentJob, FromDocumentWorker, ToDocumentWorker } from './document-protocol.ts';

/**
 * Milliseconds a document may take, and what each MiB of it adds: a PDF of 1,000 pages takes some 20 s for its 10 MB here, a file made
 * to hang must not hold up the rest. Counted from when the worker has what it needs, which may wait 10 s for a cache that gives no answer.
 */
const LEAST_MS = 9000;
const MS_PER_MIB = 4000;

/** The message is a sentence about the document. */
export class DocumentTooMuch extends Error {
  override name = 'DocumentTooMuch';
}

export class DocumentProcess {
  private worker: Worker | undefined;
  /** Ends the document under way. */
  private giveUp: ((error: Error) => void) | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private jobs = 0;

  /**
   * @param onTurn before the worker gets the document, which waits for it
   * @throws DocumentTooMuch
   * @throws LatelightError when the app's own files cannot be had, with code `aborted`, and for a file to convert that is damaged
   */
  read<Job extends DocumentJob>(
    job: Job,
    signal?: AbortSignal,
    onTurn?: () => Promise<void>,
  ): Promise<Answers[Job['type']]> {
    const turn = this.last.then(async () => {
      throwIfAborted(signal, 'read');
      await onTurn?.();
      return this.readNow(job, signal).catch((error) => {
        if (error instanceof NeverStarted) return this.readNow(job, signal);
        throw error;
      });
    });
    this.last = turn.catch(() => undefined);
    return turn as Promise<Answers[Job['type']]>;
  }

  /** What is being read is given up with code `aborted`. */
  close(): void {
    this.end(abortError('read'));
  }

  private end(error: Error): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.giveUp?.(error);
  }

  private async readNow(job: DocumentJob, signal: AbortSignal | undefined): Promise<Answers[keyof Answers]> {
    throwIfAborted(signal, 'read');
    const worker = this.start();
    const id = ++this.jobs;
    const limit = LEAST_MS + (MS_PER_MIB * job.file.size) / 2 ** 20;
    return new Promise((resolve, reject) => {
      const settled = (settle: () => void) => {
        clearTimeout(timer);
        worker.removeEventListener('message', hear);
        signal?.removeEventListener('abort', abort);
        this.giveUp = undefined;
        settle();
      };
      this.giveUp = (error) => settled(() => reject(error));
      const abort = () => this.close();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const hear = ({ data }: MessageEvent<FromDocumentWorker>) => {
        // An answer to another job would make this document's text another's.
        if (data.type === 'hello' || data.id !== id) return;
        if (data.type === 'reading') {
          const tooLong = `Reading it took more than ${Math.round(limit / 1000)} seconds.`;
          timer = setTimeout(() => this.end(new DocumentTooMuch(tooLong)), limit);
        } else if (data.type === 'read') settled(() => resolve(data.answer));
        // A script that it could not have once is not asked for again in the same worker.
        else if (data.error.code === 'download-failed') this.end(fromErrorData(data.error));
        else settled(() => reject(fromErrorData(data.error)));
      };
      worker.addEventListener('message', hear);
      signal?.addEventListener('abort', abort);
      worker.postMessage({ ...job, id } satisfies ToDocumentWorker);
    });
  }

  private start(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL('./document.worker.ts', import.meta.url), {
      type: 'module',
      name: 'latelight-document',
    });
    this.worker = worker;
    const died = (error: Error = new DocumentTooMuch('It is more than this browser can read.')) => {
      if (this.worker === worker) this.end(error);
    };
    awaitHello(worker, () => died(new NeverStarted()));
    worker.addEventListener('error', ({ message }) => (message ? died() : died(withoutScript())));
    worker.addEventListener('message', ({ data }: MessageEvent<FromDocumentWorker>) => {
      if (data.type === 'hello') awaitEnd(data.lock, () => died());
    });
    return worker;
  }
}

const WITHOUT_SCRIPT = 'read: expected the script of a worker, got none.';

/** An error of a worker's script has a message; one without is a script that could not be had, which no document is to blame for. */
export function withoutScript(): LatelightError {
  return new LatelightError('download-failed', WITHOUT_SCRIPT);
}

class NeverStarted extends LatelightError {
  constructor() {
    super('download-failed', WITHOUT_SCRIPT);
  }
}
