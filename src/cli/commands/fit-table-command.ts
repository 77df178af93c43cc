// `latelight fit-table <files>`: the instant stage's query table for a model, from many queries, written into the model's folder.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { seededSample } from '../../codec/random.ts';
import { QueryTableFit } from '../../encoder/fit-query-table.ts';
import type { ModelOverrides } from '../../encoder/model-config.ts';
import { LatelightError, throwIfAborted } from '../../errors.ts';
import { writeQueryTable } from '../../format/query-table.ts';
import { queryTableFileName } from '../codec-files.ts';
import { resolveModel } from '../hub.ts';
import type { CliIo } from '../io.ts';
import { openModel, openQueryEncoder, type ShapeChoice } from '../model.ts';
import { writeWhole } from '../model-cache.ts';
import { startProgress } from '../progress.ts';
import { formatBytes } from '../text.ts';

export interface FitTableOptions {
  model: string;
  shape: ShapeChoice;
  overrides: ModelOverrides;
  queries: number;
}

const LEAST_QUERIES = 100;

export async function fitTableCommand(files: string[], options: FitTableOptions, io: CliIo): Promise<void> {
  const all = [...new Set((await Promise.all(files.map(readQueries))).flat())];
  if (all.length < LEAST_QUERIES) {
    throw new LatelightError(
      'bad-option',
      `fit-table: expected at least ${LEAST_QUERIES} different queries, got ${all.length}. Name more files.`,
    );
  }
  const queries = seededSample(all, options.queries);
  const path = await resolveModel(options.model, io);
  // Not with the table that is there: it may be the one of another codec that this command is to replace.
  const model = await openModel(path, options.shape, options.overrides, { withLikely: false });
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
    const bytes = writeQueryTable(table, model.codecSha256);
    const tablePath = join(path, queryTableFileName(model.shape));
    await writeWhole(tablePath, bytes);
    io.out(`${tablePath}: ${formatBytes(bytes.length)}, ${table.ids.length} ids from ${queries.length} queries\n`);
  } finally {
    await encoder.close();
  }
}

/** `.jsonl` has a field `query` or `text`, other files a query a line; both may be gzipped. */
async function readQueries(path: string): Promise<string[]> {
  const bytes = await readFile(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim());
  if (!/\.jsonl(\.gz)?$/.test(path)) return lines;
  return lines
    .map((line) => {
      const { query, text: plain } = JSON.parse(line) as { query?: string; text?: string };
      return query ?? plain ?? '';
    })
    .filter(Boolean);
}
