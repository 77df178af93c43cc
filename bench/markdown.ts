// Tables as documents show them, and their place in one: figures in docs/ are written by the bench that measured them.

import { readFile, writeFile } from 'node:fs/promises';
import { LatelightError } from '../src/errors.ts';

/** First row: headings. First column left, the others right. */
export function markdownTable(rows: string[][]): string {
  const [head, ...body] = rows;
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `| ${head.map((_, column) => (column === 0 ? '---' : '---:')).join(' | ')} |`;
  return [line(head), rule, ...body.map(line)].join('\n');
}

/** The document with what stands between `<!-- name -->` and `<!-- /name -->` replaced. */
export function replaceMarked(document: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = document.indexOf(open);
  const to = document.indexOf(close, from);
  if (from < 0 || to < 0) {
    throw new LatelightError(
      'bad-option',
      `bench: expected the lines ${open} and ${close} in the document, found none.`,
    );
  }
  return `${document.slice(0, from + open.length)}\n\n${content}\n\n${document.slice(to)}`;
}

export async function writeMarked(path: string, name: string, content: string): Promise<void> {
  await writeFile(path, replaceMarked(await readFile(path, 'utf8'), name, content));
}
