// A model folder ready for the CLI: which weights encode documents, the codec, and the files that pages download. Node only.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Codec } from '../codec/codec.ts';
import { readCodec } from '../codec/codec-file.ts';
import { Encoder } from '../encoder/encoder.ts';
import { type ModelFolder, openModelFolder, type WeightFormat } from '../encoder/model-folder.ts';
import { openNodeRuntime } from '../encoder/runtime-node.ts';
import { LatelightError } from '../errors.ts';
import { sha256Hex } from '../format/sha256.ts';
import type { EncodeSetup } from './encode-task.ts';

export interface OpenModel {
  folder: ModelFolder;
  /** Weight format that encodes documents, and its file. */
  weights: WeightFormat;
  weightsSha256: string;
  codec: Codec;
  codecBytes: Uint8Array;
  codecSha256: string;
  /** What the encoding pool opens. */
  setup: EncodeSetup;
}

export interface CodecShape {
  dim: number;
  subspaceDim: 2 | 4;
}

/** 32 bytes a row: docs/decisions/0002. */
export const DEFAULT_SHAPE: CodecShape = { dim: 128, subspaceDim: 2 };

/** Best quality first, among formats that are quick enough on a CPU: docs/decisions/0001. */
const DOCUMENT_WEIGHTS: WeightFormat[] = ['q8', 'fp32', 'int8'];
const QUERY_WEIGHTS: WeightFormat[] = ['int8', 'q8', 'fp32'];

export function codecFileName({ dim, subspaceDim }: CodecShape): string {
  return `codec-${dim}x${subspaceDim}.llc`;
}

/** Reads a folder's config, tokenizer and codec. */
export async function openModel(path: string, shape: CodecShape = DEFAULT_SHAPE): Promise<OpenModel> {
  const folder = await openModelFolder(path);
  const codecPath = join(path, codecFileName(shape));
  if (!existsSync(codecPath)) {
    throw new LatelightError(
      'bad-model',
      `model: expected a codec at ${codecPath}, found none. Make one with \`latelight fit-codec --model ${path}\`.`,
    );
  }
  const codecBytes = new Uint8Array(await readFile(codecPath));
  const codec = readCodec(codecBytes);
  const weights = documentWeights(folder);
  const [weightsSha256, codecSha256] = await Promise.all([
    readFile(folder.weights[weights]!).then(sha256Hex),
    sha256Hex(codecBytes),
  ]);
  const setup = { modelFolder: path, weightsPath: folder.weights[weights]!, codecPath, shape };
  return { folder, weights, weightsSha256, codec, codecBytes, codecSha256, setup };
}

export function documentWeights(folder: ModelFolder): WeightFormat {
  return pickWeights(folder, DOCUMENT_WEIGHTS);
}

/** An encoder for queries alone, with the weights that pages use on a CPU. */
export async function openQueryEncoder(folder: ModelFolder): Promise<Encoder> {
  return new Encoder(folder.tokenizer, await openNodeRuntime(pageWeights(folder).wasm));
}

/** The ONNX files that pages download: int8 for a CPU, 8-bit blocks for WebGPU, fp32 where there is nothing else. */
export function pageWeights(folder: ModelFolder): { wasm: string; webgpu: string } {
  return {
    wasm: folder.weights[pickWeights(folder, QUERY_WEIGHTS)]!,
    webgpu: folder.weights[pickWeights(folder, ['q8', 'fp32', 'int8'])]!,
  };
}

function pickWeights(folder: ModelFolder, order: WeightFormat[]): WeightFormat {
  return order.find((format) => folder.weights[format])!;
}
