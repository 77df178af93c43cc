// One thread of the encoding pool: its own session with one thread, and pooling and coding beside it, so that all of the work
// of a passage scales with the cores. (onnxruntime-node runs a session on the thread that calls it.)

import { readFile } from 'node:fs/promises';
import { workerData } from 'node:worker_threads';
import type { Codec } from '../codec/codec.ts';
import { readCodec } from '../codec/codec-file.ts';
import { membersOf, truncateRows } from '../codec/encode-rows.ts';
import { poolRows, targetRowCount } from '../codec/pool.ts';
import { Encoder } from '../encoder/encoder.ts';
import { openModelFolder } from '../encoder/model-folder.ts';
import { openNodeRuntime } from '../encoder/runtime-node.ts';
import { LatelightError } from '../errors.ts';
import { codeDocument, encodePassage, encodeText } from '../indexing/encode-passage.ts';
import type { EncodeAnswers, EncodeSetup, EncodeTask, GroupedRows, LossAnswer } from './encode-task.ts';
import { FloatMaxSim } from './float-maxsim.ts';

const { modelFolder, overrides, weightsPath, codecPath, shape, queries } = workerData as EncodeSetup;

async function start(): Promise<(task: EncodeTask) => Promise<EncodeAnswers[EncodeTask['type']]>> {
  const folder = await openModelFolder(modelFolder, overrides);
  const encoder = new Encoder(folder.tokenizer, await openNodeRuntime(weightsPath));
  const codec = codecPath ? readCodec(new Uint8Array(await readFile(codecPath))) : undefined;
  return async (task) => {
    if (task.type === 'groups') return groupedRows(encoder, task.text);
    if (task.type === 'rows') return encoder.encodeDocument(task.text);
    if (!codec) throw new LatelightError('bad-codec', 'encode: expected a codec, got none');
    if (task.type === 'loss') return loss(encoder, codec, task.text);
    return task.type === 'passage'
      ? encodePassage(encoder, codec, task.context, task.text)
      : encodeText(encoder, codec, task.text);
  };
}

async function groupedRows(encoder: Encoder, text: string): Promise<GroupedRows> {
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
  return { rows, groups: membersOf(rowOfToken, rowCount) };
}

let maxSim: Promise<FloatMaxSim> | undefined;

async function loss(encoder: Encoder, codec: Codec, text: string): Promise<LossAnswer> {
  maxSim ??= FloatMaxSim.open(queries!, codec.dim);
  const encoded = await encoder.encodeDocument(text);
  const rows = truncateRows(encoded.data, encoded.tokenCount, encoded.dim, codec.dim);
  return {
    scores: await (await maxSim).scores(rows),
    coded: codeDocument(codec, encoded, false),
    pooled: codeDocument(codec, encoded),
  };
}

export default start();
