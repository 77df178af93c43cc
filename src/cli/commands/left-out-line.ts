// What `latelight index` says of files that it could have read, and how to have them read.

import type { AddedDirectory } from '../../node/options.ts';

const EXTENSIONS_NAMED = 5;

/** '' when nothing was left out. */
export function leftOutLine({ leftOut }: Pick<AddedDirectory, 'leftOut'>): string {
  const counts = Object.entries(leftOut).sort(([a, most], [b, more]) => more - most || (a < b ? -1 : 1));
  if (counts.length === 0) return '';
  const named = counts.slice(0, EXTENSIONS_NAMED);
  const others = counts.slice(EXTENSIONS_NAMED).reduce((sum, [, count]) => sum + count, 0);
  const list = [
    ...named.map(([extension, count]) => `${count} ${extension}`),
    ...(others > 0 ? [`${others} others`] : []),
  ];
  const globs = named.map(([extension]) => `'**/*${extension}'`);
  return `left out: ${list.join(', ')}; --include ${globs.join(' ')} takes them in\n`;
}
