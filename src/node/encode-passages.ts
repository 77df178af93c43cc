// Passages -> what an index stores of them, on all cores, each text once, unchanged ones from the cache. Results wait on disk.

import { CODING_VERSION } from '../codec/encode-rows.ts';
import { type EncodedPassage, passageContext } from '../indexing/encode-passage.ts';
import { PassageCache } from '../indexing/passage-cache.ts';
import type { OpenModel } from '../model-files/model.ts';
import type { Passage } from '../shared-types.ts';
import { EncodePool } from './encode-pool.ts';

export interface EncodedPassages {
  /** What is stored of the passage with this id; read from disk each time. */
  read: (id: number) => EncodedPassage;
  /** Passages that needed no encoding. */
  reused: number;
  /** Drops from the cache what this run did not use. */
  compact: () => Promise<void>;
  close: () => Promise<void>;
}

export interface EncodeRun {
  signal: AbortSignal;
  /** Called with 0 and the passages to encode, then after each; not at all when there are none. */
  onProgress: (done: number, total: number) => void;
}

/** @param cachePath journal of earlier runs; absent: everything is encoded */
export async function encodePassages(
  model: OpenModel,
  passages: Passage[],
  countTokens: (text: string) => number,
  cachePath: string | undefined,
  run: EncodeRun,
): Promise<EncodedPassages> {
  const cache = PassageCache.open(cachePath);
  try {
    const fingerprint = codesFingerprint(model);
    const keys: string[] = [];
    /** Key -> first passage with it. */
    const missing = new Map<string, number>();
    let reused = 0;
    for (const [id, passage] of passages.entries()) {
      const key = await PassageCache.key(fingerprint, passageContext(passage, countTokens), passage.text);
      keys.push(key);
      if (cache.has(key)) reused++;
      else if (!missing.has(key)) missing.set(key, id);
    }
    if (missing.size > 0) await encodeMissing(model, passages, countTokens, missing, cache, run);
    return {
      read: (id) => cache.get(keys[id]),
      reused,
      compact: () => cache.compact(),
      close: () => cache.close(),
    };
  } catch (error) {
    await cache.close();
    throw error;
  }
}

async function encodeMissing(
  model: OpenModel,
  passages: Passage[],
  countTokens: (text: string) => number,
  missing: Map<string, number>,
  cache: PassageCache,
  run: EncodeRun,
): Promise<void> {
  // Made when its turn comes: a hundred thousand waiting tasks would hold every text twice.
  function* tasks() {
    for (const [key, id] of missing) {
      const { text } = passages[id];
      yield { type: 'passage', key, context: passageContext(passages[id], countTokens), text } as const;
    }
  }
  let done = 0;
  run.onProgress(done, missing.size);
  const pool = new EncodePool(model.setup, missing.size, run.signal);
  try {
    await pool.runAll(tasks(), (encoded, { key }) => {
      cache.put(key, encoded);
      run.onProgress(++done, missing.size);
    });
  } finally {
    await pool.close();
    cache.save();
  }
}

/** Everything that decides a passage's codes beside its text. */
export function codesFingerprint(model: OpenModel): string {
  const { weightsSha256, codecSha256, likelySha256, tokenizerSha256, folder } = model;
  const hashes = [weightsSha256, codecSha256, likelySha256, tokenizerSha256];
  return [...hashes, CODING_VERSION, JSON.stringify([folder.config, folder.tokenizerConfig])].join(' ');
}
