// Small ONNX graphs, written. Field numbers are those of onnx.proto.

import { writeMessage } from './protobuf.ts';

/** Numbers of ONNX's element types. */
export const FLOAT32 = 1;
export const INT32 = 6;
export const INT64 = 7;

/** A size, or the name of one that is left open. */
export type Axis = number | string;

const IR_VERSION = 8;

export class GraphWriter {
  private readonly prefix: string;
  private readonly parts: [number, Uint8Array][] = [];
  private count = 0;

  /** @param prefix begins every name that is made up here */
  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** @returns the name of its output */
  node(type: string, inputs: string[], output = this.name()): string {
    const fields = inputs.map((input) => [1, input] as [number, string]);
    this.parts.push([1, writeMessage(...fields, [2, output], [3, `${output}_node`], [4, type])]);
    return output;
  }

  float(value: number): string {
    return this.floats(Float32Array.of(value), []);
  }

  floats(values: Float32Array, shape: number[]): string {
    return this.tensor(FLOAT32, shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  integers(values: number[]): string {
    return this.tensor(INT64, [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
  }

  input(name: string, elementType: number, shape: Axis[]): void {
    this.parts.push([11, valueInfo(name, elementType, shape)]);
  }

  output(name: string, elementType: number, shape: Axis[]): void {
    this.parts.push([12, valueInfo(name, elementType, shape)]);
  }

  /** A file with this graph; without `opset`, only the part that can be appended to another file. */
  bytes(opset?: number): Uint8Array {
    if (opset === undefined) return writeMessage([7, writeMessage(...this.parts)]);
    const graph = writeMessage(...this.parts, [2, this.prefix]);
    return writeMessage([1, IR_VERSION], [7, graph], [8, writeMessage([2, opset])]);
  }

  private tensor(elementType: number, shape: number[], bytes: Uint8Array): string {
    const name = this.name();
    const dims = shape.map((size) => [1, size] as [number, number]);
    this.parts.push([5, writeMessage(...dims, [2, elementType], [8, name], [9, bytes])]);
    return name;
  }

  private name(): string {
    return `${this.prefix}_${this.count++}`;
  }
}

function valueInfo(name: string, elementType: number, shape: Axis[]): Uint8Array {
  const axes = shape.map((axis) => [1, writeMessage([typeof axis === 'number' ? 1 : 2, axis])] as [number, Uint8Array]);
  const tensor = writeMessage([1, elementType], [2, writeMessage(...axes)]);
  return writeMessage([1, name], [2, writeMessage([1, tensor])]);
}
