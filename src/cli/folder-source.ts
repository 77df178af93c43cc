// An index folder on disk as a byte source.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LatelightError, throwIfAborted } from '../errors.ts';
import type { FileRef } from '../format/manifest.ts';
import { type ByteSource, checkBytes, type ReadOptions } from '../format/source.ts';

export class FolderSource implements ByteSource {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async readManifest(): Promise<string> {
    const path = join(this.folder, 'manifest.json');
    try {
      return await readFile(path, 'utf8');
    } catch (cause) {
      throw new LatelightError(
        'download-failed',
        `index: expected a manifest at ${path}, could not read it. Make an index with \`latelight index <folder>\`.`,
        { cause },
      );
    }
  }

  async read(ref: FileRef, options: ReadOptions = {}): Promise<Uint8Array> {
    throwIfAborted(options.signal, 'open');
    let bytes: Uint8Array;
    try {
      // A copy: a Buffer's slices are views, where the readers expect a Uint8Array's.
      bytes = new Uint8Array(await readFile(join(this.folder, ref.file)));
    } catch (cause) {
      throw new LatelightError('download-failed', `index: expected the file ${ref.file}: ${String(cause)}`, { cause });
    }
    options.onBytes?.(bytes.length, false);
    return checkBytes(ref, bytes);
  }
}
