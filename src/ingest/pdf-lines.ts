// Pieces of text as pdf.js gives them -> lines with their place on the page. Order is that of the file, which programs write
// in reading order, columns too; sorting by place would mix columns.

import { oneLine } from './clean-text.ts';

export interface PdfLine {
  text: string;
  /** Left and right end and base line, in points from the page's bottom left. */
  left: number;
  right: number;
  y: number;
  /** Of the letters, in points. */
  height: number;
  /** Rotated text (a stamp in the margin) has no place among the other lines. */
  isUpright: boolean;
}

/** What is used of a TextItem of pdf.js. */
export interface PdfTextItem {
  str: string;
  transform: number[];
  width: number;
  height: number;
  hasEOL: boolean;
}

export function pdfLines(items: readonly PdfTextItem[]): PdfLine[] {
  const lines: PdfLine[] = [];
  let open: PdfLine | undefined;
  for (const item of items) {
    if (item.str !== '') open = withItem(item);
    if (item.hasEOL) close();
  }
  close();
  return lines;

  function withItem({ str, transform, width, height }: PdfTextItem): PdfLine {
    const [, slope, , , x, y] = transform;
    const isUpright = Math.abs(slope) < 0.01;
    // A raised or lowered number is still on the line.
    if (
      open &&
      (open.isUpright !== isUpright || (isUpright && Math.abs(open.y - y) > 0.6 * Math.max(open.height, height)))
    )
      close();
    if (!open) return { text: str, left: x, right: x + width, y, height, isUpright };
    // Small print on a line does not make the line small.
    if (height > open.height && str.trim() !== '') Object.assign(open, { height, y });
    open.text += str;
    open.right = Math.max(open.right, x + width);
    return open;
  }

  function close(): void {
    if (!open) return;
    // The soft hyphen says that a word goes on, which oneLine would forget.
    const text = oneLine(open.text.replace(/\u00AD\s*$/, '\u2010'));
    if (text !== '') lines.push({ ...open, text });
    open = undefined;
  }
}
