// A folder of documents -> passages. Node only: the one entry point that touches the file system.

import { LatelightError, throwIfAborted } from '../errors.ts';
import { type IngestOptions, type IngestResult, ingestPages } from './ingest-pages.ts';
import { packagePdfAssets } from './pdf-assets.ts';
import { type FoundFiles, nodeFs, reasonOf, type WalkOptions, walkFolder } from './walk.ts';

export interface DirectoryOptions extends IngestOptions, Omit<WalkOptions, 'signal'> {}

export interface DirectoryResult extends IngestResult, Pick<FoundFiles, 'leftOut' | 'unmatched'> {}

/**
 * Reads every page below `root`. Single files that cannot be used are in `report.skipped`.
 * @throws LatelightError `ingest-failed` when `root` is missing, unreadable or no folder; `aborted` when the signal fires.
 */
export async function ingestDirectory(root: string, options: DirectoryOptions): Promise<DirectoryResult> {
  const { fs = nodeFs, signal } = options;
  await expectFolder(root, fs);
  const { files, skipped, leftOut, unmatched } = await walkFolder(root, options);
  throwIfAborted(signal, 'ingest');
  const sources = files.map(({ path, absolutePath, sizeBytes, isNamed }) => ({
    path,
    sizeBytes,
    isNamed,
    read: async () => {
      try {
        return await fs.readFile(absolutePath, { signal });
      } catch (error) {
        throw new Error(reasonOf(error), { cause: error });
      }
    },
  }));
  const result = await ingestPages(sources, { pdfAssets: packagePdfAssets(), ...options });
  const allSkipped = [...skipped, ...result.report.skipped].sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    ...result,
    report: { ...result.report, files: files.length + skipped.length, skipped: allSkipped },
    leftOut,
    unmatched,
  };
}

async function expectFolder(root: string, fs: Required<WalkOptions>['fs']): Promise<void> {
  let isFolder: boolean;
  try {
    isFolder = (await fs.stat(root)).isDirectory();
    if (isFolder) await fs.readdir(root, { withFileTypes: true });
  } catch (error) {
    throw new LatelightError(
      'ingest-failed',
      `ingest: expected a readable folder at ${root}, got ${reasonOf(error)}. Check the path, or build the site first.`,
      { cause: error },
    );
  }
  if (isFolder) return;
  throw new LatelightError(
    'ingest-failed',
    `ingest: expected a folder at ${root}, got a file. Name the folder that holds it, with an include glob for the file.`,
  );
}
