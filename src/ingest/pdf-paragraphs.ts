// Lines of a page -> paragraphs: where one ends, and how lines go together (hyphens at line ends, scripts without spaces).

import type { PdfLine } from './pdf-lines.ts';

const SENTENCE_END = /[.!?:;…。！？][\p{Pe}\p{Pf}"'\d]*$/u;
const ITEM_START = /^([•◦▪‣●○■–—*·]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s/u;
const HYPHEN_END = /(\p{L}+)[-‐]$/u;
const NO_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\u3000-\u303F\uFF00-\uFFEF]/u;

export interface PdfParagraph {
  text: string;
  height: number;
}

/** `hyphenated` holds words that the document writes with a hyphen in mid-line: they keep it at a line's end. */
export function pdfParagraphs(lines: readonly PdfLine[], hyphenated: ReadonlySet<string> = new Set()): PdfParagraph[] {
  const paragraphs: PdfParagraph[] = [];
  const gap = usualGap(lines);
  let start = 0;
  for (let i = 1; i <= lines.length; i++) {
    const own = lines.slice(start, i);
    if (i < lines.length && !endsBetween(own, lines[i], gap)) continue;
    const text = own.reduce((all, line) => (all === '' ? line.text : joinLines(all, line.text, hyphenated)), '');
    if (own.length > 0) paragraphs.push({ text, height: own[0].height });
    start = i;
  }
  return paragraphs;
}

/** Words with a hyphen inside a line, lower case. */
export function hyphenatedWords(pages: readonly PdfLine[][]): Set<string> {
  const words = new Set<string>();
  for (const lines of pages)
    for (const { text } of lines) for (const [word] of text.matchAll(/\p{L}+[-‐]\p{L}+/gu)) words.add(plain(word));
  return words;
}

function endsBetween(own: readonly PdfLine[], next: PdfLine, gap: number): boolean {
  const last = own[own.length - 1];
  if (!last.isUpright || !next.isUpright || ITEM_START.test(next.text)) return true;
  if (Math.abs(last.height - next.height) > 0.15 * Math.max(last.height, next.height)) return true;
  const step = last.y - next.y;
  // Up again is the next column: the sentence goes on there, or it has ended.
  if (step < 0) return SENTENCE_END.test(last.text);
  if (step > gap * 1.35) return true;
  if (!SENTENCE_END.test(last.text)) return false;
  const column = linesOfColumn(own);
  const indent = next.left - Math.min(...column.map((line) => line.left));
  const widest = Math.max(next.right, ...column.map((line) => line.right)) - Math.min(next.left, last.left);
  return (indent > 0.8 * next.height && column.length > 1) || last.right - last.left < 0.75 * widest;
}

/** Of a paragraph that went on in the next column, what is in that one. */
function linesOfColumn(own: readonly PdfLine[]): readonly PdfLine[] {
  let start = own.length - 1;
  while (start > 0 && own[start - 1].y >= own[start].y) start--;
  return own.slice(start);
}

/** From line to line inside a paragraph: the lower quartile of all steps, at least the height of the letters. */
function usualGap(lines: readonly PdfLine[]): number {
  const steps: number[] = [];
  for (let i = 1; i < lines.length; i++) {
    const step = lines[i - 1].y - lines[i].y;
    if (step > 0.6 * lines[i].height) steps.push(step);
  }
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 4)] ?? Infinity;
}

function joinLines(text: string, next: string, hyphenated: ReadonlySet<string>): string {
  const [, before] = HYPHEN_END.exec(text.slice(-40)) ?? [];
  if (before !== undefined && /^\p{L}/u.test(next)) {
    const [after] = /^\p{L}+/u.exec(next) as RegExpExecArray;
    const isCompound = !/^\p{Ll}/u.test(next) || hyphenated.has(plain(`${before}-${after}`));
    return isCompound ? `${text.slice(0, -1)}-${next}` : text.slice(0, -1) + next;
  }
  return NO_SPACES.test(text.slice(-1)) && NO_SPACES.test(next[0]) ? text + next : `${text} ${next}`;
}

function plain(word: string): string {
  return word.toLowerCase().replace('‐', '-');
}
