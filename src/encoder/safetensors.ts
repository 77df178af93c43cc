// Single tensors out of a .safetensors file, without reading the rest of it. (https://github.com/huggingface/safetensors#format) Node only.

import { open } from 'node:fs/promises';
import { LatelightError } from '../errors.ts';

export interface StoredTensor {
  shape: number[];
  data: Float32Array;
}

/** A header is JSON of a few kilobytes; this bounds what a damaged length can make us allocate. */
const MOST_HEADER_BYTES = 100_000_000;

/**
 * Tensors by name, those that the file has, as float32.
 * @throws LatelightError `bad-model` when the file cannot be read, is not safetensors or holds a wanted tensor in a type that is no float
 */
export async function readTensors(path: string, names: string[]): Promise<Map<string, StoredTensor>> {
  const refuse = (cause: unknown): never => {
    throw new LatelightError('bad-model', `model: expected tensors in ${path}, but ${(cause as Error).message}`, {
      cause,
    });
  };
  const file = await open(path).catch(refuse);
  try {
    const { size } = await file.stat();
    const read = async (position: number, length: number) => {
      const bytes = new Uint8Array(length);
      await file.read(bytes, 0, length, position);
      return bytes;
    };
    const headerLength = Number(new DataView((await read(0, 8)).buffer).getBigUint64(0, true));
    if (headerLength > Math.min(size - 8, MOST_HEADER_BYTES))
      throw new RangeError('its header is longer than the file');
    const header = JSON.parse(new TextDecoder().decode(await read(8, headerLength))) as Record<string, TensorInfo>;
    const found = new Map<string, StoredTensor>();
    for (const name of names) {
      const info = header[name];
      if (!info) continue;
      const [start, end] = info.data_offsets;
      const base = 8 + headerLength;
      if (!(start >= 0 && end >= start && base + end <= size)) throw new RangeError(`${name} lies outside the file`);
      found.set(name, { shape: info.shape, data: toFloat32(info.dtype, await read(base + start, end - start)) });
    }
    return found;
  } catch (cause) {
    return refuse(cause);
  } finally {
    await file.close();
  }
}

interface TensorInfo {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function toFloat32(type: string, bytes: Uint8Array): Float32Array {
  if (type === 'F32') return new Float32Array(bytes.buffer);
  if (type !== 'F16' && type !== 'BF16') throw new TypeError(`expected F32, F16 or BF16, got ${type}`);
  const words = new Uint16Array(bytes.buffer);
  if (type === 'F16') return Float32Array.from(words, halfToFloat);
  // bfloat16 is the upper half of a float32.
  return new Float32Array(Uint32Array.from(words, (word) => word << 16).buffer);
}

function halfToFloat(word: number): number {
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = (word >> 10) & 31;
  const fraction = word & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
