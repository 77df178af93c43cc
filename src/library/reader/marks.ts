// The passage's tint and its words' marks: CSS highlights, which leave the document as it is. Browsers without them (Firefox before
// 140) get an attribute on the elements around.

import { findWords } from '../../highlight.ts';

const PASSAGE = 'latelight-passage';
const WORDS = 'latelight-words';
const FALLBACK = 'data-passage';

/** Highlights belong to the page: only whoever shows the ones that are there takes them away. */
let shown: Marks | undefined;

export class Marks {
  private readonly sets = new Map<unknown, Range[]>();
  private words: readonly string[] = [];
  /** With the fallback. */
  private tinted: Element[] = [];

  setWords(words: readonly string[]): void {
    this.words = words.map((word) => word.trim()).filter(Boolean);
  }

  /** @param owner whose ranges these are, in the place of the ones before: a page of a PDF, which comes and goes */
  set(owner: unknown, ranges: Range[]): void {
    this.sets.set(owner, ranges);
    this.draw();
  }

  delete(owner: unknown): void {
    if (this.sets.delete(owner)) this.draw();
  }

  clear(): void {
    this.sets.clear();
    this.draw();
  }

  private draw(): void {
    const passage = [...this.sets.values()].flat();
    if (!('highlights' in CSS)) {
      for (const element of this.tinted) element.removeAttribute(FALLBACK);
      this.tinted = passage.flatMap((range) => range.startContainer.parentElement ?? []);
      for (const element of this.tinted) element.setAttribute(FALLBACK, '');
      return;
    }
    if (passage.length === 0 && shown !== this) return;
    shown = passage.length > 0 ? this : undefined;
    CSS.highlights.set(PASSAGE, new Highlight(...passage));
    const words = new Highlight(...passage.flatMap((range) => wordRanges(range, this.words)));
    words.priority = 1;
    CSS.highlights.set(WORDS, words);
  }
}

function wordRanges(range: Range, words: readonly string[]): Range[] {
  const { startContainer: node, startOffset } = range;
  return findWords(range.toString(), words).map(({ start, end }) => {
    const found = document.createRange();
    found.setStart(node, startOffset + start);
    found.setEnd(node, startOffset + end);
    return found;
  });
}
