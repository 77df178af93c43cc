import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { foundIds, measure, readBeir } from './beir.ts';

const GOOD = {
  'corpus.jsonl': '{"_id":"d0","title":"A","text":"b"}\n\n{"_id":"d1","text":"c"}\n',
  'queries.jsonl': '{"_id":"q0","text":"x"}\n{"_id":"q1","text":"unjudged"}\n',
  'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq0\td0\t1\n',
};

async function readFiles(files: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-beir-'));
  await mkdir(join(folder, 'qrels'));
  for (const [path, text] of Object.entries({ ...GOOD, ...files })) await writeFile(join(folder, path), text);
  return readBeir(folder, 'test').finally(() => rm(folder, { recursive: true }));
}

it('reads documents and the queries that are judged', async () => {
  expect(await readFiles({})).toEqual({
    documents: [
      { id: 'd0', text: 'A b' },
      { id: 'd1', text: 'c' },
    ],
    queries: [{ id: 'q0', text: 'x', relevance: new Map([['d0', 1]]) }],
  });
});

it.each([
  [
    'a broken line',
    { 'corpus.jsonl': '{"_id":"d0","text":"b"}\n{"_id":' },
    /_id and text in line 2 of .*corpus\.jsonl, got \{"_id":\./,
  ],
  ['a line without text', { 'queries.jsonl': '{"_id":"q0"}' }, /line 1 of .*queries\.jsonl/],
  [
    'no judged query',
    { 'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nother\td0\t1\n' },
    /2 queries, of which 0 are judged/,
  ],
  [
    'qrels without a header',
    { 'qrels/test.tsv': 'q0\td0\t1\nq1\td1\t1\n' },
    /the header query-id, corpus-id, score, .* in line 1 of .*qrels.test\.tsv, got q0\td0\t1\./,
  ],
  [
    'qrels of four columns',
    { 'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq0\td0\t1\n\nq0\t0\td0\t1\n' },
    /a number, apart by tabs, in line 4 of .*qrels.test\.tsv, got q0\t0\td0\t1\./,
  ],
  ['qrels apart by spaces', { 'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq0 d0 1\n' }, /in line 2 of .*qrels/],
  ['no document', { 'corpus.jsonl': '' }, /got 0 documents/],
])('refuses %s by name', async (_, files, message) => {
  await expect(readFiles(files)).rejects.toMatchObject({ code: 'bad-option', message: expect.stringMatching(message) });
});

it('leaves out the document that a query itself is, and none that only has its id', async () => {
  const set = await readFiles({
    'corpus.jsonl':
      '{"_id":"a","title":"T","text":"Ships  pass."}\n{"_id":"b","text":"Lamps."}\n{"_id":"1","text":"Oil."}\n',
    'queries.jsonl': '{"_id":"a","text":"Ships pass."}\n{"_id":"1","text":"What burns?"}\n',
    'qrels/test.tsv': 'query-id\tcorpus-id\tscore\na\tb\t1\n1\t1\t1\n',
  });
  expect(foundIds(set, 0, [0, 1, 2])).toEqual(['b', '1']);
  expect(foundIds(set, 1, Uint32Array.of(0, 2))).toEqual(['a', '1']);
});

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
