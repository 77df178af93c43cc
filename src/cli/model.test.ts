// Models that are not the package's own, through the command line: real graphs of a few kilobytes, real codecs, real indexes.

import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Codec } from '../codec/codec.ts';
import { writeCodec } from '../codec/codec-file.ts';
import { COMPLETED_OUTPUT, Encoder } from '../encoder/encoder.ts';
import { openModelFolder } from '../encoder/model-folder.ts';
import { openNodeRuntime } from '../encoder/runtime-node.ts';
import {
  denseFiles,
  ONNX_CONFIG,
  pylateFolder,
  safetensors,
  tinyGraph,
  VOCABULARY,
  writeFiles,
} from '../encoder/tiny-model.fixture.ts';
import { randomCodec } from '../engine/scorers.fixture.ts';
import { parseManifest } from '../format/manifest.ts';
import { readQueryTable, tableRow, writeQueryTable } from '../format/query-table.ts';
import { sha256Hex } from '../format/sha256.ts';
import { codesFingerprint } from './encode-passages.ts';
import { openModel, pageWeights } from './model.ts';
import { run } from './run.ts';

let folder = '';
const at = (...names: string[]) => join(folder, ...names);

async function latelight(...args: string[]) {
  let out = '';
  let err = '';
  const code = await run(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interactive: false,
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

/** A row before the codec's rotation, which is orthogonal. */
const unrotated = ({ dim, rotation }: Codec, row: Float32Array) =>
  row.map((_, d) => row.reduce((sum, value, i) => sum + rotation[i * dim + d] * value, 0));

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = a.reduce((sum, value, d) => sum + value * b[d], 0);
  return dot / Math.hypot(...a) / Math.hypot(...b);
}

const WORDS = VOCABULARY.filter((token) => /^[a-z]+$/.test(token));
const sentence = (seed: number, length = 12) =>
  Array.from({ length }, (_, i) => WORDS[(seed * 7 + i * (seed + 3)) % WORDS.length]).join(' ');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-models-'));
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
    expect(await latelight('fit-codec', '--text', at('text.jsonl'), '--model', at(name))).toMatchObject({ code: 0 });
  }
}, 120_000);
afterAll(async () => {
  delete process.env.LATELIGHT_CACHE;
  await rm(folder, { recursive: true, force: true });
});

async function manifestOf(index: string) {
  return parseManifest(await readFile(join(index, 'manifest.json'), 'utf8'));
}

describe('an index of another model', () => {
  it("has the model's own dimension, prompts and expansion, and finds", async () => {
    const indexed = await latelight(
      'index',
      at('site'),
      '-o',
      at('index'),
      '--model',
      at('unit'),
      '--no-webgpu',
      '--no-cache',
    );
    expect(indexed).toMatchObject({ code: 0 });
    const manifest = await manifestOf(at('index'));
    expect(manifest.codec).toMatchObject({ dim: 16, subspaceDim: 2 });
    expect(manifest.queryEncoder.config).toMatchObject({
      prompts: { query: 'search query : ', document: 'search document : ' },
      queryLength: 12,
      queryExpansion: true,
    });
    const { hits } = JSON.parse((await latelight('search', at('index'), 'red green blue', '--json')).out);
    expect(hits[0].url).toMatch(/^colour/);
  });

  it('of a bare export has what the command line says', async () => {
    await cp(at('unit/codec-16x2.llc'), at('bare/codec-16x2.llc'));
    const index = (...more: string[]) =>
      latelight(
        'index',
        at('site'),
        '-o',
        at('bare-index'),
        '--model',
        at('bare'),
        '--no-webgpu',
        '--no-cache',
        ...more,
      );
    expect(await index()).toMatchObject({ code: 1, err: expect.stringMatching(/\[bad-model\].*--query-expansion/) });
    expect(
      await index('--query-prompt', 'query ', '--document-prompt', '', '--query-expansion', 'maybe'),
    ).toMatchObject({
      code: 2,
      err: expect.stringContaining('Expected on or off'),
    });
    expect(await index('--query-prompt', 'query ', '--document-prompt', '', '--query-expansion', 'on')).toMatchObject({
      code: 0,
    });
    expect((await manifestOf(at('bare-index'))).queryEncoder.config).toMatchObject({
      prompts: { query: 'query ', document: '' },
      queryExpansion: true,
    });
  });

  it("of a backbone's export ships the graph with its Dense layers, and its rows have their width", async () => {
    const indexed = await latelight('index', at('site'), '-o', at('whole'), '--model', at('backbone'), '--no-cache');
    expect(indexed).toMatchObject({ code: 0 });
    const manifest = await manifestOf(at('whole'));
    expect(manifest.queryEncoder.dim).toBe(24);
    expect(manifest.codec.dim).toBe(24);
    const bytes = await readFile(at('whole', manifest.queryEncoder.weights.wasm.file));
    expect(bytes.includes(COMPLETED_OUTPUT)).toBe(true);
    const { hits } = JSON.parse((await latelight('search', at('whole'), 'red green blue', '--json')).out);
    expect(hits[0].url).toMatch(/^colour/);
  });

  it('whose graph does not normalise ships one that does where rows stay on the GPU', async () => {
    const model = await openModelFolder(at('long'));
    expect(await pageWeights(model, 'wasm')).toBe(at('long/model.onnx'));
    const gpu = await pageWeights(model, 'webgpu');
    const encoder = new Encoder(model.tokenizer, await openNodeRuntime(gpu));
    const { data, dim } = await encoder.encodeQueryAsIs('close the server');
    await encoder.close();
    for (let row = 0; row < data.length; row += dim) {
      expect(Math.hypot(...data.subarray(row, row + dim))).toBeCloseTo(1, 5);
    }
    const unit = await openModelFolder(at('unit'));
    expect(await pageWeights(unit, 'webgpu')).toBe(at('unit/model.onnx'));
  });
});

