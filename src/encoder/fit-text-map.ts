// What a query's words say of the query as a whole, for models that give it a row of its own (training/text_row.py): the linear map
// of least squares from the sum of the words' rows in a query table to that row. docs/decisions/0008.

import type { Codec } from '../codec/codec.ts';
import { FULL_WEIGHT, type TextMap } from '../format/query-table.ts';
import { codeTableRows } from './code-rows.ts';

/** Weight of the rows' own squares beside the queries', whose sums have length 1: little; any from .1 to 10 does as well. */
const RIDGE = 1;

export class TextMapFit {
  private readonly dim: number;
  /** [dim, dim] sum of x x^T, and of x y^T. */
  private readonly squares: Float64Array;
  private readonly products: Float64Array;

  constructor(dim: number) {
    this.dim = dim;
    this.squares = new Float64Array(dim * dim);
    this.products = new Float64Array(dim * dim);
    for (let d = 0; d < dim; d++) this.squares[d * dim + d] = RIDGE;
  }

  /**
   * Adds one query.
   * @param sum [dim] of its words' rows, of any length; zeros are passed over
   * @param row [dim] of the query as a whole, rotated as the codec rotates
   */
  add(sum: Float32Array, row: Float32Array): void {
    const { dim, squares, products } = this;
    const length = Math.hypot(...sum);
    if (length === 0) return;
    for (let i = 0; i < dim; i++) {
      const x = sum[i] / length;
      for (let j = 0; j < dim; j++) {
        squares[i * dim + j] += (x * sum[j]) / length;
        products[i * dim + j] += x * row[j];
      }
    }
  }

  /** The map's rows, coded with the codec. */
  finish(codec: Codec): TextMap {
    const { dim } = this;
    const rows = solve(this.squares, this.products, dim);
    const norms = Array.from({ length: dim }, (_, i) => Math.hypot(...rows.subarray(i * dim, (i + 1) * dim)));
    const longest = Math.max(...norms, Number.MIN_VALUE);
    const units = Float32Array.from(rows, (value, at) => value / (norms[Math.floor(at / dim)] || 1));
    return {
      lengths: Uint8Array.from(norms, (norm) => Math.round((FULL_WEIGHT * norm) / longest)),
      codes: codeTableRows(codec, units, dim),
    };
  }
}

/** `a`^-1 `b` of [n, n] each, `a` symmetric and positive definite (Cholesky; Golub and Van Loan, Matrix Computations, 4.2). */
function solve(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j];
      for (let k = 0; k < j; k++) rest -= factor[i * n + k] * factor[j * n + k];
      factor[i * n + j] = i === j ? Math.sqrt(rest) : rest / factor[j * n + j];
    }
  }
  const x = b.slice();
  for (let column = 0; column < n; column++) {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) x[i * n + column] -= factor[i * n + k] * x[k * n + column];
      x[i * n + column] /= factor[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i * n + column] -= factor[k * n + i] * x[k * n + column];
      x[i * n + column] /= factor[i * n + i];
    }
  }
  return x;
}
