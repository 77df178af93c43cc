// A model's smaller query encoder beside the full one, documents encoded by the full one in both: bytes, time on WASM, nDCG@10.
// npm run bench:query-encoder -- <BEIR folder[:split]...> --model <folder with query/> [--cache <folder>]

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readBeir } from '../src/cli/beir.ts';
import { openTextIndex } from '../src/cli/text-index.ts';
import { Encoder } from '../src/encoder/encoder.ts';
import type { EncoderFolder } from '../src/encoder/model-folder.ts';
import { loadOrt, openWebRuntime } from '../src/encoder/runtime-web.ts';
import { quantizeQueryCpu } from '../src/kernels/quantize-query-cpu.ts';
import {
  DEFAULT_SHAPE,
  documentWeights,
  openModel,
  openQueryEncoder,
  pageWeights,
  wholeWeights,
} from '../src/model-files/model.ts';
import { openIndexTable } from '../src/model-files/query-table-file.ts';
import { describeMachine, machineLine } from './machine.ts';
import { markdownTable } from './markdown.ts';
import { rowsOf } from './quality/float-rows.ts';
import { meanOverSets, relativeInterval } from './quality/intervals.ts';
import { codeAll, documentRows, encodeQueries, ndcgOf, rankAsPages } from './quality/pipeline.ts';
import { median } from './statistics.ts';

const { values: options, positionals: sets } = parseArgs({
  allowPositionals: true,
  options: { model: { type: 'string' }, cache: { type: 'string' } },
});
if (!options.model) {
  console.error('bench: expected --model, a folder that has query/ in it; see the top of this file.');
  process.exit(2);
}
const model = await openModel(resolve(options.model), DEFAULT_SHAPE);
if (!model.folder.query) {
  console.error(`bench: expected a query encoder in ${options.model}/query, found none.`);
  process.exit(2);
}
const encoders: [string, EncoderFolder][] = [
  ['full', model.folder],
  ['query encoder', model.folder.query],
];

/** Ten, and the query itself where it is a document. */
const DEPTH = 11;
const QUERY = 'how long does the server wait for a slow';
const WARM_UP = 30;
const ROUNDS = 31;

/** Milliseconds of each run on one thread of WASM, the encoders in turn. */
async function times(): Promise<Map<string, number[]>> {
  const wasm = await readFile(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  const ort = await loadOrt('wasm');
  const opened = new Map<string, Encoder>();
  for (const [name, folder] of encoders) {
    const weights = await readFile(await pageWeights(folder, 'wasm'));
    opened.set(name, new Encoder(folder.tokenizer, await openWebRuntime(ort, wasm, weights)));
  }
  const taken = new Map<string, number[]>(encoders.map(([name]) => [name, []]));
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [name, encoder] of opened) {
      const started = performance.now();
      await encoder.encodeQuery(QUERY);
      if (round >= WARM_UP) taken.get(name)!.push(performance.now() - started);
    }
  }
  for (const encoder of opened.values()) await encoder.close();
  return taken;
}

async function quality(name: string): Promise<Map<string, number[]>> {
  const [folder, split = 'test'] = name.split(':');
  const set = await readBeir(folder, split);
  const texts = set.documents.map(({ text }) => text);
  const queries = set.queries.map(({ text }) => text);
  const weights = await wholeWeights(model.folder, documentWeights(model.folder));
  const documents = await documentRows(model.folder, weights, texts, options.cache);
  const coded = await codeAll(model, { documents, texts }, true);
  const index = await openTextIndex(model, texts, coded);
  const table = await openIndexTable(model, texts);
  const found = new Map<string, number[]>();
  for (const [label, encoderFolder] of encoders) {
    const encoder = await openQueryEncoder(encoderFolder, table);
    const rows = await encodeQueries(encoder, queries);
    await encoder.close();
    const codes = queries.map((_, query) => quantizeQueryCpu(rowsOf(rows, query), model.codec));
    const rankings = await rankAsPages(model, index, queries, codes, DEPTH);
    found.set(label, ndcgOf(set, rankings));
  }
  index.close();
  return found;
}

const taken = await times();
const found = new Map<string, number[][]>(encoders.map(([name]) => [name, []]));
for (const name of sets) {
  for (const [label, ndcg] of await quality(name)) {
    found.get(label)!.push(ndcg);
    console.error(`${name}, ${label}: ${meanOverSets([ndcg]).toFixed(4)}`);
  }
}

const percent = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}%`;
const tokens = model.folder.tokenizer.encode(QUERY, 'query').ids.length;
const rows: string[][] = [];
for (const [label, folder] of encoders) {
  const encodeMs = taken.get(label)!;
  const bytes = async (device: 'wasm' | 'webgpu') =>
    `${((await readFile(await pageWeights(folder, device))).length / 1e6).toFixed(2)} MB`;
  const ndcg = found.get(label)!;
  const full = found.get('full')!;
  const interval = label === 'full' || sets.length === 0 ? undefined : relativeInterval(ndcg, full);
  rows.push([
    label,
    await bytes('wasm'),
    await bytes('webgpu'),
    `${Math.min(...encodeMs).toFixed(1)}, ${median(encodeMs).toFixed(1)} ms`,
    ...ndcg.map((values) => meanOverSets([values]).toFixed(4)),
    ...(sets.length > 0 ? [meanOverSets(ndcg).toFixed(4)] : []),
    ...(interval
      ? [
          `${percent(meanOverSets(ndcg) / meanOverSets(full) - 1)}, ${percent(interval.low)} to ${percent(interval.high)}`,
        ]
      : ['']),
  ]);
}
console.log(`${machineLine(describeMachine())}.\n`);
console.log(
  markdownTable([
    [
      'encoder',
      'for WASM',
      'for WebGPU',
      `${tokens} tokens on WASM, one thread: least, median`,
      ...sets.map((name) => basename(name).replace(':', ' ')),
      ...(sets.length > 0 ? ['mean'] : []),
      'difference',
    ],
    ...rows,
  ]),
);
process.exit(0);
