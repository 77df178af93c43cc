// The first 20 bytes that our binary files share: magic, byte order, version, header bytes, dimensions, and the codec's hash further on.
// A lexicon shares the magic alone.

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

/** Returns a view of the whole. */
export function writeMagic(bytes: Uint8Array, { magic }: FileKind): DataView {
  for (let i = 0; i < 8; i++) bytes[i] = magic.charCodeAt(i);
  return viewOf(bytes);
}

export function writeFileHeader(bytes: Uint8Array, kind: FileKind, shape: CodedShape): DataView {
  const view = writeMagic(bytes, kind);
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

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
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

  /** Room for a header, and the first 8 bytes; returns a view of the whole. */
  expectMagic(bytes: Uint8Array, { magic, headerBytes }: FileKind): DataView {
    if (bytes.length < headerBytes) this.fail(`expected at least ${headerBytes} bytes, got ${bytes.length}`);
    this.expect('magic', JSON.stringify(magic), JSON.stringify(String.fromCharCode(...bytes.subarray(0, 8))));
    return viewOf(bytes);
  }

  /** The first 20 bytes; returns a view of the whole. @param shape absent: whatever the file says */
  expectHeader(bytes: Uint8Array, kind: FileKind, shape?: CodedShape): DataView {
    const view = this.expectMagic(bytes, kind);
    this.expect('byte order', BYTE_ORDER, view.getUint32(8, true));
    this.expect('version', kind.version, view.getUint16(12, true));
    this.expect('header bytes', kind.headerBytes, view.getUint16(14, true));
    if (shape) {
      this.expect('dimension', shape.dim, view.getUint16(16, true));
      this.expect('subspace dimension', shape.subspaceDim, view.getUint16(18, true));
    }
    return view;
  }

  /** Inverts `writeCodecHash`. */
  expectCodecHash(bytes: Uint8Array, offset: number, codecSha256: string): void {
    const found = Array.from(bytes.subarray(offset, offset + 16), (byte) => byte.toString(16).padStart(2, '0'));
    this.expect('codec', codecSha256.slice(0, 32), found.join(''));
  }
}
