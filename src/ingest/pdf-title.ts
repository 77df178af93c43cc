// A PDF's title: what its metadata says, when that is a title; else its largest words on page one.

import { oneLine } from './clean-text.ts';
import type { PdfParagraph } from './pdf-paragraphs.ts';

const MAX_TITLE = 200;
// A page with one paragraph is a title page, or a page with one paragraph.
const MAX_TITLE_ALONE = 100;
// What programs write there when no one did.
const NO_TITLE =
  /^(untitled|title|document\s*\d*|slide\s*\d*|presentation\d*|powerpoint presentation|layout \d+|full page photo|no title|none)$|\.(docx?|pdf|tex|dvi|indd|qxd|pptx?|xlsx?|rtf|odt|ps|eps|html?|cdr|ai)$|^[\w-]*\d{4,}[\w-]*$|^https?:/i;

export function metadataTitle(value: unknown): string {
  if (typeof value !== 'string') return '';
  const title = oneLine(value).replace(/^Microsoft (Word|PowerPoint|Excel) - /, '');
  return title.length > MAX_TITLE || NO_TITLE.test(title) || !/\p{L}{2}/u.test(title) ? '' : title;
}

/** '' when no text stands out. */
export function largestText(paragraphs: readonly PdfParagraph[]): string {
  const readable = paragraphs.filter(({ text }) => /\p{L}{3}|\p{Script=Han}{2}/u.test(text));
  const heights = readable.flatMap(({ text, height }) => Array<number>(Math.ceil(text.length / 50)).fill(height));
  const usual = heights.sort((a, b) => a - b)[Math.floor(heights.length / 2)];
  const largest = readable.reduce((most, { height }) => Math.max(most, height), 0);
  if (readable.length === 0 || (readable.length > 1 && largest < 1.15 * usual)) return '';
  if (readable.length === 1 && (readable[0].text.length > MAX_TITLE_ALONE || readable[0].text.endsWith('.'))) return '';
  const first = readable.findIndex(({ height }) => height > 0.98 * largest);
  let end = first;
  while (end < readable.length && readable[end].height > 0.98 * largest) end++;
  const title = oneLine(
    readable
      .slice(first, end)
      .map(({ text }) => text)
      .join(' '),
  );
  return title.length > MAX_TITLE ? '' : title;
}