describe('a model with a smaller query encoder', () => {
  it('indexes with the full one and gives pages the smaller', async () => {
    await cp(at('unit'), at('two'), { recursive: true });
    const small = tinyGraph({ width: 16, seed: 9 });
    await writeFiles(at('two'), { 'query/model.onnx': small });
    const indexed = await latelight('index', at('site'), '-o', at('two-index'), '--model', at('two'), '--no-cache');
    expect(indexed).toMatchObject({ code: 0 });
    const { documentEncoder, queryEncoder } = await manifestOf(at('two-index'));
    expect(documentEncoder.sha256).toBe(await sha256Hex(await readFile(at('unit/model.onnx'))));
    expect(queryEncoder.weights.wasm.sha256).toBe(await sha256Hex(small));
    expect(queryEncoder.weights.webgpu?.sha256).toBe(await sha256Hex(small));
    // Its rows are of another seed: what is found by them is not what the full encoder finds.
    const { hits } = JSON.parse((await latelight('search', at('two-index'), 'red green blue', '--json')).out);
    await latelight('index', at('site'), '-o', at('one-index'), '--model', at('unit'), '--no-cache');
    const full = JSON.parse((await latelight('search', at('one-index'), 'red green blue', '--json')).out);
    expect(hits[0].score).not.toBe(full.hits[0].score);
  });

  it('is refused when the rows of both are not of one width, or there is no file', async () => {
    await cp(at('unit'), at('odd'), { recursive: true });
    await writeFiles(at('odd'), { 'query/model.onnx': tinyGraph({ width: 24 }) });
    await expect(openModel(at('odd'))).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringMatching(/rows of 16 dimensions.*query.*got 24/),
    });
    await rm(at('odd/query/model.onnx'));
    await expect(openModel(at('odd'))).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringMatching(/expected one of model_int8\.onnx.*query, found none/),
    });
  });
});

describe('files to fit on', () => {
  it.each(['fit-codec', 'fit-table'])(
    'of %s are refused by name: missing, no gzip, a line that is no text',
    async (command) => {
      await writeFiles(at('bad'), { 'plain.txt.gz': 'not packed', 'rows.jsonl': '{"text": "a"}\n\n{"title": "b"}\n' });
      for (const [file, message] of [
        ['none.txt', /text file at .*none\.txt, but it cannot be read/],
        ['plain.txt.gz', /plain\.txt\.gz, but it cannot be read/],
        ['rows.jsonl', /line 3 of .*rows\.jsonl, got \{"title": "b"\}/],
      ] as const) {
        expect(await latelight(command, at('bad', file), '--model', at('unit'))).toMatchObject({
          code: 2,
          err: expect.stringMatching(message),
        });
      }
    },
  );
});

