// The first 20 bytes that our binary files share: magic, byte order, version, header bytes, dimensions, and the codec's hash further on.

/** What is common to every file of a kind. */
export interface FileKind {
  /** 8 characters. */
  magic: string;
  version: number;
  headerBytes: number;
}

interface CodedShape {
  dim: number;
  subspaceDim: number;
}

const BYTE_ORDER = 0x01020304;

export function writeFileHeader(bytes: Uint8Array, kind: FileKind, shape: CodedShape): DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < 8; i++) bytes[i] = kind.magic.charCodeAt(i);
  view.setUint32(8, BYTE_ORDER, true);
  view.setUint16(12, kind.version, true);
  view.setUint16(14, kind.headerBytes, true);
  view.setUint16(16, shape.dim, true);
  view.setUint16(18, shape.subspaceDim, true);
  return view;
}

/** First half of the codec file's SHA-256, 16 bytes at `offset`. */
export function writeCodecHash(bytes: Uint8Array, offset: number, codecSha256: string): void {
  for (let i = 0; i < 16; i++) bytes[offset + i] = Number.parseInt(codecSha256.slice(2 * i, 2 * i + 2), 16);
}

/** Checks fields of one file; every failure goes to `fail`, which throws. */
export class FieldChecker {
  readonly fail: (what: string) => never;

  constructor(fail: (what: string) => never) {
    this.fail = fail;
  }

  expect(name: string, expected: unknown, got: unknown): void {
    if (expected !== got) this.fail(`expected ${name} ${expected}, got ${got}`);
  }

  /** The first 20 bytes; returns a view of the whole. */
  expectHeader(bytes: Uint8Array, kind: FileKind, shape: CodedShape): DataView {
    if (bytes.length < kind.headerBytes) this.fail(`expected at least ${kind.headerBytes} bytes, got ${bytes.length}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.expect('magic', JSON.stringify(kind.magic), JSON.stringify(String.fromCharCode(...bytes.subarray(0, 8))));
    this.expect('byte order', BYTE_ORDER, view.getUint32(8, true));
    this.expect('version', kind.version, view.getUint16(12, true));
    this.expect('header bytes', kind.headerBytes, view.getUint16(14, true));
    this.expect('dimension', shape.dim, view.getUint16(16, true));
    this.expect('subspace dimension', shape.subspaceDim, view.getUint16(18, true));
    return view;
  }
}
