// A model as a folder on disk: which files it has, checked before anything is encoded with it. Node only.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LatelightError } from '../errors.ts';
import { ColbertTokenizer } from './colbert-tokenizer.ts';
import { type ModelConfig, parseModelConfig } from './model-config.ts';

export interface ModelFolder {
  /** The folder's own name, recorded in the manifest. */
  name: string;
  folder: string;
  config: ModelConfig;
  tokenizer: ColbertTokenizer;
  tokenizerJson: Record<string, unknown>;
  tokenizerConfig: Record<string, unknown>;
  /** ONNX files by weight format, those that exist. */
  weights: Partial<Record<WeightFormat, string>>;
}

export type WeightFormat = 'int8' | 'q8' | 'fp32';

/** Where PyLate and next-plaid exports (root) and transformers.js repositories (onnx/) keep their files. */
const WEIGHT_FILES: Record<WeightFormat, string[]> = {
  int8: ['model_int8.onnx', 'onnx/model_int8.onnx', 'onnx/model_quantized.onnx'],
  q8: ['model_q8.onnx', 'onnx/model_q8.onnx'],
  fp32: ['model.onnx', 'onnx/model.onnx'],
};

/** @throws LatelightError `bad-model`, naming the file that is missing or cannot be parsed. */
export async function openModelFolder(folder: string): Promise<ModelFolder> {
  if (!existsSync(folder)) {
    throw new LatelightError('bad-model', `model: expected a folder at ${folder}, found nothing there.`);
  }
  const sentenceTransformers = await readJson(folder, 'config_sentence_transformers.json');
  const tokenizerJson = await readJson(folder, 'tokenizer.json');
  const tokenizerConfig = await readJson(folder, 'tokenizer_config.json');
  const special = existsSync(join(folder, 'special_tokens_map.json'))
    ? await readJson(folder, 'special_tokens_map.json')
    : tokenizerConfig;
  const config = parseModelConfig(sentenceTransformers, special);
  const weights: ModelFolder['weights'] = {};
  for (const format of Object.keys(WEIGHT_FILES) as WeightFormat[]) {
    const found = WEIGHT_FILES[format].find((file) => existsSync(join(folder, file)));
    if (found) weights[format] = join(folder, found);
  }
  if (Object.keys(weights).length === 0) {
    const names = Object.values(WEIGHT_FILES).flat().join(', ');
    throw new LatelightError('bad-model', `model: expected one of ${names} in ${folder}, found none.`);
  }
  return {
    name: basename(folder),
    folder,
    config,
    tokenizer: new ColbertTokenizer(config, tokenizerJson, tokenizerConfig),
    tokenizerJson,
    tokenizerConfig,
    weights,
  };
}

async function readJson(folder: string, file: string): Promise<Record<string, unknown>> {
  const path = join(folder, file);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new LatelightError('bad-model', `model: expected the file ${path}, could not read it: ${String(cause)}`, {
      cause,
    });
  }
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new LatelightError('bad-model', `model: expected JSON in ${path}, got: ${String(cause)}`, { cause });
  }
}
