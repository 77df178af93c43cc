// The model that this app came with: what its engine file names, opened as far as a worker needs it.

import type { Codec } from '../../codec/codec.ts';
import { readCodec } from '../../codec/codec-file.ts';
import { LikelyQueryTable } from '../../encoder/likely-queries.ts';
import { type EngineFile, parseEngineFile } from '../../format/engine-file.ts';
import { readQueryTable } from '../../format/query-table.ts';
import type { ByteSource } from '../../format/source.ts';
import type { Coding } from '../../indexing/encode-passage.ts';
import type { EncoderFiles } from '../../worker/open-encoder.ts';

const ENGINE_FILE = 'engine.json';

/** @throws LatelightError `download-failed`, `bad-manifest` */
export async function readEngineFile(source: ByteSource, signal?: AbortSignal): Promise<EngineFile> {
  return parseEngineFile(await source.readManifest(signal, ENGINE_FILE));
}

/** What encodes documents. */
export function documentEncoderFiles({ queryEncoder, documentWeights, runtime }: EngineFile): EncoderFiles {
  return { queryEncoder: { ...queryEncoder, weights: documentWeights ?? queryEncoder.weights }, runtime };
}

/** How rows become codes. */
export async function openCoding(source: ByteSource, { codec: ref, likely }: EngineFile): Promise<Coding> {
  const codec = readCodec(await source.read(ref));
  if (!likely) return { codec };
  const tableCodec = likely.codec.sha256 === ref.sha256 ? codec : readCodec(await source.read(likely.codec));
  const table = readQueryTable(await source.read(likely.table), shapeOf(tableCodec, likely.codec.sha256));
  return { codec, likelyQueries: new LikelyQueryTable(table, tableCodec, codec) };
}

function shapeOf({ dim, subspaceDim }: Codec, codecSha256: string) {
  return { dim, subspaceDim, codecSha256 };
}

/** Codes of two engines mean the same, and can be searched together, when these are equal. */
export function codesFingerprint({ codec, documentEncoder, queryEncoder }: EngineFile): string {
  const { tokenizer, config } = queryEncoder;
  return [codec.sha256, documentEncoder.sha256, tokenizer.sha256, JSON.stringify(config)].join(' ');
}
