// The obvious loop in float64: what shaders/quantize-query.wgsl must compute, up to a rounding that falls the other way.

/** Rounds to the nearest integer, halves to the even one, as WGSL's `round` does. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * @param modelDim dimensions of an embedding; the first `dim` are used
 * @param rotation [dim, dim] row-major
 * @param embeddings [tokenCount, modelDim]
 * @param queryScale what a unit vector's length becomes
 * @param rowWeights [tokenCount] share of it that each row gets
 * @returns int8 [tokenCount, dim]; zeros for a row whose length is 0 or not finite
 */
export function quantizeQueryReference(
  modelDim: number,
  rotation: Float32Array,
  embeddings: Float32Array,
  tokenCount: number,
  dim: number,
  queryScale: number,
  rowWeights: Float32Array = new Float32Array(tokenCount).fill(1),
): Int8Array {
  const query = new Int8Array(tokenCount * dim);
  for (let token = 0; token < tokenCount; token++) {
    let square = 0;
    for (let d = 0; d < dim; d++) square += embeddings[token * modelDim + d] ** 2;
    if (!(square > 1e-20 && square < Infinity)) continue;
    for (let out = 0; out < dim; out++) {
      let sum = 0;
      for (let d = 0; d < dim; d++)
        sum += rotation[out * dim + d] * (embeddings[token * modelDim + d] / Math.sqrt(square));
      const value = roundHalfToEven(queryScale * rowWeights[token] * sum);
      query[token * dim + out] = Math.min(queryScale, Math.max(-queryScale, value));
    }
  }
  return query;
}
