// Float scores of all documents for all queries, and rankings from scores.

import { FloatMaxSim } from '../../src/node/float-maxsim.ts';
import type { FloatRows } from './float-rows.ts';

/** [queries][documents] sum over the query's rows, at their weights, of the best dot product with the document's rows; -Infinity for no rows. */
export async function floatMaxSim(queries: FloatRows, documents: FloatRows): Promise<Float32Array[]> {
  const { dim, data, starts } = documents;
  const documentCount = starts.length - 1;
  const tokenCounts = Array.from({ length: queries.starts.length - 1 }, (_, query) => {
    return queries.starts[query + 1] - queries.starts[query];
  });
  const { rowWeights } = queries;
  const rows = rowWeights
    ? queries.data.map((value, at) => value * rowWeights[Math.floor(at / queries.dim)])
    : queries.data;
  const scorer = await FloatMaxSim.open({ rows, tokenCounts }, dim);
  const scores = tokenCounts.map(() => new Float32Array(documentCount).fill(-Infinity));
  for (let document = 0; document < documentCount; document++) {
    if (starts[document] === starts[document + 1]) continue;
    const ofDocument = await scorer.scores(data.subarray(starts[document] * dim, starts[document + 1] * dim));
    ofDocument.forEach((score, query) => {
      scores[query][document] = score;
    });
  }
  return scores;
}

/** The best `depth` documents of each query: score descending, ties to the lower index. */
export function rankScores(scores: Float32Array[], depth: number): number[][] {
  return scores.map((row) => [...row.keys()].sort((a, b) => row[b] - row[a] || a - b).slice(0, depth));
}
