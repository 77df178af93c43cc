// Where an index's bytes come from. The engine asks for files by reference and gets bytes that match their SHA-256, or an error.

import { LatelightError } from '../errors.ts';
import type { FileRef } from './manifest.ts';
import { sha256Hex } from './sha256.ts';

export interface ReadOptions {
  signal?: AbortSignal;
  /** Called as bytes of this file arrive. */
  onBytes?: (byteCount: number, fromCache: boolean) => void;
  /** Milliseconds without a byte after which it is given up, where bytes come over a network; by default the source's own. */
  silentMs?: number;
}

export interface ByteSource {
  /** The manifest's text; never from a cache while the real one can be reached. @param file default `manifest.json` */
  readManifest(signal?: AbortSignal, file?: string): Promise<string>;
  /** @throws LatelightError `download-failed`, `hash-mismatch` or `aborted` */
  read(ref: FileRef, options?: ReadOptions): Promise<Uint8Array>;
}

/** @throws LatelightError `hash-mismatch` unless the bytes are those the manifest names */
export async function checkBytes(ref: FileRef, bytes: Uint8Array): Promise<Uint8Array> {
  const next = 'Reload the page; if it stays, the site was published half-way: publish the whole index folder again.';
  if (bytes.length !== ref.bytes) {
    throw new LatelightError('hash-mismatch', `${ref.file}: expected ${ref.bytes} bytes, got ${bytes.length}. ${next}`);
  }
  const sha256 = await sha256Hex(bytes);
  if (sha256 !== ref.sha256) {
    throw new LatelightError('hash-mismatch', `${ref.file}: expected SHA-256 ${ref.sha256}, got ${sha256}. ${next}`);
  }
  return bytes;
}
