// Models in every published file layout, and every trap that an export can hold: obeyed, or refused with what to do about it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Encoder } from './encoder.ts';
import type { ModelOverrides } from './model-config.ts';
import { openModelFolder } from './model-folder.ts';
import { openNodeRuntime } from './runtime-node.ts';
import {
  denseFiles,
  type Files,
  idOf,
  ONNX_CONFIG,
  PYLATE_CONFIG,
  pylateFolder,
  safetensors,
  TOKENIZER_CONFIG,
  tinyGraph,
  tokenizerJson,
  values,
  writeFiles,
} from './tiny-model.fixture.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-layout-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function open(files: Files, overrides?: ModelOverrides) {
  await writeFiles(folder, files);
  return openModelFolder(folder, overrides);
}

const refused = async (files: Files, pattern: RegExp) =>
  expect(open(files)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringMatching(pattern) });

async function queryRows(files: Files, text = 'close the server') {
  const model = await open(files);
  const encoder = new Encoder(model.tokenizer, await openNodeRuntime(Object.values(model.weights)[0]!));
  const rows = await encoder.encodeQuery(text);
  await encoder.close();
  return rows;
}

const exported = (config: object = ONNX_CONFIG): Files => ({
  'onnx_config.json': config,
  'tokenizer.json': tokenizerJson(),
  'model_int8.onnx': tinyGraph(),
});

describe('an export without the model around it', () => {
  it('is refused: it says nothing of prompts and always forbids expansion', () =>
    refused(
      exported(),
      /config_sentence_transformers\.json of someone\/tiny .* --query-prompt, --document-prompt .* --query-expansion/,
    ));

  it('is taken when prompts and expansion are said', async () => {
    const said = { queryPrompt: 'search query : ', documentPrompt: '', queryExpansion: true };
    const { config, tokenizer } = await open(exported(), said);
    expect(config).toMatchObject({
      prompts: { query: 'search query : ', document: '' },
      queryLength: 12,
      documentLength: 24,
      queryExpansion: true,
      maskToken: '[MASK]',
      skiplist: [',', '.', '!'],
    });
    const words = [
      '[CLS]',
      '[Q] ',
      'search',
      'query',
      ':',
      'red',
      '[SEP]',
      '[MASK]',
      '[MASK]',
      '[MASK]',
      '[MASK]',
      '[MASK]',
    ];
    expect(tokenizer.encode('red', 'query').ids).toEqual(words.map(idOf));
  });

  it.each(['queryPrompt', 'documentPrompt', 'queryExpansion'])('is refused when %s alone is left out', async (left) => {
    const said = { queryPrompt: '', documentPrompt: '', queryExpansion: true, [left]: undefined };
    await expect(open(exported(), said)).rejects.toMatchObject({ code: 'bad-model' });
  });
});

describe("an export beside PyLate's config", () => {
  it('has the prompts of the config', async () => {
    const { config } = await open({ ...pylateFolder(), 'onnx_config.json': ONNX_CONFIG });
    expect(config.prompts).toEqual(PYLATE_CONFIG.prompts);
  });

  it('expands queries as the config says, whatever the exporter wrote: all rows are there', async () => {
    const files = { ...pylateFolder(), 'onnx_config.json': ONNX_CONFIG };
    expect((await queryRows(files)).tokenCount).toBe(12);
    // Older PyLate did not write the field; it always expanded.
    const { do_query_expansion: _, ...older } = PYLATE_CONFIG;
    expect((await queryRows({ ...files, 'config_sentence_transformers.json': older })).tokenCount).toBe(12);
    const off = { ...PYLATE_CONFIG, do_query_expansion: false };
    expect((await queryRows({ ...files, 'config_sentence_transformers.json': off })).tokenCount).toBe(9);
  });

  it('attends to expansion tokens only when the config says so, and its rows show it', async () => {
    const unseen = await queryRows(pylateFolder());
    const seen = await queryRows(pylateFolder({}, { ...PYLATE_CONFIG, attend_to_expansion_tokens: true }));
    expect(unseen.data.slice(0, 9 * 16)).toEqual(seen.data.slice(0, 9 * 16));
    expect(unseen.data.slice(9 * 16)).not.toEqual(seen.data.slice(9 * 16));
  });

  it('skips ASCII punctuation in documents where nothing names a skip list', async () => {
    const { config, tokenizer } = await open(pylateFolder());
    expect(config.skiplist.join('')).toBe('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');
    const { ids, keep } = tokenizer.encode('red, blue.', 'document');
    expect(ids.filter((_, i) => !keep[i])).toEqual([':', ',', '.'].map(idOf));
    expect(tokenizer.encode('red, blue.', 'query').keep).not.toContain(false);
  });

  it('is refused when its prompts have names that are neither query nor document', async () => {
    const config = { ...PYLATE_CONFIG, prompts: { passage: 'passage: ', question: 'question: ' } };
    await refused(pylateFolder({}, config), /prompts named query and document, got passage, question/);
    const said = { queryPrompt: 'query : ', documentPrompt: '' };
    expect((await open(pylateFolder({}, config), said)).config.prompts).toEqual({ query: 'query : ', document: '' });
  });

  it('inserts no prefix token where the prefix is empty, and keeps the length', async () => {
    const config = { ...PYLATE_CONFIG, prompts: {}, query_prefix: '', document_prefix: '', document_length: 5 };
    const { tokenizer } = await open(pylateFolder({}, config));
    expect(tokenizer.encode('red', 'query').ids.slice(0, 3)).toEqual(['[CLS]', 'red', '[SEP]'].map(idOf));
    expect(tokenizer.encode('red green blue red', 'document').ids).toEqual(
      ['[CLS]', 'red', 'green', 'blue', '[SEP]'].map(idOf),
    );
    expect(tokenizer.documentBudget).toBe(3);
    expect(tokenizer.textStart('document')).toBe(1);
  });

  it('lower-cases texts where sentence-transformers would', async () => {
    const upper = await open(pylateFolder());
    expect(upper.tokenizer.bareIds('RED')).toEqual([idOf('[UNK]')]);
    const lower = await open({ 'sentence_bert_config.json': { max_seq_length: 24, do_lower_case: true } });
    expect(lower.tokenizer.bareIds('RED')).toEqual([idOf('red')]);
  });
});

