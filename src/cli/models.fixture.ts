// Models of a few kilobytes for tests of the command line: real graphs, real codecs, a text to fit on, a site and a BEIR folder.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { denseFiles, ONNX_CONFIG, pylateFolder, VOCABULARY, writeFiles } from '../encoder/tiny-model.fixture.ts';
import { parseManifest } from '../format/manifest.ts';
import { latelight } from './latelight.fixture.ts';

const WORDS = VOCABULARY.filter((token) => /^[a-z]+$/.test(token));
export const sentence = (seed: number, length = 12) =>
  Array.from({ length }, (_, i) => WORDS[(seed * 7 + i * (seed + 3)) % WORDS.length]).join(' ');

export async function manifestOf(index: string) {
  return parseManifest(await readFile(join(index, 'manifest.json'), 'utf8'));
}

/** The models of `makeModels` for all tests of a file. @returns the path of what is among them */
export function useModels(): (...names: string[]) => string {
  let models: Awaited<ReturnType<typeof makeModels>>;
  beforeAll(async () => {
    models = await makeModels();
  }, 120_000);
  afterAll(() => models.remove());
  return (...names) => models.at(...names);
}

/** A folder with `text.jsonl`, `site`, `beir`, and the models `unit`, `long`, `backbone` (with codecs) and `bare` (without). */
async function makeModels(): Promise<{ at: (...names: string[]) => string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-models-'));
  const at = (...names: string[]) => join(folder, ...names);
  process.env.LATELIGHT_CACHE = at('cache');
  const gelu = { inputDim: 32, outputDim: 48, activation: 'torch.nn.modules.activation.GELU', bias: true };
  await writeFiles(folder, {
    'text.jsonl': Array.from({ length: 150 }, (_, i) => JSON.stringify({ text: sentence(i + 1) })).join('\n'),
    'site/client.md': '# client\n\nclose the slow client timeout\n',
    'site/colour.md': '# red\n\nred green blue do i\n',
    'beir/corpus.jsonl': ['close the slow client', 'red green blue', 'timeout set how']
      .map((text, i) => JSON.stringify({ _id: `d${i}`, title: '', text }))
      .join('\n'),
    'beir/queries.jsonl': ['slow client', 'green red', 'set timeout how']
      .map((text, i) => JSON.stringify({ _id: `q${i}`, text }))
      .join('\n'),
    'beir/qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq0\td0\t1\nq1\td1\t1\nq2\td2\t1\n',
  });
  await writeFiles(at('unit'), pylateFolder({ width: 16 }));
  await writeFiles(at('long'), pylateFolder({ width: 16, unit: false }));
  await writeFiles(at('backbone'), {
    ...pylateFolder({ width: 32, unit: false, output: 'last_hidden_state' }),
    ...denseFiles([gelu, { inputDim: 48, outputDim: 24, seed: 3 }]),
  });
  const { 'config_sentence_transformers.json': _, ...bare } = pylateFolder({ width: 16 });
  await writeFiles(at('bare'), { ...bare, 'onnx_config.json': ONNX_CONFIG });
  for (const name of ['unit', 'long', 'backbone']) {
    const { code, err } = await latelight('fit-codec', '--text', at('text.jsonl'), '--model', at(name));
    if (code !== 0) throw new Error(`fit-codec of the model ${name} ended with ${code}: ${err}`);
  }
  const remove = async () => {
    delete process.env.LATELIGHT_CACHE;
    await rm(folder, { recursive: true, force: true });
  };
  return { at, remove };
}
