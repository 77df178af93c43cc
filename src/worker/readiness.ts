// Whether an engine's full stage is there yet, cannot be, or is still to come; settled once.

import type { LatelightError } from '../errors.ts';
import type { Stage } from '../types.ts';

export class Readiness {
  readonly ready: Promise<void>;
  /** Why the full stage cannot be. */
  error: LatelightError | undefined;
  stage: Stage = 'instant';
  private resolve!: () => void;
  private reject!: (error: LatelightError) => void;

  constructor() {
    this.ready = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Nobody has to listen: searches say so too.
    this.ready.catch(() => undefined);
  }

  get isSettled(): boolean {
    return this.stage === 'full' || this.error !== undefined;
  }

  complete(): void {
    if (this.error) return;
    this.stage = 'full';
    this.resolve();
  }

  fail(error: LatelightError): void {
    if (this.isSettled) return;
    this.error = error;
    this.reject(error);
  }
}
