// A query with some of its words replaced, and where what stands in it stands in the query as it was asked.

import type { Correction } from '../types.ts';

/** @param corrections in the order of the query */
export function corrected(query: string, corrections: readonly Correction[]): string {
  let text = '';
  let at = 0;
  for (const { start, end, to } of corrections) {
    text += query.slice(at, start) + to;
    at = end;
  }
  return text + query.slice(at);
}

/** @param offset in `corrected(query, corrections)`, not within a word of theirs */
export function offsetAsAsked(corrections: readonly Correction[], offset: number): number {
  let shift = 0;
  for (const { start, end, to } of corrections) {
    if (offset < start + shift + to.length) break;
    shift += to.length - (end - start);
  }
  return offset - shift;
}
