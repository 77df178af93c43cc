// An index in memory of texts that were encoded one by one, to be ranked as a page ranks: by codes, and by words found letter by letter.

import { type CreateScorer, SearchIndex } from '../engine/search-index.ts';
import { createWasmScorer } from '../engine/wasm-scorer.ts';
import type { FileRef } from '../format/manifest.ts';
import { buildIndex, hashedFile, type IndexFile } from '../indexing/build-index.ts';
import type { EncodedRows } from '../indexing/encode-passage.ts';
import type { OpenModel } from '../model-files/model.ts';

/**
 * @param texts each a passage and a page of its own, without title
 * @param encoded of the texts, in their order
 */
export async function openTextIndex(
  { codec, codecBytes, codecSha256 }: Pick<OpenModel, 'codec' | 'codecBytes' | 'codecSha256'>,
  texts: readonly string[],
  encoded: readonly Pick<EncodedRows, 'blocks' | 'rowCount' | 'tokenCount'>[],
  createScorer: CreateScorer = createWasmScorer,
): Promise<SearchIndex> {
  const files = new Map<string, Uint8Array>();
  const keep = async ({ ref, content }: IndexFile): Promise<void> => {
    files.set(ref.file, content);
  };
  const passages = texts.map((text, id) => ({ text, title: '', headings: [], url: `${id}`, filters: {}, meta: {} }));
  const parts = await buildIndex(
    { dim: codec.dim, subspaceDim: codec.subspaceDim, codecSha256 },
    passages,
    (id) => {
      const { blocks, rowCount, tokenCount } = encoded[id];
      return { blocks, rowCount, tokenCount, words: [], rowWords: Array.from({ length: rowCount }, () => []) };
    },
    keep,
  );
  const codecFile = await hashedFile('models', '.llc', codecBytes);
  await keep(codecFile);
  const { dim, subspaceDim } = codec;
  const codecRef = { ...codecFile.ref, dim, subspaceDim };
  const source = { read: async ({ file }: FileRef) => files.get(file)! };
  return SearchIndex.open(source, { ...parts, codec: codecRef, passageCount: texts.length }, createScorer);
}
