// `latelight eval <beir folder>`: retrieval quality of the whole pipeline as it ships: document encoder, pooling, codes, the
// query encoder that pages use on a CPU, the WASM scorer.

import type { Codec } from '../../codec/codec.ts';
import type { Encoder } from '../../encoder/encoder.ts';
import type { ModelOverrides } from '../../encoder/model-config.ts';
import type { TableEncoder } from '../../encoder/table-encoder.ts';
import type { Scorer } from '../../engine/scorer.ts';
import { createWasmScorer } from '../../engine/wasm-scorer.ts';
import { LatelightError } from '../../errors.ts';
import { blockBytes } from '../../format/layout.ts';
import { readShard, writeShard } from '../../format/shard.ts';
import type { EncodedRows } from '../../indexing/encode-passage.ts';
import { quantizeQueryCpu } from '../../kernels/quantize-query-cpu.ts';
import type { QueryCodes, Stage } from '../../types.ts';
import { type BeirSet, type Measures, measure, readBeir } from '../beir.ts';
import { EncodePool } from '../encode-pool.ts';
import { resolveModel } from '../hub.ts';
import type { CliIo } from '../io.ts';
import { type OpenModel, openModel, openPageEncoder, type ShapeChoice } from '../model.ts';
import { startProgress } from '../progress.ts';
import { openIndexTable } from '../query-table-file.ts';
import { formatBytes, table } from '../text.ts';

export interface EvalCommandOptions {
  model: string;
  shape: ShapeChoice;
  overrides: ModelOverrides;
  split: string;
  /** `instant`: query rows from the model's query table, cut to the words of the folder's documents as an index's would be. */
  stage: Stage;
  json: boolean;
}

const DEPTH = 100;

export async function evalCommand(folder: string, options: EvalCommandOptions, io: CliIo): Promise<void> {
  const set = await readBeir(folder, options.split);
  const model = await openModel(await resolveModel(options.model, io), options.shape, options.overrides);
  const queryTable = await openIndexTable(
    model,
    set.documents.map(({ text }) => text),
  );
  const queryEncoder = await openPageEncoder(model.folder, queryTable);
  try {
    const started = performance.now();
    const progress = startProgress(io, 'encode', set.documents.length, 'documents');
    let done = 0;
    const encoded: EncodedRows[] = [];
    const pool = new EncodePool(model.setup, set.documents.length, io.signal);
    try {
      const tasks = set.documents.map(({ text }, at) => ({ type: 'text', text, at }) as const);
      await pool.runAll(tasks, (rows, { at }) => {
        encoded[at] = rows;
        progress.update(++done);
      });
    } finally {
      progress.stop();
      await pool.close();
    }
    const encodeSeconds = (performance.now() - started) / 1000;

    const shape = { ...model.shape, codecSha256: model.codecSha256 };
    const shard = readShard(writeShard(shape, encoded), shape);
    const scorer = await createWasmScorer(model.codec);
    await scorer.addShard(shard);
    const codesOf = options.stage === 'instant' ? fromTable(queryTable, model) : fromEncoder(queryEncoder, model.codec);
    const { measures, encodeMs, scoreMs } = await runQueries(set, codesOf, scorer);
    scorer.close();

    const tokens = encoded.reduce((sum, passage) => sum + passage.tokenCount, 0);
    const codeBytes = shard.blockCount * blockBytes(shape.dim, shape.subspaceDim);
    const report = {
      folder,
      split: options.split,
      stage: options.stage,
      documents: set.documents.length,
      queries: set.queries.length,
      ndcg10: mean(measures, 'ndcg10'),
      mrr10: mean(measures, 'mrr10'),
      recall100: mean(measures, 'recall100'),
      tokens,
      codeBytesPerToken: codeBytes / tokens,
      codeBytesPerPassage: codeBytes / set.documents.length,
      passagesPerSecond: set.documents.length / encodeSeconds,
      encodeQueryMs: median(encodeMs),
      scoreMs: median(scoreMs),
    };
    if (options.json) io.out(`${JSON.stringify(report)}\n`);
    else {
      io.out(
        table([
          ['documents', `${report.documents} (${tokens} tokens)`],
          ['queries', `${report.queries} judged in ${options.split}, ${options.stage} stage`],
          ['nDCG@10', report.ndcg10.toFixed(4)],
          ['MRR@10', report.mrr10.toFixed(4)],
          ['recall@100', report.recall100.toFixed(4)],
          [
            'codes',
            `${report.codeBytesPerToken.toFixed(2)} bytes a document token, ${formatBytes(report.codeBytesPerPassage)} a passage`,
          ],
          ['encoding', `${report.passagesPerSecond.toFixed(1)} documents/s`],
          [
            'a query',
            `${report.encodeQueryMs.toFixed(1)} ms to encode, ${report.scoreMs.toFixed(1)} ms to score (medians)`,
          ],
        ]),
      );
    }
  } finally {
    await queryEncoder.close();
  }
}

type CodesOf = (text: string) => QueryCodes | undefined | Promise<QueryCodes>;

function fromEncoder(encoder: Encoder, codec: Codec): CodesOf {
  return async (text) => quantizeQueryCpu(await encoder.encodeQuery(text), codec);
}

function fromTable(queryTable: TableEncoder | undefined, model: OpenModel): CodesOf {
  if (!queryTable) {
    throw new LatelightError(
      'bad-option',
      `eval: expected a query table in ${model.folder.folder}, found none. Make one with \`latelight fit-table\`.`,
    );
  }
  return (text) => queryTable.queryCodes(text);
}

async function runQueries(set: BeirSet, codesOf: CodesOf, scorer: Scorer) {
  const measures: Measures[] = [];
  const encodeMs: number[] = [];
  const scoreMs: number[] = [];
  for (const { text, relevance } of set.queries) {
    const started = performance.now();
    const codes = await codesOf(text);
    const encodedAt = performance.now();
    // A query whose words the table lacks finds nothing.
    const ids = codes ? (await scorer.search(codes, { k: DEPTH })).ids : [];
    scoreMs.push(performance.now() - encodedAt);
    encodeMs.push(encodedAt - started);
    measures.push(
      measure(
        Array.from(ids, (id) => set.documents[id].id),
        relevance,
      ),
    );
  }
  return { measures, encodeMs, scoreMs };
}

function mean(measures: Measures[], name: keyof Measures): number {
  return measures.reduce((sum, one) => sum + one[name], 0) / measures.length;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
