// What the element asks of whatever shows a document.

import type { DocumentPassage } from '../types.ts';

/** Where a passage was found: `missing` in a document that does not show it. */
export type Outcome = 'found' | 'missing';

export interface DocumentView {
  /** Brings a passage into view and marks it, in the place of the one before. A later call overtakes an earlier one. */
  show(passage: DocumentPassage, words: readonly string[]): Promise<Outcome>;
  /** Frees what the document holds: worker, canvases, marks. */
  destroy(): void;
}

/** The page gets to draw and to hear keys between two slices of work. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