describe('queries longer than the 64 tokens that scorers take', () => {
  const long = (over: object) => pylateFolder({}, { ...PYLATE_CONFIG, query_length: 128, ...over });

  it('are cut at 64 where they are not expanded', async () => {
    const { config, tokenizer } = await open(long({ do_query_expansion: false }));
    expect(config.queryLength).toBe(64);
    expect(tokenizer.encode('red '.repeat(200), 'query').ids).toHaveLength(64);
    const short = await open(pylateFolder({}, { ...PYLATE_CONFIG, do_query_expansion: false }));
    expect(short.config.queryLength).toBe(12);
  });

  it('are refused where they are expanded, before anything is encoded, with what to do', async () => {
    await refused(
      long({}),
      /expected query_length to be at most 64 with query expansion.* got 128.*"query_length": 64.*--query-expansion off/,
    );
    expect((await open(long({ query_length: 64 }))).config.queryLength).toBe(64);
    expect((await open(long({}), { queryExpansion: false })).config).toMatchObject({
      queryLength: 64,
      queryExpansion: false,
    });
  });
});

describe('other layouts', () => {
  it("opens transformers.js's: files under onnx/", async () => {
    const { 'model.onnx': graph, ...rest } = pylateFolder();
    const { weights } = await open({ ...rest, 'onnx/model.onnx': graph, 'onnx/model_quantized.onnx': graph });
    expect(weights).toEqual({
      int8: join(folder, 'onnx/model_quantized.onnx'),
      fp32: join(folder, 'onnx/model.onnx'),
    });
  });

  const original: Files = {
    'config.json': { architectures: ['HF_ColBERT'] },
    'artifact.metadata': {
      query_token_id: '[unused0]',
      doc_token_id: '[unused1]',
      query_maxlen: 10,
      doc_maxlen: 20,
      attend_to_mask_tokens: true,
      mask_punctuation: true,
      dim: 8,
    },
    'tokenizer.json': tokenizerJson(),
    'tokenizer_config.json': TOKENIZER_CONFIG,
    'vespa_colbert.onnx': tinyGraph({ width: 8, unit: false, output: 'contextual' }),
  };

  it("opens an original ColBERT checkpoint with Vespa's export", async () => {
    const { config, dim, dense } = await open(original);
    expect(config).toMatchObject({
      prompts: { query: '', document: '' },
      prefixes: { query: '[unused0]', document: '[unused1]' },
      queryLength: 10,
      documentLength: 20,
      queryExpansion: true,
      attendToExpansionTokens: true,
    });
    expect({ dim, dense }).toEqual({ dim: 8, dense: [] });
  });

  it("takes the projection of an original checkpoint whose export is the backbone's", async () => {
    const { 'vespa_colbert.onnx': _, ...rest } = original;
    const { dim, dense } = await open({
      ...rest,
      'onnx/model.onnx': tinyGraph({ width: 16, unit: false, output: 'last_hidden_state' }),
      'model.safetensors': safetensors({
        'bert.embeddings.weight': [[2, 16], values(32, 3)],
        'linear.weight': [[8, 16], values(128, 4)],
      }),
    });
    expect(dim).toBe(8);
    expect(dense).toMatchObject([{ inputDim: 16, outputDim: 8, activation: 'Identity' }]);
  });
});

