// Dot products of rows, for what is done to every passage. A sum of products waits for its own last addition, so four go on side by side.

/**
 * Dots of one row with `count` that follow each other, each summed in order of its dimensions, whatever is done beside it.
 * @param a the row, at `atA`
 * @param b [count, dim] from `atB`
 * @param dots [count]
 */
export function dotsOf(
  a: Float32Array,
  atA: number,
  b: Float32Array,
  atB: number,
  dim: number,
  count: number,
  dots: Float64Array,
): void {
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    let [w, x, y, z] = [0, 0, 0, 0];
    for (let d = 0, at = atB + row * dim; d < dim; d++, at++) {
      const value = a[atA + d];
      w += value * b[at];
      x += value * b[at + dim];
      y += value * b[at + 2 * dim];
      z += value * b[at + 3 * dim];
    }
    dots[row] = w;
    dots[row + 1] = x;
    dots[row + 2] = y;
    dots[row + 3] = z;
  }
  for (; row < count; row++) {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += a[atA + d] * b[atB + row * dim + d];
    dots[row] = sum;
  }
}
