// Files that come from outside the page (shared, opened with it) wait here until the app takes them: they may be there before it is.

import type { AddedFile } from '../types.ts';

export interface Arrival {
  from: 'share' | 'open';
  files: AddedFile[];
}

/** Resolves when the files are safely kept: what was shared is forgotten then. Shows its own errors. */
export type Taker = (arrival: Arrival) => Promise<void>;

interface Waiting {
  arrival: Arrival;
  /** After it was taken, or left. */
  settled: (wasTaken: boolean) => void;
}

export class Arrivals {
  private taker: Taker | undefined;
  private readonly waiting: Waiting[] = [];

  /** @returns whether they were taken, once they were or could not be */
  add(arrival: Arrival): Promise<boolean> {
    if (arrival.files.length === 0) return Promise.resolve(false);
    return new Promise((settled) => {
      this.waiting.push({ arrival, settled });
      this.deliver();
    });
  }

  /** Hands over what waits, and what comes from now on. */
  listen(taker: Taker): void {
    this.taker = taker;
    this.deliver();
  }

  private deliver(): void {
    const { taker } = this;
    if (!taker) return;
    for (const { arrival, settled } of this.waiting.splice(0)) {
      taker(arrival).then(
        () => settled(true),
        () => settled(false),
      );
    }
  }
}