describe('dimensions', () => {
  it.each(['24', '12'])('refuse --dim %s of a model with 16', async (dim) => {
    for (const command of [
      ['index', at('site'), '-o', at('none')],
      ['fit-codec', at('text.jsonl')],
    ]) {
      expect(await latelight(...command, '--model', at('unit'), '--dim', dim)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/\[bad-option\].*--dim to be a multiple of 8 of at most 16/),
      });
    }
  });

  it('refuse a codec of another shape than its name says', async () => {
    await cp(at('unit'), at('renamed'), { recursive: true });
    await cp(at('backbone/codec-24x2.llc'), at('renamed/codec-16x2.llc'));
    await expect(openModel(at('renamed'))).rejects.toMatchObject({
      code: 'bad-codec',
      message: expect.stringMatching(/16 dimensions in subspaces of 2, got 24 in 2/),
    });
  });

  it('name the codec that is missing and how to make it', async () => {
    await expect(openModel(at('unit'), { dim: 8, subspaceDim: 2 })).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringMatching(/codec-8x2\.llc.*fit-codec/),
    });
  });
});

describe('fit-codec --start', () => {
  const identity = Float32Array.from({ length: 256 }, (_, i) => (i % 17 === 0 ? 1 : 0));
  const grid = Float32Array.from({ length: 256 }, (_, i) => (((i >> 1) % 16) / 8 - 1) * (i % 2 === 0 ? 1 : 0.5));
  const write = (name: string, rotation: Float32Array, codewords = grid, subspaces = 8) =>
    writeFile(
      at(name),
      safetensors({ rotation: [[16, 16], rotation], codewords: [[subspaces, 16, 16 / subspaces], codewords] }),
    );

  it('keeps the rotation that was trained, and begins with its codewords', async () => {
    await cp(at('unit'), at('started'), { recursive: true });
    await write('start.safetensors', identity);
    const args = ['fit-codec', at('text.jsonl'), '--model', at('started'), '--start', at('start.safetensors')];
    expect(await latelight(...args)).toMatchObject({ code: 0 });
    const { codec } = await openModel(at('started'));
    expect([...codec.rotation]).toEqual([...identity]);
    await write(
      'apart.safetensors',
      identity,
      grid.map((value) => value * 0.3 + 0.1),
    );
    expect(await latelight(...args.slice(0, -1), at('apart.safetensors'))).toMatchObject({ code: 0 });
    expect([...(await openModel(at('started'))).codec.codewords]).not.toEqual([...codec.codewords]);
  });

  it('refuses what is no rotation, or of another shape, and leaves the codec as it was', async () => {
    await cp(at('unit'), at('kept'), { recursive: true });
    const before = await readFile(at('kept/codec-16x2.llc'));
    await write(
      'bent.safetensors',
      identity.map((value, i) => (i === 1 ? 0.1 : value)),
    );
    await write(
      'nan.safetensors',
      identity.map((value, i) => (i === 1 ? Number.NaN : value)),
    );
    await write('four.safetensors', identity, grid, 4);
    await write(
      'words.safetensors',
      identity,
      grid.map((value, i) => (i === 9 ? Number.NaN : value)),
    );
    for (const [file, said] of [
      ['bent.safetensors', /\[bad-option\].*orthogonal rotation in .*bent\.safetensors.*off by 0\.10/],
      ['nan.safetensors', /\[bad-option\].*orthogonal/],
      ['words.safetensors', /\[bad-option\].*numbers for codewords/],
      ['four.safetensors', /\[bad-option\].*codewords \[8, 16, 2\] in .*got \[16, 16\] and \[4, 16, 4\]/],
      ['text.jsonl', /\[bad-model\].*expected tensors in .*text\.jsonl/],
    ] as const) {
      const refused = await latelight('fit-codec', at('text.jsonl'), '--model', at('kept'), '--start', at(file));
      expect(refused.err).toMatch(said);
      expect(refused.code).not.toBe(0);
    }
    expect(await readFile(at('kept/codec-16x2.llc'))).toEqual(before);
  });
});

