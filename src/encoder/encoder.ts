// Text -> token embeddings with any onnxruntime build: tensors in, rows out. Which runtime, and where the model's bytes
// come from, is the business of runtime-node.ts and runtime-web.ts.

import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { LatelightError, messageOf, throwIfAborted } from '../errors.ts';
import { MAX_QUERY_TOKENS } from '../format/layout.ts';
import type { GpuTokenEmbeddings, TokenEmbeddings } from '../shared-types.ts';
import type { ColbertTokenizer, EncodedText } from './colbert-tokenizer.ts';
import { type BoundOutput, GpuOutputs } from './gpu-outputs.ts';

export interface EncoderRuntime {
  session: InferenceSession;
  Tensor: TensorConstructor;
  provider: 'cpu' | 'wasm' | 'webgpu';
  /** The session's device, where its outputs stay on the GPU. */
  device?: GPUDevice;
  /** Frees what the runtime holds beside the session. */
  release?: () => void;
}

/** What a session is fed: ids and, for each, whether attention may look at it. */
export type TokenIds = Pick<EncodedText, 'ids' | 'attentionMask'>;

/** Rows on the GPU as the session left them; after `release` the next query may overwrite them. */
export interface GpuQueryEmbeddings extends GpuTokenEmbeddings {
  release: () => void;
}

/** Says what each row of a query weighs, as TableEncoder does. */
export interface RowWeigher {
  /** [tokens]; nothing for all of weight 1. */
  rowWeights: (query: EncodedText) => Float32Array | undefined;
}

export interface EncodedDocument extends TokenEmbeddings {
  /** [tokenCount] position of each kept row in the encoded ids, for `align`. */
  positions: Uint32Array;
  /** [tokenCount] vocabulary id of each kept row. */
  ids: Uint32Array;
}

const WARM_UP = 'warm up';
/**
 * Tokens. On WebGPU a length whose matrices divide otherwise needs shaders of its own: multiples of four or not, up to eight tokens or
 * more, and products in blocks of 4 bits from 32 on (docs/decisions/0006; e2e/encode-resources.spec.ts).
 */
const WARM_UP_LENGTHS = [5, 8, 11, 12, 32];

export class Encoder {
  readonly tokenizer: ColbertTokenizer;
  readonly provider: EncoderRuntime['provider'];
  private readonly runtime: EncoderRuntime;
  private readonly weigher: RowWeigher | undefined;
  private readonly gpuOutputs: GpuOutputs | undefined;
  private failedWhileBound = false;
  /** Dimensions of a row, once a run has told. */
  private gpuDim = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** @param weigher of queries that are encoded to be scored */
  constructor(tokenizer: ColbertTokenizer, runtime: EncoderRuntime, weigher?: RowWeigher) {
    this.tokenizer = tokenizer;
    this.runtime = runtime;
    this.weigher = weigher;
    this.provider = runtime.provider;
    this.gpuOutputs = runtime.device && new GpuOutputs(runtime.device, runtime.Tensor);
  }

  /** Query rows in main memory, f32 [tokenCount, dim], L2-normalised, with the weights to score them with; expansion rows are kept. */
  async encodeQuery(text: string): Promise<TokenEmbeddings> {
    const encoded = this.tokenizer.encode(text, 'query');
    return { ...(await this.encodeTokens(encoded)), rowWeights: this.weigher?.rowWeights(encoded) };
  }

  /** Rows of ids that come from no text. */
  async encodeTokens(encoded: TokenIds): Promise<TokenEmbeddings> {
    const rows = await this.rowsAsIs(encoded);
    normalizeRows(rows.data, rows.dim);
    return rows;
  }

  /** Query rows as the graph gives them, whatever their length. */
  encodeQueryAsIs(text: string): Promise<TokenEmbeddings> {
    return this.rowsAsIs(this.tokenizer.encode(text, 'query'));
  }

