// A model as a folder on disk: which files it has, checked before anything is encoded with it. Layouts: what PyLate saves with an
// ONNX export beside it, next-plaid exports, transformers.js repositories, original ColBERT checkpoints. Node only.

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LatelightError } from '../errors.ts';
import type { ModelConfig } from '../format/engine-refs.ts';
import { ColbertTokenizer } from './colbert-tokenizer.ts';
import { type DenseConfig, denseConfigs, isOriginalColbert } from './dense-layers.ts';
import { readJson } from './json-file.ts';
import { type ModelOverrides, parseModelConfig } from './model-config.ts';
import { checkWeights, type WeightFile } from './model-weights.ts';
import { lowerCased } from './tokenizer-file.ts';

/** An encoder's files, and the tokenizer that goes with them. */
export interface EncoderFolder {
  tokenizer: ColbertTokenizer;
  /** ONNX files by weight format, those that exist. */
  weights: Partial<Record<WeightFormat, string>>;
  /** The same files, looked into. */
  graphs: Partial<Record<WeightFormat, WeightFile>>;
  /** Dense layers that the files are to be completed with; empty where they end with the projection. */
  dense: DenseConfig[];
  /** Width of the rows; 0 where only a run can tell. */
  dim: number;
}

export interface ModelFolder extends EncoderFolder {
  /** The folder's own name, recorded in the manifest. */
  name: string;
  folder: string;
  config: ModelConfig;
  tokenizerJson: Record<string, unknown>;
  tokenizerConfig: Record<string, unknown>;
  /** The smaller encoder of queries in the folder `query/`, trained to give the same rows; undefined where queries and documents share one. */
  query?: EncoderFolder;
}

export type WeightFormat = 'int8' | 'q8' | 'q4' | 'fp32';

/** Where PyLate and next-plaid exports (root), transformers.js repositories (onnx/) and Vespa's exports keep their files. */
export const WEIGHT_FILES: Record<WeightFormat, string[]> = {
  int8: ['model_int8.onnx', 'onnx/model_int8.onnx', 'onnx/model_quantized.onnx', 'model_quantized.onnx'],
  q8: ['model_q8.onnx', 'onnx/model_q8.onnx'],
  q4: ['model_q4.onnx', 'onnx/model_q4.onnx'],
  fp32: ['model.onnx', 'onnx/model.onnx', 'vespa_colbert.onnx'],
};

/** Where a model has a smaller encoder for queries alone, its files named as the model's own. */
export const QUERY_FOLDER = 'query';

/** Files that say how texts are encoded; a folder has some of them. */
export const CONFIG_FILES = [
  'config.json',
  'config_sentence_transformers.json',
  'sentence_bert_config.json',
  'onnx_config.json',
  'artifact.metadata',
  'modules.json',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

/** @throws LatelightError `bad-model`, naming the file that is missing, cannot be parsed or contradicts another */
export async function openModelFolder(folder: string, overrides: ModelOverrides = {}): Promise<ModelFolder> {
  if (!existsSync(folder)) {
    throw new LatelightError('bad-model', `model: expected a folder at ${folder}, found nothing there.`);
  }
  const optional = async (file: string) => (existsSync(join(folder, file)) ? readJson(folder, file) : undefined);
  const onnx = await optional('onnx_config.json');
  const pylate = await optional('config_sentence_transformers.json');
  const original = (await isOriginalColbert(folder)) ? ((await optional('artifact.metadata')) ?? {}) : undefined;
  // Before the larger files: a folder that is no ColBERT model at all fails with the name of its config.
  if (!pylate && !onnx && !original) parseModelConfig({ special: [], addedTokens: new Map() }, overrides);
  const stored = await readJson(folder, 'tokenizer.json');
  // A next-plaid export has no tokenizer_config.json; what is read of it is in tokenizer.json too.
  const tokenizerConfig = (await optional('tokenizer_config.json')) ?? {};
  const special = [await optional('special_tokens_map.json'), tokenizerConfig].filter((file) => file !== undefined);
  const config = parseModelConfig({ pylate, onnx, original, special, addedTokens: addedTokens(stored) }, overrides);
  const lower = ((await optional('sentence_bert_config.json'))?.do_lower_case ?? onnx?.do_lower_case) === true;
  const tokenizerJson = lower ? lowerCased(stored) : stored;

  const weights = weightFiles(folder);
  if (Object.keys(weights).length === 0) throw noWeights(folder);
  const checked = await checkWeights(weights, await denseConfigs(folder), onnx);
  const tokenizer = new ColbertTokenizer(config, tokenizerJson, tokenizerConfig);
  return {
    name: basename(folder),
    folder,
    config,
    tokenizer,
    tokenizerJson,
    tokenizerConfig,
    weights,
    ...checked,
    query: await openQueryFolder(folder, tokenizer, checked.dim),
  };
}

/** Its graphs end with rows as wide as the model's, so that both are one model to a codec. */
async function openQueryFolder(
  model: string,
  tokenizer: ColbertTokenizer,
  dim: number,
): Promise<EncoderFolder | undefined> {
  const folder = join(model, QUERY_FOLDER);
  if (!existsSync(folder)) return undefined;
  const weights = weightFiles(folder);
  if (Object.keys(weights).length === 0) throw noWeights(folder);
  const checked = await checkWeights(weights, [], undefined);
  if (dim > 0 && checked.dim > 0 && checked.dim !== dim) {
    throw new LatelightError(
      'bad-model',
      `model: expected rows of ${dim} dimensions, as the model's, from the query encoder in ${folder}, got ${checked.dim}. ` +
        'Train it for this model, or take the folder away.',
    );
  }
  return { tokenizer, weights, ...checked };
}

function weightFiles(folder: string): EncoderFolder['weights'] {
  const found = firstWeights((file) => existsSync(join(folder, file)));
  return Object.fromEntries(Object.entries(found).map(([format, file]) => [format, join(folder, file)]));
}

/** Of each format the first of its names that is there. */
export function firstWeights(isThere: (file: string) => boolean): Partial<Record<WeightFormat, string>> {
  const found = Object.entries(WEIGHT_FILES).map(([format, files]) => [format, files.find(isThere)]);
  return Object.fromEntries(found.filter(([, file]) => file));
}

function noWeights(folder: string): LatelightError {
  const names = Object.values(WEIGHT_FILES).flat().join(', ');
  return new LatelightError(
    'bad-model',
    `model: expected one of ${names} in ${folder}, found none. Export the model to ONNX, for instance with training/export_onnx.py.`,
  );
}

function addedTokens(tokenizer: Record<string, unknown>): Map<number, string> {
  const added = Array.isArray(tokenizer.added_tokens) ? tokenizer.added_tokens : [];
  return new Map((added as { id: number; content: string }[]).map(({ id, content }) => [id, content]));
}
