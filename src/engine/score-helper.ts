// One part of a split scorer in a worker of its own: what the two sides say to each other, and both sides. Knows workers only as
// ports, so that it runs on the browser's and on Node's.

import type { Codec } from '../codec/codec.ts';
import type { ShardCodes, TopK, TopKOptions } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';
import type { Scorer } from './scorer.ts';
import { openWasmScorer } from './wasm-scorer.ts';

export type ToHelper =
  | { type: 'open'; codec: Codec; module: WebAssembly.Module }
  | { type: 'shard'; shard: ShardCodes }
  | { type: 'search'; id: number; query: QueryCodes; options: TopKOptions };

export type FromHelper = { type: 'found'; id: number; top: TopK } | { type: 'failed'; reason: string };

/** A started worker, as the side that started it sees it. */
export interface HelperPort {
  post(message: ToHelper, transfer: ArrayBuffer[]): void;
  /** `onEnd` is called at least once when the worker could not start, threw, or is gone, however it went. */
  listen(onMessage: (message: FromHelper) => void, onEnd: (reason: string) => void): void;
  close(): void;
}

/** What a split scorer needs of a part; a WASM scorer is one too. */
export type PartScorer = Pick<Scorer, 'addShard' | 'search' | 'passageCodes' | 'close'>;

/** The worker's side: returns what is to be called with every message. After a failure it only repeats that it failed. */
export function serveHelper(post: (message: FromHelper) => void): (message: ToHelper) => Promise<void> {
  let scorer: Promise<Scorer> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function handle(message: ToHelper): Promise<void> {
    if (message.type === 'open') {
      scorer = openWasmScorer(message.codec, message.module);
      await scorer;
    } else if (message.type === 'shard') {
      await (await scorer!).addShard(message.shard);
    } else {
      const top = await (await scorer!).search(message.query, message.options);
      post({ type: 'found', id: message.id, top });
    }
  }

  return (message) => {
    const done = last.then(() => handle(message)); // in order: a search sees every shard sent before it
    last = done;
    return done.catch((error) => post({ type: 'failed', reason: String(error) }));
  };
}

/**
 * The other side. A search rejects when the worker fails or ends; nothing is retried here.
 * @param module of `compileMaxsim`
 */
export function createRemoteScorer(codec: Codec, module: WebAssembly.Module, port: HelperPort): PartScorer {
  const pending = new Map<number, { resolve: (top: TopK) => void; reject: (error: Error) => void }>();
  let nextId = 1;
  let lost: Error | undefined;

  function end(reason: string): void {
    lost ??= new Error(`score helper: ${reason}`);
    for (const { reject } of pending.values()) reject(lost);
    pending.clear();
  }
  port.listen((message) => {
    if (message.type === 'failed') return end(message.reason);
    pending.get(message.id)?.resolve(message.top);
    pending.delete(message.id);
  }, end);
  port.post({ type: 'open', codec, module }, []);

  return {
    async addShard({ codes, firstBlocks }) {
      if (lost) return; // the next search says so
      const shard = { codes: codes.slice(), firstBlocks: firstBlocks.slice() };
      port.post({ type: 'shard', shard }, [shard.codes.buffer, shard.firstBlocks.buffer]);
    },
    search(query, options) {
      if (lost) return Promise.reject(lost);
      const id = nextId++;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        port.post({ type: 'search', id, query, options }, []);
      });
    },
    close() {
      end('closed');
      port.close();
    },
  };
}
