// How far indexing has come: counts, rate and time left of the documents of this run.

import type { StoredDocument } from '../storage/records.ts';
import type { IndexingProgress } from '../types.ts';

/** The rate is that of so many last milliseconds: long enough to be steady, short enough to follow a machine that slows down. */
const RATE_MS = 20_000;
/** And is not told before so many passages. */
const FEWEST_PASSAGES = 4;

export class IndexingRun {
  /** Documents this run has begun. */
  private readonly begun = new Set<number>();
  /** Passages of them that were done before it. */
  private readonly doneBefore = new Map<number, number>();
  /** When each of the last passages was encoded. */
  private ticks: number[] = [];

  begin({ id, doneCount }: StoredDocument): void {
    if (!this.begun.has(id)) this.doneBefore.set(id, doneCount);
    this.begun.add(id);
  }

  passageEncoded(): void {
    const now = performance.now();
    this.ticks.push(now);
    while (this.ticks[0] < now - RATE_MS) this.ticks.shift();
  }

  /** Time that nothing was encoded in on purpose says nothing about the rate. */
  forgetRate(): void {
    this.ticks = [];
  }

  end(): void {
    this.begun.clear();
    this.doneBefore.clear();
    this.ticks = [];
  }

  progress(documents: readonly StoredDocument[]): IndexingProgress | undefined {
    let passagesDone = 0;
    let passagesTotal = 0;
    let documentsWaiting = 0;
    let isOver = true;
    for (const { id, state, doneCount, passageCount } of documents) {
      if (state === 'waiting' || state === 'reading') documentsWaiting++;
      if (state === 'waiting' || state === 'reading' || state === 'indexing') isOver = false;
      if (state !== 'indexing' && !(state === 'done' && this.begun.has(id))) continue;
      const before = this.doneBefore.get(id) ?? 0;
      passagesDone += doneCount - Math.min(before, doneCount);
      passagesTotal += passageCount - Math.min(before, passageCount);
    }
    if (isOver) return undefined;
    const passagesPerSecond = this.rate();
    const secondsLeft = passagesPerSecond && (passagesTotal - passagesDone) / passagesPerSecond;
    return { passagesDone, passagesTotal, documentsWaiting, passagesPerSecond, secondsLeft };
  }

  private rate(): number | undefined {
    if (this.ticks.length < FEWEST_PASSAGES) return undefined;
    const span = performance.now() - this.ticks[0];
    return span > 0 ? (this.ticks.length / span) * 1000 : undefined;
  }
}
