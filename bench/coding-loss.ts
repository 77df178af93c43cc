// What coding and pooling cost a model: nDCG@10 by MaxSim alone, of its float rows, its codes, and codes of pooled rows; a query's
// words equal, and weighed by its table (docs/decisions/0016). Queries by the whole model, any split of any set.
// npm run bench:coding-loss -- <model folder> <BEIR folder[:split]...> [--cache <folder>]

import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readBeir } from '../src/cli/beir.ts';
import { openModelFolder } from '../src/encoder/model-folder.ts';
import { quantizeQueryCpu } from '../src/kernels/quantize-query-cpu.ts';
import { DEFAULT_SHAPE, documentWeights, openModel, openQueryEncoder, wholeWeights } from '../src/model-files/model.ts';
import { openIndexTable } from '../src/model-files/query-table-file.ts';
import { describeMachine, machineLine } from './machine.ts';
import { markdownTable } from './markdown.ts';
import { type FloatRows, joinRowWeights, rowsOf } from './quality/float-rows.ts';
import { floatMaxSim, rankScores } from './quality/maxsim.ts';
import { codeAll, documentRows, encodeQueries, ndcgOf, searchCodes } from './quality/pipeline.ts';
import { mean } from './statistics.ts';

const DEPTH = 100;
const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { cache: { type: 'string' } } });
const [folder, ...sets] = positionals;
if (sets.length === 0) {
  console.error(
    'bench: expected a model folder and BEIR folders (corpus.jsonl, queries.jsonl, qrels/<split>.tsv), each with :split unless it is test.',
  );
  process.exit(2);
}

const machine = describeMachine();
const model = await openModelFolder(folder);
const opened = await openModel(folder, DEFAULT_SHAPE);
/** nDCG@10 by stage, a column for each set. */
const stages = new Map<string, number[]>();

for (const name of sets) {
  const [path, split = 'test'] = name.split(':');
  const set = await readBeir(path, split);
  const texts = set.documents.map(({ text }) => text);
  const documents = await documentRows(model, await wholeWeights(model, documentWeights(model)), texts, options.cache);
  const coded = await codeAll(opened, { documents, texts }, false);
  const pooled = await codeAll(opened, { documents, texts }, true);
  const add = (stage: string, rankings: number[][]) => {
    const ndcg = ndcgOf(set, rankings);
    const column = stages.get(stage) ?? stages.set(stage, []).get(stage)!;
    column.push(mean(ndcg));
  };
  for (const [words, rows] of Object.entries(
    await queriesOf(
      set.queries.map(({ text }) => text),
      texts,
    ),
  )) {
    const codes = set.queries.map((_, query) => quantizeQueryCpu(rowsOf(rows, query), opened.codec));
    add(`float32 rows, ${words}`, rankScores(await floatMaxSim(rows, documents), DEPTH));
    add(`coded, ${words}`, await searchCodes(opened, coded, codes, DEPTH));
    add(`coded and pooled, ${words}`, await searchCodes(opened, pooled, codes, DEPTH));
  }
}

async function queriesOf(queries: string[], texts: string[]): Promise<Record<string, FloatRows>> {
  const encoder = await openQueryEncoder(model);
  const equal = await encodeQueries(encoder, queries);
  await encoder.close();
  const table = await openIndexTable(opened, texts);
  if (!table) return { 'words equal': equal };
  const rowWeights = queries.map((query) => table.rowWeights(table.tokenizer.encode(query, 'query')));
  return { 'words equal': equal, 'words weighed': { ...equal, rowWeights: joinRowWeights(rowWeights, equal.starts) } };
}

const rows = Array.from(stages, ([stage, values]) => {
  const float = mean(stages.get(stage.replace(/^coded( and pooled)?/, 'float32 rows'))!);
  const loss = `${(100 * (mean(values) / float - 1)).toFixed(2)}%`;
  return [stage, ...values.map((value) => value.toFixed(4)), mean(values).toFixed(4), loss];
});
console.log(`${machineLine(machine)}.\n`);
console.log(
  markdownTable([['nDCG@10', ...sets.map((set) => basename(resolve(set))), 'mean', 'against float'], ...rows]),
);
process.exit(0);
