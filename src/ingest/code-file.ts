// A source file -> blocks of lines, cut where a reader would: at blank lines and where a top-level definition begins.

import { codeLines, hasLetterOrDigit } from './clean-text.ts';
import { madePage, plainSection } from './made-page.ts';
import type { Block, ParsedPage } from './parsed-page.ts';
import { textContent } from './text-content.ts';
import { UnreadableDocument } from './unreadable.ts';

// A block has one address, so a long one is cut: 24 lines are about a passage.
const LINES_OF_BLOCK = 24;
// No one writes such lines. A file that is mostly made of them was written by a program, for programs.
const LONG_LINE = 1000;
const MINIFIED_SHARE = 0.5;
const DEFINITION =
  /^(export|public|private|protected|internal|static|abstract|async|pub|function|class|interface|type|enum|struct|trait|impl|fn|func|def|module|package|namespace|object|template|const|let|var|create|alter|\[|@)\b/i;

/** @throws UnreadableDocument */
export function parseCodeFile(path: string, bytes: Uint8Array): ParsedPage {
  const { text, warnings } = textContent(bytes);
  const lines = text.split('\n');
  const longBytes = lines.reduce((sum, line) => sum + (line.length > LONG_LINE ? line.length : 0), 0);
  if (longBytes > text.length * MINIFIED_SHARE)
    throw new UnreadableDocument('minified code or data (very long lines), which no one reads');
  return madePage({
    title: path.slice(path.lastIndexOf('/') + 1),
    titleIsFileName: true,
    sections: [plainSection(toBlocks(lines))],
    warnings,
  });
}

function toBlocks(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let start = 0;
  for (let i = 1; i <= lines.length; i++) {
    const isEnd = i === lines.length || i - start >= LINES_OF_BLOCK || beginsBlock(lines[i], lines[i - 1]);
    if (!isEnd) continue;
    const text = codeLines(lines.slice(start, i).join('\n'), { keepIndent: true });
    if (hasLetterOrDigit(text)) blocks.push({ kind: 'code', text, anchor: `L${start + 1}` });
    start = i;
  }
  return blocks;
}

function beginsBlock(line: string, before: string): boolean {
  if (before.trim() === '') return line.trim() !== '';
  // Comments and decorators stay with what they are about.
  return DEFINITION.test(line) && /^[}\])]|^end\b|;$/.test(before);
}
