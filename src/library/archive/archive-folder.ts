// What is imported, whichever way it came: the files of a zip or of a folder, by path, as the folder of an index would have them.

import { BlobReader, BlobWriter, type FileEntry, ZipReader } from '@zip.js/zip.js';
import { LatelightError, messageOf } from '../../errors.ts';
import type { FileRef } from '../../format/manifest.ts';
import { checkBytes } from '../../format/source.ts';
import type { AddedFile } from '../types.ts';

interface ArchiveEntry {
  sizeBytes: number;
  read: () => Promise<Blob>;
}

const MANIFEST = 'manifest.json';
/** A manifest of millions of passages is smaller. */
const MOST_MANIFEST_BYTES = 64 * 2 ** 20;

export class ArchiveFolder {
  private readonly entries: Map<string, ArchiveEntry>;

  private constructor(entries: Map<string, ArchiveEntry>) {
    this.entries = entries;
  }

  /** @throws LatelightError `bad-option` when it is no zip, or no index is in it */
  static async open(source: Blob | readonly AddedFile[]): Promise<ArchiveFolder> {
    const all = source instanceof Blob ? await zipEntries(source) : fileEntries(source);
    for (const root of rootsOf([...all.keys()])) {
      const own = [...all].filter(([path]) => path.startsWith(root));
      const folder = new ArchiveFolder(new Map(own.map(([path, entry]) => [path.slice(root.length), entry])));
      if (isIndex(await folder.text(MANIFEST))) return folder;
    }
    throw new LatelightError(
      'bad-option',
      'import: expected an exported library or a folder made by `latelight index`, got other files. To add documents that are in a zip, unpack it and drop the folder on the page.',
    );
  }

  has(path: string): boolean {
    return this.entries.has(path);
  }

  /** @throws LatelightError `bad-option` when it is missing, or larger than `mostBytes` */
  async blob(path: string, mostBytes: number): Promise<Blob> {
    const entry = this.entries.get(path);
    if (!entry || entry.sizeBytes > mostBytes) {
      const got = entry ? `${entry.sizeBytes} bytes` : 'none';
      throw new LatelightError(
        'bad-option',
        `import: expected a file ${path} of at most ${mostBytes} bytes, got ${got}.`,
      );
    }
    return entry.read();
  }

  async text(path: string): Promise<string> {
    return (await this.blob(path, MOST_MANIFEST_BYTES)).text();
  }

  /** @throws LatelightError `hash-mismatch` */
  async read(ref: FileRef): Promise<Uint8Array> {
    return checkBytes(ref, new Uint8Array(await (await this.blob(ref.file, ref.bytes)).arrayBuffer()));
  }
}

/** Folders that an index may be: the one that all files share, which may have been packed with its name in front, and those in it. */
function rootsOf(paths: readonly string[]): string[] {
  const own = paths.filter((path) => !path.split('/').some((name) => name.startsWith('.') || name === '__MACOSX'));
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
  let shared = folderOf(own[0] ?? '');
  while (!own.every((path) => path.startsWith(shared))) shared = folderOf(shared.slice(0, -1));
  const depth = shared.split('/').length;
  const roots = own.filter((path) => path === folderOf(path) + MANIFEST).map(folderOf);
  return roots.filter((root) => root.split('/').length <= depth + 1).sort((a, b) => a.length - b.length);
}

/** Other programs have manifests, too. */
function isIndex(manifest: string): boolean {
  try {
    return (JSON.parse(manifest) as { format?: unknown } | null)?.format === 'latelight';
  } catch {
    return false;
  }
}

async function zipEntries(zip: Blob): Promise<Map<string, ArchiveEntry>> {
  try {
    const entries = await new ZipReader(new BlobReader(zip)).getEntries();
    const files = entries.filter((entry): entry is FileEntry => !entry.directory);
    return new Map(
      files.map((entry) => [entry.filename, { sizeBytes: entry.uncompressedSize, read: () => unpacked(entry) }]),
    );
  } catch (cause) {
    throw new LatelightError(
      'bad-option',
      `import: expected a zip file, got one that cannot be read (${String(cause)}).`,
      {
        cause,
      },
    );
  }
}

/** As many bytes as the zip says: zip.js stops at the first one more. @throws LatelightError `bad-option` when its content is another */
async function unpacked(entry: FileEntry): Promise<Blob> {
  try {
    return await entry.getData(new BlobWriter(), { checkSignature: true });
  } catch (cause) {
    const problem = messageOf(cause);
    throw new LatelightError(
      'bad-option',
      `import: expected ${entry.filename} as it was packed, got a damaged one (${problem}). Copy the zip once more, or export the library again.`,
      { cause },
    );
  }
}

function fileEntries(files: readonly AddedFile[]): Map<string, ArchiveEntry> {
  return new Map(
    files.flatMap(({ path, file }) => (file ? [[path, { sizeBytes: file.size, read: async () => file }]] : [])),
  );
}
