// A ZIP file -> its entries, unpacked one by one and counted while they are: headers that lie about sizes do not matter.
// DOCX and EPUB are such files. Reads the central directory; ZIP64 sizes, splits and encryption are not needed and refused.

import { Inflate } from 'fflate';
import { MAX_UNPACKED_BYTES } from './document-limits.ts';
import { UnreadableDocument } from './unreadable.ts';

interface Entry {
  name: string;
  flags: number;
  method: number;
  crc: number;
  packedBytes: number;
  headerOffset: number;
}

// A long book has some hundred files. More than this is made to hurt.
const MAX_ENTRIES = 20_000;
// Deflate unpacks to at most 1,032 times its input: what a step can add before it is counted is 16 MiB.
const STEP_BYTES = 16 * 1024;
const CUT_OFF = 'damaged: the file is cut off or its directory of contents is broken';

export class ZipArchive {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly entries = new Map<string, Entry>();
  private readonly maxUnpackedBytes: number;
  private unpackedBytes = 0;

  /** @throws UnreadableDocument */
  constructor(bytes: Uint8Array, limits: { maxUnpackedBytes?: number } = {}) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.maxUnpackedBytes = limits.maxUnpackedBytes ?? MAX_UNPACKED_BYTES;
    try {
      this.readDirectory();
    } catch (error) {
      if (error instanceof RangeError) throw new UnreadableDocument(CUT_OFF, { cause: error });
      throw error;
    }
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Nothing when there is no such entry. @throws UnreadableDocument when it is damaged, encrypted or too much */
  read(name: string, maxBytes: number = Infinity): Uint8Array | undefined {
    const entry = this.entries.get(name);
    if (!entry) return undefined;
    if (entry.flags & 1) throw new UnreadableDocument('encrypted: it needs a password');
    const unpacked = this.unpack(
      this.packed(entry),
      entry,
      Math.min(maxBytes, this.maxUnpackedBytes - this.unpackedBytes),
    );
    if (crc32(unpacked) !== entry.crc)
      throw new UnreadableDocument(`damaged: ${shown(name)} in it has the wrong checksum`);
    return unpacked;
  }

  private readDirectory(): void {
    const { view } = this;
    const end = this.findEnd();
    const count = view.getUint16(end + 10, true);
    let at = view.getUint32(end + 16, true);
    if (count > MAX_ENTRIES) throw new UnreadableDocument(`too many files packed into it (${count})`);
    for (let i = 0; i < count; i++) {
      if (view.getUint32(at, true) !== 0x02014b50) throw new UnreadableDocument(CUT_OFF);
      const nameLength = view.getUint16(at + 28, true);
      if (at + 46 + nameLength > end) throw new UnreadableDocument(CUT_OFF);
      const name = normalisedPath(new TextDecoder().decode(this.bytes.subarray(at + 46, at + 46 + nameLength)));
      const entry = {
        name: name ?? '',
        flags: view.getUint16(at + 8, true),
        method: view.getUint16(at + 10, true),
        crc: view.getUint32(at + 16, true),
        packedBytes: view.getUint32(at + 20, true),
        headerOffset: view.getUint32(at + 42, true),
      };
      // Of two entries with one name the first counts; names that lead out of the archive do not.
      if (name && !this.entries.has(name)) this.entries.set(name, entry);
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
  }

  private findEnd(): number {
    const last = this.bytes.length - 22;
    for (let at = last; at >= 0 && at > last - 65_536; at--) {
      if (this.view.getUint32(at, true) === 0x06054b50) return at;
    }
    throw new UnreadableDocument(CUT_OFF);
  }

  private packed({ name, headerOffset, packedBytes }: Entry): Uint8Array {
    const { view, bytes } = this;
    const cutOff = () => new UnreadableDocument(`damaged: ${shown(name)} in it is cut off`);
    if (headerOffset + 30 > bytes.length || view.getUint32(headerOffset, true) !== 0x04034b50) throw cutOff();
    const start = headerOffset + 30 + view.getUint16(headerOffset + 26, true) + view.getUint16(headerOffset + 28, true);
    if (start + packedBytes > bytes.length) throw cutOff();
    return bytes.subarray(start, start + packedBytes);
  }

  private unpack(packed: Uint8Array, { name, method }: Entry, maxBytes: number): Uint8Array {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const keep = (chunk: Uint8Array) => {
      length += chunk.length;
      this.unpackedBytes += chunk.length;
      if (length > maxBytes)
        throw new UnreadableDocument(`too large once unpacked: ${shown(name)} in it is over the limit`);
      chunks.push(chunk);
    };
    if (method === 0) keep(packed);
    else if (method === 8) inflate(packed, name, keep);
    else throw new UnreadableDocument(`packed in a way that is not read (method ${method} of ZIP)`);
    if (chunks.length === 1) return chunks[0];
    const whole = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }
}

function inflate(packed: Uint8Array, name: string, keep: (chunk: Uint8Array) => void): void {
  let isWhole = false;
  const stream = new Inflate((chunk, final) => {
    keep(chunk);
    isWhole = final;
  });
  try {
    for (let at = 0; at === 0 || at < packed.length; at += STEP_BYTES)
      stream.push(packed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= packed.length);
  } catch (error) {
    if (error instanceof UnreadableDocument) throw error;
    throw new UnreadableDocument(`damaged: ${shown(name)} in it cannot be unpacked`, { cause: error });
  }
  if (!isWhole) throw new UnreadableDocument(`damaged: ${shown(name)} in it is cut off`);
}

/** `a/./b/../c` -> `a/c`; nothing for a path that leads out of the archive. */
export function normalisedPath(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.replace(/\\/g, '/').split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function shown(name: string): string {
  return name.length > 60 ? `…${name.slice(-60)}` : name;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
