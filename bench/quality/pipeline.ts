// A model's rows, codes and rankings over a set of texts, as `latelight index` and a page make them, for benches that compare several.

import { readFile } from 'node:fs/promises';
import { type BeirSet, foundIds, measure } from '../../src/cli/beir.ts';
import { openTextIndex } from '../../src/cli/text-index.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import type { ModelFolder } from '../../src/encoder/model-folder.ts';
import type { Scorer } from '../../src/engine/scorer.ts';
import { rankPassages } from '../../src/engine/search.ts';
import type { SearchIndex } from '../../src/engine/search-index.ts';
import { createWasmScorer } from '../../src/engine/wasm-scorer.ts';
import { sha256Hex } from '../../src/format/sha256.ts';
import { readShard, writeShard } from '../../src/format/shard.ts';
import { codeDocument, type EncodedRows } from '../../src/indexing/encode-passage.ts';
import { openLikelyQueries } from '../../src/model-files/likely-queries-file.ts';
import { DEFAULT_SHAPE, type OpenModel } from '../../src/model-files/model.ts';
import type { TokenEmbeddings } from '../../src/shared-types.ts';
import type { QueryCodes } from '../../src/types.ts';
import { encodeDocuments, type FloatRows, joinRows, joinRowWeights, keptRows, rowsOf } from './float-rows.ts';

/** Rows of queries, with the weights that the encoder gives them. */
export async function encodeQueries(encoder: Encoder, queries: string[]): Promise<FloatRows> {
  const encoded: TokenEmbeddings[] = [];
  for (const text of queries) encoded.push(await encoder.encodeQuery(text));
  const rows = joinRows(
    encoded.map(({ data }) => data),
    encoded[0]?.dim ?? 0,
  );
  const rowWeights = joinRowWeights(
    encoded.map(({ rowWeights }) => rowWeights),
    rows.starts,
  );
  return { ...rows, rowWeights };
}

/** Documents as `latelight index` encodes them, or with other weights. */
export async function documentRows(
  folder: ModelFolder,
  weightsPath: string,
  texts: string[],
  cache: string | undefined,
): Promise<FloatRows> {
  const weights = await sha256Hex(await readFile(weightsPath));
  const setup = { modelFolder: folder.folder, weightsPath, shape: DEFAULT_SHAPE };
  return keptRows(cache, { weights, config: folder.config, texts }, () => encodeDocuments(setup, texts));
}

/** Codes of every document, pooled as `latelight index` does it, or a code for every token. */
export async function codeAll(
  { codec, folder, setup }: OpenModel,
  { documents, texts }: { documents: FloatRows; texts: string[] },
  pooled: boolean,
): Promise<EncodedRows[]> {
  const likelyQueries = setup.likely && (await openLikelyQueries(setup.likely, codec));
  return texts.map((text, document): EncodedRows => {
    const { ids, keep } = folder.tokenizer.encode(text, 'document');
    const positions = Uint32Array.from(ids.keys()).filter((position) => keep[position]);
    const encoded = { ...rowsOf(documents, document), positions, ids: positions.map((position) => ids[position]) };
    return codeDocument({ codec, likelyQueries }, encoded, pooled);
  });
}

/** By codes alone, through the shard format and the WASM scorer. A query without codes finds nothing. */
export async function searchCodes(
  { codec, codecSha256 }: OpenModel,
  coded: EncodedRows[],
  queries: (QueryCodes | undefined)[],
  k: number,
): Promise<number[][]> {
  const shape = { dim: codec.dim, subspaceDim: codec.subspaceDim, codecSha256 };
  const scorer = await createWasmScorer(codec);
  try {
    await scorer.addShard(readShard(writeShard(shape, coded), shape));
    const rankings: number[][] = [];
    for (const codes of queries) rankings.push(codes ? [...(await scorer.search(codes, { k })).ids] : []);
    return rankings;
  } finally {
    scorer.close();
  }
}

/**
 * As a page ranks queries as they stand: codes, and words found letter by letter (docs/decisions/0009).
 * @param queries texts
 * @param codes of each; a query without them finds nothing
 */
export async function rankAsPages(
  model: OpenModel,
  index: SearchIndex,
  queries: string[],
  codes: (QueryCodes | undefined)[],
  k: number,
): Promise<number[][]> {
  const rankings: number[][] = [];
  for (const [query, text] of queries.entries()) {
    const encoded = async () => codes[query] && { queryCodes: codes[query] };
    rankings.push((await rankPassages(index, model.folder.tokenizer, text, encoded, k, false)).ids);
  }
  return rankings;
}

/**
 * The same with scores that were worked out otherwise.
 * @param scores [queries][documents] of each query, in perfect query tokens
 */
export async function rankScoresAsPages(
  model: OpenModel,
  texts: string[],
  coded: EncodedRows[],
  queries: string[],
  scores: Float32Array[],
  k: number,
): Promise<number[][]> {
  const perfectToken = model.codec.queryScale * model.codec.codewordScale;
  // A query's codes say which query it is: the scorer looks up what it scored.
  const { dim } = model.codec;
  const codes = queries.map((): QueryCodes => ({ codes: new Int8Array(dim), tokenCount: 1, dim }));
  const scoreOf = (query: QueryCodes) => scores[codes.indexOf(query)];
  const index = await openTextIndex(model, texts, coded, async () => givenScores(scoreOf, perfectToken));
  const rankings = await rankAsPages(model, index, queries, codes, k);
  index.close();
  return rankings;
}

function givenScores(scoreOf: (query: QueryCodes) => Float32Array, perfectToken: number): Scorer {
  let passageCount = 0;
  return {
    backend: 'reference',
    get passageCount() {
      return passageCount;
    },
    addShard: async ({ firstBlocks }) => {
      passageCount += firstBlocks.length - 1;
    },
    search: async (query, { k, filter }) => {
      const scores = scoreOf(query);
      const allowed = [...scores.keys()].filter((id) => !filter || (filter[id >> 5] >> (id & 31)) & 1);
      const ids = allowed.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, k);
      return {
        ids: Uint32Array.from(ids),
        scores: Int32Array.from(ids, (id) => Math.round(scores[id] * perfectToken)),
      };
    },
    searchEmbeddings: () => Promise.reject(new Error('expected codes')),
    close: () => undefined,
  };
}

/** nDCG@10 of each query. @param rankings document numbers, best first: eleven, for one may be the query itself */
export function ndcgOf(set: BeirSet, rankings: number[][]): number[] {
  return rankings.map((ranking, query) => measure(foundIds(set, query, ranking), set.queries[query].relevance).ndcg10);
}
