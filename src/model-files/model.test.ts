// Models that are not the package's own, through the command line: real graphs of a few kilobytes, real codecs, real indexes.

import { readFileSync } from 'node:fs';
import { cp, readFile, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { latelight } from '../cli/latelight.fixture.ts';
import { manifestOf, useModels } from '../cli/models.fixture.ts';
import { COMPLETED_OUTPUT, Encoder } from '../encoder/encoder.ts';
import { openModelFolder } from '../encoder/model-folder.ts';
import { openNodeRuntime } from '../encoder/runtime-node.ts';
import { TOKENIZER_CONFIG, tinyGraph, tokenizerJson, writeFiles } from '../encoder/tiny-model.fixture.ts';
import { parseEngineFile } from '../format/engine-file.ts';
import type { FileRef } from '../format/manifest.ts';
import { sha256Hex } from '../format/sha256.ts';
import { documentWeights, openModel, pageWeights } from './model.ts';

const at = useModels();

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

describe('what an earlier run encoded', () => {
  it.each([
    ['another tokenizer', 'tokenizer.json', { ...tokenizerJson(), normalizer: { type: 'Lowercase' } }],
    ["the tokenizer's other options", 'tokenizer_config.json', { ...TOKENIZER_CONFIG, remove_space: true }],
    ['lower-cased texts', 'sentence_bert_config.json', { do_lower_case: true }],
  ])('is encoded again with %s', async (_, file, content) => {
    const model = `retokenized-${file}`;
    await cp(at('unit'), at(model), { recursive: true });
    const cache = at(`${model}.jsonl`);
    const index = async () => {
      const options = ['--model', at(model), '--no-webgpu', '--json', '--cache', cache];
      return JSON.parse((await latelight('index', at('site'), '-o', at(`${model}-index`), ...options)).out);
    };
    const { passages, reused } = await index();
    expect(reused).toBe(0);
    expect(await index()).toMatchObject({ passages, reused: passages });
    await writeFiles(at(model), { [file]: content });
    expect(await index()).toMatchObject({ passages, reused: 0 });
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

  it('gives a library both, since it encodes documents too', async () => {
    expect(await latelight('library', at('two-library'), '--model', at('two'))).toMatchObject({ code: 0 });
    const engine = parseEngineFile(await readFile(at('two-library/engine.json'), 'utf8'));
    const [small, full] = [at('two/query/model.onnx'), at('unit/model.onnx')].map((path) => readFileSync(path));
    const shipped = (ref: FileRef) => readFileSync(at('two-library', ref.file));
    expect(shipped(engine.queryEncoder.weights.wasm)).toEqual(small);
    expect(shipped(engine.documentWeights!.wasm)).toEqual(full);
    expect(engine.documentEncoder.sha256).toBe(engine.documentWeights!.wasm.sha256);
    expect(await latelight('library', at('one-library'), '--model', at('unit'))).toMatchObject({ code: 0 });
    const engineText = await readFile(at('one-library/engine.json'), 'utf8');
    const one = parseEngineFile(engineText);
    expect(one.documentWeights).toBeUndefined();
    expect(one.documentEncoder.sha256).toBe(one.queryEncoder.weights.wasm.sha256);
    // Its service worker keeps this engine file and no other.
    const sha256 = await sha256Hex(new TextEncoder().encode(engineText));
    const integrity = `sha256-${Buffer.from(sha256, 'hex').toString('base64')}`;
    const serviceWorker = await readFile(at('one-library/sw.js'), 'utf8');
    expect(serviceWorker).toContain(`{url:"engine.json",revision:"${sha256}",integrity:"${integrity}"}`);
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

describe('a model with weights of 4 bits', () => {
  it('gives pages that one file on every device, and encodes documents with a better one', async () => {
    await cp(at('unit'), at('four'), { recursive: true });
    await writeFiles(at('four'), { 'model_q4.onnx': tinyGraph({ width: 16, seed: 9 }) });
    const { folder } = await openModel(at('four'));
    expect(documentWeights(folder)).toBe('fp32');
    expect(await pageWeights(folder, 'wasm')).toBe(at('four/model_q4.onnx'));
    expect(await pageWeights(folder, 'webgpu')).toBe(at('four/model_q4.onnx'));
  });
});

describe('dimensions', () => {
  it.each(['24', '12'])('refuse --dim %s of a model with 16', async (dim) => {
    for (const command of [
      ['index', at('site'), '-o', at('none')],
      ['fit-codec', at('text.jsonl')],
    ]) {
      expect(await latelight(...command, '--model', at('unit'), '--dim', dim)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/\[bad-option\].*--dim or shape\.dim to be a multiple of 8 of at most 16/),
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
