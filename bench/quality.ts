// Retrieval quality of every stage beside what people use otherwise, on the same passages: the model in float32, its rounded queries,
// its codes, codes of pooled rows (what ships), at each dimension; MiniSearch, Pagefind, and one dense vector a passage.
// npm run bench:quality -- <BEIR folder...> [--cache <folder>] [--fp32 <model.onnx>] [--dense <folder>] [--write docs/quality.md] [--json] [--assert]

import { readdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type BeirSet, foundIds, type Measures, measure, readBeir } from '../src/cli/beir.ts';
import { openTextIndex } from '../src/cli/text-index.ts';
import type { Codec } from '../src/codec/codec.ts';
import { Encoder } from '../src/encoder/encoder.ts';
import { type EncoderFolder, type ModelFolder, openModelFolder } from '../src/encoder/model-folder.ts';
import { openNodeRuntime } from '../src/encoder/runtime-node.ts';
import { quantizeQueryCpu } from '../src/kernels/quantize-query-cpu.ts';
import type { CodecShape } from '../src/model-files/codec-files.ts';
import {
  DEFAULT_SHAPE,
  documentWeights,
  type OpenModel,
  openModel,
  openQueryEncoder,
  wholeWeights,
} from '../src/model-files/model.ts';
import { openIndexTable } from '../src/model-files/query-table-file.ts';
import { defaultModelFolder } from '../src/node/package-files.ts';
import type { QueryCodes } from '../src/types.ts';
import { describeMachine, machineLine } from './machine.ts';
import { markdownTable, writeMarked } from './markdown.ts';
import { encodeDense } from './quality/dense.ts';
import { type FloatRows, joinRows, joinRowWeights, keptRows, rowsOf, truncated } from './quality/float-rows.ts';
import { type Interval, meanOverSets, relativeInterval } from './quality/intervals.ts';
import { rankWithMiniSearch, rankWithPagefind } from './quality/keyword.ts';
import { floatMaxSim, rankScores } from './quality/maxsim.ts';
import {
  codeAll,
  documentRows,
  encodeQueries,
  rankAsPages,
  rankScoresAsPages,
  searchCodes,
} from './quality/pipeline.ts';
import { mean } from './statistics.ts';

const { values: options, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: defaultModelFolder },
    split: { type: 'string', default: 'test' },
    /** Where encoded rows are kept for the next run (about 1 GB). */
    cache: { type: 'string' },
    /** The model's float32 weights, which are not in the package: one more row, both sides encoded with them. */
    fp32: { type: 'string' },
    dense: { type: 'string' },
    write: { type: 'string' },
    json: { type: 'boolean', default: false },
    assert: { type: 'boolean', default: false },
  },
});
const FLOAT_DIMS = [128, 64, 32];
/** A hundred, and the query itself where it is a document. */
const DEPTH = 101;
/** Issue's bars at the default setting: what coding and pooling may cost, and bytes a passage. */
const MOST_LOSS = 0.01;
const MOST_BYTES = 1200;

interface Row {
  name: string;
  /** Of each set, in the order of the folders: a query's measures, and bytes a passage of the whole index. */
  sets: { measures: Measures[]; bytes: number }[];
}

interface EncodedSet {
  name: string;
  set: BeirSet;
  texts: string[];
  queries: string[];
  documents: FloatRows;
  /** By the full model's encoder. */
  queryRows: FloatRows;
  /** By the smaller one that pages have, when the model has one. */
  pageRows: FloatRows | undefined;
}

if (folders.length === 0) {
  console.error('bench: expected BEIR folders (corpus.jsonl, queries.jsonl, qrels/<split>.tsv), got none.');
  process.exit(2);
}

const rows = new Map<string, Row>();
const FLOAT = 'float32 rows';
/** Nothing counts beside MaxSim: no words found letter by letter (docs/decisions/0009). */
const ALONE = 'MaxSim alone';
/** Nor do a query's words weigh by what they tell (docs/decisions/0016): ColBERT's own sum. */
const PLAIN = 'query words equal';
const pooled = shapeName(DEFAULT_SHAPE, 'coded and pooled');
const byPage = `${pooled}, queries by the smaller encoder`;

