// Where a key leads in a row of things. Pure.

/** The next index in a direction, staying at the ends. */
export function step(from: number, by: 1 | -1, itemCount: number): number {
  return Math.min(itemCount - 1, Math.max(0, from + by));
}

/** The index that Home or End leads to, nothing for other keys. */
export function edgeOf(key: string, itemCount: number): number | undefined {
  if (key === 'Home') return 0;
  return key === 'End' ? itemCount - 1 : undefined;
}
