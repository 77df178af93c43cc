// The table encoder with the default model's own tokenizer and codec, on a table whose rows are known.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { leastQueryScale, maxQueryNorm } from '../codec/codec.ts';
import { readCodec } from '../codec/codec-file.ts';
import { rotateRows } from '../codec/encode-rows.ts';
import { createWasmScorer } from '../engine/wasm-scorer.ts';
import { checkEmbeddings } from '../kernels/search-input.ts';
import { defaultModelFolder } from '../node/package-files.ts';
import { ColbertTokenizer } from './colbert-tokenizer.ts';
import type { Encoder } from './encoder.ts';
import { QueryTableFit } from './fit-query-table.ts';
import { type ModelFolder, openModelFolder } from './model-folder.ts';
import { TableEncoder } from './table-encoder.ts';
import { vocabularyUse } from './vocabulary-use.ts';

let folder: ModelFolder;
let codec: ReturnType<typeof readCodec>;

beforeAll(async () => {
  folder = await openModelFolder(defaultModelFolder);
  codec = readCodec(new Uint8Array(await readFile(join(defaultModelFolder, 'codec-128x2.llc'))));
});

/** Rows of two codes each, so that a row's direction can be told. */
function tableOf(text: string, weights: number[]) {
  const ids = Uint32Array.from(new Set(folder.tokenizer.bareIds(text))).sort();
  const codes = Uint8Array.from({ length: ids.length * 32 }, (_, i) => (Math.floor(i / 32) * 17 + i * 29) & 255);
  const { vocabularySize } = folder.tokenizer;
  return { dim: 128, subspaceDim: 2, vocabularySize, ids, weights: Uint8Array.from(ids, (_, i) => weights[i]), codes };
}

const rowOf = (codes: Int8Array, token: number) => [...codes.subarray(token * 128, (token + 1) * 128)];
const length = (row: number[]) => Math.hypot(...row);

it('gives a row a token, as long as its weight says, zeros where the table has none', () => {
  const table = tableOf('logger password', [128, 51]);
  const encoder = new TableEncoder(folder.tokenizer, [table], codec);
  const query = encoder.queryCodes('password of the logger')!;
  // [CLS] [unused0] password of the logg ##er [SEP] or alike: as many rows as the encoder would give.
  const { ids } = folder.tokenizer.encode('password of the logger', 'query');
  expect(query).toMatchObject({ tokenCount: ids.length, dim: 128 });
  ids.forEach((id, token) => {
    const at = table.ids.indexOf(id);
    const share = at < 0 ? 0 : table.weights[at] / 128;
    expect(Math.abs(length(rowOf(query.codes, token)) - codec.queryScale * share)).toBeLessThan(share === 0 ? 1e-9 : 3);
  });
});

it('takes a row from the first of several tables that has it', () => {
  const first = tableOf('logger', [128, 128, 128]);
  const second = tableOf('logger password', [128, 51, 128, 128]);
  const both = new TableEncoder(folder.tokenizer, [first, second], codec);
  const alone = new TableEncoder(folder.tokenizer, [first], codec);
  expect(both.queryCodes('logger')).toEqual(alone.queryCodes('logger'));
  expect(alone.queryCodes('password')).toBeUndefined();
  expect(both.queryCodes('password')).toEqual(
    new TableEncoder(folder.tokenizer, [second], codec).queryCodes('password'),
  );
});

it('gives the direction of the codewords', () => {
  const table = tableOf('logger', [255, 255]);
  const query = new TableEncoder(folder.tokenizer, [table], codec).queryCodes('logger')!;
  const token = folder.tokenizer.encode('logger', 'query').ids.indexOf(table.ids[0]);
  const words = Array.from({ length: 128 }, (_, d) => {
    const byte = table.codes[d >> 2];
    const code = (d >> 1) % 2 === 0 ? byte & 15 : byte >> 4;
    return codec.codewords[((d >> 1) * 16 + code) * 2 + (d & 1)];
  });
  const row = rowOf(query.codes, token);
  const dot = row.reduce((sum, value, d) => sum + value * words[d], 0);
  expect(dot / length(row) / length(words)).toBeGreaterThan(0.995);
});

it('keeps the direction of words that say little, beside others and alone, and knows nothing of words without weight', () => {
  const codes = (weights: number[], text: string) =>
    new TableEncoder(folder.tokenizer, [tableOf('logger', weights)], codec).queryCodes(text);
  expect(codes([3, 3, 3], 'logger')).toEqual(codes([255, 255, 255], 'logger'));
  expect(codes([0, 0, 0], 'logger')).toBeUndefined();
});

