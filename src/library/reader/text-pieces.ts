// Text, code and bare passages as blocks.

import type { DocumentPassage } from '../types.ts';

const LINES_PER_BLOCK = 60;
/** A line of a minified file would be laid out at once. */
const MAX_LINE = 4000;

/** Plain text keeps its lines. Paragraphs are elements, so that one of them can have focus. */
export function* textPieces(text: string): Generator<Node> {
  for (const lines of lineBlocks(text)) {
    const block = document.createElement('pre');
    for (const paragraph of `${lines.join('\n')}\n`.match(/[\s\S]*?\n(?:\n+|$)/g) ?? []) {
      const element = document.createElement('span');
      element.className = 'paragraph';
      element.textContent = paragraph;
      block.append(element);
    }
    yield block;
  }
}

/** Every line is an element with its number, which CSS shows: what is copied has no numbers in it. */
export function* codePieces(text: string): Generator<Node> {
  let number = 0;
  for (const lines of lineBlocks(text)) {
    const block = document.createElement('pre');
    block.className = 'code';
    for (const line of lines) {
      const element = document.createElement('span');
      element.className = 'line';
      element.dataset.line = String(++number);
      element.textContent = `${line}\n`;
      block.append(element);
    }
    yield block;
  }
}

/** A document whose file is not kept: all that is known of it. */
export function* passagePieces(passages: readonly DocumentPassage[]): Generator<Node> {
  let above: readonly string[] = [];
  for (const passage of passages) {
    const fragment = document.createDocumentFragment();
    const shared = passage.headings.findIndex((heading, level) => heading !== above[level]);
    if (shared >= 0) {
      passage.headings.slice(shared).forEach((heading, index) => {
        const element = document.createElement(`h${Math.min(6, shared + index + 1)}`);
        element.dir = 'auto';
        element.textContent = heading;
        fragment.append(element);
      });
    }
    above = passage.headings;
    const text = document.createElement('div');
    text.className = 'passage';
    text.id = passageId(passage.number);
    text.textContent = passage.text;
    fragment.append(text);
    yield fragment;
  }
}

function passageId(number: number): string {
  return `passage-${number}`;
}

function* lineBlocks(text: string): Generator<string[]> {
  let block: string[] = [];
  // The end of the last line begins no other.
  for (const line of text.replace(/\r?\n$/, '').split(/\r\n?|\n/)) {
    block.push(line);
    if (block.length === LINES_PER_BLOCK || line.length > MAX_LINE) {
      yield block;
      block = [];
    }
  }
  if (block.length > 0) yield block;
}