describe('fit-codec --eval', () => {
  it('reports what coding and pooling lose against floats', async () => {
    const args = ['fit-codec', at('text.jsonl'), '--model', at('unit'), '--eval', at('beir')];
    const { loss } = JSON.parse((await latelight(...args, '--json')).out);
    // Words are rows of their own here, so that floats and codes must find all three.
    expect(loss).toMatchObject({ documents: 3, queries: 3, float: 1, coded: 1, pooled: 1 });
    expect(loss.pooledBytesPerPassage).toBeGreaterThan(0);
    expect(loss.codedBytesPerPassage).toBeGreaterThanOrEqual(loss.pooledBytesPerPassage);
    const sampled = await latelight(...args, '--queries', '2');
    expect(sampled.out).toMatch(/3 documents, 2 queries/);
    expect(sampled.out).toMatch(/float32 rows +1\.0000/);
  });

  it('sees a codec that cannot tell rows apart', async () => {
    await cp(at('unit'), at('blind'), { recursive: true });
    const { measureLoss } = await import('./measure-loss.ts');
    const { readBeir } = await import('./beir.ts');
    const model = await openModel(at('blind'));
    const codewords = model.codec.codewords.map(() => 1);
    await writeFile(at('blind/codec-16x2.llc'), writeCodec({ ...model.codec, codewords }));
    const io = { out: () => undefined, err: () => undefined, interactive: false, signal: new AbortController().signal };
    const loss = await measureLoss(await openModel(at('blind')), await readBeir(at('beir'), 'test'), io);
    expect(loss.float).toBe(1);
    expect(loss.coded).toBeLessThan(0.9);
  });

  it('fails before encoding anything when the BEIR folder is none', async () => {
    const result = await latelight('fit-codec', at('text.jsonl'), '--model', at('unit'), '--eval', at('site'));
    expect(result).toMatchObject({ code: 2, err: expect.stringContaining('corpus.jsonl') });
    expect(result.err).not.toContain('encode:');
  });
});

