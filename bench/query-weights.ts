// How often an answer depends on the file that encodes queries: int8 (WASM) or 8-bit blocks (WebGPU), over one and the same index.
// node scripts/run-ts.js bench/query-weights.ts <BEIR folder>... [--split test] [--documents <count>] [--json]

import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type BeirSet, measure, readBeir } from '../src/cli/beir.ts';
import { seededRandom } from '../src/codec/random.ts';
import { Encoder, type RowWeigher } from '../src/encoder/encoder.ts';
import { openNodeRuntime } from '../src/encoder/runtime-node.ts';
import type { Scorer } from '../src/engine/scorer.ts';
import { createWasmScorer } from '../src/engine/wasm-scorer.ts';
import { readShard, writeShard } from '../src/format/shard.ts';
import type { EncodedRows } from '../src/indexing/encode-passage.ts';
import { openModel } from '../src/model-files/model.ts';
import { openIndexTable } from '../src/model-files/query-table-file.ts';
import { EncodePool } from '../src/node/encode-pool.ts';
import { defaultModelFolder } from '../src/node/package-files.ts';
import { describeMachine, machineLine } from './machine.ts';
import { mean } from './statistics.ts';

const { values: options, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    split: { type: 'string', default: 'test' },
    /** At most so many: the judged ones, then others at random. */
    documents: { type: 'string', default: 'Infinity' },
    json: { type: 'boolean', default: false },
  },
});
if (folders.length === 0)
  throw new Error('bench: expected BEIR folders (corpus.jsonl, queries.jsonl, qrels/), got none');

const FORMATS = ['int8', 'q8'] as const;
const DEPTH = 10;
const model = await openModel(defaultModelFolder);

function cut(set: BeirSet, count: number): BeirSet['documents'] {
  const judged = new Set(set.queries.flatMap(({ relevance }) => [...relevance.keys()]));
  const random = seededRandom(1);
  const order = set.documents.map((document) => ({ document, at: judged.has(document.id) ? -1 : random() }));
  return order
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ document }) => document);
}

async function index(documents: BeirSet['documents']): Promise<Scorer> {
  const encoded: EncodedRows[] = [];
  const pool = new EncodePool(model.setup, documents.length, new AbortController().signal);
  const tasks = documents.map(({ text }, at) => ({ type: 'text', text, at }) as const);
  await pool.runAll(tasks, (rows, { at }) => {
    encoded[at] = rows;
  });
  await pool.close();
  const { dim, subspaceDim } = model.codec;
  const shape = { dim, subspaceDim: subspaceDim as 2 | 4, codecSha256: model.codecSha256 };
  const scorer = await createWasmScorer(model.codec);
  await scorer.addShard(readShard(writeShard(shape, encoded), shape));
  return scorer;
}

async function rank(
  scorer: Scorer,
  weights: string,
  queries: BeirSet['queries'],
  weigher: RowWeigher | undefined,
): Promise<Uint32Array[]> {
  const encoder = new Encoder(model.folder.tokenizer, await openNodeRuntime(weights), weigher);
  const ranked: Uint32Array[] = [];
  for (const { text } of queries) {
    const { ids } = await scorer.searchEmbeddings(await encoder.encodeQuery(text), { k: DEPTH });
    ranked.push(Uint32Array.from(ids));
  }
  await encoder.close();
  return ranked;
}

const rows = [];
for (const folder of folders) {
  const set = await readBeir(folder, options.split);
  const documents = cut(set, Number(options.documents));
  const scorer = await index(documents);
  const table = await openIndexTable(
    model,
    documents.map(({ text }) => text),
  );
  const [int8, q8] = await Promise.all(
    FORMATS.map((format) => rank(scorer, model.folder.weights[format]!, set.queries, table)),
  );
  scorer.close();
  const ndcg = (ranked: Uint32Array[]) =>
    mean(
      ranked.map(
        (ids, at) =>
          measure(
            Array.from(ids, (id) => documents[id].id),
            set.queries[at].relevance,
          ).ndcg10,
      ),
    );
  const overlap = int8.map((ids, at) => ids.filter((id) => q8[at].includes(id)).length / Math.max(1, ids.length));
  rows.push({
    set: basename(folder),
    documents: documents.length,
    queries: set.queries.length,
    meanOverlap: mean(overlap),
    /** Same ten passages in the same order. */
    equal: mean(int8.map((ids, at) => Number(ids.every((id, rank) => id === q8[at][rank])))),
    sameSet: mean(overlap.map((share) => Number(share === 1))),
    sameFirst: mean(int8.map((ids, at) => Number(ids[0] === q8[at][0]))),
    ndcgInt8: ndcg(int8),
    ndcgQ8: ndcg(q8),
  });
  console.error(JSON.stringify(rows.at(-1)));
}
if (options.json) console.log(JSON.stringify({ machine: describeMachine(), rows }, null, 2));
else {
  console.log(machineLine(describeMachine()));
  console.log(
    '| set | documents | queries | mean overlap of the top 10 | same ten | same ten in the same order | same first | nDCG@10 int8 | nDCG@10 q8 |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  for (const row of rows) {
    console.log(
      `| ${row.set} | ${row.documents} | ${row.queries} | ${[row.meanOverlap, row.sameSet, row.equal, row.sameFirst].map(percent).join(' | ')} | ${row.ndcgInt8.toFixed(4)} | ${row.ndcgQ8.toFixed(4)} |`,
    );
  }
}
