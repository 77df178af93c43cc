import { expect, it } from 'vitest';
import { measure } from './beir.ts';

// Values by trec_eval's definitions, worked out by hand.
it('computes nDCG@10, MRR@10 and recall@100', () => {
  const relevance = new Map([
    ['a', 2],
    ['b', 1],
    ['z', 1],
  ]);
  const ranked = ['x', 'a', 'y', 'b'];
  const dcg = 2 / Math.log2(3) + 1 / Math.log2(5);
  const ideal = 2 + 1 / Math.log2(3) + 1 / Math.log2(4);
  expect(measure(ranked, relevance)).toEqual({ ndcg10: dcg / ideal, mrr10: 0.5, recall100: 2 / 3 });
});

it('counts nothing below rank 10 in nDCG and MRR', () => {
  const ranked = [...Array.from({ length: 10 }, (_, i) => `x${i}`), 'a'];
  expect(measure(ranked, new Map([['a', 1]]))).toEqual({ ndcg10: 0, mrr10: 0, recall100: 1 });
  expect(measure([], new Map([['a', 0]]))).toEqual({ ndcg10: 0, mrr10: 0, recall100: 0 });
});
