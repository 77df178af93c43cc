// `latelight fit-table <files>`: the instant stage's query table for a model, from many queries, written into the model's folder.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { seededRandom } from '../../codec/random.ts';
import { QueryTableFit } from '../../encoder/fit-query-table.ts';
import { LatelightError, throwIfAborted } from '../../errors.ts';
import { writeQueryTable } from '../../format/query-table.ts';
import type { CliIo } from '../io.ts';
import { type CodecShape, openModel, openQueryEncoder } from '../model.ts';
import { startProgress } from '../progress.ts';
import { queryTableFileName } from '../query-table-file.ts';
import { formatBytes } from '../text.ts';

export interface FitTableOptions {
  model: string;
  shape: CodecShape;
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
  const queries = sample(all, options.queries);
  const model = await openModel(options.model, options.shape);
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
    const path = join(options.model, queryTableFileName(options.shape));
    await writeFile(`${path}.tmp`, bytes);
    await rename(`${path}.tmp`, path);
    io.out(`${path}: ${formatBytes(bytes.length)}, ${table.ids.length} ids from ${queries.length} queries\n`);
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

/** A seeded sample without replacement. */
function sample(texts: string[], count: number): string[] {
  const random = seededRandom(1);
  const pool = [...texts];
  for (let i = 0; i < Math.min(count, pool.length); i++) {
    const j = i + Math.floor(random() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j], pool[i]];
  }
  return pool.slice(0, count);
}