it('gives a special token that weighs more than all words of a query no longer row than the heaviest of these', () => {
  const query = new TableEncoder(folder.tokenizer, [tableOf('[SEP] logger', [255, 51, 51, 51])], codec).queryCodes(
    'logger',
  )!;
  const lengths = Array.from({ length: query.tokenCount }, (_, token) => length(rowOf(query.codes, token)));
  for (const [token, of] of [
    ['[SEP]', lengths.at(-1)!],
    ['the word', lengths.at(-2)!],
  ] as const) {
    expect(Math.abs(of - codec.queryScale), token).toBeLessThan(3);
  }
});

it('never makes a row longer than the scorers can take', async () => {
  const table = tableOf('alpha beta gamma delta epsilon', [255, 255, 255, 255, 255, 255, 255, 255]);
  const query = new TableEncoder(folder.tokenizer, [table], codec).queryCodes('alpha beta gamma delta epsilon')!;
  for (let token = 0; token < query.tokenCount; token++) {
    expect(length(rowOf(query.codes, token))).toBeLessThanOrEqual(maxQueryNorm(128, codec.queryScale));
  }
  const scorer = await createWasmScorer(codec);
  await scorer.addShard({ codes: new Uint8Array(512), firstBlocks: Uint32Array.of(0, 1) });
  expect((await scorer.search(query, { k: 1 })).ids).toHaveLength(1);
  scorer.close();
});

describe("the weights of an encoder's rows", () => {
  const weightsOf = (text: string) =>
    new TableEncoder(folder.tokenizer, [tableOf('logger password', [255, 51, 51])], codec).rowWeights(
      folder.tokenizer.encode(text, 'query'),
    );

  it('go from half, for words that the table does not know and the end, to one, for the heaviest and what stands for the whole text', () => {
    const text = 'a password logger';
    const ids = folder.tokenizer.bareIds(text);
    const table = tableOf('logger password', [255, 51, 51]);
    const weight = (id: number) => (table.ids.includes(id) ? table.weights[table.ids.indexOf(id)] : 0);
    const expected = [1, 1, ...ids.map((id) => (1 + weight(id) / 255) / 2), 0.5];
    expect([...weightsOf(text)!]).toEqual(expected.map((weight) => expect.closeTo(weight, 6)));
    expect(new Set(expected).size).toBe(3);
  });

  it('are all one where the table knows no word', () => {
    expect(weightsOf('zebra')).toBeUndefined();
    expect(weightsOf('')).toBeUndefined();
  });

  it('are never so light that a row could round to zeros, nor refused by the scorers', () => {
    const table = tableOf('logger', [255, 255, 255]);
    const encoded = folder.tokenizer.encode('zebra logger', 'query');
    for (const dim of [32, 64, 96, 128, 256])
      for (let queryScale = leastQueryScale(dim); queryScale < 40; queryScale++) {
        const coarse = { ...codec, dim, queryScale };
        const rowWeights = new TableEncoder(folder.tokenizer, [table], coarse).rowWeights(encoded)!;
        const lightest = Math.min(...rowWeights);
        expect(lightest * queryScale).toBeGreaterThan(0.5 * Math.sqrt(dim));
        if (queryScale >= 2 * leastQueryScale(dim)) expect(lightest).toBe(0.5);
        const tokenCount = rowWeights.length;
        const rows = { data: new Float32Array(tokenCount * dim), tokenCount, dim, rowWeights };
        expect(() => checkEmbeddings(rows, coarse)).not.toThrow();
      }
  });
});

it('knows nothing of a query none of whose words the table has', () => {
  const encoder = new TableEncoder(folder.tokenizer, [tableOf('logger', [255, 255])], codec);
  expect(encoder.queryCodes('zebra')).toBeUndefined();
  expect(encoder.queryCodes('')).toBeUndefined();
  expect(encoder.queryCodes('zebra logger')).toBeDefined();
});

