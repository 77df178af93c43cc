// One vector a text, as most semantic search in the browser has it: all-MiniLM-L6-v2 through transformers.js, mean pooling.

import { basename, dirname, resolve } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import { type FloatRows, joinRows } from './float-rows.ts';

/** @param folder transformers.js layout: config.json, tokenizer.json, tokenizer_config.json, onnx/model.onnx */
export async function encodeDense(folder: string, texts: string[]): Promise<FloatRows> {
  const path = resolve(folder);
  env.allowRemoteModels = false;
  env.localModelPath = dirname(path);
  const extract = await pipeline('feature-extraction', basename(path), { dtype: 'fp32' });
  const vectors: Float32Array[] = [];
  for (const text of texts) {
    const vector = await extract(text, { pooling: 'mean', normalize: true });
    vectors.push(Float32Array.from(vector.data as Float32Array));
    if (vectors.length % 500 === 0) console.error(`dense: ${vectors.length} of ${texts.length}`);
  }
  await extract.dispose();
  return joinRows(vectors, vectors[0].length);
}
