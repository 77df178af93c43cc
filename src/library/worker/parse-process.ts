// The parsing worker from outside: started when needed, ended when a document is too much for it. Documents take turns.

import { fromErrorData, LatelightError } from '../../errors.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import { awaitEnd } from '../../worker/life-lock.ts';
import type { FromParseWorker, Parsed, ToParseWorker } from './parse-protocol.ts';

/**
 * Milliseconds a document may take, and what each MiB of it adds: a PDF of 1,000 pages takes some 20 s for its 10 MB here, a file made
 * to hang must not hold up the rest. Counted from when the worker has what it needs, which may wait 10 s for a cache that gives no answer.
 */
const LEAST_MS = 9000;
const MS_PER_MIB = 4000;

export class ParseProcess {
  private readonly url: string;
  private readonly engine: EngineFile;
  private worker: Worker | undefined;
  /** Ends the document under way: with the reason that is its own, or the error that is not. */
  private giveUp: ((why: string | LatelightError) => void) | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** @param url of the app's folder @param engine whose tokens passages are measured in */
  constructor(url: string, engine: EngineFile) {
    this.url = url;
    this.engine = engine;
  }

  /** @throws LatelightError when the app's own files cannot be had; whatever is wrong with the document is in the answer */
  parse(path: string, file: Blob): Promise<Parsed> {
    const turn = this.last.then(() => this.parseNow(path, file));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  close(): void {
    this.worker?.terminate();
    this.worker = undefined;
  }

  private parseNow(path: string, file: Blob): Promise<Parsed> {
    const worker = this.start();
    const limit = LEAST_MS + (MS_PER_MIB * file.size) / 2 ** 20;
    return new Promise<Parsed>((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        worker.removeEventListener('message', hear);
        this.giveUp = undefined;
        settle();
      };
      this.giveUp = (why) => {
        this.close();
        end(() => (typeof why === 'string' ? resolve({ skipped: why }) : reject(why)));
      };
      let timer: ReturnType<typeof setTimeout> | undefined;
      const hear = ({ data }: MessageEvent<FromParseWorker>) => {
        if (data.type === 'reading') {
          timer = setTimeout(
            () => this.giveUp?.(`Reading it took more than ${Math.round(limit / 1000)} seconds.`),
            limit,
          );
        } else if (data.type === 'parsed') end(() => resolve(data.parsed));
        else if (data.type === 'parse-failed') end(() => reject(fromErrorData(data.error)));
      };
      worker.addEventListener('message', hear);
      const { url, engine } = this;
      worker.postMessage({ type: 'parse', url, engine, path, file } satisfies ToParseWorker);
    });
  }

  private start(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL('./parse.worker.ts', import.meta.url), {
      type: 'module',
      name: 'latelight-parse',
    });
    this.worker = worker;
    const died = (why: string | LatelightError = 'It is more than this browser can read.') => {
      if (this.worker !== worker) return;
      this.close();
      this.giveUp?.(why);
    };
    worker.addEventListener('error', ({ message }) => (message ? died() : died(withoutScript())));
    worker.addEventListener('message', ({ data }: MessageEvent<FromParseWorker>) => {
      if (data.type === 'hello') awaitEnd(data.lock, () => died());
    });
    return worker;
  }
}

/** An error of a worker's script has a message; one without is a script that could not be had, which no document is to blame for. */
function withoutScript(): LatelightError {
  return new LatelightError('download-failed', 'read: expected the script of a worker, got none.');
}
