// What coding and pooling lose: nDCG@10 of the same rows as floats, coded one by one, and coded as an index has them. The words of a query
// are equal: a codec that is being fitted has no table to weigh them. Every document is scored in the thread that encoded it, so that no more
// than one document's rows are held at a time.

import type { Codec } from '../codec/codec.ts';
import { truncateRows } from '../codec/encode-rows.ts';
import { seededRandom } from '../codec/random.ts';
import { createWasmScorer } from '../engine/wasm-scorer.ts';
import { blockBytes } from '../format/layout.ts';
import { readShard, writeShard } from '../format/shard.ts';
import type { EncodedRows } from '../indexing/encode-passage.ts';
import type { QueryRows } from '../model-files/encode-setup.ts';
import { type OpenModel, openPageEncoder } from '../model-files/model.ts';
import { EncodePool } from '../node/encode-pool.ts';
import type { TokenEmbeddings } from '../shared-types.ts';
import { type BeirSet, foundIds, measure } from './beir.ts';
import type { CliIo } from './io.ts';
import { startProgress } from './progress.ts';

/** nDCG@10 of each form of the rows, and what the last two weigh. */
export interface Loss {
  documents: number;
  queries: number;
  float: number;
  coded: number;
  pooled: number;
  codedBytesPerPassage: number;
  pooledBytesPerPassage: number;
}

/** Ten, and the query itself where it is a document. */
const DEPTH = 11;

/** @throws LatelightError what encoding throws; `aborted` */
export async function measureLoss(model: OpenModel, set: BeirSet, io: CliIo): Promise<Loss> {
  const queries = await encodeQueries(model, set);
  const pool = new EncodePool({ ...model.setup, queries: joinRows(queries) }, set.documents.length, io.signal);
  const floatScores: Float32Array[] = [];
  const coded: EncodedRows[] = [];
  const pooled: EncodedRows[] = [];
  const progress = startProgress(io, 'measure', set.documents.length, 'documents');
  let done = 0;
  try {
    const tasks = set.documents.map(({ text }, at) => ({ type: 'loss', text, at }) as const);
    await pool.runAll(tasks, (answer, { at }) => {
      floatScores[at] = answer.scores;
      coded[at] = answer.coded;
      pooled[at] = answer.pooled;
      progress.update(++done);
    });
  } finally {
    progress.stop();
    await pool.close();
  }
  const float = set.queries.map((_, query) => bestDocuments(floatScores, query));
  const one = await codedRankings(model, coded, queries);
  const both = await codedRankings(model, pooled, queries);
  return {
    documents: set.documents.length,
    queries: set.queries.length,
    float: meanNdcg(set, float),
    coded: meanNdcg(set, one.rankings),
    pooled: meanNdcg(set, both.rankings),
    codedBytesPerPassage: one.bytes / set.documents.length,
    pooledBytesPerPassage: both.bytes / set.documents.length,
  };
}

/** A seeded sample of a set's queries; all documents stay. */
export function sampleQueries(set: BeirSet, count = set.queries.length): BeirSet {
  const random = seededRandom(3);
  const keyed = set.queries.map((query, at) => ({ query, at, key: random() })).sort((a, b) => a.key - b.key);
  const chosen = keyed.slice(0, count).sort((a, b) => a.at - b.at);
  return { ...set, queries: chosen.map(({ query }) => query) };
}

async function encodeQueries({ folder, shape }: OpenModel, set: BeirSet): Promise<TokenEmbeddings[]> {
  const encoder = await openPageEncoder(folder);
  try {
    const rows: TokenEmbeddings[] = [];
    for (const { text } of set.queries) {
      const { data, tokenCount, dim } = await encoder.encodeQuery(text);
      rows.push({ data: truncateRows(data, tokenCount, dim, shape.dim), tokenCount, dim: shape.dim });
    }
    return rows;
  } finally {
    await encoder.close();
  }
}

function joinRows(queries: TokenEmbeddings[]): QueryRows {
  const tokenCounts = queries.map(({ tokenCount }) => tokenCount);
  const dim = queries[0]?.dim ?? 0;
  const rows = new Float32Array(tokenCounts.reduce((sum, count) => sum + count, 0) * dim);
  let at = 0;
  for (const { data } of queries) {
    rows.set(data, at);
    at += data.length;
  }
  return { rows, tokenCounts };
}

/** Ids by falling score, ties to the lowest id, as the integer scorers have it. */
function bestDocuments(scores: Float32Array[], query: number): number[] {
  return scores
    .map((_, id) => id)
    .sort((a, b) => scores[b][query] - scores[a][query] || a - b)
    .slice(0, DEPTH);
}

async function codedRankings(
  { shape, codec, codecSha256 }: OpenModel,
  passages: EncodedRows[],
  queries: TokenEmbeddings[],
) {
  const layout = { ...shape, codecSha256 };
  const shard = readShard(writeShard(layout, passages), layout);
  const scorer = await createWasmScorer(codec satisfies Codec);
  try {
    await scorer.addShard(shard);
    const rankings: number[][] = [];
    for (const rows of queries) rankings.push([...(await scorer.searchEmbeddings(rows, { k: DEPTH })).ids]);
    return { rankings, bytes: shard.blockCount * blockBytes(shape.dim, shape.subspaceDim) };
  } finally {
    scorer.close();
  }
}

function meanNdcg(set: BeirSet, rankings: number[][]): number {
  const ndcg = set.queries.map(
    ({ relevance }, query) => measure(foundIds(set, query, rankings[query]), relevance).ndcg10,
  );
  return ndcg.reduce((sum, value) => sum + value, 0) / ndcg.length;
}
