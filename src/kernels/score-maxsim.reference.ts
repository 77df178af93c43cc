// The obvious loop: what shaders/score-maxsim.wgsl and assembly/ must compute, to the last bit.

export interface MaxsimShape {
  tokenCount: number;
  dim: number;
  subspaceDim: number;
}

/**
 * @param codewords int8 [dim / subspaceDim, 16, subspaceDim]
 * @param query int8 [tokenCount, dim]
 * @param filter one bit a passage of this shard; undefined includes all
 * @param codes [blocks, dim / subspaceDim / 2, 16]
 * @param firstBlocks [passageCount + 1]
 * @returns i32 [passageCount]; -2^31 for a passage left out
 */
export function scoreMaxsimReference(
  shape: MaxsimShape,
  codewords: Int8Array,
  query: Int8Array,
  filter: Uint32Array | undefined,
  codes: Uint8Array,
  firstBlocks: Uint32Array,
): Int32Array {
  const { tokenCount, dim, subspaceDim } = shape;
  const pairCount = dim / subspaceDim / 2;
  const scores = new Int32Array(firstBlocks.length - 1);
  for (let passage = 0; passage < scores.length; passage++) {
    if (filter && ((filter[passage >>> 5] >>> (passage & 31)) & 1) === 0) {
      scores[passage] = -(2 ** 31);
      continue;
    }
    for (let token = 0; token < tokenCount; token++) {
      let best = -Infinity;
      for (let row = firstBlocks[passage] * 16; row < firstBlocks[passage + 1] * 16; row++) {
        let sum = 0;
        for (let d = 0; d < dim; d++) {
          const subspace = Math.floor(d / subspaceDim);
          const byte = codes[(Math.floor(row / 16) * pairCount + (subspace >> 1)) * 16 + (row % 16)];
          const code = subspace % 2 === 0 ? byte & 15 : byte >> 4;
          sum += query[token * dim + d] * codewords[(subspace * 16 + code) * subspaceDim + (d % subspaceDim)];
        }
        best = Math.max(best, sum);
      }
      scores[passage] += best;
    }
  }
  return scores;
}
