// Where a passage stands in a rendered text. Whole if it can be had; else its longest common run of letters with the text, and
// the runs beside it: a page's footer in the middle, a table laid out otherwise, a list's numbers.

import { type FoldedText, fold } from './folded-text.ts';

/** Found by chance, this many letters in one run are a dozen documents of a million. */
const MIN_RUN = 24;
/** Every run of MIN_RUN + SEED_STEP letters holds a whole seed. */
const SEED_STEP = 8;
/** How long one task may go on before the page gets to draw. */
const SLICE_MS = 12;

export interface FoundPassage {
  /** UTF-16 offsets in the text. */
  start: number;
  end: number;
  /** Whether every letter of the passage was there in one run. */
  isWhole: boolean;
}

interface Run {
  /** Letters of the text and of the passage. */
  start: number;
  from: number;
  length: number;
}

/** @param nearby UTF-16 offset the passage is expected after, of its anchor say: the first occurrence from there is taken */
export async function findPassage(text: FoldedText, passage: string, nearby = 0): Promise<FoundPassage | undefined> {
  const letters = text.letters;
  const wanted = fold(passage);
  if (!wanted) return undefined;
  const after = text.lettersBefore(nearby);
  const whole = letters.indexOf(wanted, after);
  const start = whole >= 0 || after === 0 ? whole : letters.indexOf(wanted);
  if (start >= 0) return { ...text.range(start, start + wanted.length), isWhole: true };
  const runs = await commonRuns(letters, wanted, after);
  const longest = runs.reduce<Run | undefined>(
    (best, run) => (run.length > (best?.length ?? 0) ? run : best),
    undefined,
  );
  if (!longest || longest.length < Math.min(MIN_RUN, wanted.length)) return undefined;
  // Where the passage would begin and end if nothing stood between its runs, and some room.
  const room = 100 + wanted.length / 4;
  const begin = longest.start - longest.from;
  const beside = runs.filter((run) => Math.abs(run.start - run.from - begin) <= room);
  const first = Math.min(...beside.map((run) => run.start));
  const last = Math.max(...beside.map((run) => run.start + run.length));
  return { ...text.range(first, last), isWhole: false };
}

/** Seeds of the passage, looked for in the text and grown as far as both agree. */
async function commonRuns(letters: string, wanted: string, after: number): Promise<Run[]> {
  const runs: Run[] = [];
  const seedLength = Math.min(MIN_RUN, wanted.length);
  let sliceStart = performance.now();
  let covered = 0;
  for (let from = 0; from + seedLength <= wanted.length; from += SEED_STEP) {
    if (from + seedLength <= covered) continue;
    const seed = wanted.slice(from, from + seedLength);
    // After a run, the next one of the same passage is sooner there than a repetition before it.
    const last = runs.at(-1);
    const nextUp = last ? last.start + last.length : after;
    let start = letters.indexOf(seed, nextUp);
    if (start < 0 && nextUp > 0) start = letters.indexOf(seed);
    if (start >= 0) {
      const run = grown(letters, wanted, { start, from, length: seedLength });
      runs.push(run);
      covered = run.from + run.length;
    }
    if (performance.now() - sliceStart > SLICE_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      sliceStart = performance.now();
    }
  }
  return runs;
}

function grown(letters: string, wanted: string, { start, from, length }: Run): Run {
  while (start > 0 && from > 0 && letters[start - 1] === wanted[from - 1]) {
    start--;
    from--;
    length++;
  }
  while (from + length < wanted.length && letters[start + length] === wanted[from + length]) length++;
  return { start, from, length };
}
