// The shipped CPU path of quantize-query: the same rounding as shaders/quantize-query.wgsl, four sums at a time.

import type { Codec } from '../codec/codec.ts';
import type { TokenEmbeddings } from '../shared-types.ts';
import type { QueryCodes } from '../types.ts';

const SMALLEST_SQUARE = 1e-20;

/**
 * Unit length over the codec's first `dim` dimensions, rotated, times the codec's query scale and the row's weight, rounded to nearest
 * (ties to even).
 * A row of length 0, or with a value that is no number, becomes zeros; checkQuantized refuses those.
 */
export function quantizeQueryCpu(query: TokenEmbeddings, codec: Codec): QueryCodes {
  const { dim, rotation, queryScale } = codec;
  const codes = new Int8Array(query.tokenCount * dim); // [tokenCount, dim]
  for (let token = 0; token < query.tokenCount; token++) {
    const row = query.data.subarray(token * query.dim, token * query.dim + dim);
    let square = 0;
    for (let d = 0; d < dim; d++) square += row[d] * row[d];
    if (!(square > SMALLEST_SQUARE && square < Infinity)) continue;
    const scale = (queryScale * (query.rowWeights?.[token] ?? 1)) / Math.sqrt(square);
    for (let out = 0; out < dim; out++) {
      const first = out * dim;
      let [a, b, c, e] = [0, 0, 0, 0];
      for (let d = 0; d < dim; d += 4) {
        a += rotation[first + d] * row[d];
        b += rotation[first + d + 1] * row[d + 1];
        c += rotation[first + d + 2] * row[d + 2];
        e += rotation[first + d + 3] * row[d + 3];
      }
      codes[token * dim + out] = roundAndClamp((a + b + c + e) * scale, queryScale);
    }
  }
  return { codes, tokenCount: query.tokenCount, dim };
}

function roundAndClamp(x: number, most: number): number {
  const rounded = Math.round(x);
  const even = rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
  return Math.min(most, Math.max(-most, even));
}
