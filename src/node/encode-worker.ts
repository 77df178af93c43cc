// One thread of the encoding pool: its own session with one thread, and pooling and coding beside it, so that all of the work
// of a passage scales with the cores. (onnxruntime-node runs a session on the thread that calls it.)

import { readFile } from 'node:fs/promises';
import { workerData } from 'node:worker_threads';
import { readCodec } from '../codec/codec-file.ts';
import { truncateRows } from '../codec/encode-rows.ts';
import { poolRows, targetRowCount } from '../codec/pool.ts';
import { type ScoreGoals, scoreGoals } from '../codec/score-goals.ts';
import { Encoder } from '../encoder/encoder.ts';
import type { LikelyQueryTable } from '../encoder/likely-queries.ts';
import { openModelFolder } from '../encoder/model-folder.ts';
import { openNodeRuntime } from '../encoder/runtime-node.ts';
import { LatelightError } from '../errors.ts';
import { type Coding, codeDocument, encodePassage, encodeText } from '../indexing/encode-passage.ts';
import type { EncodeSetup } from '../model-files/encode-setup.ts';
import { openLikelyQueries } from '../model-files/likely-queries-file.ts';
import type { EncodeAnswers, EncodeTask, LossAnswer } from './encode-task.ts';
import { FloatMaxSim } from './float-maxsim.ts';

const { modelFolder, overrides, weightsPath, codecPath, likely, shape, queries } = workerData as EncodeSetup;

async function start(): Promise<(task: EncodeTask) => Promise<EncodeAnswers[EncodeTask['type']]>> {
  const folder = await openModelFolder(modelFolder, overrides);
  const encoder = new Encoder(folder.tokenizer, await openNodeRuntime(weightsPath));
  const codec = codecPath ? readCodec(new Uint8Array(await readFile(codecPath))) : undefined;
  const likelyQueries = likely && (await openLikelyQueries(likely, codec ?? shape));
  return async (task) => {
    if (task.type === 'goals') return goals(encoder, likelyQueries, task.text);
    if (task.type === 'rows') return encoder.encodeDocument(task.text);
    if (!codec) throw new LatelightError('bad-codec', 'encode: expected a codec, got none');
    const coding = { codec, likelyQueries };
    if (task.type === 'loss') return loss(encoder, coding, task.text);
    return task.type === 'passage'
      ? encodePassage(encoder, coding, task.context, task.text)
      : encodeText(encoder, coding, task.text);
  };
}

async function goals(encoder: Encoder, likely: LikelyQueryTable | undefined, text: string): Promise<ScoreGoals> {
  const { dim } = shape;
  const encoded = await encoder.encodeDocument(text);
  if (encoded.dim < dim) {
    throw new LatelightError(
      'bad-option',
      `fit-codec: expected --dim of at most ${encoded.dim}, the model's, got ${dim}.`,
    );
  }
  const rows = truncateRows(encoded.data, encoded.tokenCount, encoded.dim, dim);
  const { rowOfToken, rowCount } = poolRows(rows, encoded.tokenCount, dim, targetRowCount(encoded.tokenCount));
  return scoreGoals(rows, rowOfToken, rowCount, dim, likely?.of(encoded.ids));
}

let maxSim: Promise<FloatMaxSim> | undefined;

async function loss(encoder: Encoder, coding: Coding, text: string): Promise<LossAnswer> {
  const { codec } = coding;
  maxSim ??= FloatMaxSim.open(queries!, codec.dim);
  const encoded = await encoder.encodeDocument(text);
  const rows = truncateRows(encoded.data, encoded.tokenCount, encoded.dim, codec.dim);
  return {
    scores: await (await maxSim).scores(rows),
    coded: codeDocument(coding, encoded, false),
    pooled: codeDocument(coding, encoded),
  };
}

export default start();
