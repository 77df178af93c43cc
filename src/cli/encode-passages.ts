// Passages -> what an index stores of them, on all cores, each text once, unchanged ones from the cache.

import { CODING_VERSION } from '../codec/encode-rows.ts';
import { type EncodedPassage, passageContext } from '../indexing/encode-passage.ts';
import { PassageCache } from '../indexing/passage-cache.ts';
import type { Passage } from '../types.ts';
import { EncodePool } from './encode-pool.ts';
import type { CliIo } from './io.ts';
import type { OpenModel } from './model.ts';
import { startProgress } from './progress.ts';

/** @param cachePath journal of earlier runs; absent: everything is encoded */
export async function encodePassages(
  model: OpenModel,
  passages: Passage[],
  countTokens: (text: string) => number,
  cachePath: string | undefined,
  io: CliIo,
): Promise<{ encoded: EncodedPassage[]; reused: number }> {
  const cache = await PassageCache.open(cachePath);
  const fingerprint = codesFingerprint(model);
  const known = new Map<string, EncodedPassage>();
  const missing = new Map<string, { context: string; text: string }>();
  const keys: string[] = [];
  let reused = 0;
  for (const passage of passages) {
    const context = passageContext(passage, countTokens);
    const key = await PassageCache.key(fingerprint, context, passage.text);
    keys.push(key);
    const kept = known.get(key) ?? cache.get(key);
    if (kept) {
      known.set(key, kept);
      reused++;
    } else missing.set(key, { context, text: passage.text });
  }
  if (missing.size > 0) {
    const tasks = [...missing].map(([key, task]) => ({ type: 'passage', key, ...task }) as const);
    let done = 0;
    const progress = startProgress(io, 'encode', missing.size, 'passages');
    const pool = new EncodePool(model.setup, missing.size, io.signal);
    try {
      await pool.runAll(tasks, async (encoded, { key }) => {
        known.set(key, encoded);
        await cache.put(key, encoded);
        progress.update(++done);
      });
    } finally {
      progress.stop();
      await pool.close();
      await cache.save();
    }
  }
  await cache.compact();
  return { encoded: keys.map((key) => known.get(key)!), reused };
}

/** Everything that decides a passage's codes beside its text. */
function codesFingerprint(model: OpenModel): string {
  return [model.weightsSha256, model.codecSha256, CODING_VERSION, JSON.stringify(model.folder.config)].join(' ');
}
