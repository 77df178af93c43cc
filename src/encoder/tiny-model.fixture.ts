// ColBERT models of a few kilobytes in every published file layout, for tests: real tokenizer files and real ONNX graphs (a table of
// rows by token id, one by attention, one by token type), written here so that nothing binary is committed.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seededRandom } from '../codec/random.ts';
import { concatBytes } from '../format/concat-bytes.ts';
import { FLOAT32, GraphWriter, INT32, INT64 } from './onnx-writer.ts';

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '[Q] ', '[D] ', '[unused0]', '[unused1]'];
const WORDS = 'query document search : how do i close the server slow client timeout set , . ! red green blue'.split(
  ' ',
);
export const VOCABULARY = [...SPECIAL, ...WORDS];
export const idOf = (token: string) => VOCABULARY.indexOf(token);

export interface TinyGraph {
  width?: number;
  integers?: 'int32' | 'int64';
  tokenTypes?: boolean;
  /** Rows of unit length; otherwise as long as they come. */
  unit?: boolean;
  output?: string;
  opset?: number;
  seed?: number;
}

/** Seeded values in -1..1. */
export function values(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => 2 * random() - 1);
}

/** [VOCABULARY.length, width], [2, width], [1, width]: what the graph's Gather nodes read. */
export function tables(width: number, seed = 1) {
  return {
    tokens: values(VOCABULARY.length * width, seed),
    // Small: a token's own row decides what it matches.
    attention: values(2 * width, seed + 1).map((value) => value / 8),
    types: values(width, seed + 2),
  };
}

export function tinyGraph(options: TinyGraph = {}): Uint8Array {
  const { width = 16, integers = 'int64', tokenTypes = false, unit = true, output = 'output', opset = 17 } = options;
  const graph = new GraphWriter('tiny');
  const { tokens, attention, types } = tables(width, options.seed);
  const type = integers === 'int32' ? INT32 : INT64;
  const look = (table: Float32Array, rows: number, name: string) => {
    graph.input(name, type, ['batch', 'tokens']);
    return graph.node('Gather', [graph.floats(table, [rows, width]), name]);
  };
  let rows = graph.node('Add', [look(tokens, VOCABULARY.length, 'input_ids'), look(attention, 2, 'attention_mask')]);
  if (tokenTypes) rows = graph.node('Add', [rows, look(types, 1, 'token_type_ids')]);
  if (unit) {
    const squared = graph.node('ReduceSum', [graph.node('Mul', [rows, rows]), graph.integers([-1])]);
    graph.node('Div', [rows, graph.node('Sqrt', [squared])], output);
  } else graph.node('Mul', [rows, graph.float(3)], output);
  graph.output(output, FLOAT32, ['batch', 'tokens', width]);
  return graph.bytes(opset);
}

export function tokenizerJson(): Record<string, unknown> {
  const special = (content: string, id: number) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const template = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const named = (token: string) => [token, { id: token, ids: [idOf(token)], tokens: [token] }];
  const sequence = { Sequence: { id: 'A', type_id: 0 } };
  return {
    version: '1.0',
    added_tokens: SPECIAL.map(special),
    normalizer: null,
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [template('[CLS]'), sequence, template('[SEP]')],
      pair: [template('[CLS]'), sequence, template('[SEP]')],
      special_tokens: Object.fromEntries([named('[CLS]'), named('[SEP]')]),
    },
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(VOCABULARY.map((token, id) => [token, id])),
      unk_token: '[UNK]',
    },
  };
}

export const PYLATE_CONFIG = {
  prompts: { query: 'search query : ', document: 'search document : ' },
  query_prefix: '[Q] ',
  document_prefix: '[D] ',
  query_length: 12,
  document_length: 24,
  attend_to_expansion_tokens: false,
  do_query_expansion: true,
};

/** As next-plaid's exporter writes it: no prompts, expansion always off. */
export const ONNX_CONFIG = {
  model_type: 'ColBERT',
  model_name: 'someone/tiny',
  uses_token_type_ids: false,
  query_prefix: '[Q] ',
  document_prefix: '[D] ',
  query_length: 12,
  document_length: 24,
  do_query_expansion: false,
  attend_to_expansion_tokens: false,
  skiplist_words: [',', '.', '!'],
  embedding_dim: 16,
  mask_token_id: idOf('[MASK]'),
  pad_token_id: idOf('[MASK]'),
  query_prefix_id: idOf('[Q] '),
  document_prefix_id: idOf('[D] '),
  do_lower_case: false,
};

export const TOKENIZER_CONFIG = {
  tokenizer_class: 'PreTrainedTokenizerFast',
  mask_token: '[MASK]',
  unk_token: '[UNK]',
};

/** Files by path; objects become JSON. */
export type Files = Record<string, Uint8Array | string | object>;

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    const plain = content instanceof Uint8Array || typeof content === 'string';
    await writeFile(join(folder, path), plain ? content : JSON.stringify(content));
  }
}

/** PyLate's own files with a projected export beside them. */
export function pylateFolder(graph: TinyGraph = {}, config: object = PYLATE_CONFIG): Files {
  return {
    'config_sentence_transformers.json': config,
    'tokenizer.json': tokenizerJson(),
    'tokenizer_config.json': TOKENIZER_CONFIG,
    'model.onnx': tinyGraph(graph),
  };
}

export interface TinyDense {
  inputDim: number;
  outputDim: number;
  activation?: string;
  bias?: boolean;
  residual?: boolean;
  seed?: number;
}

/** modules.json and the layers' folders. Weights are `values` of the layer's seed, as torch keeps them: [outputDim, inputDim]. */
export function denseFiles(layers: TinyDense[]): Files {
  const files: Files = {
    'modules.json': [
      { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
      ...layers.map((_, i) => ({
        idx: i + 1,
        name: `${i + 1}`,
        path: `${i + 1}_Dense`,
        type: 'pylate.models.Dense.Dense',
      })),
    ],
  };
  layers.forEach(({ inputDim, outputDim, activation, bias = false, residual = false, seed = 7 }, i) => {
    files[`${i + 1}_Dense/config.json`] = {
      in_features: inputDim,
      out_features: outputDim,
      bias,
      activation_function: activation ?? 'torch.nn.modules.linear.Identity',
      use_residual: residual,
    };
    files[`${i + 1}_Dense/model.safetensors`] = safetensors({
      'linear.weight': [[outputDim, inputDim], values(inputDim * outputDim, seed)],
      ...(bias ? { 'linear.bias': [[outputDim], values(outputDim, seed + 1)] as Stored } : {}),
      ...(residual && inputDim !== outputDim
        ? { 'residual.weight': [[outputDim, inputDim], values(inputDim * outputDim, seed + 2)] as Stored }
        : {}),
    });
  });
  return files;
}

type Stored = [shape: number[], data: Float32Array | Uint16Array, type?: 'F16' | 'BF16'];

export function safetensors(tensors: Record<string, Stored>): Uint8Array {
  const header: Record<string, object> = {};
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, [shape, data, dtype = 'F32']] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + data.byteLength] };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    at += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(BigUint64Array.of(BigInt(json.length)).buffer);
  return concatBytes([length, json, ...parts]);
}