  private async rowsAsIs(encoded: TokenIds): Promise<TokenEmbeddings> {
    const output = await this.run(encoded);
    const data = await this.readRows(output);
    const [, tokenCount, dim] = output.dims;
    const rows = data.slice(0, tokenCount * dim);
    output.dispose();
    return { data: rows, tokenCount, dim };
  }

  /** Query rows left in a GPU buffer of the session's device. The session must prefer outputs in `gpu-buffer`. */
  async encodeQueryOnGpu(text: string): Promise<GpuQueryEmbeddings> {
    const encoded = this.tokenizer.encode(text, 'query');
    const tokenCount = encoded.ids.length;
    const rowWeights = this.weigher?.rowWeights(encoded);
    if (this.gpuOutputs && this.gpuDim > 0) {
      let bound: BoundOutput;
      try {
        bound = this.gpuOutputs.take(tokenCount, this.gpuDim, MAX_QUERY_TOKENS);
      } catch (cause) {
        throw this.failure(cause);
      }
      try {
        await this.run(encoded, bound.tensor);
      } catch (error) {
        // onnxruntime-web 1.30 keeps a failed run's binding for the next one, which would hand out rows of another query.
        this.failedWhileBound = true;
        throw error;
      }
      return { buffer: bound.buffer, tokenCount, dim: this.gpuDim, rowWeights, release: bound.release };
    }
    const output = await this.run(encoded);
    this.gpuDim = output.dims[2];
    const buffer = output.gpuBuffer as unknown as GPUBuffer;
    return { buffer, tokenCount, dim: this.gpuDim, rowWeights, release: () => output.dispose() };
  }

  /**
   * One document's rows, skip-listed tokens dropped. Documents are run one at a time on purpose: with some weights a batch changes
   * its members, and from about 100 tokens on it wins nothing (docs/decisions/0003).
   */
  async encodeDocument(text: string, signal?: AbortSignal): Promise<EncodedDocument> {
    throwIfAborted(signal, 'encode');
    const encoded = this.tokenizer.encode(text, 'document');
    const output = await this.run(encoded);
    const all = await this.readRows(output);
    const dim = output.dims[2];
    const positions = Uint32Array.from(encoded.ids.keys()).filter((position) => encoded.keep[position]);
    const data = new Float32Array(positions.length * dim);
    positions.forEach((position, row) => {
      data.set(all.subarray(position * dim, (position + 1) * dim), row * dim);
    });
    output.dispose();
    const ids = positions.map((position) => encoded.ids[position]);
    this.checkFinite(normalizeRows(data, dim));
    return { data, tokenCount: positions.length, dim, positions, ids };
  }

  /** Runs short queries, so that the first real one finds code compiled and buffers allocated. */
  async warmUp(): Promise<void> {
    const { ids } = this.tokenizer.encode(WARM_UP, 'query');
    // Expanded queries are all of one length.
    const expanded = ids.length === this.tokenizer.encode('', 'query').ids.length;
    const lengths = this.provider === 'webgpu' && !expanded ? WARM_UP_LENGTHS : [ids.length];
    for (const length of lengths) {
      const repeated = Array.from({ length }, (_, i) => ids[i % ids.length]);
      const output = await this.run({ ids: repeated, attentionMask: repeated.map(() => 1) });
      this.gpuDim = output.dims[2];
      output.dispose();
    }
  }

  async close(): Promise<void> {
    await this.last;
    await this.runtime.session.release();
    this.gpuOutputs?.close();
    this.runtime.release?.();
  }

