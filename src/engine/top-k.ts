// Top-k on the CPU: one scan with a heap of the best k, worst on top.

import { EXCLUDED_SCORE } from '../kernels/search-input.ts';
import type { TopK } from '../shared-types.ts';

/** A score and an id as one number, better ones larger: a higher score, then a lower id. Exact, since |score| < 2^21 (64 tokens of MAX_PAIR_SCORE). */
const IDS = 2 ** 32;
const keyOf = (score: number, id: number) => score * IDS + (IDS - 1 - id);

/**
 * @param shards i32 scores of consecutive passages, below 2^21 in size; EXCLUDED_SCORE is never returned
 * @param k 1..MAX_RESULTS
 */
export function selectTopK(shards: readonly Int32Array[], k: number): TopK {
  const heap = new Float64Array(k);
  let size = 0;
  let firstId = 0;
  for (const shard of shards) {
    for (let i = 0; i < shard.length; i++) {
      const score = shard[i];
      if (score === EXCLUDED_SCORE) continue;
      const key = keyOf(score, firstId + i);
      if (size < k) {
        heap[size++] = key;
        if (size === k) heap.sort(); // ascending is a heap too
      } else if (key > heap[0]) {
        replaceWorst(heap, key);
      }
    }
    firstId += shard.length;
  }
  const keys = heap.subarray(0, size).sort().reverse();
  const scores = Int32Array.from(keys, (key) => Math.floor(key / IDS));
  return { ids: Uint32Array.from(keys, (key, i) => IDS - 1 - (key - scores[i] * IDS)), scores };
}

/** Puts a better key in the place of the worst, heap[0], and lets it sink. */
function replaceWorst(heap: Float64Array, key: number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= key) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = key;
}
