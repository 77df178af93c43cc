// The wire format of protocol buffers, as far as ONNX files need it: fields are walked without decoding what is not looked at, and
// small messages are written. (https://protobuf.dev/programming-guides/encoding/)

import { concatBytes } from '../format/concat-bytes.ts';

/** Bytes that are read a few at a time: a file need not be in memory. */
export type ReadBytes = (offset: number, length: number) => Uint8Array;

export interface WireField {
  number: number;
  /** Of a varint or fixed-size field. */
  value: number;
  /** Of a length-delimited field: where its bytes are. */
  start: number;
  end: number;
}

/** The fields of the message at `start`..`end`. Throws RangeError where the bytes are no message. */
export function* wireFields(read: ReadBytes, start: number, end: number): Generator<WireField> {
  let at = start;
  while (at < end) {
    const head = read(at, Math.min(20, end - at));
    const tag = varint(head, 0);
    const number = Math.floor(tag.value / 8);
    at += tag.size;
    switch (tag.value % 8) {
      case 0: {
        const { value, size } = varint(head, tag.size);
        yield { number, value, start: at, end: at + size };
        at += size;
        break;
      }
      case 1:
        yield { number, value: Number.NaN, start: at, end: at + 8 };
        at += 8;
        break;
      case 2: {
        const { value: length, size } = varint(head, tag.size);
        at += size;
        if (at + length > end) throw new RangeError(`field ${number} is longer than its message`);
        yield { number, value: Number.NaN, start: at, end: at + length };
        at += length;
        break;
      }
      case 5:
        yield { number, value: Number.NaN, start: at, end: at + 4 };
        at += 4;
        break;
      default:
        throw new RangeError(`wire type ${tag.value % 8} does not exist`);
    }
  }
}

export function wireText(read: ReadBytes, { start, end }: WireField): string {
  return new TextDecoder().decode(read(start, end - start));
}

/** Numbers above 2^53 lose their last digits: none that is looked at is as large. */
function varint(bytes: Uint8Array, from: number): { value: number; size: number } {
  let value = 0;
  for (let size = 1; size <= 10; size++) {
    const byte = bytes[from + size - 1];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * (size - 1));
    if (byte < 128) return { value, size };
  }
  throw new RangeError('a number does not end');
}

/** A message from its fields in order; text and nested messages are length-delimited, numbers are varints. */
export function writeMessage(...fields: [number: number, content: number | string | Uint8Array][]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, content] of fields) {
    if (typeof content === 'number') parts.push(writeVarint(number * 8), writeVarint(content));
    else {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      parts.push(writeVarint(number * 8 + 2), writeVarint(bytes.length), bytes);
    }
  }
  return concatBytes(parts);
}

function writeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.of(...bytes, rest);
}
