// fit-codec and fit-table on models of a few kilobytes.

import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Codec } from '../codec/codec.ts';
import { writeCodec } from '../codec/codec-file.ts';
import { safetensors, writeFiles } from '../encoder/tiny-model.fixture.ts';
import { randomCodec } from '../engine/scorers.fixture.ts';
import { readQueryTable, tableRow, writeQueryTable } from '../format/query-table.ts';
import { sha256Hex } from '../format/sha256.ts';
import { openModel } from '../model-files/model.ts';
import { codesFingerprint } from '../node/encode-passages.ts';
import { latelight } from './latelight.fixture.ts';
import { manifestOf, sentence, useModels } from './models.fixture.ts';

const at = useModels();

/** A row before the codec's rotation, which is orthogonal. */
const unrotated = ({ dim, rotation }: Codec, row: Float32Array) =>
  row.map((_, d) => row.reduce((sum, value, i) => sum + rotation[i * dim + d] * value, 0));

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = a.reduce((sum, value, d) => sum + value * b[d], 0);
  return dot / Math.hypot(...a) / Math.hypot(...b);
}

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

it.each(['fit-codec', 'fit-table'])(
  'the model to fit must be named for %s, which would write into the folder of the package',
  async (command) => {
    // No such file: should this be allowed once more, the test must not do it.
    expect(await latelight(command, at('none.txt'))).toMatchObject({
      code: 2,
      err: expect.stringContaining("required option '-m, --model <model>' not specified"),
    });
    expect((await latelight('help', command)).out).toMatch(/--model <model>\s+must be given/);
  },
);

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
    const model = ['--model', at('trained')];
    const both = await latelight('fit-table', at('queries.txt'), '--rows', at('rows.safetensors'), ...model);
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining('got both') });
    const neither = await latelight('fit-table', ...model);
    expect(neither).toMatchObject({ code: 2, err: expect.stringContaining('got neither') });
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
