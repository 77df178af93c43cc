// An index folder on disk as a byte source.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LatelightError, throwIfAborted } from '../errors.ts';
import { concatBytes } from '../format/concat-bytes.ts';
import { type FileRef, partsOf } from '../format/engine-refs.ts';
import { type ByteSource, checkBytes, type ReadOptions } from '../format/source.ts';
import { expectFolder } from './expect-folder.ts';

const NEXT = 'Copy the whole folder again, or make the index again.';

export class FolderSource implements ByteSource {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async readManifest(_signal?: AbortSignal, file = 'manifest.json'): Promise<string> {
    try {
      return await readFile(join(this.folder, file), 'utf8');
    } catch (cause) {
      expectFolder('index', this.folder);
      // A manifest that another names is one of the index's files.
      if (file !== 'manifest.json') throw unreadable(file, cause);
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      throw new LatelightError(
        'bad-option',
        `index: expected manifest.json in ${this.folder}, found none: is it an index folder? Make one with \`latelight index <folder>\`.`,
        { cause },
      );
    }
  }

  async read(ref: FileRef, options: ReadOptions = {}): Promise<Uint8Array> {
    throwIfAborted(options.signal, 'open');
    const bytes = await this.readParts(ref);
    options.onBytes?.(bytes.length, false);
    try {
      return await checkBytes(ref, bytes);
    } catch (cause) {
      // In the words of a terminal: there is no page to reload.
      throw new LatelightError(
        'hash-mismatch',
        `index: expected ${ref.file} to be the ${ref.bytes} bytes of SHA-256 ${ref.sha256} that the manifest names, got ${bytes.length} bytes of another. ${NEXT}`,
        { cause },
      );
    }
  }

  private async readParts(ref: FileRef): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (const { file } of partsOf(ref)) {
      try {
        parts.push(await readFile(join(this.folder, file)));
      } catch (cause) {
        throw unreadable(file, cause);
      }
    }
    // A copy: a Buffer's slices are views, where the readers expect a Uint8Array's.
    return concatBytes(parts);
  }
}

function unreadable(file: string, cause: unknown): LatelightError {
  return new LatelightError('download-failed', `index: expected the file ${file}: ${String(cause)}. ${NEXT}`, {
    cause,
  });
}
