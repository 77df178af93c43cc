// Ward pooling of a passage's token rows: fewer rows, each the mean of similar ones. Same result as SciPy's linkage(method
// 'ward') on 1 - cosine cut at a number of clusters, which PyLate uses (Clavie et al., 2024, "Token Pooling").

import { BLOCK_ROWS } from '../format/layout.ts';

export interface PooledRows {
  /** [rowCount, dim] L2-normalised means, in the order of each cluster's first member. */
  data: Float32Array;
  rowCount: number;
  /** [tokenCount] the pooled row that each input row went into. */
  rowOfToken: Uint32Array;
}

/**
 * Pools `tokenCount` unit rows into at most `targetRows`.
 * @param data [tokenCount, dim] L2-normalised
 */
export function poolRows(data: Float32Array, tokenCount: number, dim: number, targetRows: number): PooledRows {
  const rowOfToken = clusterRows(data, tokenCount, dim, Math.max(1, targetRows));
  const rowCount = tokenCount === 0 ? 0 : Math.max(...rowOfToken) + 1;
  const pooled = new Float32Array(rowCount * dim);
  for (let token = 0; token < tokenCount; token++) {
    const row = rowOfToken[token] * dim;
    for (let d = 0; d < dim; d++) pooled[row + d] += data[token * dim + d];
  }
  for (let row = 0; row < rowCount; row++) {
    let squared = 0;
    for (let d = row * dim; d < (row + 1) * dim; d++) squared += pooled[d] * pooled[d];
    const inverse = squared > 0 ? 1 / Math.sqrt(squared) : 0;
    for (let d = row * dim; d < (row + 1) * dim; d++) pooled[d] *= inverse;
  }
  return { data: pooled, rowCount, rowOfToken };
}

/** Cluster of each row, numbered by first member. Nearest-neighbour chains (Murtagh 1983): O(n^2) time, ties to the lower index. */
function clusterRows(data: Float32Array, count: number, dim: number, target: number): Uint32Array {
  if (count <= target) return Uint32Array.from({ length: count }, (_, row) => row);
  const distance = squaredDistances(data, count, dim);
  const size = new Float64Array(count).fill(1);
  const active = new Uint8Array(count).fill(1);
  const merges: { a: number; b: number; height: number; order: number }[] = [];
  const chain: number[] = [];
  let lowest = 0;
  while (merges.length < count - 1) {
    if (chain.length === 0) {
      while (!active[lowest]) lowest++;
      chain.push(lowest);
    }
    for (;;) {
      const tip = chain[chain.length - 1];
      const previous = chain.length > 1 ? chain[chain.length - 2] : -1;
      // On a tie the previous link wins, so that the chain ends.
      let nearest = previous;
      let best = previous < 0 ? Number.POSITIVE_INFINITY : distance[tip * count + previous];
      for (let other = 0; other < count; other++) {
        if (active[other] && other !== tip && distance[tip * count + other] < best) {
          best = distance[tip * count + other];
          nearest = other;
        }
      }
      if (nearest !== previous) {
        chain.push(nearest);
        continue;
      }
      chain.length -= 2;
      const keep = Math.min(tip, previous);
      const drop = Math.max(tip, previous);
      merges.push({ a: keep, b: drop, height: best, order: merges.length });
      mergeInto(distance, size, active, count, keep, drop, best);
      break;
    }
  }
  // Chains find merges out of order; cutting the tree takes the lowest ones.
  merges.sort((x, y) => x.height - y.height || x.order - y.order);
  const parent = Uint32Array.from({ length: count }, (_, row) => row);
  const root = (row: number): number => {
    let at = row;
    while (parent[at] !== at) at = parent[at];
    return at;
  };
  for (let m = 0; m < count - target; m++) {
    const a = root(merges[m].a);
    const b = root(merges[m].b);
    parent[Math.max(a, b)] = Math.min(a, b);
  }
  const label = new Int32Array(count).fill(-1);
  let next = 0;
  return Uint32Array.from({ length: count }, (_, row) => {
    const top = root(row);
    if (label[top] < 0) label[top] = next++;
    return label[top];
  });
}

/** [count, count] (1 - cosine)^2: Ward's update works on squares of the given distances. */
function squaredDistances(data: Float32Array, count: number, dim: number): Float64Array {
  const distance = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += data[a * dim + d] * data[b * dim + d];
      const squared = (1 - dot) * (1 - dot);
      distance[a * count + b] = squared;
      distance[b * count + a] = squared;
    }
  }
  return distance;
}

/** Lance-Williams update for Ward linkage; the merged cluster lives on at index `keep`. */
function mergeInto(
  distance: Float64Array,
  size: Float64Array,
  active: Uint8Array,
  count: number,
  keep: number,
  drop: number,
  between: number,
): void {
  const a = size[keep];
  const b = size[drop];
  active[drop] = 0;
  for (let other = 0; other < count; other++) {
    if (!active[other] || other === keep) continue;
    const c = size[other];
    const updated =
      ((a + c) * distance[keep * count + other] + (b + c) * distance[drop * count + other] - c * between) / (a + b + c);
    distance[keep * count + other] = updated;
    distance[other * count + keep] = updated;
  }
  size[keep] = a + b;
}

/** Tokens that one pooled row stands for, on average: docs/decisions/0002. */
export const POOL_FACTOR = 3;

/** Rows a passage is pooled to: whole blocks of 16, so that little is padded. */
export function targetRowCount(tokenCount: number): number {
  return BLOCK_ROWS * Math.max(1, Math.round(tokenCount / POOL_FACTOR / BLOCK_ROWS));
}