function shapeName({ dim, subspaceDim }: CodecShape, stage: string): string {
  return `${stage}, ${dim} dimensions, ${dim / subspaceDim / 2} bytes a row`;
}

/** The queries with the weights that the table of an index of these texts gives their rows; nothing when the model has none for the codec. */
async function weighedQueries(model: OpenModel, { texts, queries, queryRows }: EncodedSet) {
  const table = await openIndexTable(model, texts);
  if (!table) return undefined;
  const rowWeights = queries.map((query) => table.rowWeights(table.tokenizer.encode(query, 'query')));
  return { table, queryRows: { ...queryRows, rowWeights: joinRowWeights(rowWeights, queryRows.starts) } };
}

/** Adds a set's column to a row. */
function add(name: string, { set }: EncodedSet, rankings: number[][], bytes: number): void {
  const measures = rankings.map((ranking, query) =>
    measure(foundIds(set, query, ranking), set.queries[query].relevance),
  );
  const row = rows.get(name) ?? rows.set(name, { name, sets: [] }).get(name)!;
  row.sets.push({ measures, bytes: bytes / set.documents.length });
  console.error(`${name}: ${mean(measures.map(({ ndcg10 }) => ndcg10)).toFixed(4)}`);
}

/** The query as the codec rounds it, turned and scaled back, so that float rows can be scored with it. */
function roundedQueries(queries: FloatRows, codec: Codec): FloatRows {
  const { dim, rotation, queryScale } = codec;
  const parts = Array.from({ length: queries.starts.length - 1 }, (_, query) => {
    const { codes, tokenCount } = quantizeQueryCpu(rowsOf(queries, query), codec);
    const turned = new Float32Array(tokenCount * dim);
    for (let token = 0; token < tokenCount; token++)
      for (let i = 0; i < dim; i++)
        for (let d = 0; d < dim; d++) turned[token * dim + d] += codes[token * dim + i] * rotation[i * dim + d];
    return turned.map((value) => value / queryScale);
  });
  return joinRows(parts, dim);
}

