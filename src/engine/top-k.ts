// Top-k on the CPU: one scan with a heap of the best k, worst on top.

import { EXCLUDED_SCORE } from '../kernels/search-input.ts';
import type { TopK } from '../types.ts';

/**
 * @param shards i32 scores of consecutive passages; EXCLUDED_SCORE is never returned
 * @param k 1..MAX_RESULTS
 */
export function selectTopK(shards: readonly Int32Array[], k: number): TopK {
  const scores = new Int32Array(k);
  const ids = new Uint32Array(k);
  let size = 0;
  let firstId = 0;

  // Worse: lower score, or the same and a higher id.
  const isWorse = (a: number, b: number) => scores[a] < scores[b] || (scores[a] === scores[b] && ids[a] > ids[b]);
  const swap = (a: number, b: number) => {
    [scores[a], scores[b]] = [scores[b], scores[a]];
    [ids[a], ids[b]] = [ids[b], ids[a]];
  };
  const siftUp = (at: number) => {
    for (let parent = (at - 1) >> 1; at > 0 && isWorse(at, parent); at = parent, parent = (at - 1) >> 1)
      swap(at, parent);
  };
  const siftDown = (end: number) => {
    for (let at = 0; ; ) {
      let child = 2 * at + 1;
      if (child >= end) return;
      if (child + 1 < end && isWorse(child + 1, child)) child++;
      if (!isWorse(child, at)) return;
      swap(at, child);
      at = child;
    }
  };

  for (const shard of shards) {
    for (let i = 0; i < shard.length; i++) {
      const score = shard[i];
      if (size === k) {
        if (score <= scores[0]) continue; // ids ascend, so a tie with the worst loses
        scores[0] = score;
        ids[0] = firstId + i;
        siftDown(k);
      } else if (score !== EXCLUDED_SCORE) {
        scores[size] = score;
        ids[size] = firstId + i;
        siftUp(size++);
      }
    }
    firstId += shard.length;
  }

  for (let end = size - 1; end > 0; end--) {
    swap(0, end);
    siftDown(end);
  }
  return { ids: ids.slice(0, size), scores: scores.slice(0, size) };
}
