// Brute-force MaxSim in float32 over all documents: what codes, pooling and rounding are measured against. The products are
// onnxruntime's (through transformers.js); the maxima and sums are the obvious loop.

import { matmul, Tensor } from '@huggingface/transformers';
import type { FloatRows } from './float-rows.ts';

/** Rows multiplied at once: with 6,000 query tokens, 50 MB of products. */
const CHUNK_ROWS = 2048;

/** [queries, documents] sum over the query's rows of the best dot product with the document's rows; -Infinity for no rows. */
export async function floatMaxSim(queries: FloatRows, documents: FloatRows): Promise<Float32Array[]> {
  const { dim } = documents;
  const tokenCount = queries.data.length / dim;
  const transposed = new Float32Array(dim * tokenCount); // [dim, tokenCount]
  for (let token = 0; token < tokenCount; token++)
    for (let d = 0; d < dim; d++) transposed[d * tokenCount + token] = queries.data[token * dim + d];
  const right = new Tensor('float32', transposed, [dim, tokenCount]);

  const documentCount = documents.starts.length - 1;
  const queryCount = queries.starts.length - 1;
  const scores = Array.from({ length: queryCount }, () => new Float32Array(documentCount).fill(-Infinity));
  const best = new Float32Array(tokenCount);
  for (let first = 0; first < documentCount; ) {
    let last = first + 1;
    const from = documents.starts[first];
    while (last < documentCount && documents.starts[last + 1] - from <= CHUNK_ROWS) last++;
    const rowCount = documents.starts[last] - from;
    if (rowCount > 0) {
      const left = new Tensor('float32', documents.data.slice(from * dim, (from + rowCount) * dim), [rowCount, dim]);
      const product = await matmul(left, right);
      const dots = product.data as Float32Array; // [rowCount, tokenCount]
      for (let document = first; document < last; document++) {
        if (documents.starts[document] === documents.starts[document + 1]) continue;
        best.fill(-Infinity);
        for (let row = documents.starts[document] - from; row < documents.starts[document + 1] - from; row++) {
          const at = row * tokenCount;
          for (let token = 0; token < tokenCount; token++) {
            const dot = dots[at + token];
            if (dot > best[token]) best[token] = dot;
          }
        }
        for (let query = 0; query < queryCount; query++) {
          let sum = 0;
          for (let token = queries.starts[query]; token < queries.starts[query + 1]; token++) sum += best[token];
          scores[query][document] = sum;
        }
      }
      product.dispose();
    }
    first = last;
  }
  return scores;
}

/** The best `depth` documents of each query: score descending, ties to the lower index. */
export function rankScores(scores: Float32Array[], depth: number): number[][] {
  return scores.map((row) => [...row.keys()].sort((a, b) => row[b] - row[a] || a - b).slice(0, depth));
}
