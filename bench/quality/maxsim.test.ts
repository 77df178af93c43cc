import { expect, it } from 'vitest';
import { seededRandom } from '../../src/codec/random.ts';
import { joinRows } from './float-rows.ts';
import { floatMaxSim, rankScores } from './maxsim.ts';

const random = seededRandom(1);
const rows = (counts: number[], dim: number) =>
  joinRows(
    counts.map((count) => Float32Array.from({ length: count * dim }, () => random() - 0.5)),
    dim,
  );

it('scores as the plain loop does, documents without rows last', async () => {
  const dim = 8;
  const queries = rows([3, 1, 5], dim);
  const documents = rows([7, 0, 15, 20, 30, 1], dim);
  const scores = await floatMaxSim(queries, documents);
  const dot = (q: number, d: number) => {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += queries.data[q * dim + i] * documents.data[d * dim + i];
    return sum;
  };
  for (let query = 0; query < 3; query++) {
    for (let document = 0; document < 6; document++) {
      let expected = document === 1 ? -Infinity : 0;
      for (let q = queries.starts[query]; q < queries.starts[query + 1]; q++) {
        let best = -Infinity;
        for (let d = documents.starts[document]; d < documents.starts[document + 1]; d++)
          best = Math.max(best, dot(q, d));
        expected += best;
      }
      if (expected === -Infinity) expect(scores[query][document]).toBe(-Infinity);
      else expect(scores[query][document]).toBeCloseTo(expected, 4);
    }
  }
});

it('ranks by score, ties to the lower index', () => {
  expect(rankScores([Float32Array.of(1, 3, 3, -Infinity, 2)], 4)).toEqual([[1, 2, 4, 0]]);
});
