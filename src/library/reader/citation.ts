// What "Copy citation" copies: who says it where, and how it begins.

import type { DocumentPassage, LibraryDocument } from '../types.ts';

/** `page=12` of a PDF's anchor. */
export function pageOf(anchor: string): number | undefined {
  const page = Number(/^page=(\d{1,6})$/.exec(anchor)?.[1]);
  return page > 0 ? page : undefined;
}

/** A page, else the headings above the passage; empty when there are neither. */
export function whereabouts(passage: DocumentPassage): string {
  const page = pageOf(passage.anchor);
  return page === undefined ? passage.headings.join(' › ') : `page ${page}`;
}

export function firstSentence(text: string): string {
  // The segmenter takes time quadratic in its input.
  const start = text.replace(/\s+/g, ' ').trim().slice(0, 1000);
  const [first] = new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(start);
  return first?.segment.trim() ?? '';
}

export function citation(document: LibraryDocument, passage: DocumentPassage): string {
  const where = whereabouts(passage);
  const quote = firstSentence(passage.text).replace(/["“”]/g, "'");
  const headings = passage.headings[0] === document.title ? passage.headings.slice(1) : passage.headings;
  const place = pageOf(passage.anchor) === undefined ? headings.join(' › ') : where;
  return [document.title, place, `“${quote}”`, document.path].filter(Boolean).join(', ');
}
