import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultModelFolder } from '../node/package-files.ts';
import { ColbertTokenizer } from './colbert-tokenizer.ts';
import { Encoder } from './encoder.ts';
import { openModelFolder } from './model-folder.ts';
import { openNodeRuntime } from './runtime-node.ts';
import { packTokenizer, unpackTokenizer } from './tokenizer-file.ts';

const FILES = [
  'config_sentence_transformers.json',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'model_int8.onnx',
];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-model-'));
  for (const file of FILES) await copyFile(join(defaultModelFolder, file), join(folder, file));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function changeConfig(change: object): Promise<void> {
  const path = join(folder, 'config_sentence_transformers.json');
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }));
}

const refused = (pattern: RegExp) =>
  expect(openModelFolder(folder)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringMatching(pattern) });

describe('a model folder', () => {
  it('opens with the weights it has', async () => {
    const model = await openModelFolder(folder);
    expect(Object.keys(model.weights)).toEqual(['int8']);
    expect(model.config).toMatchObject({ queryLength: 64, documentLength: 256, queryExpansion: false });
  });

  it('is refused, by name of the file, when one is missing or no JSON', async () => {
    await rm(join(folder, 'tokenizer.json'));
    await refused(/tokenizer\.json, could not read/);
    await writeFile(join(folder, 'tokenizer.json'), '{');
    await refused(/expected JSON in .*tokenizer\.json/);
  });

  it('is refused without weights', async () => {
    await rm(join(folder, 'model_int8.onnx'));
    await refused(/expected one of model_int8\.onnx/);
  });

  it('is refused when the config lacks what encoding needs, or names tokens that are not there', async () => {
    await changeConfig({ query_length: undefined });
    await refused(/query_length to be a whole number/);
    await changeConfig({ query_length: 64, query_prefix: '[NOT A TOKEN]' });
    await refused(/query prefix "\[NOT A TOKEN\]" in the vocabulary/);
    await changeConfig({ query_prefix: 7 });
    await refused(/query_prefix to be a string, got 7/);
  });

  it('takes the default skip list where the config names none', async () => {
    await changeConfig({ skiplist_words: undefined });
    expect((await openModelFolder(folder)).config.skiplist).toHaveLength(32);
  });

  it('is refused when onnxruntime cannot read the weights', async () => {
    await writeFile(join(folder, 'model_int8.onnx'), 'not a model');
    await expect(openNodeRuntime(join(folder, 'model_int8.onnx'))).rejects.toMatchObject({ code: 'bad-model' });
  });
});

it('a packed tokenizer, and an unpacked one, give the same ids for the same text', async () => {
  const { tokenizerJson, tokenizerConfig, config } = await openModelFolder(defaultModelFolder);
  const packed = packTokenizer(tokenizerJson);
  const { ColbertTokenizer } = await import('./colbert-tokenizer.ts');
  const original = new ColbertTokenizer(config, tokenizerJson, tokenizerConfig);
  const read = () => JSON.parse(JSON.stringify(packed));
  expect(unpackTokenizer(read()).model).toEqual(tokenizerJson.model);
  const small = new ColbertTokenizer(config, read(), tokenizerConfig);
  expect(small.vocabularySize).toBe(original.vocabularySize);
  for (const text of [
    'how do I set a request timeout',
    'naïve café',
    '日本語',
    '__proto__ constructor',
    '[MASK] [unused7]',
    '\u{1F600}',
    '',
  ]) {
    expect(small.encode(text, 'document')).toEqual(original.encode(text, 'document'));
  }
  // More words than are looked for one by one, some of them no words; then the first ones again.
  const words = (packed.model as { vocab_list: string[] }).vocab_list.filter((_, id) => id % 40 === 0);
  for (const word of [...words, ...words.map((word) => `q${word}x`), 'how', 'timeout', '__proto__']) {
    expect(small.bareIds(word), word).toEqual(original.bareIds(word));
  }
  expect(JSON.stringify(packed).length).toBeLessThan(JSON.stringify(tokenizerJson).length * 0.65);
});

it('gives a document the same rows whatever was encoded before or beside it', async () => {
  const model = await openModelFolder(defaultModelFolder);
  const encoder = new Encoder(model.tokenizer, await openNodeRuntime(model.weights.q8!));
  const alone = await encoder.encodeDocument('Set the timeout in milliseconds.');
  const [beside] = await Promise.all([
    encoder.encodeDocument('Set the timeout in milliseconds.'),
    encoder.encodeDocument('A longer text that runs at the same time as the other one does, on another thread.'),
  ]);
  expect(beside.data).toEqual(alone.data);
  await encoder.close();
});

// Ids that tokenizers 0.23.3 (Rust) gives for the same file.
it('ideographs beyond the first plane are words of their own, as far as Hugging Face takes them for such', async () => {
  const { tokenizer, tokenizerJson, tokenizerConfig, config } = await openModelFolder(defaultModelFolder);
  const [a, s, unknown] = [1037, 1055, 100];
  const spaced = [0x20000, 0x2a6df, 0x2a700, 0x2b73f, 0x2b740, 0x2b81f, 0x2b920, 0x2ceaf, 0x2f800, 0x2fa1f];
  const beside = [0x1ffff, 0x2a6e0, 0x2b820, 0x2b91f, 0x2ceb0, 0x2f7ff, 0x2fa20, 0x30000];
  const idsOf = (code: number, of = tokenizer) => of.bareIds(`a${String.fromCodePoint(code)}S`);
  for (const code of spaced) expect(idsOf(code), code.toString(16)).toEqual([a, unknown, s]);
  for (const code of beside) expect(idsOf(code), code.toString(16)).toEqual([unknown]);
  const inQuery = tokenizer.encode('\u{2000D}S', 'query').ids;
  expect(inQuery.slice(inQuery.indexOf(unknown), inQuery.indexOf(unknown) + 2)).toEqual([unknown, s]);
  const normalizer = { ...(tokenizerJson.normalizer as object), handle_chinese_chars: false };
  const others = [normalizer, { type: 'Sequence', normalizers: [tokenizerJson.normalizer] }].map(
    (normalizer) => new ColbertTokenizer(config, { ...tokenizerJson, normalizer }, tokenizerConfig),
  );
  expect(others.map((other) => idsOf(spaced[0], other))).toEqual([[unknown], [a, unknown, s]]);
});
