// What the element asks of whatever shows a document.

import type { DocumentPassage } from '../types.ts';

/** Where a passage was found: `missing` in a document that does not show it. */
export type Outcome = 'found' | 'missing';

export interface DocumentView {
  /** What the passage on show begins in, which can have focus; nothing for one that was not found. */
  readonly start: HTMLElement | undefined;
  /** What of the document cannot be shown: a sentence. Nothing, or empty, when all of it can. */
  readonly problem?: string;
  /** Brings a passage into view and marks it, in the place of the one before. A later call overtakes an earlier one. */
  show(passage: DocumentPassage, words: readonly string[]): Promise<Outcome>;
  /** Frees what the document holds: worker, canvases, marks. */
  destroy(): void;
}

/** Lets an element that is no control have focus, though no key leads to it. */
export function focusable(element: HTMLElement): HTMLElement {
  if (element.tabIndex < 0) element.tabIndex = -1;
  return element;
}

/** The page gets to draw and to hear keys between two slices of work. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
