// The codec's file (*.llc): docs/FORMAT.md, "Codec file". Writer and reader are inverses; the reader proves the codec safe.

import { LatelightError } from '../errors.ts';
import { writeFileHeader } from '../format/file-header.ts';
import { CODEWORDS, FULL_QUERY_SCALE } from '../format/layout.ts';
import { type Codec, checkCodec } from './codec.ts';

const MAGIC = 'LLCODEC\n';
const VERSION = 1;
const BYTE_ORDER = 0x01020304;
const HEADER_BYTES = 32;

export function writeCodec(codec: Codec): Uint8Array {
  checkCodec(codec);
  const { dim, rotation, codewords, codewordScale, queryScale } = codec;
  const bytes = new Uint8Array(HEADER_BYTES + rotation.length * 4 + codewords.length);
  const view = writeFileHeader(bytes, { magic: MAGIC, version: VERSION, headerBytes: HEADER_BYTES }, codec);
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
  const fail = (what: string): never => {
    throw new LatelightError('bad-codec', `codec file: ${what}. Download it again or index the site again.`);
  };
  if (bytes.length < HEADER_BYTES) fail(`expected at least ${HEADER_BYTES} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(0, 8));
  if (magic !== MAGIC) fail(`expected the magic ${JSON.stringify(MAGIC)}, got ${JSON.stringify(magic)}`);
  if (view.getUint32(8, true) !== BYTE_ORDER) fail('expected little-endian byte order');
  if (view.getUint16(12, true) !== VERSION) fail(`expected version ${VERSION}, got ${view.getUint16(12, true)}`);
  if (view.getUint16(14, true) !== HEADER_BYTES) fail(`expected a header of ${HEADER_BYTES} bytes`);
  if (view.getUint32(24, true) >> 8 !== 0 || view.getUint32(28, true) !== 0)
    fail('expected zeros in the reserved bytes');
  const dim = view.getUint16(16, true);
  const subspaceDim = view.getUint16(18, true);
  const codewordScale = view.getFloat32(20, true);
  const size = HEADER_BYTES + dim * dim * 4 + CODEWORDS * dim;
  if (bytes.length !== size) fail(`expected ${size} bytes for ${dim} dimensions, got ${bytes.length}`);
  if (!(codewordScale > 0 && codewordScale < 1e6)) fail(`expected a positive scale, got ${codewordScale}`);
  const rotation = new Float32Array(dim * dim);
  for (let i = 0; i < rotation.length; i++) {
    const value = view.getFloat32(HEADER_BYTES + 4 * i, true);
    if (!(Math.abs(value) <= 1.001)) fail('expected an orthogonal rotation');
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
