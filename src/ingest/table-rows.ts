// A table -> one line per row, "Header: cell; Header: cell.", so that a row means something without the rows above it.

import { hasLetterOrDigit } from './clean-text.ts';
import { attribute, type DomElement, isBlock, isElement, outermost } from './dom.ts';
import { cellText } from './inline-elements.ts';

interface Cell {
  text: string;
  isHeader: boolean;
  /** Of more than one block. */
  isStack: boolean;
}

interface SpanningCell {
  cell: Cell;
  columns: number;
  rows: number;
}

/** Whether so many characters may stand once more than the page has them. */
type MayRepeat = (characters: number) => boolean;

// A hostile colspan="1000000000" must not become an array of that length.
const MAX_SPAN = 100;
// What headers and spans may repeat in a table: many times what it says, and in a small one enough for whatever people write. A few
// thousand cells of 100 by 100 fill the memory otherwise, and so does one long header above many short rows.
const REPEATED_OF_CHARACTER = 30;
const LEAST_REPEATED = 10_000;
const MOST_REPEATED = 10_000_000;

/** Tables that only arrange things on the page: nested ones, those with listings or headings in a cell, those that say so. */
export function isLayoutTable(table: DomElement): boolean {
  if (/^(presentation|none)$/.test(attribute(table, 'role') ?? '')) return true;
  return outermost(table, (element) => /^(table|pre|h[1-6])$/.test(element.tagName)).length > 0;
}

export function tableRows(table: DomElement, isDropped: (element: DomElement) => boolean): string[] {
  const rows = outermost(table, (element) => element.tagName === 'tr' || isDropped(element)).filter(
    (row) => row.tagName === 'tr',
  );
  const cells = rows.map((row) => cellsOf(row, isDropped));
  const mayRepeat = repeating(cells);
  const grid = spread(cells, mayRepeat);
  const headerCount = countHeaderRows(rows, grid);
  // A column of entries of several lines, with what each line is above it: no name of the entry.
  const isStacked = headerCount > 0 && grid.every((row) => row.length === 1) && grid[0][0].isStack;
  const labels = isStacked ? [] : columnLabels(grid.slice(0, headerCount));
  const body = grid.slice(headerCount);
  if (body.length === 0) return grid.map((row) => sentence(distinct(row).map((cell) => cell.text)));
  return body.map((row) => rowLine(row, labels, mayRepeat)).filter(hasLetterOrDigit);
}

/** Several header rows are joined from the top: "2024 Revenue". */
function columnLabels(headers: Cell[][]): string[] {
  const columns: Set<string>[] = [];
  for (const row of headers)
    row.forEach(({ text }, column) => {
      columns[column] ??= new Set();
      if (text !== '') columns[column].add(text);
    });
  return columns.map((texts) => [...texts].join(' '));
}

function rowLine(row: Cell[], labels: string[], mayRepeat: MayRepeat): string {
  const parts: string[] = [];
  row.forEach((cell, column) => {
    const repeatsLeft = column > 0 && row[column - 1] === cell;
    if (cell.text === '' || repeatsLeft) return;
    const label = labels[column] ?? '';
    const isLabelled = label !== '' && label !== cell.text && mayRepeat(label.length);
    parts.push(isLabelled ? `${label.replace(/:$/, '')}: ${cell.text}` : cell.text);
  });
  return sentence(parts);
}

function sentence(parts: string[]): string {
  const line = parts.filter((part) => part !== '').join('; ');
  return line === '' || /[.!?:;。！？]$/.test(line) ? line : `${line}.`;
}

function distinct(row: Cell[]): Cell[] {
  return row.filter((cell, column) => row[column - 1] !== cell);
}

/** Leading rows of header cells only, or those in thead. */
function countHeaderRows(rows: DomElement[], grid: Cell[][]): number {
  let count = 0;
  while (count < grid.length) {
    const inHead = (rows[count].parent as DomElement | null)?.tagName === 'thead';
    if (!inHead && !(grid[count].length > 1 && grid[count].every((cell) => cell.isHeader))) break;
    count += 1;
  }
  return count;
}

function cellsOf(row: DomElement, isDropped: (element: DomElement) => boolean): SpanningCell[] {
  const cells: SpanningCell[] = [];
  for (const node of row.children) {
    if (!isElement(node) || !/^t[dh]$/.test(node.tagName) || isDropped(node)) continue;
    const cell = { text: cellText(node, isDropped), isHeader: node.tagName === 'th', isStack: blocksIn(node) > 1 };
    cells.push({ cell, columns: span(node, 'colspan'), rows: span(node, 'rowspan') });
  }
  return cells;
}

function blocksIn(cell: DomElement): number {
  return cell.children.filter((child) => isElement(child) && isBlock(child)).length;
}

function repeating(cells: SpanningCell[][]): MayRepeat {
  const own = cells.flat().reduce((sum, { cell }) => sum + cell.text.length + 1, 0);
  let left = Math.min(LEAST_REPEATED + REPEATED_OF_CHARACTER * own, MOST_REPEATED);
  return (characters) => {
    left -= characters;
    return left >= 0;
  };
}

/** Cells by column, those that span several columns or rows repeated in each. */
function spread(rows: SpanningCell[][], mayRepeat: MayRepeat): Cell[][] {
  const open: { cell: Cell; rowsLeft: number }[] = [];
  return rows.map((row) => {
    const line: Cell[] = [];
    const carry = () => {
      while ((open[line.length]?.rowsLeft ?? 0) > 0) {
        const above = open[line.length];
        above.rowsLeft = mayRepeat(above.cell.text.length + 1) ? above.rowsLeft - 1 : 0;
        line.push(above.cell);
      }
    };
    for (const { cell, columns, rows } of row) {
      carry();
      for (let i = 0; i < columns; i++) {
        if (i > 0 && !mayRepeat(cell.text.length + 1)) break;
        open[line.length] = { cell, rowsLeft: rows - 1 };
        line.push(cell);
      }
    }
    carry();
    return line;
  });
}

function span(cell: DomElement, name: string): number {
  const value = Number(attribute(cell, name) ?? 1);
  return Number.isInteger(value) && value >= 1 ? Math.min(value, MAX_SPAN) : 1;
}
