// `latelight fit-codec <files>`: rotation and codebooks for a model, from general text, written into the model's folder.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { writeCodec } from '../../codec/codec-file.ts';
import { membersOf, truncateRows } from '../../codec/encode-rows.ts';
import { type FitRows, fitCodec } from '../../codec/fit.ts';
import { poolRows, targetRowCount } from '../../codec/pool.ts';
import { seededRandom } from '../../codec/random.ts';
import { Encoder } from '../../encoder/encoder.ts';
import { openModelFolder } from '../../encoder/model-folder.ts';
import { openNodeRuntime } from '../../encoder/runtime-node.ts';
import { LatelightError } from '../../errors.ts';
import type { CliIo } from '../io.ts';
import { type CodecShape, codecFileName, documentWeights } from '../model.ts';
import { mapParallel } from '../parallel.ts';
import { startProgress } from '../progress.ts';
import { formatBytes } from '../text.ts';

export interface FitCodecOptions {
  model: string;
  shape: CodecShape;
  passages: number;
}

/** Pooled rows that the codebooks are fitted on; more changed nothing that could be measured. */
const MOST_ROWS = 60_000;

export async function fitCodecCommand(files: string[], options: FitCodecOptions, io: CliIo): Promise<void> {
  const texts = sample((await Promise.all(files.map(readTexts))).flat(), options.passages);
  if (texts.length < 100) {
    throw new LatelightError(
      'bad-option',
      `fit-codec: expected at least 100 passages, got ${texts.length}. Name more text.`,
    );
  }
  const folder = await openModelFolder(options.model);
  const encoder = new Encoder(folder.tokenizer, await openNodeRuntime(folder.weights[documentWeights(folder)]!));
  const { dim, subspaceDim } = options.shape;
  try {
    const progress = startProgress(io, 'encode', texts.length, 'passages');
    let done = 0;
    const pooled = await mapParallel(texts, async (text) => {
      const encoded = await encoder.encodeDocument(text, io.signal);
      if (encoded.dim < dim) {
        throw new LatelightError(
          'bad-option',
          `fit-codec: expected --dim of at most ${encoded.dim}, the model's, got ${dim}.`,
        );
      }
      const rows = truncateRows(encoded.data, encoded.tokenCount, encoded.dim, dim);
      progress.update(++done);
      const { rowOfToken, rowCount } = poolRows(rows, encoded.tokenCount, dim, targetRowCount(encoded.tokenCount));
      return { rows, groups: membersOf(rowOfToken, rowCount) };
    });
    progress.stop();
    const sampled = gather(pooled, dim);
    io.err(`fit: ${sampled.groups.length} rows, ${dim} dimensions in subspaces of ${subspaceDim}\n`);
    const codec = fitCodec(sampled, dim, subspaceDim);
    const bytes = writeCodec(codec);
    const path = join(options.model, codecFileName(options.shape));
    await writeFile(`${path}.tmp`, bytes);
    await rename(`${path}.tmp`, path);
    io.out(`${path}: ${formatBytes(bytes.length)}, codeword scale ${codec.codewordScale}\n`);
  } finally {
    await encoder.close();
  }
}

async function readTexts(path: string): Promise<string[]> {
  const bytes = await readFile(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  if (!/\.jsonl(\.gz)?$/.test(path)) return text.split(/\n\s*\n/).filter((part) => part.trim().length > 80);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const { passage, text: plain } = JSON.parse(line) as { passage?: string; text?: string };
      return passage ?? plain ?? '';
    })
    .filter(Boolean);
}

/** A seeded sample without replacement, in a seeded order. */
function sample(texts: string[], count: number): string[] {
  const random = seededRandom(1);
  const pool = [...texts];
  for (let i = 0; i < Math.min(count, pool.length); i++) {
    const j = i + Math.floor(random() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j], pool[i]];
  }
  return pool.slice(0, count);
}

/** A seeded sample of the groups of all passages, with only the rows they need. */
function gather(passages: FitRows[], dim: number): FitRows {
  const available = passages.reduce((sum, { groups }) => sum + groups.length, 0);
  const random = seededRandom(2);
  const parts: Float32Array[] = [];
  const groups: number[][] = [];
  for (const passage of passages) {
    for (const members of passage.groups) {
      if (random() >= MOST_ROWS / available) continue;
      groups.push(members.map((_, i) => parts.length + i));
      for (const token of members) parts.push(passage.rows.subarray(token * dim, (token + 1) * dim));
    }
  }
  const rows = new Float32Array(parts.length * dim);
  parts.forEach((row, i) => {
    rows.set(row, i * dim);
  });
  return { rows, groups };
}
