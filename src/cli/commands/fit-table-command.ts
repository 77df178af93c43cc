// `latelight fit-table <files>`: the instant stage's query table for a model, from many queries or from rows that were trained, written into
// the model's folder.

import { join } from 'node:path';
import { seededSample } from '../../codec/random.ts';
import { QueryTableFit, tableOfRows } from '../../encoder/fit-query-table.ts';
import type { ModelOverrides } from '../../encoder/model-config.ts';
import { readTensors } from '../../encoder/safetensors.ts';
import { LatelightError, throwIfAborted } from '../../errors.ts';
import { type QueryTable, writeQueryTable } from '../../format/query-table.ts';
import { formatBytes } from '../../format-bytes.ts';
import { queryTableFileName } from '../../model-files/codec-files.ts';
import { type OpenModel, openModel, openQueryEncoder, type ShapeChoice } from '../../model-files/model.ts';
import { writeWhole } from '../../model-files/model-cache.ts';
import type { CliIo } from '../io.ts';
import { namedModel } from '../named-model.ts';
import { startProgress } from '../progress.ts';
import { readTextFiles, type TextForm } from '../text-files.ts';

export interface FitTableOptions {
  model: string;
  shape: ShapeChoice;
  overrides: ModelOverrides;
  queries: number;
  /** Trained rows and weights instead of queries: `.safetensors`, as training/query_table.py writes it. */
  rows?: string;
}

const LEAST_QUERIES = 100;

/** A query a line. */
const QUERIES: TextForm = {
  command: 'fit-table',
  field: 'query',
  parts: (text) => text.split('\n').filter((line) => line.trim()),
};

export async function fitTableCommand(files: string[], options: FitTableOptions, io: CliIo): Promise<void> {
  if (files.length > 0 === (options.rows !== undefined)) {
    throw new LatelightError(
      'bad-option',
      `fit-table: expected files of queries or --rows, got ${files.length > 0 ? 'both' : 'neither'}.`,
    );
  }
  const queries = options.rows === undefined ? await sampleOfQueries(files, options.queries) : [];
  const path = await namedModel(options.model, io);
  // Not with the table that is there: it may be the one of another codec that this command is to replace.
  const model = await openModel(path, options.shape, options.overrides, { withLikely: false });
  const table = options.rows === undefined ? await fitted(queries, model, io) : await trained(options.rows, model);
  const bytes = writeQueryTable(table, model.codecSha256);
  const tablePath = join(path, queryTableFileName(model.shape));
  await writeWhole(tablePath, bytes);
  const source = options.rows ?? `${queries.length} queries`;
  io.out(`${tablePath}: ${formatBytes(bytes.length)}, ${table.ids.length} ids from ${source}\n`);
}

async function fitted(queries: string[], model: OpenModel, io: CliIo): Promise<QueryTable> {
  const encoder = await openQueryEncoder(model.folder);
  try {
    const fit = new QueryTableFit(encoder, model.codec);
    const progress = startProgress(io, 'encode', queries.length, 'queries');
    for (const [i, query] of queries.entries()) {
      throwIfAborted(io.signal, 'fit-table');
      await fit.add(query);
      progress.update(i + 1);
    }
    progress.stop();
    const words = startProgress(io, 'rare words', model.folder.tokenizer.vocabularySize, 'ids');
    const table = await fit.finish((done) => {
      throwIfAborted(io.signal, 'fit-table');
      words.update(done);
    });
    words.stop();
    return table;
  } finally {
    await encoder.close();
  }
}

async function trained(path: string, { folder, codec }: OpenModel): Promise<QueryTable> {
  const tensors = await readTensors(path, ['rows', 'weights']);
  const [rows, weights] = [tensors.get('rows'), tensors.get('weights')];
  const { vocabularySize } = folder.tokenizer;
  const rowDim = rows?.shape[1] ?? 0;
  if (
    !rows ||
    !weights ||
    rows.shape[0] !== vocabularySize ||
    weights.data.length !== vocabularySize ||
    rowDim < codec.dim
  ) {
    throw new LatelightError(
      'bad-option',
      `fit-table: expected rows [${vocabularySize}, at least ${codec.dim}] and weights [${vocabularySize}] in ${path}, ` +
        `got rows [${rows?.shape.join(', ') ?? 'none'}] and weights [${weights?.shape.join(', ') ?? 'none'}]. Train them with this model's tokenizer.`,
    );
  }
  return tableOfRows(codec, rows.data, rowDim, weights.data);
}

async function sampleOfQueries(files: string[], count: number): Promise<string[]> {
  const all = [...new Set(await readTextFiles(files, QUERIES))];
  if (all.length < LEAST_QUERIES) {
    throw new LatelightError(
      'bad-option',
      `fit-table: expected at least ${LEAST_QUERIES} different queries, got ${all.length}. Name more files.`,
    );
  }
  return seededSample(all, count);
}
