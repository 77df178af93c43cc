// A model's rows, codes and rankings over a set of texts, as `latelight index` and a page make them, for benches that compare several.

import { readFile } from 'node:fs/promises';
import { type BeirSet, measure } from '../../src/cli/beir.ts';
import { openLikelyQueries } from '../../src/cli/likely-queries-file.ts';
import { DEFAULT_SHAPE, type OpenModel } from '../../src/cli/model.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import type { ModelFolder } from '../../src/encoder/model-folder.ts';
import { createWasmScorer } from '../../src/engine/wasm-scorer.ts';
import { sha256Hex } from '../../src/format/sha256.ts';
import { readShard, writeShard } from '../../src/format/shard.ts';
import { codeDocument, type EncodedRows } from '../../src/indexing/encode-passage.ts';
import type { QueryCodes, TokenEmbeddings } from '../../src/types.ts';
import { encodeDocuments, type FloatRows, joinLengths, joinRows, keptRows, rowsOf } from './float-rows.ts';

/** Rows of queries, with the lengths that the encoder gives them. */
export async function encodeQueries(encoder: Encoder, queries: string[]): Promise<FloatRows> {
  const encoded: TokenEmbeddings[] = [];
  for (const text of queries) encoded.push(await encoder.encodeQuery(text));
  const rows = joinRows(
    encoded.map(({ data }) => data),
    encoded[0]?.dim ?? 0,
  );
  const lengths = joinLengths(
    encoded.map(({ lengths }) => lengths),
    rows.starts,
  );
  return { ...rows, lengths };
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

/** Through the shard format and the WASM scorer, as pages search. A query without codes finds nothing. */
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

/** nDCG@10 of each query. @param rankings document numbers, best first */
export function ndcgOf({ documents, queries }: BeirSet, rankings: number[][]): number[] {
  return rankings.map((ranking, query) => {
    const ids = ranking.map((document) => documents[document].id);
    return measure(ids, queries[query].relevance).ndcg10;
  });
}
