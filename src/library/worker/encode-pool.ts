// Encoding on several cores: workers that each take a passage at a time, in the order they were given. On a GPU one worker is all.

import type { Encoder } from '../../encoder/encoder.ts';
import { type ErrorCode, fromErrorData, inSentence, LatelightError, messageOf } from '../../errors.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import type { EncodedPassage } from '../../indexing/encode-passage.ts';
import { awaitEnd } from '../../worker/life-lock.ts';
import type { Device } from '../../worker/open-encoder.ts';
import { awaitHello } from '../await-hello.ts';
import type { FromEncodeWorker, ToEncodeWorker } from './encode-protocol.ts';

/** A worker holds model, runtime and their working memory: about 150 MB. */
const MOST_WORKERS = 4;

interface Task {
  context: string;
  text: string;
  /** Workers that died over it. */
  deaths: number;
  /** Devices that were lost over it, or refused it. */
  losses: number;
  resolve: (encoded: EncodedPassage) => void;
  reject: (error: unknown) => void;
}

type Provider = Encoder['provider'];
type Died = (what: string, code?: ErrorCode) => void;

const NO_SCRIPT = 'expected its script, got none';

interface Slot {
  worker: Worker;
  opened: Promise<Provider>;
  task: Task | undefined;
}

export class EncodePool {
  private readonly url: string;
  private readonly engine: EngineFile;
  private readonly device: Device;
  private readonly cores: number;
  /** What the next worker is to run on: under `auto` it turns to `wasm` when one of them does not get a GPU, or loses it. */
  private next: Device;
  /** Workers worth having, as far as is known: on a GPU one, fewer than cores where no more can be started. */
  private most: number;
  private readonly waiting: Task[] = [];
  private readonly slots = new Set<Slot>();
  private growing: Promise<void> | undefined;
  private closed = false;

  /** @param url of the app's folder @param engine what all workers encode with, whenever they start @param cores as the browser tells */
  constructor(url: string, engine: EngineFile, device: Device, cores: number) {
    this.url = url;
    this.engine = engine;
    this.device = device;
    this.next = device;
    this.cores = Math.max(1, Math.min(MOST_WORKERS, cores));
    this.most = this.cores;
  }

  /** Passages that may be under way at once before somebody waits for a worker. */
  get lanes(): number {
    return this.most;
  }