it('fits the mean row of each id, and weighs down an id whose rows disagree', async () => {
  // The first words of the vocabulary alone: coding a row of each of 30,522 takes a minute.
  const { model } = folder.tokenizerJson as { model: { vocab: Record<string, number> } };
  const vocab = Object.fromEntries(Object.entries(model.vocab).filter(([, id]) => id < 2200));
  const json = { ...folder.tokenizerJson, model: { ...model, vocab } };
  const tokenizer = new ColbertTokenizer(folder.config, json, folder.tokenizerConfig);
  const [steady, moody] = ['world', 'get'].map((word) => tokenizer.bareIds(word)[0]);
  let calls = 0;
  // Rows by a rule, in an encoder's place: one id always points one way, the other alternates between two.
  const encoder = {
    tokenizer,
    async encodeTokens({ ids }: { ids: number[] }) {
      calls++;
      const data = new Float32Array(ids.length * 128);
      ids.forEach((id, token) => {
        data[token * 128 + (id === moody ? calls % 2 : id === steady ? 5 : 9)] = 1;
      });
      return { data, tokenCount: ids.length, dim: 128 };
    },
  } as unknown as Encoder;
  const fit = new QueryTableFit(encoder, codec);
  for (let i = 0; i < 100; i++) await fit.add('get world');
  const table = await fit.finish(() => undefined);
  const weight = (id: number) => table.weights[table.ids.indexOf(id)];
  expect(weight(steady)).toBeGreaterThan(250);
  expect(weight(moody)).toBeGreaterThan(110);
  expect(weight(moody)).toBeLessThan(145);
  const special = tokenizer.encode('', 'query').ids;
  expect(special.some((id) => table.ids.includes(id))).toBe(false);
  expect(table.ids.length + new Set(special).size).toBe(tokenizer.vocabularySize);
});

describe('the row of the text as a whole', () => {
  // Some of the vocabulary alone: coding a row of each of 30,522 takes a minute.
  const words = 'world time city river house music water light paper stone'.split(' ');
  let tokenizer: ColbertTokenizer;
  beforeAll(() => {
    const { model } = folder.tokenizerJson as { model: { vocab: Record<string, number> } };
    const kept = new Set(words.map((word) => folder.tokenizer.bareIds(word)[0]));
    const vocab = Object.fromEntries(Object.entries(model.vocab).filter(([, id]) => id < 1100 || kept.has(id)));
    const json = { ...folder.tokenizerJson, model: { ...model, vocab } };
    tokenizer = new ColbertTokenizer(folder.config, json, folder.tokenizerConfig);
  });

  const axis = (id: number) => id % 61;
  const ofWholeText = (ids: number[]) => {
    const row = new Float32Array(128);
    for (const id of ids) row[127 - axis(id)] += 1;
    return row.map((value) => value / Math.hypot(...row));
  };
  /** Rows by a rule, in an encoder's place: each id points its own way; before the text stands what `before` says. */
  const encoderOf = (before: (token: number, ids: number[]) => Float32Array) =>
    ({
      tokenizer,
      async encodeTokens({ ids }: { ids: number[] }) {
        const data = new Float32Array(ids.length * 128);
        ids.forEach((id, token) => {
          if (token < 2) data.set(before(token, ids.slice(2, -1)), token * 128);
          else data[token * 128 + axis(id)] = 1;
        });
        return { data, tokenCount: ids.length, dim: 128 };
      },
    }) as unknown as Encoder;
  const fitted = async (encoder: Encoder) => {
    const fit = new QueryTableFit(encoder, codec);
    for (const first of words) for (const second of words.slice(0, 8)) await fit.add(`${first} ${second}`);
    return fit.finish(() => undefined);
  };

  it('is learned from the words, and stands before the text', async () => {
    const table = await fitted(encoderOf((_, ids) => ofWholeText(ids)));
    const text = 'paper stone river';
    const { codes } = new TableEncoder(tokenizer, [table], codec).queryCodes(text)!;
    const expected = rotateRows(codec, ofWholeText(tokenizer.bareIds(text)), 1);
    const row = rowOf(codes, 0);
    expect(row).toEqual(rowOf(codes, 1));
    expect(row.reduce((sum, value, d) => sum + value * expected[d], 0) / length(row)).toBeGreaterThan(0.9);
    expect(Math.abs(length(row) - codec.queryScale)).toBeLessThan(3);
  });

  it('is left out for models that have none', async () => {
    const table = await fitted(encoderOf((token) => Float32Array.from({ length: 128 }, (_, d) => Number(d === token))));
    expect(table.textMap).toBeUndefined();
    const { codes } = new TableEncoder(tokenizer, [table], codec).queryCodes('paper')!;
    expect(length(rowOf(codes, 0))).toBe(0);
  });
});

it('counts in how many passages an id is used', () => {
  const use = vocabularyUse(folder.tokenizer, ['the logger logs', 'the server', 'a server\nserver']);
  const frequency = (word: string) => use.frequencies.get(folder.tokenizer.bareIds(word)[0]);
  expect(use.passageCount).toBe(3);
  expect([frequency('the'), frequency('server'), frequency('zebra')]).toEqual([2, 2, undefined]);
});
