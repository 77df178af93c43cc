// What a page's order is made of when codes cannot tell passages apart.

import { expect, it } from 'vitest';
import { writeCodec } from '../codec/codec-file.ts';
import { openModelFolder } from '../encoder/model-folder.ts';
import { createReferenceScorer } from '../engine/reference-scorer.ts';
import { randomCodec, randomQuery, randomShard } from '../engine/scorers.fixture.ts';
import { rankPassages } from '../engine/search.ts';
import { sha256Hex } from '../format/sha256.ts';
import { defaultModelFolder } from '../node/package-files.ts';
import { openTextIndex } from './text-index.ts';

const TEXTS = [
  'The harbour is quiet in the morning.',
  'The harbour wall is old.',
  'A lighthouse keeper sleeps by day.',
  'Nets are mended in winter, version 2.1 of them.',
  'Nets are mended in winter, with 2 needles and 1 knot.',
  'A ship_log is kept.',
  'Ropes: thicker, thinner.',
];

it('orders passages of equal codes by the words they share with the query, then by id', async () => {
  const codec = randomCodec(1, 32, 4);
  const codecBytes = writeCodec(codec);
  const model = { codec, codecBytes, codecSha256: await sha256Hex(codecBytes) };
  const { codes } = randomShard(1, codec, [1]);
  const row = { blocks: codes, rowCount: 1, tokenCount: 1 };
  const index = await openTextIndex(
    model,
    TEXTS,
    TEXTS.map(() => row),
    async (of) => createReferenceScorer(of),
  );
  const { tokenizer } = await openModelFolder(defaultModelFolder);
  const queryCodes = randomQuery(1, 2, 32);
  const rank = async (query: string, k = TEXTS.length) =>
    (await rankPassages(index, tokenizer, query, async () => ({ queryCodes }), k)).ids;
  expect(await rank('what else')).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(await rank('wall of the harbour')).toEqual([1, 0, 3, 2, 4, 5, 6]);
  expect(await rank('Lighthouse, harbour, wall', 2)).toEqual([1, 2]);
  expect(await rank('thin', 1)).toEqual([6]);
  expect(await rank('nets 2.1')).toEqual([3, 4, 0, 1, 2, 5, 6]);
  expect(await rank('harbour ship_log')).toEqual([5, 0, 1, 2, 3, 4, 6]);
  expect(await rank('thin rope, mends')).toEqual([6, 3, 4, 0, 1, 2, 5]);
  expect((await rankPassages(index, tokenizer, 'harbour', async () => undefined, 6)).ids).toEqual([]);
  index.close();
});
