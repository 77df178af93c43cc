// An engine file, as far as libraries are exported and imported with it, and an app whose files are empty.

import { type EngineFile, parseEngineFile } from '../../format/engine-file.ts';
import { sha256Hex } from '../../format/sha256.ts';
import type { ByteSource } from '../../format/source.ts';
import { PASSAGE_SHAPE } from '../storage/segment.fixture.ts';

export const EMPTY_APP = { read: async () => new Uint8Array() } as unknown as ByteSource;

export async function emptyEngine(): Promise<EngineFile> {
  const sha256 = await sha256Hex(new Uint8Array());
  const empty = (file: string) => ({ file, bytes: 0, sha256 });
  const { dim, subspaceDim, codecSha256 } = PASSAGE_SHAPE;
  const config = {
    prompts: { query: '', document: '' },
    prefixes: { query: '[Q]', document: '[D]' },
    queryLength: 64,
    documentLength: 256,
    queryExpansion: false,
    attendToExpansionTokens: false,
    skiplist: ['.'],
    maskToken: '',
  };
  const engine = {
    format: 'latelight-engine',
    version: 1,
    codec: { ...empty('models/c.llc'), sha256: codecSha256, dim, subspaceDim },
    documentEncoder: { name: 'm', weights: 'int8', sha256 },
    queryEncoder: {
      name: 'm',
      dim,
      config,
      tokenizer: empty('models/t.json'),
      tokenizerConfig: {},
      weights: { wasm: empty('models/a.onnx') },
    },
    runtime: { wasm: empty('runtime/a.wasm') },
  };
  return parseEngineFile(JSON.stringify(engine));
}
