// `latelight fit-codec <files>`: rotation and codebooks for a model, from general text, written into the model's folder.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { writeCodec } from '../../codec/codec-file.ts';
import { type FitRows, fitCodec } from '../../codec/fit.ts';
import { seededRandom } from '../../codec/random.ts';
import { openModelFolder } from '../../encoder/model-folder.ts';
import { LatelightError } from '../../errors.ts';
import { EncodePool } from '../encode-pool.ts';
import type { CliIo } from '../io.ts';
import { type CodecShape, codecFileName, documentWeights } from '../model.ts';
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
  const { dim, subspaceDim } = options.shape;
  const weightsPath = folder.weights[documentWeights(folder)]!;
  const setup = { modelFolder: options.model, weightsPath, shape: options.shape };
  const passages: FitRows[] = [];
  const progress = startProgress(io, 'encode', texts.length, 'passages');
  const pool = new EncodePool(setup, texts.length, io.signal);
  let done = 0;
  try {
    const tasks = texts.map((text, at) => ({ type: 'groups', text, at }) as const);
    await pool.runAll(tasks, (rows, { at }) => {
      passages[at] = rows;
      progress.update(++done);
    });
  } finally {
    progress.stop();
    await pool.close();
  }
  const sampled = gather(passages, dim);
  io.err(`fit: ${sampled.groups.length} rows, ${dim} dimensions in subspaces of ${subspaceDim}\n`);
  const codec = fitCodec(sampled, dim, subspaceDim);
  const bytes = writeCodec(codec);
  const path = join(options.model, codecFileName(options.shape));
  await writeFile(`${path}.tmp`, bytes);
  await rename(`${path}.tmp`, path);
  io.out(`${path}: ${formatBytes(bytes.length)}, codeword scale ${codec.codewordScale}\n`);
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
