// Encoding on all cores: a pool of threads (piscina).

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import Piscina from 'piscina';
import { disableTelemetry } from '../encoder/onnxruntime-node.ts';
import { fromErrorData, LatelightError, throwIfAborted, toErrorData } from '../errors.ts';
import type { EncodeSetup } from '../model-files/encode-setup.ts';
import type { EncodeAnswers, EncodeTask } from './encode-task.ts';
import { packageRoot } from './package-files.ts';

/** A thread takes about half a second to open the model: fewer tasks than this each are not worth another one. */
const TASKS_PER_THREAD = 8;
/** Tasks a thread is given before it has answered: with one more in the queue it never waits for this thread. */
const TASKS_AHEAD = 3;

export class EncodePool {
  private readonly pool: Piscina;
  private readonly threads: number;
  private readonly signal: AbortSignal;
  /** Tasks that threads have or will get. */
  private readonly begun = new Set<Promise<unknown>>();

  constructor(setup: EncodeSetup, taskCount: number, signal: AbortSignal) {
    const filename = join(packageRoot, 'dist/cli/encode-worker.js');
    if (!existsSync(filename)) {
      throw new LatelightError(
        'bad-option',
        `encode: expected the built worker at ${filename}. Run \`npm run build\`.`,
      );
    }
    const threads = Math.max(1, Math.min(availableParallelism(), Math.ceil(taskCount / TASKS_PER_THREAD)));
    this.threads = threads;
    disableTelemetry();
    this.pool = new Piscina({ filename, workerData: setup, minThreads: threads, maxThreads: threads });
    this.signal = signal;
  }

  /** @throws LatelightError what encoding throws; `aborted` */
  async run<T extends EncodeTask>(task: T): Promise<EncodeAnswers[T['type']]> {
    throwIfAborted(this.signal, 'encode');
    const answer = this.pool.run(task);
    this.begun.add(answer);
    try {
      return (await answer) as EncodeAnswers[T['type']];
    } catch (error) {
      // Classes do not cross threads; code and message do.
      throw fromErrorData(toErrorData(revive(error), 'bad-model'));
    } finally {
      this.begun.delete(answer);
    }
  }

  /** Runs all tasks, a few ahead of the threads; the first failure stops the rest. Answers come in any order. */
  async runAll<T extends EncodeTask>(
    tasks: Iterable<T>,
    onAnswer: (answer: EncodeAnswers[T['type']], task: T) => Promise<void> | void,
  ): Promise<void> {
    const waiting = tasks[Symbol.iterator]();
    let failed = false;
    const lane = async () => {
      for (let next = waiting.next(); !next.done && !failed; next = waiting.next()) {
        await onAnswer(await this.run(next.value), next.value);
      }
    };
    const lanes = Array.from({ length: this.threads * TASKS_AHEAD }, () =>
      lane().catch((error) => {
        failed = true;
        throw error;
      }),
    );
    await Promise.all(lanes);
  }

  /** Waits for what was begun, a few tasks a thread: onnxruntime takes the whole process down when its thread is ended at work. */
  async close(): Promise<void> {
    await Promise.allSettled(this.begun);
    await this.pool.destroy();
  }
}

function revive(error: unknown): unknown {
  const { code, message } = error as { code?: LatelightError['code']; message: string };
  return code ? new LatelightError(code, message) : error;
}