async function measureModel(data: EncodedSet, shapes: CodecShape[]): Promise<void> {
  const { documents, texts, queries } = data;
  const rowCount = documents.data.length / documents.dim;
  const models: { shape: CodecShape; opened: OpenModel; weighed: Awaited<ReturnType<typeof weighedQueries>> }[] = [];
  for (const shape of shapes) {
    const opened = await openModel(options.model, shape);
    models.push({ shape, opened, weighed: await weighedQueries(opened, data) });
  }
  const finest = models[0];
  // Of a model without any table no row is weighed, and none need say so.
  const alone = (isWeighed: boolean) => (isWeighed || !finest.weighed ? ALONE : PLAIN);
  const codesOf = (rows: FloatRows, codec: Codec) =>
    queries.map((_, query) => quantizeQueryCpu(rowsOf(rows, query), codec));
  const finestCoded = await codeAll(finest.opened, data, true);
  const addScores = async (name: string, scores: Float32Array[], bytes: number) =>
    add(name, data, await rankScoresAsPages(finest.opened, texts, finestCoded, queries, scores, DEPTH), bytes);
  const addScoresAlone = (name: string, scores: Float32Array[], bytes: number, isWeighed: boolean) =>
    add(`${name}, ${alone(isWeighed)}`, data, rankScores(scores, DEPTH), bytes);

  for (const dim of FLOAT_DIMS.filter((wanted) => wanted <= documents.dim)) {
    const name = `${FLOAT}, ${dim} dimensions`;
    const bytes = rowCount * dim * 4;
    const scoresOf = (rows: FloatRows) => floatMaxSim(truncated(rows, dim), truncated(documents, dim));
    if (dim === finest.shape.dim) {
      const scores = await scoresOf(finest.weighed?.queryRows ?? data.queryRows);
      await addScores(name, scores, bytes);
      addScoresAlone(name, scores, bytes, true);
    }
    if (finest.weighed || dim !== finest.shape.dim) addScoresAlone(name, await scoresOf(data.queryRows), bytes, false);
  }
  for (const { shape, opened, weighed } of models) {
    const { codec } = opened;
    const isFinest = opened === finest.opened;
    const queryRows = weighed?.queryRows ?? data.queryRows;
    const queryCodes = codesOf(queryRows, codec);
    // Rotation and rounding are the same for every codec of a dimension but for the rotation's own draw: one of them will do.
    if (shapes.find(({ dim }) => dim === shape.dim) === shape) {
      const scores = await floatMaxSim(roundedQueries(queryRows, codec), truncated(documents, shape.dim));
      const name = `int8 query, ${FLOAT}, ${shape.dim} dimensions`;
      const bytes = rowCount * shape.dim * 4;
      if (isFinest) await addScores(name, scores, bytes);
      else addScoresAlone(name, scores, bytes, weighed !== undefined);
    }
    for (const stage of ['coded', 'coded and pooled']) {
      const isPooled = stage === 'coded and pooled';
      const coded = isFinest && isPooled ? finestCoded : await codeAll(opened, data, isPooled);
      const bytes = coded.reduce((sum, { blocks }) => sum + blocks.length, 0);
      const name = shapeName(shape, stage);
      const addAlone = async (codes: (QueryCodes | undefined)[], isWeighed: boolean, what = name) =>
        add(`${what}, ${alone(isWeighed)}`, data, await searchCodes(opened, coded, codes, DEPTH), bytes);
      if (!isFinest) {
        await addAlone(queryCodes, weighed !== undefined);
        continue;
      }
      const index = await openTextIndex(opened, texts, coded);
      const addRanked = async (what: string, codes: (QueryCodes | undefined)[]) =>
        add(what, data, await rankAsPages(opened, index, queries, codes, DEPTH), bytes);
      await addRanked(name, queryCodes);
      if (isPooled) {
        if (data.pageRows)
          await addRanked(byPage, codesOf({ ...data.pageRows, rowWeights: queryRows.rowWeights }, codec));
        await addAlone(queryCodes, true);
      }
      if (isPooled && weighed) {
        await addAlone(codesOf(data.queryRows, codec), false);
        const instant = queries.map((query) => weighed.table.queryCodes(query));
        await addRanked(shapeName(shape, 'instant stage'), instant);
        await addAlone(instant, true, shapeName(shape, 'instant stage'));
      }
      index.close();
    }
  }
}

async function measureSet(folder: string, model: ModelFolder, shapes: CodecShape[]): Promise<string> {
  const set = await readBeir(folder, options.split);
  const texts = set.documents.map(({ text }) => text);
  const queries = set.queries.map(({ text }) => text);
  const queriesBy = async (folder: EncoderFolder) => {
    const encoder = await openQueryEncoder(folder);
    const encoded = await encodeQueries(encoder, queries);
    await encoder.close();
    return encoded;
  };
  const data: EncodedSet = {
    name: basename(resolve(folder)),
    set,
    texts,
    queries,
    documents: await documentRows(model, await wholeWeights(model, documentWeights(model)), texts, options.cache),
    queryRows: await queriesBy(model),
    pageRows: model.query && (await queriesBy(model.query)),
  };
  await measureModel(data, shapes);
  if (options.fp32) {
    const exact = new Encoder(model.tokenizer, await openNodeRuntime(options.fp32));
    const documents = await documentRows(model, resolve(options.fp32), texts, options.cache);
    const scores = await floatMaxSim(await encodeQueries(exact, queries), documents);
    add(`${FLOAT}, float32 weights, ${PLAIN}`, data, rankScores(scores, DEPTH), documents.data.length * 4);
    await exact.close();
  }

  for (const tuned of [false, true]) {
    const { rankings, bytes } = rankWithMiniSearch(texts, queries, DEPTH, tuned);
    add(tuned ? 'MiniSearch BM25, without stop words' : 'MiniSearch BM25', data, rankings, bytes);
  }
  for (const [way, { rankings, bytes }] of Object.entries(await rankWithPagefind(texts, queries, DEPTH))) {
    add(`Pagefind, ${way}`, data, rankings, bytes);
  }
  if (options.dense) {
    const folder = options.dense;
    const kept = (what: string[]) => keptRows(options.cache, { dense: folder, what }, () => encodeDense(folder, what));
    const documents = await kept(texts);
    const scores = await floatMaxSim(await kept(queries), documents);
    add('dense all-MiniLM-L6-v2, float32', data, rankScores(scores, DEPTH), documents.data.length * 4);
  }
  return data.name;
}

