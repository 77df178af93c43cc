// Ward pooling of a passage's token rows (Clavie et al., 2024, "Token Pooling"): similar rows share one coded row. This file says
// which rows go together; encode-rows.ts chooses one code for all of a group's members.

import { BLOCK_ROWS } from '../format/layout.ts';
import { dotsOf } from './dots.ts';

/** Tokens that a pooled row stands for, and where between two whole blocks to round up: docs/decisions/0002. */
const POOL_FACTOR = 3.77;
const ROUND_UP_FROM = 0.7;

/** Rows a passage is pooled to: whole blocks of 16, so that little is padded; short passages keep all of theirs. */
export function targetRowCount(tokenCount: number): number {
  const blocks = Math.floor(tokenCount / (BLOCK_ROWS * POOL_FACTOR) + 1 - ROUND_UP_FROM);
  return Math.min(tokenCount, BLOCK_ROWS * Math.max(1, blocks));
}

export interface Pooling {
  rowCount: number;
  /** [tokenCount] the pooled row that each input row went into; rows are numbered by their first member. */
  rowOfToken: Uint32Array;
}

/**
 * Groups `tokenCount` unit rows into `targetRows`. The first, [CLS], stays alone: it is like no other and costs 1% nDCG when merged.
 * @param data [tokenCount, dim] L2-normalised
 */
export function poolRows(data: Float32Array, tokenCount: number, dim: number, targetRows: number): Pooling {
  const rowCount = Math.min(tokenCount, Math.max(1, targetRows));
  if (rowCount === tokenCount || tokenCount < 3 || rowCount < 2) {
    const rowOfToken = Uint32Array.from({ length: tokenCount }, (_, row) => Math.min(row, rowCount - 1));
    return { rowCount, rowOfToken };
  }
  const rest = clusterRows(data.subarray(dim), tokenCount - 1, dim, rowCount - 1);
  return {
    rowCount,
    rowOfToken: Uint32Array.from({ length: tokenCount }, (_, row) => (row === 0 ? 0 : rest[row - 1] + 1)),
  };
}

/** Cluster of each row, numbered by first member. Nearest-neighbour chains (Murtagh 1983): O(n^2) time, ties to the lower index. */
function clusterRows(data: Float32Array, count: number, dim: number, target: number): Uint32Array {
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

/** [count, count] squared Euclidean distances, 2 - 2 cosine for unit rows: what Ward's criterion is defined on. */
function squaredDistances(data: Float32Array, count: number, dim: number): Float64Array {
  const distance = new Float64Array(count * count);
  const dots = new Float64Array(count);
  for (let a = 0; a < count; a++) {
    dotsOf(data, a * dim, data, (a + 1) * dim, dim, count - a - 1, dots);
    for (let b = a + 1; b < count; b++) {
      const squared = Math.max(0, 2 - 2 * dots[b - a - 1]);
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
