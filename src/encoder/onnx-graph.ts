// ONNX files looked at without running them, and graphs made whole: a backbone's export gets its Dense layers and unit rows, so
// that a page runs one graph and knows nothing of layers. Field numbers are those of onnx.proto.

import { concatBytes } from '../format/concat-bytes.ts';
import { COMPLETED_OUTPUT, rowsOutput } from './encoder.ts';
import { FLOAT32, GraphWriter } from './onnx-writer.ts';
import { type ReadBytes, type WireField, wireFields, wireText } from './protobuf.ts';

/** A graph's input or output. */
export interface GraphValue {
  name: string;
  /** Number of ONNX's element type: `FLOAT32`, ... */
  elementType: number;
  /** A fixed size, or 0 where the graph leaves it open. */
  shape: number[];
}

export interface GraphSummary {
  opset: number;
  inputs: GraphValue[];
  outputs: GraphValue[];
  /** Whether weights lie in other files beside this one. */
  externalData: boolean;
}

/** Applied to rows in order: `rows = activation(rows W + bias) [+ rows R, or + rows]`. */
export interface DenseLayer {
  inputDim: number;
  outputDim: number;
  /** [inputDim, outputDim] */
  weight: Float32Array;
  /** [outputDim] */
  bias?: Float32Array;
  activation: Activation;
  /** `identity` adds the rows as they came; a matrix [inputDim, outputDim] projects them first. */
  residual?: 'identity' | Float32Array;
}

export const ACTIVATIONS = ['Identity', 'Tanh', 'ReLU', 'GELU', 'SiLU', 'Sigmoid'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Throws RangeError when the bytes are no ONNX model. */
export function readGraphSummary(read: ReadBytes, byteCount: number): GraphSummary {
  const summary: GraphSummary = { opset: 0, inputs: [], outputs: [], externalData: false };
  const initializers = new Set<string>();
  let graphs = 0;
  for (const field of wireFields(read, 0, byteCount)) {
    if (field.number === 8) {
      const [domain, version] = operatorSet(read, field);
      if (domain === '' || domain === 'ai.onnx') summary.opset = version;
    } else if (field.number === 7) {
      graphs++;
      for (const part of wireFields(read, field.start, field.end)) {
        if (part.number === 11) summary.inputs.push(graphValue(read, part));
        else if (part.number === 12) summary.outputs.push(graphValue(read, part));
        else if (part.number === 5) {
          const { name, external } = initializer(read, part);
          initializers.add(name);
          summary.externalData ||= external;
        }
      }
    }
  }
  if (graphs === 0 || summary.outputs.length === 0) throw new RangeError('there is no graph with an output in it');
  // Old files list their weights among the inputs.
  summary.inputs = summary.inputs.filter(({ name }) => !initializers.has(name));
  return summary;
}

/** The output that has the rows: as the encoder chooses. */
export function rowsValue(summary: GraphSummary): GraphValue {
  const name = rowsOutput(summary.outputs.map((output) => output.name));
  return summary.outputs.find((output) => output.name === name)!;
}

/**
 * The bytes to append to an ONNX file so that it has one more output, `COMPLETED_OUTPUT`: its rows after `layers`, at unit length.
 * Two serialized messages one after the other are their merge (https://protobuf.dev/programming-guides/encoding/#last-one-wins):
 * lists are joined, so the appended graph's nodes, weights and output go behind the file's own.
 * @param rows name of the output [batch, tokens, layers[0].inputDim] to go on from
 * @param dim width of the result, 0 where it is not known
 */
export function completion(rows: string, layers: readonly DenseLayer[], dim: number): Uint8Array {
  const graph = new GraphWriter('latelight');
  let at = rows;
  for (const layer of layers) {
    let next = graph.node('MatMul', [at, graph.floats(layer.weight, [layer.inputDim, layer.outputDim])]);
    if (layer.bias) next = graph.node('Add', [next, graph.floats(layer.bias, [layer.outputDim])]);
    next = activate(graph, layer.activation, next);
    if (layer.residual === 'identity') next = graph.node('Add', [next, at]);
    else if (layer.residual) {
      const residual = graph.floats(layer.residual, [layer.inputDim, layer.outputDim]);
      next = graph.node('Add', [next, graph.node('MatMul', [at, residual])]);
    }
    at = next;
  }
  normalize(graph, at, COMPLETED_OUTPUT);
  graph.output(COMPLETED_OUTPUT, FLOAT32, ['batch', 'tokens', dim || 'dim']);
  return graph.bytes();
}

/** Lowest opset whose ReduceSum takes its axes as an input, as `completion` gives them. */
export const LEAST_OPSET = 13;

function activate(graph: GraphWriter, kind: Activation, input: string): string {
  switch (kind) {
    case 'Identity':
      return input;
    case 'Tanh':
    case 'Sigmoid':
      return graph.node(kind, [input]);
    case 'ReLU':
      return graph.node('Relu', [input]);
    case 'SiLU':
      return graph.node('Mul', [input, graph.node('Sigmoid', [input])]);
    case 'GELU': {
      // x / 2 (1 + erf(x / sqrt 2)), as torch computes it by default.
      const erf = graph.node('Erf', [graph.node('Mul', [input, graph.float(Math.SQRT1_2)])]);
      const half = graph.node('Mul', [input, graph.float(0.5)]);
      return graph.node('Mul', [half, graph.node('Add', [erf, graph.float(1)])]);
    }
    default:
      return kind satisfies never;
  }
}

/** x / max(|x|, 1e-12), as torch's `normalize`. */
function normalize(graph: GraphWriter, input: string, output: string): void {
  const squared = graph.node('ReduceSum', [graph.node('Mul', [input, input]), graph.integers([-1])]);
  const length = graph.node('Max', [graph.node('Sqrt', [squared]), graph.float(1e-12)]);
  graph.node('Div', [input, length], output);
}

/** A file and what is appended to it. */
export function completeGraph(file: Uint8Array, appended: Uint8Array): Uint8Array {
  return concatBytes([file, appended]);
}

function operatorSet(read: ReadBytes, field: WireField): [domain: string, version: number] {
  let domain = '';
  let version = 0;
  for (const part of wireFields(read, field.start, field.end)) {
    if (part.number === 1) domain = wireText(read, part);
    else if (part.number === 2) version = part.value;
  }
  return [domain, version];
}

function graphValue(read: ReadBytes, field: WireField): GraphValue {
  const value: GraphValue = { name: '', elementType: 0, shape: [] };
  const within = (parent: WireField, number: number) =>
    [...wireFields(read, parent.start, parent.end)].filter((part) => part.number === number);
  for (const name of within(field, 1)) value.name = wireText(read, name);
  for (const type of within(field, 2)) {
    for (const tensor of within(type, 1)) {
      for (const { value: elementType } of within(tensor, 1)) value.elementType = elementType;
      for (const shape of within(tensor, 2)) {
        value.shape = within(shape, 1).map((dimension) => within(dimension, 1)[0]?.value ?? 0);
      }
    }
  }
  return value;
}

function initializer(read: ReadBytes, field: WireField): { name: string; external: boolean } {
  let name = '';
  let external = false;
  for (const part of wireFields(read, field.start, field.end)) {
    if (part.number === 8) name = wireText(read, part);
    else if (part.number === 14) external = part.value === 1;
  }
  return { name, external };
}
