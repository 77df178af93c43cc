// Opens an index folder for the CLI: the same engine as in a page, with onnxruntime-node and the WASM scorer.

import { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import { Encoder } from '../encoder/encoder.ts';
import { openNodeRuntime } from '../encoder/runtime-node.ts';
import { TableEncoder } from '../encoder/table-encoder.ts';
import { SearchIndex } from '../engine/search-index.ts';
import { createWasmScorer } from '../engine/wasm-scorer.ts';
import { chooseManifest } from './choose-manifest.ts';
import { FolderSource } from './folder-source.ts';

export interface OpenedFolder {
  index: SearchIndex;
  encoder: Encoder;
  /** Languages of the folder whose pages are not in this index. */
  otherLanguages: string[];
}

/** @param language whose index, where the folder has several; default: the default's. @throws LatelightError `bad-option` when it has none */
export async function openFolder(folder: string, signal?: AbortSignal, language?: string): Promise<OpenedFolder> {
  const source = new FolderSource(folder);
  const { manifest, others } = await chooseManifest(source, language);
  const index = await SearchIndex.open(source, manifest, createWasmScorer, { signal });
  const { queryEncoder } = manifest;
  const packed = await source.read(queryEncoder.tokenizer, { signal });
  const tableBytes = queryEncoder.queryTable && (await source.read(queryEncoder.queryTable, { signal }));
  const weights = await source.read(queryEncoder.weights.wasm, { signal });
  const tokenizerJson = JSON.parse(new TextDecoder().decode(packed));
  const tokenizer = new ColbertTokenizer(queryEncoder.config, tokenizerJson, queryEncoder.tokenizerConfig);
  const table = tableBytes && TableEncoder.read(tokenizer, tableBytes, index.codec, manifest.codec.sha256);
  const encoder = new Encoder(tokenizer, await openNodeRuntime(weights, queryEncoder.weights.wasm.file), table);
  return { index, encoder, otherLanguages: others };
}
