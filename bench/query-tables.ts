// Query tables of one model beside each other: the instant stage's nDCG@10 with each, and the full stage's, whose codes are chosen with them too.
// npm run bench:query-tables -- <BEIR folder[:split]...> --model <folder> [--model <folder>...] [--cache <folder>]
// The folders are copies of one model that differ in their table (`latelight fit-table`); differences are from the first.

import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readBeir } from '../src/cli/beir.ts';
import { quantizeQueryCpu } from '../src/kernels/quantize-query-cpu.ts';
import { DEFAULT_SHAPE, documentWeights, openModel, openPageEncoder, wholeWeights } from '../src/model-files/model.ts';
import { openIndexTable } from '../src/model-files/query-table-file.ts';
import { describeMachine, machineLine } from './machine.ts';
import { markdownTable } from './markdown.ts';
import { rowsOf } from './quality/float-rows.ts';
import { meanOverSets, relativeInterval } from './quality/intervals.ts';
import { codeAll, documentRows, encodeQueries, ndcgOf, searchCodes } from './quality/pipeline.ts';
import { mean } from './statistics.ts';

const { values: options, positionals: sets } = parseArgs({
  allowPositionals: true,
  options: { model: { type: 'string', multiple: true, default: [] }, cache: { type: 'string' } },
});
if (sets.length === 0 || options.model.length === 0) {
  console.error(
    'bench: expected BEIR folders, each perhaps with :split, and --model for each table; see the top of this file.',
  );
  process.exit(2);
}
/** Ten, and the query itself where it is a document. */
const DEPTH = 11;

/** nDCG@10 of each query, by stage and model. */
const found = new Map<string, { model: string; sets: number[][] }>();

for (const name of sets) {
  const [folder, split = 'test'] = name.split(':');
  const set = await readBeir(folder, split);
  const texts = set.documents.map(({ text }) => text);
  const queries = set.queries.map(({ text }) => text);
  for (const path of options.model) {
    const model = await openModel(resolve(path), DEFAULT_SHAPE);
    const weights = await wholeWeights(model.folder, documentWeights(model.folder));
    const documents = await documentRows(model.folder, weights, texts, options.cache);
    const table = await openIndexTable(model, texts);
    const encoder = await openPageEncoder(model.folder, table);
    const queryRows = await encodeQueries(encoder, queries);
    await encoder.close();
    const coded = await codeAll(model, { documents, texts }, true);
    const full = queries.map((_, query) => quantizeQueryCpu(rowsOf(queryRows, query), model.codec));
    const stages = { instant: table && queries.map((query) => table.queryCodes(query)), full };
    for (const [stage, codes] of Object.entries(stages)) {
      if (!codes) continue;
      const rankings = await searchCodes(model, coded, codes, DEPTH);
      const ndcg = ndcgOf(set, rankings);
      const key = `${stage}, ${basename(path)}`;
      const row = found.get(key) ?? found.set(key, { model: path, sets: [] }).get(key)!;
      row.sets.push(ndcg);
      console.error(`${name}, ${key}: ${mean(ndcg).toFixed(4)}`);
    }
  }
}

const percent = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}%`;
const rows = [...found].sort(([a], [b]) => b.localeCompare(a));
console.log(`${machineLine(describeMachine())}.\n`);
console.log(
  markdownTable([
    ['nDCG@10', ...sets.map((name) => basename(name).replace(':', ' ')), 'mean', 'difference', '95% interval'],
    ...rows.map(([key, row]) => {
      const stage = key.split(',')[0];
      const first = rows.find(([other, { model }]) => other.startsWith(`${stage},`) && model === options.model[0])![1];
      const { low, high } = relativeInterval(row.sets, first.sets);
      return [
        key,
        ...row.sets.map((ndcg) => mean(ndcg).toFixed(4)),
        meanOverSets(row.sets).toFixed(4),
        ...(row === first
          ? ['', '']
          : [percent(meanOverSets(row.sets) / meanOverSets(first.sets) - 1), `${percent(low)} to ${percent(high)}`]),
      ];
    }),
  ]),
);
process.exit(0);
