// The ONNX files of a model folder looked into: inputs we can feed, rows of the width that the configs say, whether the Dense layers
// are in the graph or still to be added. Everything an export can get wrong is found here, before an hour of encoding. Node only.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { LatelightError } from '../errors.ts';
import type { DenseConfig } from './dense-layers.ts';
import type { WeightFormat } from './model-folder.ts';
import { type GraphSummary, LEAST_OPSET, readGraphSummary, rowsValue } from './onnx-graph.ts';
import { FLOAT32, INT32, INT64 } from './onnx-writer.ts';

export interface WeightFile {
  path: string;
  graph: GraphSummary;
  /** The output that has the rows, and their width; 0 where the graph leaves it open. */
  rows: string;
  dim: number;
}

interface CheckedWeights {
  graphs: Partial<Record<WeightFormat, WeightFile>>;
  dense: DenseConfig[];
  dim: number;
}

const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'];
/** No ColBERT model's rows are wider; a backbone's are. */
const WIDEST_ROW = 256;

/**
 * @param dense what the folder says comes after the backbone @param exported onnx_config.json
 * @returns the layers that the files lack, all or none of them
 * @throws LatelightError `bad-model`
 */
export async function checkWeights(
  weights: Partial<Record<WeightFormat, string>>,
  dense: readonly DenseConfig[],
  exported: Record<string, unknown> | undefined,
): Promise<CheckedWeights> {
  const graphs: CheckedWeights['graphs'] = {};
  for (const [format, path] of Object.entries(weights)) graphs[format as WeightFormat] = openWeights(path);
  const files = Object.values(graphs);
  const [first] = files;
  const other = files.find(({ dim }) => dim !== first.dim);
  if (other) {
    throw refuse(
      other,
      `rows as wide as those of ${first.path}, ${first.dim}`,
      `${other.dim}`,
      'Export both from one model.',
    );
  }
  const backbone = dense.length > 0 && isBackbone(first, dense);
  const dim = backbone ? dense.at(-1)!.outputDim : first.dim;
  if (dense.length > 0 && !backbone) checkProjected(first, dense, exported);
  if (!backbone && first.dim > WIDEST_ROW) {
    throw refuse(
      first,
      `rows of at most ${WIDEST_ROW} dimensions`,
      `${first.dim}: a backbone without its projection`,
      "Put modules.json and the Dense layers' folders of the model beside it, or export it with training/export_onnx.py.",
    );
  }
  const stated = exported?.embedding_dim;
  if (typeof stated === 'number' && dim > 0 && stated !== dim) {
    throw refuse(first, `rows of ${stated} dimensions, as onnx_config.json says`, `${dim}`, 'Export the model again.');
  }
  if (backbone && first.graph.opset < LEAST_OPSET) {
    throw refuse(first, `an opset of at least ${LEAST_OPSET}`, `${first.graph.opset}`, 'Export the model again.');
  }
  return { graphs, dense: backbone ? [...dense] : [], dim };
}

function openWeights(path: string): WeightFile {
  const graph = summarize(path);
  const rows = rowsValue(graph);
  const file = { path, graph, rows: rows.name, dim: rows.shape.at(-1) ?? 0 };
  if (graph.externalData) {
    throw refuse(
      file,
      'weights inside the file',
      'a file that refers to others',
      'Save it as one file: pages load one.',
    );
  }
  for (const { name, elementType } of graph.inputs) {
    if (!INPUTS.includes(name))
      throw refuse(file, `inputs ${INPUTS.join(', ')}`, name, 'Export the text encoder alone.');
    if (elementType !== INT64 && elementType !== INT32) {
      throw refuse(file, `${name} to be int64 or int32`, `ONNX type ${elementType}`, 'Export the model again.');
    }
  }
  if (rows.elementType !== FLOAT32) {
    throw refuse(
      file,
      `float32 rows in ${rows.name}`,
      `ONNX type ${rows.elementType}`,
      'Export the model with float32 outputs.',
    );
  }
  if (rows.shape.length !== 0 && rows.shape.length !== 3) {
    throw refuse(
      file,
      'an output [batch, tokens, dim]',
      `${rows.name} with ${rows.shape.length} axes`,
      'Export one row a token, not one vector a text.',
    );
  }
  return file;
}

function summarize(path: string): GraphSummary {
  const descriptor = openSync(path, 'r');
  try {
    const read = (offset: number, length: number) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
    };
    return readGraphSummary(read, fstatSync(descriptor).size);
  } catch (cause) {
    throw new LatelightError(
      'bad-model',
      `model: expected an ONNX model in ${path}, but ${(cause as Error).message}.`,
      {
        cause,
      },
    );
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a graph ends before the first Dense layer. */
function isBackbone(file: WeightFile, dense: readonly DenseConfig[]): boolean {
  const { inputDim } = dense[0];
  const { outputDim } = dense.at(-1)!;
  if (file.dim === inputDim && (inputDim !== outputDim || file.rows === 'last_hidden_state')) return true;
  if (file.dim === outputDim) return false;
  throw refuse(
    file,
    `rows of ${outputDim} dimensions, or of the backbone's ${inputDim}`,
    file.dim === 0 ? 'a graph that does not say' : `${file.dim}`,
    'modules.json and the ONNX file must come from the same model.',
  );
}

/**
 * next-plaid's exporter (and copies of it) chains the linear parts of all layers and leaves out what lies between them. The graph
 * cannot be told from a right one, so that a model with such layers is taken only from an exporter that says it kept them.
 */
function checkProjected(file: WeightFile, dense: readonly DenseConfig[], exported?: Record<string, unknown>): void {
  const lost = dense.filter(({ activation, residual }) => activation !== 'Identity' || residual);
  if (lost.length === 0 || exported?.dense_complete === true) return;
  const what = lost
    .map(({ activation, residual }) => (residual ? `${activation} with a residual` : activation))
    .join(', ');
  throw refuse(
    file,
    `an export that kept what modules.json says comes after the backbone (${what})`,
    'one that does not say so, and the usual exporter drops it',
    'Export the model with training/export_onnx.py, or, if you know that this file has it, set "dense_complete": true in onnx_config.json.',
  );
}

function refuse({ path }: Pick<WeightFile, 'path'>, expected: string, got: string, next: string): LatelightError {
  return new LatelightError('bad-model', `model: expected ${expected} in ${path}, got ${got}. ${next}`);
}
