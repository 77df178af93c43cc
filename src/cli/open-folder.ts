// Opens an index folder for the CLI: the same engine as in a page, with onnxruntime-node and the WASM scorer.

import { join } from 'node:path';
import { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import { Encoder } from '../encoder/encoder.ts';
import { openNodeRuntime } from '../encoder/runtime-node.ts';
import { TableEncoder } from '../encoder/table-encoder.ts';
import { SearchIndex } from '../engine/search-index.ts';
import { createWasmScorer } from '../engine/wasm-scorer.ts';
import { parseManifest } from '../format/manifest.ts';
import { FolderSource } from './folder-source.ts';

export async function openFolder(
  folder: string,
  signal?: AbortSignal,
): Promise<{ index: SearchIndex; encoder: Encoder }> {
  const source = new FolderSource(folder);
  const manifest = parseManifest(await source.readManifest());
  const index = await SearchIndex.open(source, manifest, createWasmScorer, { signal });
  const { queryEncoder } = manifest;
  const packed = await source.read(queryEncoder.tokenizer, { signal });
  const tableBytes = queryEncoder.queryTable && (await source.read(queryEncoder.queryTable, { signal }));
  // Read once for its hash; onnxruntime-node opens the file itself.
  await source.read(queryEncoder.weights.wasm, { signal });
  const tokenizerJson = JSON.parse(new TextDecoder().decode(packed));
  const tokenizer = new ColbertTokenizer(queryEncoder.config, tokenizerJson, queryEncoder.tokenizerConfig);
  const table = tableBytes && TableEncoder.read(tokenizer, tableBytes, index.codec, manifest.codec.sha256);
  const encoder = new Encoder(tokenizer, await openNodeRuntime(join(folder, queryEncoder.weights.wasm.file)), table);
  return { index, encoder };
}