describe('a graph', () => {
  it('gives the same rows with int32 and with int64 inputs', async () => {
    const wide = await queryRows(pylateFolder({ integers: 'int64' }));
    const narrow = await queryRows(pylateFolder({ integers: 'int32' }));
    expect(narrow).toEqual(wide);
  });

  it('is given token types where it asks for them', async () => {
    const without = await queryRows(pylateFolder());
    const types = await queryRows(pylateFolder({ tokenTypes: true }));
    expect(types.tokenCount).toBe(without.tokenCount);
    expect(types.data).not.toEqual(without.data);
  });

  it('that does not normalise has its rows normalised', async () => {
    const [unit, long] = [await queryRows(pylateFolder()), await queryRows(pylateFolder({ unit: false }))];
    long.data.forEach((value, i) => {
      expect(value).toBeCloseTo(unit.data[i], 6);
    });
  });

  it('is refused with an input that we have nothing for', async () => {
    const graph = tinyGraph({ output: 'output' });
    const renamed = Buffer.from(
      Buffer.from(graph).toString('latin1').replaceAll('attention_mask', 'position_codes'),
      'latin1',
    );
    await refused({ ...pylateFolder(), 'model.onnx': renamed }, /expected inputs input_ids.* got position_codes/);
  });

  it('is refused with weights in other files, which a page would not load', async () => {
    const external = Buffer.from(tinyGraph());
    // The first tensor's raw_data (field 9) becomes data_location EXTERNAL (field 14, value 1).
    const { completeGraph } = await import('./onnx-graph.ts');
    const { writeMessage } = await import('./protobuf.ts');
    const part = writeMessage([7, writeMessage([5, writeMessage([1, 1], [2, 1], [8, 'elsewhere'], [14, 1])])]);
    await refused({ ...pylateFolder(), 'model.onnx': completeGraph(external, part) }, /weights inside the file/);
  });

  it('is refused when cut short or when it is something else', async () => {
    const whole = tinyGraph();
    await refused({ ...pylateFolder(), 'model.onnx': 'not a model' }, /expected an ONNX model in .*model\.onnx/);
    for (const length of [0, 1, 17, whole.length - 1]) {
      await refused({ 'model.onnx': whole.slice(0, length) }, /expected an ONNX model in .*model\.onnx/);
    }
  });
});

describe('dimensions that contradict each other', () => {
  it('are refused: the config of the export says another width', () =>
    refused(
      { ...pylateFolder({ width: 16 }), 'onnx_config.json': { ...ONNX_CONFIG, embedding_dim: 128 } },
      /expected rows of 128 dimensions, as onnx_config\.json says.* got 16/,
    ));

  it('are refused: two files of one folder differ', () =>
    refused(
      { ...pylateFolder({ width: 16 }), 'model_int8.onnx': tinyGraph({ width: 24 }) },
      /expected rows as wide as those of .*model_int8\.onnx, 24.* got 16/,
    ));

  it('are refused: the graph ends with neither the backbone nor the projection', () =>
    refused(
      { ...pylateFolder({ width: 16 }), ...denseFiles([{ inputDim: 32, outputDim: 8 }]) },
      /expected rows of 8 dimensions, or of the backbone's 32.* got 16/,
    ));

  it("are refused: a backbone's width, and nothing says how to project it", () =>
    refused(pylateFolder({ width: 768 }), /at most 256 dimensions.* got 768: a backbone without its projection/));
});

describe('Dense layers', () => {
  const gelu = { inputDim: 16, outputDim: 32, activation: 'torch.nn.modules.activation.GELU' };
  const last = { inputDim: 32, outputDim: 8 };

  it('with activations are refused in an export that does not say that it kept them', async () => {
    const files = { ...pylateFolder({ width: 8 }), ...denseFiles([gelu, last]) };
    await refused(files, /kept what modules\.json says comes after the backbone \(GELU\)/);
    await refused({ ...files, 'onnx_config.json': { ...ONNX_CONFIG, embedding_dim: 8 } }, /training\/export_onnx\.py/);
    const said = { ...ONNX_CONFIG, embedding_dim: 8, dense_complete: true };
    expect(await open({ ...files, 'onnx_config.json': said })).toMatchObject({ dim: 8, dense: [] });
  });

  it('with a residual are refused likewise, and several linear ones are not', async () => {
    const linear = { ...gelu, activation: 'torch.nn.modules.linear.Identity' };
    const files = pylateFolder({ width: 8 });
    await refused({ ...files, ...denseFiles([{ ...linear, residual: true }, last]) }, /Identity with a residual/);
    expect(await open({ ...files, ...denseFiles([linear, last]) })).toMatchObject({ dim: 8, dense: [] });
  });

  it('are named for completion when the export ends with the backbone', async () => {
    const files = { ...pylateFolder({ width: 16, output: 'last_hidden_state' }), ...denseFiles([gelu, last]) };
    const { dim, dense } = await open(files);
    expect(dim).toBe(8);
    expect(dense.map(({ activation }) => activation)).toEqual(['GELU', 'Identity']);
  });

  it('with an activation that we cannot add are refused', () =>
    refused(
      { ...pylateFolder(), ...denseFiles([{ ...gelu, activation: 'torch.nn.modules.activation.Hardswish' }, last]) },
      /activation_function of Identity, Tanh, .* got torch\.nn\.modules\.activation\.Hardswish/,
    ));
});
