// A table -> one line per row, "Header: cell; Header: cell.", so that a row means something without the rows above it.

import { hasLetterOrDigit } from './clean-text.ts';
import { attribute, type DomElement, isElement, outermost } from './dom.ts';
import { cellText } from './inline-elements.ts';

interface Cell {
  text: string;
  isHeader: boolean;
}

// A hostile colspan="1000000000" must not become an array of that length.
const MAX_SPAN = 100;

/** Tables that only arrange things on the page: nested ones, those with listings or headings in a cell, those that say so. */
export function isLayoutTable(table: DomElement): boolean {
  if (/^(presentation|none)$/.test(attribute(table, 'role') ?? '')) return true;
  return outermost(table, (element) => /^(table|pre|h[1-6])$/.test(element.tagName)).length > 0;
}

export function tableRows(table: DomElement, isDropped: (element: DomElement) => boolean): string[] {
  const rows = outermost(table, (element) => element.tagName === 'tr' || isDropped(element)).filter(
    (row) => row.tagName === 'tr',
  );
  const grid = spread(rows, isDropped);
  const headerCount = countHeaderRows(rows, grid);
  const width = Math.max(0, ...grid.map((row) => row.length));
  // Several header rows are joined from the top: "2024 Revenue".
  const labels = Array.from({ length: width }, (_, column) =>
    [...new Set(grid.slice(0, headerCount).map((row) => row[column]?.text ?? ''))]
      .filter((text) => text !== '')
      .join(' '),
  );
  const body = grid.slice(headerCount);
  if (body.length === 0) return grid.map((row) => sentence(distinct(row).map((cell) => cell.text)));
  return body.map((row) => rowLine(row, labels)).filter(hasLetterOrDigit);
}

function rowLine(row: Cell[], labels: string[]): string {
  const parts: string[] = [];
  row.forEach((cell, column) => {
    const repeatsLeft = column > 0 && row[column - 1] === cell;
    if (cell.text === '' || repeatsLeft) return;
    const label = labels[column] ?? '';
    parts.push(label === '' || label === cell.text ? cell.text : `${label.replace(/:$/, '')}: ${cell.text}`);
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

/** Cells by column, those that span several columns or rows repeated in each. */
function spread(rows: DomElement[], isDropped: (element: DomElement) => boolean): Cell[][] {
  const open: { cell: Cell; rowsLeft: number }[] = [];
  return rows.map((row) => {
    const line: Cell[] = [];
    const carry = () => {
      while ((open[line.length]?.rowsLeft ?? 0) > 0) {
        const column = line.length;
        open[column].rowsLeft -= 1;
        line.push(open[column].cell);
      }
    };
    for (const node of row.children) {
      if (!isElement(node) || !/^t[dh]$/.test(node.tagName) || isDropped(node)) continue;
      carry();
      const cell = { text: cellText(node, isDropped), isHeader: node.tagName === 'th' };
      for (let i = span(node, 'colspan'); i > 0; i--) {
        open[line.length] = { cell, rowsLeft: span(node, 'rowspan') - 1 };
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