  /**
   * @throws LatelightError what opening the model or encoding throws; `worker-crashed` when two workers died over it, `device-lost` when
   * two devices did; `aborted` after `close`
   */
  encode(context: string, text: string): Promise<EncodedPassage> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ context, text, deaths: 0, losses: 0, resolve, reject });
      this.feed();
    });
  }

  /** Ends the workers, whatever they are at. */
  close(): void {
    this.closed = true;
    const gone = new LatelightError('aborted', 'encode: the workers were ended');
    for (const { worker, task } of this.slots) {
      worker.terminate();
      task?.reject(gone);
    }
    this.slots.clear();
    for (const task of this.waiting.splice(0)) task.reject(gone);
  }

  private feed(): void {
    for (const slot of this.slots) {
      if (slot.task || this.waiting.length === 0) continue;
      const task = this.waiting.shift()!;
      slot.task = task;
      this.post(slot, task);
    }
    if (this.waiting.length > 0 && this.slots.size < this.most) this.growing ??= this.grow();
  }

  private post({ worker }: Slot, { context, text }: Task): void {
    worker.postMessage({ type: 'encode', id: 0, context, text } satisfies ToEncodeWorker);
  }

  /** Starts one worker, and the others once it is known that it does not run on a GPU, which they would only share. */
  private async grow(): Promise<void> {
    try {
      const first = this.start();
      const provider = await first.opened;
      if (provider === 'webgpu') this.most = 1;
      else {
        this.goOnWithoutGpu();
        while (this.slots.size < this.most && !this.closed) this.start();
      }
    } catch (error) {
      if (this.slots.size === 0) for (const task of this.waiting.splice(0)) task.reject(error);
      // Those that run do; another attempt for each passage would fail as this one.
      else this.most = this.slots.size;
    } finally {
      this.growing = undefined;
      if (!this.closed) this.feed();
    }
  }

  private goOnWithoutGpu(): void {
    if (this.device === 'auto') this.next = 'wasm';
    this.most = this.cores;
  }

  private newWorker(): Worker {
    try {
      return new Worker(new URL('./encode.worker.ts', import.meta.url), { type: 'module', name: 'latelight-encode' });
    } catch (cause) {
      const why = `expected a page that may start workers in its worker, got ${inSentence(cause)}. Its policy must allow it.`;
      throw new LatelightError('bad-option', `encode: ${why}`, { cause });
    }
  }

  private start(): Slot {
    let open: (provider: Provider) => void;
    let fail: (error: unknown) => void;
    const opened = new Promise<Provider>((resolve, reject) => {
      open = resolve;
      fail = reject;
    });
    opened.catch(() => undefined);
    const slot: Slot = { worker: this.newWorker(), opened, task: undefined };
    this.slots.add(slot);
    const died = this.listen(slot, open!, fail!);
    awaitHello(slot.worker, () => {
      if (!this.slots.has(slot)) return;
      slot.worker.terminate();
      try {
        slot.worker = this.newWorker();
      } catch (error) {
        return died(messageOf(error), 'download-failed');
      }
      const diedToo = this.listen(slot, open, fail);
      awaitHello(slot.worker, () => diedToo(NO_SCRIPT, 'download-failed'));
      if (slot.task) this.post(slot, slot.task);
    });
    return slot;
  }

  /** Tells the slot's worker to open its model, and hears what comes of that and of its tasks. @returns what to call when it is no use */
  private listen(slot: Slot, open: (provider: Provider) => void, fail: (error: unknown) => void): Died {
    const { worker } = slot;
    const died: Died = (what, code = 'worker-crashed') => {
      if (!this.slots.delete(slot)) return;
      worker.terminate();
      const error = new LatelightError(code, `encode: ${inSentence(what)}.`);
      fail(error);
      const { task } = slot;
      if (!task) return this.feed();
      if (code !== 'worker-crashed') return task.reject(error);
      task.deaths++;
      if (task.deaths > 1) task.reject(error);
      else this.waiting.unshift(task);
      this.feed();
    };
    /** The passage is not to blame, nor the worker: another one encodes it, under `auto` without a GPU. */
    const lost = (error: LatelightError) => {
      if (!this.slots.delete(slot)) return;
      worker.terminate();
      this.goOnWithoutGpu();
      const { task } = slot;
      if (task && ++task.losses > 1) task.reject(error);
      else if (task) this.waiting.unshift(task);
      this.feed();
    };
    // An error of its script has a message; one without is a script that could not be had, which no passage is to blame for.
    worker.addEventListener('error', ({ message }) => (message ? died(message) : died(NO_SCRIPT, 'download-failed')));
    worker.addEventListener('messageerror', () => died('expected a message, got one that cannot be read'));
    worker.addEventListener('message', ({ data }: MessageEvent<FromEncodeWorker>) => {
      switch (data.type) {
        case 'hello':
          awaitEnd(data.lock, () => died('the worker ended unexpectedly'));
          break;
        case 'opened':
          open(data.provider);
          this.feed();
          break;
        case 'open-failed':
          this.slots.delete(slot);
          worker.terminate();
          slot.task?.reject(fromErrorData(data.error));
          fail(fromErrorData(data.error));
          break;
        case 'encoded':
          this.settle(slot)?.resolve(data.encoded);
          break;
        case 'encode-failed':
          if (data.error.code === 'device-lost') lost(fromErrorData(data.error));
          else this.settle(slot)?.reject(fromErrorData(data.error));
          break;
        default:
          data satisfies never;
      }
    });
    const { url, engine, next: device } = this;
    worker.postMessage({ type: 'open', url, engine, device } satisfies ToEncodeWorker);
    return died;
  }

  private settle(slot: Slot): Task | undefined {
    const { task } = slot;
    slot.task = undefined;
    queueMicrotask(() => this.feed());
    return task;
  }
}