  /** One run after another: onnxruntime-web's WebGPU builds refuse a second one, and a warm-up may be under way. */
  private run(encoded: TokenIds, into?: Tensor): Promise<Tensor> {
    const result = this.last.then(() => this.runNow(encoded, into));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async runNow(encoded: TokenIds, into: Tensor | undefined): Promise<Tensor> {
    const { session, Tensor } = this.runtime;
    if (this.failedWhileBound) {
      throw new LatelightError(
        'device-lost',
        'encoder: expected a session whose runs succeed, got one that failed before on the GPU. Open the index again.',
      );
    }
    const shape = [1, encoded.ids.length];
    const feeds: Record<string, Tensor> = {};
    session.inputNames.forEach((name, at) => {
      const values = inputValues(name, encoded);
      // Most exports take int64, some int32: the graph says which.
      const metadata = session.inputMetadata?.[at];
      feeds[name] =
        metadata?.isTensor && metadata.type === 'int32'
          ? new Tensor('int32', Int32Array.from(values), shape)
          : new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
    });
    const outputName = rowsOutput(session.outputNames);
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await session.run(feeds, into ? { [outputName]: into } : [outputName]);
    } catch (cause) {
      throw this.failure(cause);
    }
    const output = results[outputName];
    if (output.type !== 'float32' || output.dims.length !== 3 || output.dims[1] !== encoded.ids.length) {
      throw new LatelightError(
        'bad-model',
        `encoder: expected a float32 output [1, ${encoded.ids.length}, dim], got ${output.type} [${output.dims.join(', ')}]. ` +
          'Export the model with its projection and one row a token.',
      );
    }
    return output;
  }

  private async readRows(output: Tensor): Promise<Float32Array> {
    try {
      return (await output.getData()) as Float32Array;
    } catch (cause) {
      throw this.failure(cause);
    }
  }

  /** What is no number would be coded like any row, and found by nobody: floats of 16 bits overflow, and drivers have bugs. */
  private checkFinite(rows: Float32Array): void {
    let sum = 0; // no row is longer than 1, so nothing finite overflows
    for (const value of rows) sum += value;
    if (Number.isFinite(sum)) return;
    const message = `encoder: expected finite rows of a document, got some that are no number (${this.provider}).`;
    if (this.provider === 'webgpu') throw new LatelightError('device-lost', message);
    throw new LatelightError('bad-model', `${message} Export the model again, or use other weights.`);
  }

  /** On a GPU whatever the runtime fails with is laid at the device's door: it may have no memory left, or be gone. Another may do. */
  private failure(cause: unknown): unknown {
    if (this.provider !== 'webgpu' || cause instanceof LatelightError) return cause;
    const message = `encoder: expected the GPU to run the model, it refused: ${messageOf(cause)}`;
    return new LatelightError('device-lost', message, { cause });
  }
}

/** The output that `completeModel` adds to a graph that is not a whole ColBERT: unit rows, after every Dense layer. */
export const COMPLETED_OUTPUT = 'latelight_rows';

/** Which of a graph's outputs are the rows: only that one is computed. */
export function rowsOutput(names: readonly string[]): string {
  // Vespa's exports say `contextual`, transformers.js and optimum may put a pooled vector beside the tokens'.
  const known = [COMPLETED_OUTPUT, 'output', 'contextual', 'token_embeddings', 'last_hidden_state'];
  return known.find((name) => names.includes(name)) ?? names[0];
}

function inputValues(name: string, encoded: TokenIds): number[] {
  if (name === 'input_ids') return encoded.ids;
  if (name === 'attention_mask') return encoded.attentionMask;
  if (name === 'token_type_ids') return encoded.ids.map(() => 0);
  throw new LatelightError(
    'bad-model',
    `encoder: expected inputs input_ids, attention_mask and perhaps token_type_ids, got ${name}.`,
  );
}

/** L2-normalises rows in place, as PyLate does after projecting; a zero row stays zero. */
function normalizeRows(data: Float32Array, dim: number): Float32Array {
  for (let start = 0; start < data.length; start += dim) {
    let squared = 0;
    for (let d = start; d < start + dim; d++) squared += data[d] * data[d];
    // Already unit length to within f32: dividing again would only add rounding.
    if (squared === 0 || Math.abs(squared - 1) < 1e-6) continue;
    const inverse = 1 / Math.sqrt(squared);
    for (let d = start; d < start + dim; d++) data[d] *= inverse;
  }
  return data;
}
