// Files of the library: the shards' codes, and the documents themselves. In the origin private file system; where a page has none that it
// can write to (WebKitGTK, private windows of Firefox and Safari) in Cache Storage, from which they are copied each time. Workers only.

import { inSentence, LatelightError } from '../../errors.ts';
import { cachedFiles } from './cached-files.ts';

const ROOT = 'latelight-library';
export type FileFolder = 'shards' | 'documents';

/** Names of errors that say that a page has no file system, or none that it can write to. */
const UNSUPPORTED = new Set(['NotSupportedError', 'SecurityError', 'UnknownError']);

interface Place {
  /** Nothing where the browser has no such file system for this page. */
  directory?: FileSystemDirectoryHandle;
  /** Why it gave none, though it has such file systems. */
  refusal?: DOMException;
}

/** Whether there ever was a file system in this worker's life. */
let hadDirectory = false;

async function place(name: FileFolder): Promise<Place> {
  try {
    const root = await navigator.storage?.getDirectory?.();
    const library = await root?.getDirectoryHandle(ROOT, { create: true });
    const directory = await library?.getDirectoryHandle(name, { create: true });
    hadDirectory ||= directory !== undefined;
    return { directory };
  } catch (error) {
    if (isUnsupported(error)) return { refusal: error };
    throw error;
  }
}

/** Firefox and Safari have it, and refuse it in their private windows, each time they are asked. */
export async function isFileSystemRefused(): Promise<boolean> {
  return (await place('documents')).refusal !== undefined && (await place('documents')).refusal !== undefined;
}

/** Writes a whole file and flushes it. On failure nothing of it is left. */
export async function writePrivateFile(name: FileFolder, file: string, content: Uint8Array | Blob): Promise<void> {
  let directory: FileSystemDirectoryHandle | undefined;
  try {
    directory = (await place(name)).directory;
    const handle = await directory?.getFileHandle(file, { create: true });
    const access = await handle?.createSyncAccessHandle?.().catch((error) => {
      if (!isUnsupported(error)) throw error;
    });
    if (!access) {
      // Empty as it is, it would be found before the one that is whole.
      await directory?.removeEntry(file);
      return await cachedFiles.write(name, file, content);
    }
    try {
      access.truncate(0);
      if (content instanceof Blob) await writeStream(access, content.stream());
      else writeAll(access, content, 0);
      access.flush();
    } finally {
      access.close();
    }
  } catch (error) {
    await directory?.removeEntry(file).catch(() => undefined);
    throw storageError(error);
  }
}

function isUnsupported(error: unknown): error is DOMException {
  return error instanceof DOMException && UNSUPPORTED.has(error.name);
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
    const { directory, refusal } = await place(name);
    const handle = await directory?.getFileHandle(file).catch(nothingIfNotFound);
    const found = handle ? await handle.getFile() : await cachedFiles.read(name, file);
    if (found) return found;
    // A file system that is refused this once may have it: what is not there is taken for lost.
    throw refusal && (hadDirectory || !(await cachedFiles.inUse()))
      ? refusal
      : new DOMException('it is not there', 'NotFoundError');
  } catch (error) {
    throw storageError(error, `${name}/${file}`);
  }
}

function nothingIfNotFound(error: unknown): undefined {
  if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
  throw error;
}

/**
 * Never rejects: no record names the file any more, and whoever took an error for that of the record would undo what is done. What cannot
 * be removed, because another tab reads it or the storage fails, is left to the next clean-up.
 */
export async function removePrivateFile(name: FileFolder, file: string): Promise<void> {
  const fromDirectory = async () => (await place(name)).directory?.removeEntry(file);
  await fromDirectory().catch(() => undefined);
  await cachedFiles.remove(name, file).catch(() => undefined);
}

export async function listPrivateFiles(name: FileFolder): Promise<string[]> {
  const names = new Set(await cachedFiles.list(name));
  for await (const file of (await place(name)).directory?.keys() ?? []) names.add(file);
  return [...names];
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
    `${what}: expected the browser's storage to work, got ${inSentence(error)}.`,
    {
      cause: error,
    },
  );
}
