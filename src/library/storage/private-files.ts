// Files in the origin private file system: the shards' codes, and the documents themselves. Workers only.

import { LatelightError } from '../../errors.ts';

const ROOT = 'latelight-library';
export type FileFolder = 'shards' | 'documents';

async function folder(name: FileFolder): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  const library = await root.getDirectoryHandle(ROOT, { create: true });
  return library.getDirectoryHandle(name, { create: true });
}

/** Writes a whole file and flushes it. On failure nothing of it is left. */
export async function writePrivateFile(name: FileFolder, file: string, content: Uint8Array | Blob): Promise<void> {
  const directory = await folder(name);
  try {
    const handle = await directory.getFileHandle(file, { create: true });
    const access = await handle.createSyncAccessHandle();
    try {
      access.truncate(0);
      if (content instanceof Blob) await writeStream(access, content.stream());
      else writeAll(access, content, 0);
      access.flush();
    } finally {
      access.close();
    }
  } catch (error) {
    await directory.removeEntry(file).catch(() => undefined);
    throw storageError(error);
  }
}

async function writeStream(access: FileSystemSyncAccessHandle, stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  for (let at = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    writeAll(access, value, at);
    at += value.length;
  }
}

function writeAll(access: FileSystemSyncAccessHandle, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    const written = access.write(bytes.subarray(done) as Uint8Array<ArrayBuffer>, { at: at + done });
    if (written === 0) throw new DOMException('no byte could be written', 'QuotaExceededError');
    done += written;
  }
}

/** @throws LatelightError `storage-failed` when it is gone */
export async function readPrivateFile(name: FileFolder, file: string): Promise<File> {
  try {
    return await (await (await folder(name)).getFileHandle(file)).getFile();
  } catch (error) {
    throw storageError(error, `${name}/${file}`);
  }
}

export async function removePrivateFile(name: FileFolder, file: string): Promise<void> {
  // What is gone already, or held open by another tab that reads it, is left to the next clean-up.
  await (await folder(name)).removeEntry(file).catch(() => undefined);
}

export async function listPrivateFiles(name: FileFolder): Promise<string[]> {
  const names: string[] = [];
  for await (const file of (await folder(name)).keys()) names.push(file);
  return names;
}

/** Whether it is an error of ours that says that a file is not there. */
export function isMissing(error: unknown): boolean {
  const cause = error instanceof LatelightError && error.code === 'storage-failed' ? error.cause : undefined;
  return cause instanceof DOMException && cause.name === 'NotFoundError';
}

/** Errors of the browser's storage as ours: full, or failed. */
export function storageError(error: unknown, what = 'library'): LatelightError {
  if (error instanceof LatelightError) return error;
  // IndexedDB aborts a transaction that found no room, and says so in its error alone.
  if (error instanceof DOMException && error.name === 'QuotaExceededError') {
    return new LatelightError(
      'storage-full',
      'library: expected room for more, but the storage this browser gives is full. Remove documents or free disk space, then resume; nothing was lost.',
      { cause: error },
    );
  }
  return new LatelightError(
    'storage-failed',
    `${what}: expected the browser's storage to work, got ${String(error).replace(/\.$/, '')}.`,
    {
      cause: error,
    },
  );
}
