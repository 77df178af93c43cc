// `latelight fit-codec <files>`: rotation and codebooks for a model, from general text, written into the model's folder; and, with
// `--eval`, what they cost on a BEIR folder.

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCodec } from '../../codec/codec-file.ts';
import { type CodecStart, fitCodec } from '../../codec/fit.ts';
import { seededRandom, seededSample } from '../../codec/random.ts';
import { gatherGoals, type ScoreGoals } from '../../codec/score-goals.ts';
import type { ModelOverrides } from '../../encoder/model-config.ts';
import { type ModelFolder, openModelFolder } from '../../encoder/model-folder.ts';
import { readTensors } from '../../encoder/safetensors.ts';
import { LatelightError } from '../../errors.ts';
import { CODEWORDS } from '../../format/layout.ts';
import { formatBytes } from '../../format-bytes.ts';
import { type CodecShape, codecFileName, queryTableFileName } from '../../model-files/codec-files.ts';
import type { EncodeSetup } from '../../model-files/encode-setup.ts';
import { likelyQueryFiles } from '../../model-files/likely-queries-file.ts';
import {
  codecShape,
  documentWeights,
  FINEST,
  openModel,
  type ShapeChoice,
  wholeWeights,
} from '../../model-files/model.ts';
import { writeWhole } from '../../model-files/model-cache.ts';
import { EncodePool } from '../../node/encode-pool.ts';
import { readBeir } from '../beir.ts';
import type { CliIo } from '../io.ts';
import { type Loss, measureLoss, sampleQueries } from '../measure-loss.ts';
import { namedModel } from '../named-model.ts';
import { startProgress } from '../progress.ts';
import { table } from '../text.ts';
import { readTextFiles, type TextForm } from '../text-files.ts';

/** What `fit-codec --json` prints. */
export interface FitCodecReport {
  /** Path of the codec's file. */
  codec: string;
  /** Dimensions kept. */
  dim: number;
  /** Dimensions that a code stands for. */
  subspaceDim: number;
  /** Of the file. */
  bytes: number;
  /** Passages it was fitted on. */
  passages: number;
  /** With `--eval`: nDCG@10 of float rows, of coded ones, and of coded and pooled ones, and what those weigh. */
  loss?: Loss;
}

export interface FitCodecOptions {
  model: string;
  shape: ShapeChoice;
  overrides: ModelOverrides;
  passages: number;
  /** Trained rotation and codewords to begin with: `.safetensors`, as training/codes.py writes it. */
  start?: string;
  /** BEIR folder on which to report what is lost, its judgements, and how many queries of it. */
  eval?: string;
  split: string;
  queries?: number;
  json: boolean;
}

/** Pooled rows that the codebooks are fitted on; more changed nothing that could be measured. */
const MOST_ROWS = 60_000;
/** What float32 leaves of orthogonality in training. */
const ORTHOGONAL_TOLERANCE = 1e-3;

/** Paragraphs, but for the shortest. */
const PASSAGES: TextForm = {
  command: 'fit-codec',
  field: 'passage',
  parts: (text) => text.split(/\n\s*\n/).filter((part) => part.trim().length > 80),
};

export async function fitCodecCommand(files: string[], options: FitCodecOptions, io: CliIo): Promise<void> {
  const texts = seededSample(await readTextFiles(files, PASSAGES), options.passages);
  if (texts.length < 100) {
    throw new LatelightError(
      'bad-option',
      `fit-codec: expected at least 100 passages, got ${texts.length}. Name more text.`,
    );
  }
  // Before an hour of encoding: a folder that cannot be read is found now.
  const set = options.eval ? sampleQueries(await readBeir(options.eval, options.split), options.queries) : undefined;
  const path = await namedModel(options.model, io);
  const folder = await openModelFolder(path, options.overrides);
  const shape = await codecShape(folder, options.shape);
  const start = options.start === undefined ? undefined : await readStart(options.start, shape);
  const weightsPath = await wholeWeights(folder, documentWeights(folder));
  const { overrides } = options;
  const setup = {
    modelFolder: path,
    overrides,
    weightsPath,
    shape,
    likely: await likelyTable(path, folder, shape, io),
  };
  const sampled = sampleGoals(await encodeGoals(texts, setup, io), shape.dim);
  io.err(`fit: ${sampled.rowCount} rows, ${shape.dim} dimensions in subspaces of ${shape.subspaceDim}\n`);
  const codec = fitCodec(sampled, shape.subspaceDim, start);
  const bytes = writeCodec(codec);
  const codecPath = join(path, codecFileName(shape));
  // Before the codec: a codec without a table is whole, a table of another codec is refused.
  await dropTable(path, shape, io);
  await writeWhole(codecPath, bytes);
  const loss = set && (await measureLoss(await openModel(path, shape, options.overrides), set, io));
  if (options.json) {
    const report: FitCodecReport = { codec: codecPath, ...shape, bytes: bytes.length, passages: texts.length, loss };
    io.out(`${JSON.stringify(report)}\n`);
  } else {
    io.out(`${codecPath}: ${formatBytes(bytes.length)}, queries rounded at ${codec.queryScale}\n`);
    if (loss) io.out(`\n${lossTable(loss)}`);
  }
}