/** The codecs that the model's folder has, finest first. */
async function codecShapes(folder: string): Promise<CodecShape[]> {
  const shapes = (await readdir(folder)).flatMap((file): CodecShape[] => {
    const [, dim, subspaceDim] = /^codec-(\d+)x([24])\.llc$/.exec(file) ?? [];
    return dim ? [{ dim: Number(dim), subspaceDim: Number(subspaceDim) as 2 | 4 }] : [];
  });
  return shapes.sort((a, b) => b.dim / b.subspaceDim - a.dim / a.subspaceDim || b.dim - a.dim);
}

const machine = describeMachine();
const model = await openModelFolder(options.model);
const shapes = await codecShapes(options.model);
const names: string[] = [];
for (const folder of folders) names.push(await measureSet(folder, model, shapes));

const ndcg = (row: Row) => row.sets.map(({ measures }) => measures.map(({ ndcg10 }) => ndcg10));
const [float] = [...rows.values()].map(ndcg); // the first row: what all are compared with
const figures = [...rows.values()].map((row) => ({
  name: row.name,
  sets: row.sets.map(({ measures, bytes }, i) => ({
    set: names[i],
    queries: measures.length,
    ndcg10: mean(measures.map(({ ndcg10 }) => ndcg10)),
    mrr10: mean(measures.map(({ mrr10 }) => mrr10)),
    recall100: mean(measures.map(({ recall100 }) => recall100)),
    bytesPerPassage: bytes,
  })),
  mean: meanOverSets(ndcg(row)),
  /** Of the mean, against the same model's float32 rows. */
  difference: meanOverSets(ndcg(row)) / meanOverSets(float) - 1,
  interval: relativeInterval(ndcg(row), float),
  bytesPerPassage: mean(row.sets.map(({ bytes }) => bytes)),
}));

const percent = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}%`;
const range = ({ low, high }: Interval) => `${percent(low)} to ${percent(high)}`;
const whole = (value: number) => Math.round(value).toLocaleString('en');
const report = [
  `${machineLine(machine)}.`,
  '',
  markdownTable([
    ['nDCG@10', ...names, 'mean', 'against float', '95% interval', 'bytes a passage'],
    ...figures.map(({ name, sets, mean, difference, interval, bytesPerPassage }) => [
      name === (model.query ? byPage : pooled) ? `**${name}** (shipped)` : name,
      ...sets.map(({ ndcg10 }) => ndcg10.toFixed(4)),
      mean.toFixed(4),
      percent(difference),
      range(interval),
      whole(bytesPerPassage),
    ]),
  ]),
  '',
  markdownTable([
    ['', ...names.flatMap((name) => [`${name} MRR@10`, 'recall@100', 'bytes a passage'])],
    ...figures.map(({ name, sets }) => [
      name,
      ...sets.flatMap(({ mrr10, recall100, bytesPerPassage }) => [
        mrr10.toFixed(4),
        recall100.toFixed(4),
        whole(bytesPerPassage),
      ]),
    ]),
  ]),
].join('\n');
if (options.write) await writeMarked(options.write, 'quality', report);
console.log(options.json ? JSON.stringify({ machine, figures }, null, 2) : report);
const ours = figures.find(({ name }) => name === pooled);
if (options.assert && (!ours || ours.difference < -MOST_LOSS || ours.bytesPerPassage > MOST_BYTES)) {
  console.error(`bench: expected a loss of at most ${percent(MOST_LOSS)} and ${MOST_BYTES} bytes a passage`);
  process.exit(1);
}
process.exit(0);
