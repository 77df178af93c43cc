// The codec's file (*.llc): docs/FORMAT.md, "Codec file". Writer and reader are inverses; the reader proves the codec safe.

import { LatelightError } from '../errors.ts';
import { FieldChecker, type FileKind, writeFileHeader } from '../format/file-header.ts';
import { CODEWORDS, FULL_QUERY_SCALE } from '../format/layout.ts';
import { type Codec, checkCodec } from './codec.ts';

const HEADER_BYTES = 32;
const KIND: FileKind = { magic: 'LLCODEC\n', version: 1, headerBytes: HEADER_BYTES };

export function writeCodec(codec: Codec): Uint8Array {
  checkCodec(codec);
  const { dim, rotation, codewords, codewordScale, queryScale } = codec;
  const bytes = new Uint8Array(HEADER_BYTES + rotation.length * 4 + codewords.length);
  const view = writeFileHeader(bytes, KIND, codec);
  view.setFloat32(20, codewordScale, true);
  view.setUint8(24, queryScale);
  rotation.forEach((value, i) => {
    view.setFloat32(HEADER_BYTES + 4 * i, value, true);
  });
  bytes.set(new Uint8Array(codewords.buffer, codewords.byteOffset, codewords.length), HEADER_BYTES + 4 * dim * dim);
  return bytes;
}

/** @throws LatelightError `bad-codec` naming the field that is wrong */
export function readCodec(bytes: Uint8Array): Codec {
  const check = new FieldChecker((what) => {
    throw new LatelightError('bad-codec', `codec file: ${what}. Download it again or index the site again.`);
  });
  const view = check.expectHeader(bytes, KIND);
  for (let i = 25; i < HEADER_BYTES; i++) check.expect(`reserved byte ${i}`, 0, bytes[i]);
  const dim = view.getUint16(16, true);
  const subspaceDim = view.getUint16(18, true);
  const codewordScale = view.getFloat32(20, true);
  const size = HEADER_BYTES + dim * dim * 4 + CODEWORDS * dim;
  if (bytes.length !== size) check.fail(`expected ${size} bytes for ${dim} dimensions, got ${bytes.length}`);
  if (!(codewordScale > 0 && codewordScale < 1e6)) check.fail(`expected a positive scale, got ${codewordScale}`);
  const rotation = new Float32Array(dim * dim);
  for (let i = 0; i < rotation.length; i++) {
    const value = view.getFloat32(HEADER_BYTES + 4 * i, true);
    if (!(Math.abs(value) <= 1.001)) check.fail('expected an orthogonal rotation');
    rotation[i] = value;
  }
  const codewords = new Int8Array(
    bytes.buffer,
    bytes.byteOffset + HEADER_BYTES + dim * dim * 4,
    CODEWORDS * dim,
  ).slice();
  const codec: Codec = {
    dim,
    subspaceDim: subspaceDim as 2 | 4,
    subspaceCount: dim / subspaceDim,
    rotation,
    codewords,
    codewordScale,
    // A file that names none means the full one.
    queryScale: view.getUint8(24) || FULL_QUERY_SCALE,
  };
  checkCodec(codec);
  return codec;
}