describe('a query table of the model', () => {
  beforeAll(async () => {
    await cp(at('unit'), at('asked'), { recursive: true });
    await writeFile(at('queries.txt'), Array.from({ length: 400 }, (_, i) => sentence(i, 3 + (i % 11))).join('\n'));
    expect(await latelight('fit-table', at('queries.txt'), '--model', at('asked'))).toMatchObject({ code: 0 });
  });

  const codesOf = async (model: string) => {
    await latelight('index', at('site'), '-o', at(`${model}-coded`), '--model', at(model), '--no-webgpu', '--no-cache');
    return (await manifestOf(at(`${model}-coded`))).shards.map(({ sha256 }) => sha256);
  };

  it('changes the codes, and what cached passages are known by', async () => {
    const [without, asked] = [await openModel(at('unit')), await openModel(at('asked'))];
    expect(asked.codecSha256).toBe(without.codecSha256);
    expect(codesFingerprint(asked)).not.toBe(codesFingerprint(without));
    // With a codec that fits no row well, what else is asked of a row decides some of its codes.
    const bytes = writeCodec(randomCodec(3, 16, 2, 31));
    const codecSha256 = await sha256Hex(bytes);
    const table = readQueryTable(await readFile(at('asked/queries-16x2.llq')), {
      ...asked.codec,
      codecSha256: asked.codecSha256,
    });
    for (const name of ['coarse', 'coarse-asked']) {
      await cp(at('unit'), at(name), { recursive: true });
      await writeFile(at(name, 'codec-16x2.llc'), bytes);
    }
    await writeFile(at('coarse-asked/queries-16x2.llq'), writeQueryTable(table, codecSha256));
    expect(await codesOf('coarse-asked')).not.toEqual(await codesOf('coarse'));
  });

  it('takes rows that were trained, and says which it cannot take', async () => {
    await cp(at('unit'), at('trained'), { recursive: true });
    const { folder, codec, codecSha256 } = await openModel(at('unit'));
    const count = folder.tokenizer.vocabularySize;
    // Rows twice as wide as the codec: the first half is used. The directions of the fitted table, at lengths that must not matter.
    const fitted = readQueryTable(await readFile(at('asked/queries-16x2.llq')), { ...codec, codecSha256 });
    const rows = new Float32Array(count * 32);
    const weights = new Float32Array(count);
    for (const [row, id] of fitted.ids.entries()) {
      rows.set(
        tableRow(fitted, codec.codewords, row).map((value) => value * 3),
        id * 32,
      );
      rows.fill(9, id * 32 + 16, (id + 1) * 32);
      weights[id] = row === 0 ? 0 : row / fitted.ids.length;
    }
    // Codewords are those of rotated rows; training knows no rotation.
    for (let id = 0; id < count; id++) rows.set(unrotated(codec, rows.subarray(id * 32, id * 32 + 16)), id * 32);
    const write = (name: string, shape: number[], data: Float32Array) =>
      writeFile(at(name), safetensors({ rows: [shape, data], weights: [[count], weights] }));
    await write('rows.safetensors', [count, 32], rows);
    const made = await latelight('fit-table', '--rows', at('rows.safetensors'), '--model', at('trained'));
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining(`${fitted.ids.length - 1} ids`) });
    const table = readQueryTable(await readFile(at('trained/queries-16x2.llq')), { ...codec, codecSha256 });
    expect([...table.ids]).toEqual([...fitted.ids.slice(1)]);
    expect(table.weights.at(-1)).toBe(Math.round((255 * (fitted.ids.length - 1)) / fitted.ids.length));
    const cosines = Array.from(table.ids, (_, row) =>
      cosine(tableRow(table, codec.codewords, row), tableRow(fitted, codec.codewords, row + 1)),
    );
    expect(Math.min(...cosines)).toBeGreaterThan(0.95);

    await write('narrow.safetensors', [count * 4, 8], rows);
    for (const [file, said] of [
      ['narrow.safetensors', /\[bad-option\].*expected rows \[\d+, at least 16\].*got rows \[\d+, 8\]/s],
      ['queries.txt', /\[bad-model\].*queries\.txt/s],
      ['missing.safetensors', /\[bad-model\].*missing\.safetensors.*no such file/s],
    ] as const) {
      const refused = await latelight('fit-table', '--rows', at(file), '--model', at('trained'));
      expect(refused.err).toMatch(said);
      expect(refused.code).not.toBe(0);
    }
    const both = await latelight('fit-table', at('queries.txt'), '--rows', at('rows.safetensors'));
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining('got both') });
    expect(await latelight('fit-table')).toMatchObject({ code: 2, err: expect.stringContaining('got neither') });
  });

  it('of another codec stops an index and says what to do, not the fitting of a codec', async () => {
    await cp(at('asked'), at('stale'), { recursive: true });
    await cp(at('long/codec-16x2.llc'), at('stale/codec-16x2.llc'));
    expect(await latelight('index', at('site'), '-o', at('none'), '--model', at('stale'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/\[bad-model\].*queries-16x2\.llq.*latelight fit-table/s),
    });
    await cp(at('stale'), at('mended'), { recursive: true });
    expect(await latelight('fit-table', at('queries.txt'), '--model', at('mended'))).toMatchObject({ code: 0 });
    await openModel(at('mended'));
    const fitted = await latelight('fit-codec', at('text.jsonl'), '--model', at('stale'));
    expect(fitted).toMatchObject({ code: 0, err: expect.stringMatching(/chosen without it.*removed .*queries-16x2/s) });
    await openModel(at('stale'));
  });

  it('serves the fitting of a codec, of fewer dimensions too, and goes with the codec it was made for', async () => {
    await cp(at('asked'), at('again'), { recursive: true });
    const narrow = await latelight('fit-codec', at('text.jsonl'), '--model', at('again'), '--dim', '8');
    expect(narrow).toMatchObject({ code: 0, err: expect.stringMatching(/chosen with the queries of .*queries-16x2/) });
    expect(existsSync(at('again/queries-16x2.llq'))).toBe(true);
    const own = await latelight('fit-codec', at('text.jsonl'), '--model', at('again'));
    expect(own.err).toMatch(/chosen with the queries of .*queries-16x2/);
    expect(existsSync(at('again/queries-16x2.llq'))).toBe(false);
  });
});
