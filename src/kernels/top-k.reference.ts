// The obvious loop: sort everything, keep the first k. What shaders/top-k.wgsl and src/engine/top-k.ts must return.

/**
 * @param scores i32, one a passage; -2^31 marks a passage left out
 * @returns at most k ids and scores, score descending, ties to the lowest id
 */
export function topKReference(scores: Int32Array, k: number): { ids: Uint32Array; scores: Int32Array } {
  const ids = Array.from(scores.keys()).filter((id) => scores[id] !== -(2 ** 31));
  ids.sort((a, b) => scores[b] - scores[a] || a - b);
  const best = ids.slice(0, k);
  return { ids: Uint32Array.from(best), scores: Int32Array.from(best, (id) => scores[id]) };
}
