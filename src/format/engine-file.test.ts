// What an engine file may say. The fields that a manifest has too are refused by the same checks: here those that show it is so.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEngineFile } from './engine-file.ts';

const file = (name: string, bytes = 10) => ({ file: name, bytes, sha256: '0'.repeat(64) });
const engine = {
  format: 'latelight-engine',
  version: 1,
  codec: { ...file('models/c.llc', 5000), dim: 128, subspaceDim: 2 },
  documentEncoder: { name: 'm', weights: 'int8', sha256: '0'.repeat(64) },
  queryEncoder: {
    name: 'm',
    dim: 128,
    config: {
      prompts: { query: '', document: '' },
      prefixes: { query: '[Q]', document: '[D]' },
      queryLength: 64,
      documentLength: 256,
      queryExpansion: false,
      attendToExpansionTokens: false,
      skiplist: ['.'],
      maskToken: '',
    },
    tokenizer: file('models/t.json'),
    tokenizerConfig: {},
    weights: { wasm: file('models/a.onnx') },
    queryTable: file('models/q.llq'),
  },
  runtime: { wasm: file('runtime/a.wasm') },
  documentWeights: { wasm: file('models/d.onnx') },
  likely: { table: file('models/q.llq'), codec: file('models/c.llc') },
};
const parse = (change: (copy: typeof engine) => void) => () => {
  const copy = structuredClone(engine);
  change(copy);
  return parseEngineFile(JSON.stringify(copy));
};

describe('engine file', () => {
  it('reads what it should', () => {
    expect(parse(() => undefined)()).toEqual(engine);
  });

  it('may lack what only some models and folders have', () => {
    const bare = parse((copy) => {
      delete (copy as Partial<typeof copy>).likely;
      delete (copy as Partial<typeof copy>).documentWeights;
      delete (copy.queryEncoder as Partial<typeof copy.queryEncoder>).queryTable;
    })();
    expect(bare.likely).toBeUndefined();
    expect(bare.documentWeights).toBeUndefined();
    expect(bare.queryEncoder.queryTable).toBeUndefined();
    expect(bare.runtime.jspi).toBeUndefined();
  });

  it('may say that a file is in parts, though not in thousands of them', () => {
    const inParts = (partBytes: number) =>
      parse((copy) => Object.assign(copy.runtime.wasm, { bytes: 30 * 2 ** 20, partBytes }));
    expect(inParts(2 ** 24)().runtime.wasm.partBytes).toBe(2 ** 24);
    expect(inParts(1000)).toThrow(/runtime\.wasm\.partBytes to be a whole number from 1048576/);
    expect(inParts(2 ** 20 + 0.5)).toThrow(/partBytes/);
  });

  it('names the field that is wrong', () => {
    expect(() => parseEngineFile('<!doctype html>')).toThrow(/^engine file: expected the file to be JSON/);
    expect(parse((copy) => Object.assign(copy, { format: 'latelight' }))).toThrow(/format to be "latelight-engine"/);
    expect(parse((copy) => Object.assign(copy, { version: 2 }))).toThrow(/version to be 1, got 2/);
    expect(parse((copy) => Object.assign(copy, { likely: { table: file('models/q.llq') } }))).toThrow(
      /likely\.codec to be an object, got nothing/,
    );
    expect(parse((copy) => Object.assign(copy.likely, { table: file('../q.llq') }))).toThrow(/likely\.table\.file/);
    expect(parse((copy) => Object.assign(copy.documentWeights, { webgpu: 'd.onnx' }))).toThrow(
      /documentWeights\.webgpu to be an object/,
    );
    expect(parse((copy) => Object.assign(copy.codec, { subspaceDim: 3 }))).toThrow(/subspaceDim/);
    expect(parse((copy) => Object.assign(copy.runtime.wasm, { file: 'https://evil.example/a.wasm' }))).toThrow(
      /runtime\.wasm\.file/,
    );
    expect(parse((copy) => Object.assign(copy.documentEncoder, { sha256: 1 }))).toThrow(/documentEncoder\.sha256/);
    expect(parse((copy) => Object.assign(copy.queryEncoder.config, { queryLength: -1 }))).toThrow(/queryLength/);
  });

  it('never throws anything but bad-manifest', () => {
    const text = JSON.stringify(engine);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, junk) => {
        try {
          parseEngineFile(text.slice(0, at) + junk + text.slice(at + junk.length));
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-manifest' });
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
