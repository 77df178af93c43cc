// A text file -> paragraphs. Lines that were wrapped by hand are put together; lists, logs and tables keep their lines.

import { hasLetterOrDigit, oneLine, proseLines } from './clean-text.ts';
import { madePage, plainSection } from './made-page.ts';
import { titleFromPath } from './page-title.ts';
import type { Block, ParsedPage } from './parsed-page.ts';
import { textContent } from './text-content.ts';

const MAX_TITLE = 100;
// Lines of a log or a list in one block: some passages' worth, so that none takes long to cut.
const LINES_OF_BLOCK = 40;
// Editors wrap at 60 to 100. A line may end this much before the longest one of its paragraph, for the word that did not fit.
const NARROWEST_WRAP = 40;
const WIDEST_WRAP = 110;
const RAGGED_SHARE = 0.65;

/** @throws UnreadableDocument */
export function parsePlainText(path: string, bytes: Uint8Array): ParsedPage {
  const { text, warnings } = textContent(bytes);
  const isTable = /\.[ct]sv$/i.test(path);
  const blocks = text.split(/\n[^\S\n]*\n+/).flatMap((paragraph) => toBlocks(paragraph, isTable));
  const title = isTable ? '' : titleOf(text);
  return madePage({
    title: title || titleFromPath(path),
    titleIsFileName: title === '',
    sections: [plainSection(blocks)],
    warnings,
  });
}

/** The first line, unless it is the beginning of a paragraph that goes on in the second. */
function titleOf(text: string): string {
  const lines = text.trimStart().split('\n', LINES_OF_BLOCK);
  const end = lines.findIndex((line) => line.trim() === '');
  const [first] = lines;
  return first.length > MAX_TITLE || !hasLetterOrDigit(first) || isWrapped(end === -1 ? lines : lines.slice(0, end))
    ? ''
    : oneLine(first);
}

function toBlocks(paragraph: string, isTable: boolean): Block[] {
  const lines = paragraph.split('\n').filter((line) => line.trim() !== '');
  if (isTable) return lines.map((line) => ({ kind: 'row' as const, text: oneLine(line) })).filter(saysSomething);
  if (isWrapped(lines)) return [{ kind: 'prose' as const, text: proseLines(unwrapped(lines)) }].filter(saysSomething);
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i += LINES_OF_BLOCK) {
    const text = proseLines(lines.slice(i, i + LINES_OF_BLOCK).join('\n'));
    blocks.push({ kind: 'prose', text, leadsOn: /[:：]$/.test(text) });
  }
  return blocks.filter(saysSomething);
}

function saysSomething({ text }: Block): boolean {
  return hasLetterOrDigit(text);
}

/** All lines but the last end where a word more would have been too long, and none begins like an item of a list. */
function isWrapped(lines: readonly string[]): boolean {
  if (lines.length < 2 || lines.length > 2000) return false;
  const widest = Math.max(...lines.map((line) => line.length));
  if (widest < NARROWEST_WRAP || widest > WIDEST_WRAP) return false;
  const isFull = (line: string) => line.length >= widest * RAGGED_SHARE;
  return lines.slice(0, -1).every(isFull) && !lines.slice(1).some((line) => /^\s*([-*•+|>]|\d+[.)])\s/.test(line));
}

function unwrapped(lines: readonly string[]): string {
  return lines.map((line) => line.trim()).join(' ');
}
