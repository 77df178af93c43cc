// `latelight eval <beir folder>`: retrieval quality of the whole pipeline as it ships: document encoder, pooling, codes, the
// query encoder that pages use on a CPU, the WASM scorer, words found letter by letter.

import type { ColbertTokenizer } from '../../encoder/colbert-tokenizer.ts';
import type { Encoder } from '../../encoder/encoder.ts';
import type { ModelOverrides } from '../../encoder/model-config.ts';
import type { TableEncoder } from '../../encoder/table-encoder.ts';
import { withoutQuotes } from '../../engine/exact-terms.ts';
import { rankPassages } from '../../engine/search.ts';
import type { SearchIndex } from '../../engine/search-index.ts';
import type { EncodedQuery } from '../../engine/search-run.ts';
import { LatelightError } from '../../errors.ts';
import { formatBytes } from '../../format-bytes.ts';
import type { EncodedRows } from '../../indexing/encode-passage.ts';
import { type OpenModel, openModel, openPageEncoder, type ShapeChoice } from '../../model-files/model.ts';
import { openIndexTable } from '../../model-files/query-table-file.ts';
import { EncodePool } from '../../node/encode-pool.ts';
import type { Stage } from '../../types.ts';
import { type BeirSet, foundIds, type Measures, measure, readBeir } from '../beir.ts';
import { expectFolder } from '../expect-folder.ts';
import type { CliIo } from '../io.ts';
import { namedModel } from '../named-model.ts';
import { startProgress } from '../progress.ts';
import { table } from '../text.ts';
import { openTextIndex } from '../text-index.ts';

export interface EvalCommandOptions {
  model: string;
  shape: ShapeChoice;
  overrides: ModelOverrides;
  split: string;
  /** `instant`: query rows from the model's query table, cut to the words of the folder's documents as an index's would be. */
  stage: Stage;
  typoTolerance: boolean;
  json: boolean;
}

/** What `eval --json` prints. */
export interface EvalReport {
  folder: string;
  split: string;
  stage: Stage;
  documents: number;
  /** Queries that the split judges. */
  queries: number;
  /** Mean nDCG@10. */
  ndcg10: number;
  /** Mean reciprocal rank among the first ten. */
  mrr10: number;
  /** Mean recall among the first hundred. */
  recall100: number;
  /** Document tokens that became rows, before pooling. */
  tokens: number;
  codeBytesPerToken: number;
  codeBytesPerPassage: number;
  /** Documents encoded in a second. */
  passagesPerSecond: number;
  /** Median. */
  encodeQueryMs: number;
  /** Median. */
  rankMs: number;
}

/** A hundred, and the query itself where it is a document. */
const DEPTH = 101;

export async function evalCommand(folder: string, options: EvalCommandOptions, io: CliIo): Promise<void> {
  expectFolder('eval', folder);
  const set = await readBeir(folder, options.split);
  const model = await openModel(await namedModel(options.model, io), options.shape, options.overrides);
  const texts = set.documents.map(({ text }) => text);
  const queryTable = await openIndexTable(model, texts);
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

    const index = await openTextIndex(model, texts, encoded);
    const encode = options.stage === 'instant' ? fromTable(queryTable, model) : fromEncoder(queryEncoder);
    const { measures, encodeMs, rankMs } = await runQueries(
      set,
      index,
      model.folder.tokenizer,
      encode,
      options.typoTolerance,
    );
    index.close();

    const tokens = encoded.reduce((sum, passage) => sum + passage.tokenCount, 0);
    const codeBytes = encoded.reduce((sum, { blocks }) => sum + blocks.length, 0);
    const report: EvalReport = {
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
      rankMs: median(rankMs),
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
            `${report.encodeQueryMs.toFixed(1)} ms to encode, ${report.rankMs.toFixed(1)} ms to rank (medians)`,
          ],
        ]),
      );
    }
  } finally {
    await queryEncoder.close();
  }
}

type Encode = (text: string) => Promise<EncodedQuery | undefined>;

function fromEncoder(encoder: Encoder): Encode {
  return async (text) => ({ rows: await encoder.encodeQuery(withoutQuotes(text)) });
}

function fromTable(queryTable: TableEncoder | undefined, model: OpenModel): Encode {
  if (!queryTable) {
    throw new LatelightError(
      'bad-option',
      `eval: expected a query table in ${model.folder.folder}, found none. Make one with \`latelight fit-table\`.`,
    );
  }
  return async (text) => {
    const queryCodes = queryTable.queryCodes(withoutQuotes(text));
    return queryCodes && { queryCodes };
  };
}

async function runQueries(
  set: BeirSet,
  index: SearchIndex,
  tokenizer: ColbertTokenizer,
  encode: Encode,
  typoTolerance: boolean,
) {
  const measures: Measures[] = [];
  const encodeTimes: number[] = [];
  const rankTimes: number[] = [];
  for (const [query, { text, relevance }] of set.queries.entries()) {
    const { ids, encodeMs, rankMs } = await rankPassages(index, tokenizer, text, encode, DEPTH, typoTolerance);
    encodeTimes.push(encodeMs);
    rankTimes.push(rankMs);
    measures.push(measure(foundIds(set, query, ids), relevance));
  }
  return { measures, encodeMs: encodeTimes, rankMs: rankTimes };
}

function mean(measures: Measures[], name: keyof Measures): number {
  return measures.reduce((sum, one) => sum + one[name], 0) / measures.length;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
