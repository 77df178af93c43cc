// Cuts an excerpt at its marks into runs of plain text. Offsets come from an index, so nothing about them is believed.

import type { Mark } from '../types.ts';

/** How strongly a run is marked, weakest first. */
export type MarkLevel = 1 | 2 | 3 | 4;

export interface Segment {
  text: string;
  /** Missing where nothing matched. */
  mark?: { queryWord: number; level: MarkLevel };
}

/**
 * Chosen by eye on four queries over the demo index (the first five hits of each), not measured: repeats of a telling word lay
 * mostly above .92 (but "set" for "set" at .63), related words between .5 and .9, function words for function words between .5
 * and .82. So no bounds keep the last apart from the rest; these only quieten them.
 */
const LEVEL_BOUNDS = [0.6, 0.8, 0.92];

export function markLevel(strength: number): MarkLevel {
  return (1 + LEVEL_BOUNDS.filter((bound) => strength >= bound).length) as MarkLevel;
}

/**
 * Runs that joined give back `excerpt`. Where marks overlap the stronger one shows, of equals the first; marks are clipped to
 * the excerpt, and those that are empty, reversed or not numbers are left out. Neighbours that would look alike are one run.
 */
export function segmentExcerpt(excerpt: string, marks: readonly Mark[]): Segment[] {
  const owner = new Int32Array(excerpt.length).fill(-1); // [characters] mark that shows
  const order = marks.map((_, index) => index).reverse();
  order.sort((a, b) => marks[a].strength - marks[b].strength);
  for (const index of order) {
    const { start, end, strength, queryWord } = marks[index];
    if (![start, end, strength, queryWord].every(Number.isFinite) || start >= end) continue;
    owner.fill(index, Math.max(0, start), Math.max(0, end));
  }
  const segments: Segment[] = [];
  for (let from = 0; from < excerpt.length; ) {
    let to = from + 1;
    while (to < excerpt.length && owner[to] === owner[from]) to++;
    append(segments, excerpt.slice(from, to), marks[owner[from]]);
    from = to;
  }
  return segments;
}

function append(segments: Segment[], text: string, mark: Mark | undefined): void {
  const last = segments.at(-1);
  const level = mark && markLevel(mark.strength);
  if (last && last.mark?.queryWord === mark?.queryWord && last.mark?.level === level) last.text += text;
  else segments.push(mark && level ? { text, mark: { queryWord: mark.queryWord, level } } : { text });
}
