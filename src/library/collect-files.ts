// Files from wherever people have them: dropped, picked, pasted; folders with all that is in them. One after the other and never a
// whole tree at once, so that a folder of many thousands keeps nobody waiting.

import type { AddedFile } from './types.ts';

/** Files that go to the library together: enough to be quick, few enough that the first are indexed soon. */
const BATCH_FILES = 64;
const BATCH_BYTES = 32e6;

/** A file, or what of a folder nobody looks into: named, so that it is said. */
export interface FoundFile extends AddedFile {
  isHidden?: true;
}

export type FileStream = AsyncIterable<FoundFile>;

/** Inside folders people drop, what they would never search: hidden files, packages, what macOS puts into zips. */
function isLeftOut(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules' || name === '__MACOSX';
}

/** What systems put into folders, which nobody misses: nothing is said of it. */
const UNSAID = new Set(['.DS_Store', '.localized', '__MACOSX']);

function* leftOut(path: string): Iterable<FoundFile> {
  if (!UNSAID.has(path.slice(path.lastIndexOf('/') + 1))) yield { path, file: undefined, isHidden: true };
}

/** @param path of the handle, with its own name */
export async function* filesOfHandle(handle: FileSystemHandle, path = handle.name): FileStream {
  if (handle.kind === 'file') {
    yield { path, file: await orNothing((handle as FileSystemFileHandle).getFile()) };
    return;
  }
  try {
    for await (const child of (handle as FileSystemDirectoryHandle).values()) {
      const childPath = `${path}/${child.name}`;
      if (isLeftOut(child.name)) yield* leftOut(childPath);
      else yield* filesOfHandle(child, childPath);
    }
  } catch {
    yield unreadFolder(path);
  }
}

export async function* filesOfHandles(handles: readonly FileSystemHandle[]): FileStream {
  for (const handle of handles) yield* filesOfHandle(handle);
}

export async function* filesOfEntry(entry: FileSystemEntry, path = entry.name): FileStream {
  if (entry.isFile) {
    const file = new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    yield { path, file: await orNothing(file) };
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A hundred at a time, until there are none.
    const next = new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    const children = await orNothing(next);
    if (!children) yield unreadFolder(path);
    if (!children?.length) return;
    for (const child of children) {
      const childPath = `${path}/${child.name}`;
      if (isLeftOut(child.name)) yield* leftOut(childPath);
      else yield* filesOfEntry(child, childPath);
    }
  }
}

/** What the browser refuses, or what went away meanwhile, stops nothing that comes after it. */
function orNothing<T>(read: Promise<T>): Promise<T | undefined> {
  return read.catch(() => undefined);
}

/** A folder that cannot be listed, or not to its end: its path ends in `/`, so that nobody takes it for a file of another kind. */
function unreadFolder(path: string): AddedFile {
  return { path: `${path}/`, file: undefined };
}

/** Of an `<input type="file">`, which says the folders of what it picked. */
export async function* filesOfList(files: Iterable<File>): FileStream {
  const told = new Set<string>();
  for (const file of files) {
    const path = file.webkitRelativePath || file.name;
    const names = path.split('/');
    const at = names.findIndex((name, depth) => depth > 0 && isLeftOut(name));
    if (at < 0) {
      yield { path, file };
      continue;
    }
    // Once, not with each file that is in it.
    const hidden = names.slice(0, at + 1).join('/');
    if (!told.has(hidden)) yield* leftOut(hidden);
    told.add(hidden);
  }
}

/** Everything of a drop. To be called within the event: later the browser has forgotten what was dropped. */
export function filesOfDrop(transfer: DataTransfer): FileStream {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const sources = items.map((item) => {
    // Before the handle: a browser may give an item away only once.
    const entry = item.webkitGetAsEntry?.();
    const handle = item.getAsFileSystemHandle?.().catch(() => null);
    return { handle, entry, file: item.getAsFile() };
  });
  return (async function* () {
    for (const source of sources) {
      const handle = await source.handle;
      if (handle) yield* filesOfHandle(handle);
      else if (source.entry) yield* filesOfEntry(source.entry);
      else if (source.file) yield* filesOfList([source.file]);
    }
  })();
}

export async function* batches(files: FileStream): AsyncIterable<FoundFile[]> {
  let batch: FoundFile[] = [];
  let size = 0;
  for await (const added of files) {
    batch.push(added);
    size += added.file?.size ?? 0;
    if (batch.length < BATCH_FILES && size < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

declare global {
  interface DataTransferItem {
    /** Chromium alone; not in TypeScript's library. */
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }
  interface FileSystemDirectoryHandle {
    values(): AsyncIterable<FileSystemHandle>;
  }
}
