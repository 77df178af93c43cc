// What measured numbers come to. Of an even count the median is the upper of the two in the middle.

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of them in ascending order, the one that `share` of all stand before; the largest for 1. */
export function quantile(values: readonly number[], share: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))];
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
