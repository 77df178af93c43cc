// How the CLI writes numbers, tables and paths.

import { relative } from 'node:path';

/** Columns padded to their widest cell; all but the first are right-aligned when `right` is set. */
export function table(rows: string[][], right = false): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (right && column > 0 ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** A path as a shell takes it for one word. */
export function shellWord(path: string, isWindows = process.platform === 'win32'): string {
  if (/^[\w./:@%+,=\\-]+$/.test(path)) return path;
  // Double quotes are what Windows knows; what they let through elsewhere is for single ones.
  return !isWindows && /["$`!\\]/.test(path) ? `'${path.replaceAll("'", "'\\''")}'` : `"${path}"`;
}

/** Printed after a folder was made. */
export function tryItLine(output: string): string {
  return `Try it:  npx latelight serve ${shellWord(relative(process.cwd(), output) || '.')}\n`;
}

/**
 * Of an index, which may be anyone's: control characters would set the terminal's title, move its cursor, fill its clipboard, and
 * directions would show an address as another.
 */
export function printable(text: string): string {
  return text.replace(/(?!\n)[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '');
}
