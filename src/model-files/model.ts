// A model folder ready for indexing: which weights encode documents, the codec, and the files that pages download. Node only.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Codec } from '../codec/codec.ts';
import { readCodec } from '../codec/codec-file.ts';
import { readDenseLayers } from '../encoder/dense-layers.ts';
import { Encoder, type RowWeigher } from '../encoder/encoder.ts';
import type { ModelOverrides } from '../encoder/model-config.ts';
import { type EncoderFolder, type ModelFolder, openModelFolder, type WeightFormat } from '../encoder/model-folder.ts';
import { completeGraph, completion, LEAST_OPSET } from '../encoder/onnx-graph.ts';
import { openNodeRuntime } from '../encoder/runtime-node.ts';
import { packTokenizer } from '../encoder/tokenizer-file.ts';
import { LatelightError } from '../errors.ts';
import { sha256Hex } from '../format/sha256.ts';
import { type CodecShape, codecFileName } from './codec-files.ts';
import type { EncodeSetup } from './encode-setup.ts';
import { likelyQueryFiles } from './likely-queries-file.ts';
import { cacheFolder, writeWhole } from './model-cache.ts';

export interface OpenModel {
  folder: ModelFolder;
  /** Weight format that encodes documents, and its file. */
  weights: WeightFormat;
  weightsSha256: string;
  shape: CodecShape;
  codec: Codec;
  codecBytes: Uint8Array;
  codecSha256: string;
  /** Of the query table that codes are chosen with; empty when the model has none. */
  likelySha256: string;
  /** As indexes ship it: packed JSON. */
  tokenizerBytes: Uint8Array;
  tokenizerSha256: string;
  /** What the encoding pool opens. */
  setup: EncodeSetup;
}

/** As the user says it: without `dim`, the model's own, at most `DEFAULT_SHAPE.dim`. */
export interface ShapeChoice {
  dim?: number;
  subspaceDim: 2 | 4;
}

/** 32 bytes a row: docs/decisions/0002. */
export const DEFAULT_SHAPE: CodecShape = { dim: 128, subspaceDim: 2 };

/** The model's own dimension in subspaces of 2: what its query table is coded with. */
export const FINEST: ShapeChoice = { subspaceDim: 2 };

/** int8 products leave unit rows unit to within 1e-6; a graph that does not normalise is off by whole numbers. */
const UNIT_TOLERANCE = 1e-3;

/** Best quality first, among formats that are quick enough on a CPU: docs/decisions/0001. */
const DOCUMENT_WEIGHTS: WeightFormat[] = ['q8', 'fp32', 'int8', 'q4'];
const PAGE_WEIGHTS = {
  wasm: ['int8', 'q8', 'q4', 'fp32'],
  webgpu: ['q8', 'q4', 'fp32', 'int8'],
} satisfies Record<string, WeightFormat[]>;

/**
 * Reads a folder's config, tokenizer and codec.
 * @param withLikely false for what codes no passages: a query table that does not fit its codec is then no error
 * @throws LatelightError `bad-model`; `bad-codec` when the codec is not of the shape it is named for; `bad-option`
 */
export async function openModel(
  path: string,
  choice: ShapeChoice = { subspaceDim: DEFAULT_SHAPE.subspaceDim },
  overrides: ModelOverrides = {},
  { withLikely = true } = {},
): Promise<OpenModel> {
  const folder = await openModelFolder(path, overrides);
  const shape = await codecShape(folder, choice);
  const codecPath = join(path, codecFileName(shape));
  if (!existsSync(codecPath)) {
    throw new LatelightError(
      'bad-model',
      `model: expected a codec at ${codecPath}, found none. Make one with \`latelight fit-codec <text files> --model ${path}\`.`,
    );
  }
  const codecBytes = new Uint8Array(await readFile(codecPath));
  const codec = readCodec(codecBytes);
  if (codec.dim !== shape.dim || codec.subspaceDim !== shape.subspaceDim) {
    throw new LatelightError(
      'bad-codec',
      `model: expected ${codecPath} to be of ${shape.dim} dimensions in subspaces of ${shape.subspaceDim}, ` +
        `got ${codec.dim} in ${codec.subspaceDim}. Fit it again.`,
    );
  }
  const weights = documentWeights(folder);
  const weightsPath = await wholeWeights(folder, weights);
  const likely = withLikely ? await likelyQueryFiles(path, await codecShape(folder, FINEST), shape) : undefined;
  const tokenizerBytes = new TextEncoder().encode(JSON.stringify(packTokenizer(folder.tokenizerJson)));
  const [weightsSha256, codecSha256, likelySha256, tokenizerSha256] = await Promise.all([
    readFile(weightsPath).then(sha256Hex),
    sha256Hex(codecBytes),
    likely ? readFile(likely.tablePath).then(sha256Hex) : '',
    sha256Hex(tokenizerBytes),
  ]);
  const setup = { modelFolder: path, overrides, weightsPath, codecPath, likely, shape };
  const hashes = { weightsSha256, codecSha256, likelySha256, tokenizerSha256 };
  return { folder, weights, shape, codec, codecBytes, tokenizerBytes, ...hashes, setup };
}