/** @throws LatelightError `bad-option` when it is of another shape, or its rotation none */
async function readStart(path: string, { dim, subspaceDim }: CodecShape): Promise<CodecStart> {
  const tensors = await readTensors(path, ['rotation', 'codewords']);
  const [rotation, codewords] = [tensors.get('rotation'), tensors.get('codewords')];
  const wanted = [
    [dim, dim],
    [dim / subspaceDim, CODEWORDS, subspaceDim],
  ].map((shape) => `[${shape.join(', ')}]`);
  const given = [rotation, codewords].map((tensor) => `[${tensor?.shape.join(', ') ?? ''}]`);
  if (!rotation || !codewords || given.join() !== wanted.join()) {
    throw new LatelightError(
      'bad-option',
      `fit-codec: expected rotation ${wanted[0]} and codewords ${wanted[1]} in ${path}, got ${given.join(' and ')}. ` +
        'Give --dim and --subspace that it was trained for.',
    );
  }
  const off = distanceFromOrthogonal(rotation.data, dim);
  if (!(off <= ORTHOGONAL_TOLERANCE)) {
    throw new LatelightError(
      'bad-option',
      `fit-codec: expected an orthogonal rotation in ${path}, but its product with itself is off by ${off.toPrecision(2)}.`,
    );
  }
  if (!codewords.data.every(Number.isFinite)) {
    throw new LatelightError(
      'bad-option',
      `fit-codec: expected numbers for codewords in ${path}, got others among them.`,
    );
  }
  return { rotation: rotation.data, words: codewords.data };
}

/** Largest difference of rotation x its transpose from the identity; NaN where a value is none. */
function distanceFromOrthogonal(rotation: Float32Array, dim: number): number {
  let largest = 0;
  for (let a = 0; a < dim; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = a === b ? -1 : 0;
      for (let d = 0; d < dim; d++) dot += rotation[a * dim + d] * rotation[b * dim + d];
      if (Number.isNaN(dot)) return dot;
      largest = Math.max(largest, Math.abs(dot));
    }
  }
  return largest;
}

function lossTable({ documents, queries, float, ...loss }: Loss): string {
  const against = (ndcg: number) => (float > 0 ? `${((ndcg / float - 1) * 100).toFixed(2)}%` : '-');
  return table(
    [
      [`${documents} documents, ${queries} queries`, 'nDCG@10', 'against float', 'a passage'],
      ['float32 rows', float.toFixed(4), '', ''],
      ['coded', loss.coded.toFixed(4), against(loss.coded), formatBytes(loss.codedBytesPerPassage)],
      ['coded and pooled', loss.pooled.toFixed(4), against(loss.pooled), formatBytes(loss.pooledBytesPerPassage)],
    ],
    true,
  );
}

/** The table that codes are chosen with; one that does not fit its codec counts as none. */
async function likelyTable(path: string, folder: ModelFolder, shape: CodecShape, io: CliIo) {
  try {
    const files = await likelyQueryFiles(path, await codecShape(folder, FINEST), shape);
    io.err(
      files
        ? `codes are chosen with the queries of ${files.tablePath}\n`
        : 'no query table: codes are chosen without one\n',
    );
    return files;
  } catch (error) {
    if (!(error instanceof LatelightError)) throw error;
    io.err(`${error.message}\ncodes are chosen without it\n`);
    return undefined;
  }
}

/** A query table is coded with the codec it is named for; one of the codec that is gone would only be refused. */
async function dropTable(folder: string, shape: CodecShape, io: CliIo): Promise<void> {
  const tablePath = join(folder, queryTableFileName(shape));
  if (!existsSync(tablePath)) return;
  await rm(tablePath);
  io.err(
    `removed ${tablePath}, which was made for the codec before. Make another with \`latelight fit-table\`: until then ` +
      'there is no instant stage, and codes are chosen without likely queries.\n',
  );
}

/** What the codes of each text's rows are to score, on all cores. */
async function encodeGoals(texts: string[], setup: EncodeSetup, io: CliIo): Promise<ScoreGoals[]> {
  const passages: ScoreGoals[] = [];
  const progress = startProgress(io, 'encode', texts.length, 'passages');
  const pool = new EncodePool(setup, texts.length, io.signal);
  let done = 0;
  try {
    const tasks = texts.map((text, at) => ({ type: 'goals', text, at }) as const);
    await pool.runAll(tasks, (goals, { at }) => {
      passages[at] = goals;
      progress.update(++done);
    });
  } finally {
    progress.stop();
    await pool.close();
  }
  return passages;
}

/** A seeded sample of the rows of all passages. */
function sampleGoals(passages: ScoreGoals[], dim: number): ScoreGoals {
  const available = passages.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const random = seededRandom(2);
  const chosen = passages.flatMap((goals) =>
    Array.from({ length: goals.rowCount }, (_, row) => ({ goals, row })).filter(() => random() < MOST_ROWS / available),
  );
  return gatherGoals(chosen, dim);
}