/** @throws LatelightError `bad-option` for a dimension that the model does not have or no codec can have */
export async function codecShape(folder: ModelFolder, { dim, subspaceDim }: ShapeChoice): Promise<CodecShape> {
  const modelDim = folder.dim || (await queryDim(folder));
  const wanted = dim ?? Math.min(modelDim - (modelDim % 8), DEFAULT_SHAPE.dim);
  if (wanted > modelDim || wanted % 8 !== 0 || wanted < 8) {
    throw new LatelightError(
      'bad-option',
      `model: expected --dim or shape.dim to be a multiple of 8 of at most ${modelDim}, the model's, got ${wanted}.`,
    );
  }
  return { dim: wanted, subspaceDim };
}

export function documentWeights(folder: ModelFolder): WeightFormat {
  return pickWeights(folder, DOCUMENT_WEIGHTS);
}

/** What a page encodes queries with: the model's smaller encoder where it has one. */
export function queryEncoderFolder(folder: ModelFolder): EncoderFolder {
  return folder.query ?? folder;
}

/** An encoder for queries alone, with the weights that pages use on a CPU. */
export async function openQueryEncoder(folder: EncoderFolder, weigher?: RowWeigher): Promise<Encoder> {
  const path = await wholeWeights(folder, pickWeights(folder, PAGE_WEIGHTS.wasm));
  return new Encoder(folder.tokenizer, await openNodeRuntime(path), weigher);
}

/** What a page would encode queries with. @param weigher the index's table; without it all words of a query are equal */
export async function openPageEncoder(folder: ModelFolder, weigher?: RowWeigher): Promise<Encoder> {
  return openQueryEncoder(queryEncoderFolder(folder), weigher);
}

/** Dimensions of an encoder's rows, seen from one run: a file that cannot be opened is found here, not by visitors. */
export async function queryDim(folder: EncoderFolder): Promise<number> {
  const encoder = await openQueryEncoder(folder);
  try {
    return (await encoder.encodeQuery('dimensions')).dim;
  } finally {
    await encoder.close();
  }
}

/** The ONNX file that pages download: int8 for a CPU, 8-bit blocks for WebGPU, fp32 where there is nothing else. */
export async function pageWeights(folder: EncoderFolder, device: keyof typeof PAGE_WEIGHTS): Promise<string> {
  const format = pageWeightFormat(folder, device);
  // On a CPU rows are made unit length after the graph; on a GPU they never leave it.
  const normalize = device === 'webgpu' && folder.dense.length === 0 && !(await givesUnitRows(folder, format));
  return wholeWeights(folder, format, normalize);
}

export function pageWeightFormat(folder: EncoderFolder, device: keyof typeof PAGE_WEIGHTS): WeightFormat {
  return pickWeights(folder, PAGE_WEIGHTS[device]);
}

/**
 * The path of a file whose graph ends with rows: the folder's own where it does, else one in the cache that goes on through the
 * Dense layers (`normalize` alone: to unit length).
 */
export async function wholeWeights(folder: EncoderFolder, format: WeightFormat, normalize = false): Promise<string> {
  const { path, rows, dim, graph } = folder.graphs[format]!;
  if (folder.dense.length === 0 && !normalize) return path;
  if (graph.opset < LEAST_OPSET) {
    throw new LatelightError(
      'bad-model',
      `model: expected rows of unit length or an opset of at least ${LEAST_OPSET} in ${path}, got opset ${graph.opset}. ` +
        'Export the model again, or index with --no-webgpu.',
    );
  }
  const appended = completion(rows, await readDenseLayers(folder.dense), folder.dim || dim);
  const bytes = await readFile(path);
  const name = (await sha256Hex(bytes)).slice(0, 24) + (await sha256Hex(appended)).slice(0, 24);
  const whole = join(cacheFolder(), 'completed', `${name}.onnx`);
  if (!existsSync(whole)) await writeWhole(whole, completeGraph(bytes, appended));
  return whole;
}

async function givesUnitRows(folder: EncoderFolder, format: WeightFormat): Promise<boolean> {
  const encoder = new Encoder(folder.tokenizer, await openNodeRuntime(folder.weights[format]!));
  try {
    const { data, dim } = await encoder.encodeQueryAsIs('how long are rows');
    for (let start = 0; start < data.length; start += dim) {
      if (Math.abs(Math.hypot(...data.subarray(start, start + dim)) - 1) > UNIT_TOLERANCE) return false;
    }
    return true;
  } finally {
    await encoder.close();
  }
}

/** Which of the formats that a model has are opened at all: of its query encoder those of pages. */
export function formatsInUse(available: WeightFormat[], isQueryEncoder = false): WeightFormat[] {
  const orders = [...(isQueryEncoder ? [] : [DOCUMENT_WEIGHTS]), ...Object.values(PAGE_WEIGHTS)];
  const chosen = orders.map((order) => order.find((format) => available.includes(format)));
  return [...new Set(chosen)].filter((format) => format !== undefined);
}

function pickWeights(folder: EncoderFolder, order: WeightFormat[]): WeightFormat {
  return order.find((format) => folder.weights[format])!;
}
