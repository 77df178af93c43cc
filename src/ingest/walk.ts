// The file-system side of ingest: which files of a folder are read. Node only. One unreadable entry is reported, not thrown.

import { type Dirent, promises, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import picomatch from 'picomatch';
import { messageOf } from '../errors.ts';
import { documentKind, isBook } from './document-kind.ts';
import { byCodeUnits, type Skipped } from './ingest-pages.ts';
import { isHtmlPath } from './page-url.ts';

/** What is used of node:fs, so that tests can make a folder unreadable (as root, permissions do not). */
export interface WalkFs {
  readdir(path: string, options: { withFileTypes: true }): Promise<Dirent[]>;
  realpath(path: string): Promise<string>;
  stat(path: string): Promise<Stats>;
  readFile(path: string, options?: { signal?: AbortSignal }): Promise<Uint8Array>;
}

export const nodeFs: WalkFs = promises;

export interface WalkOptions {
  /** Globs of paths to read; default every HTML and Markdown file. */
  include?: string | readonly string[];
  /** Globs of paths not to read, in place of the default: `404.html` at the root, `node_modules`. */
  exclude?: string | readonly string[];
  fs?: WalkFs;
  signal?: AbortSignal;
}

export interface FoundFile {
  /** `/`-separated, relative to the root. */
  path: string;
  absolutePath: string;
  sizeBytes: number;
  /** By another glob than the default one. */
  isNamed: boolean;
}

export interface FoundFiles {
  files: FoundFile[];
  skipped: Skipped[];
  /**
   * Files of a kind that is read which no include glob names, by extension (`.pdf` -> 3) or whole name (`Makefile`). Those that `exclude` names do not count, nor,
   * beside HTML pages, text and code: they are a site's scripts, styles, robots.txt.
   */
  leftOut: Record<string, number>;
  /** Globs of `include` and `exclude`, in their order, that match nothing below the root. */
  unmatched: string[];
}

/** A path as it is named in results, and where it really is once links are followed. */
interface Place {
  path: string;
  realPath: string;
}

/** A built site's scripts, styles and robots.txt are no documents, so text and code are read where they are asked for. */
export const DEFAULT_INCLUDE = '**/*.{html,htm,xhtml,md,markdown,mdx}';
/** Left out unless `exclude` says otherwise. */
export const DEFAULT_EXCLUDE = ['404.html', '**/node_modules/**'];

/**
 * Files in code-unit order. Names that begin with a dot are left out. Symbolic links are followed only to what lies inside
 * the root and has not been read under its own path: a link out of the folder could publish a private file.
 */
export async function walkFolder(root: string, options: WalkOptions = {}): Promise<FoundFiles> {
  const { fs = nodeFs } = options;
  const realRoot = await fs.realpath(root);
  const included = new GlobList(options.include ?? DEFAULT_INCLUDE, { nocase: true });
  const named = new GlobList(
    [options.include ?? []].flat().filter((glob) => glob !== DEFAULT_INCLUDE),
    { nocase: true },
  );
  const exclusions = new GlobList(options.exclude ?? DEFAULT_EXCLUDE);
  const matches = (path: string) => included.match(path);
  const excluded = (path: string) => exclusions.match(path);
  const leftOut: Record<string, number> = {};
  const files: FoundFile[] = [];
  const skipped: Skipped[] = [];
  const seen = new Set<string>([realRoot]);
  const folders = [{ path: '', realPath: realRoot }];
  /** The next at the end, unless some were found since they were sorted. */
  const links: Place[] = [];
  let isSorted = true;
  while (folders.length > 0 || links.length > 0) {
    if (options.signal?.aborted) break;
    const folder = folders.pop();
    if (folder !== undefined) {
      await readFolder(folder);
      continue;
    }
    // Links wait until everything under a path of its own is known, so that the result does not depend on directory order.
    if (!isSorted) links.sort((a, b) => byCodeUnits(b.path, a.path));
    isSorted = true;
    await followLink(links.pop()!);
  }
  files.sort((a, b) => byCodeUnits(a.path, b.path));
  if (files.some(({ path }) => isHtmlPath(path)))
    for (const extension of Object.keys(leftOut)) if (!isBook(documentKind(extension))) delete leftOut[extension];
  return { files, skipped, leftOut, unmatched: [...included.unmatched, ...exclusions.unmatched] };

  async function readFolder(folder: Place): Promise<void> {
    let entries: Dirent[];
    try {
      entries = await fs.readdir(folder.realPath, { withFileTypes: true });
    } catch (error) {
      skipped.push({ path: folder.path, reason: `folder cannot be read: ${reasonOf(error)}` });
      return;
    }
    for (const entry of entries) {
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      const realPath = join(folder.realPath, entry.name);
      if (entry.name.startsWith('.') || excluded(path)) continue;
      if (entry.isSymbolicLink()) {
        links.push({ path, realPath });
        isSorted = false;
      } else if (entry.isDirectory()) addFolder({ path, realPath });
      else if (matches(path)) await addFile({ path, realPath });
      else if (documentKind(path)) countLeftOut(path);
    }
  }

  function addFolder(folder: Place): void {
    // Excluding what is inside excludes the folder: node_modules need not be walked to find nothing.
    if (excluded(`${folder.path}/x`) || seen.has(folder.realPath)) return;
    seen.add(folder.realPath);
    folders.push(folder);
  }

  function countLeftOut(path: string): void {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const extension = name.includes('.') ? name.slice(name.lastIndexOf('.')).toLowerCase() : name;
    leftOut[extension] = (leftOut[extension] ?? 0) + 1;
  }

  async function addFile({ path, realPath }: Place): Promise<void> {
    try {
      const stats = await fs.stat(realPath);
      seen.add(realPath);
      // Reading a named pipe would wait for ever.
      if (stats.isFile())
        files.push({ path, absolutePath: realPath, sizeBytes: stats.size, isNamed: named.match(path) });
      else skipped.push({ path, reason: 'not a regular file' });
    } catch (error) {
      skipped.push({ path, reason: `cannot be read: ${reasonOf(error)}` });
    }
  }

  async function followLink({ path, realPath }: Place): Promise<void> {
    let target: string;
    let stats: Stats;
    try {
      target = await fs.realpath(realPath);
      stats = await fs.stat(target);
    } catch (error) {
      if (matches(path)) skipped.push({ path, reason: `symbolic link cannot be followed: ${reasonOf(error)}` });
      return;
    }
    if (!stats.isDirectory() && !matches(path)) return;
    if (target !== realRoot && !target.startsWith(realRoot + sep)) {
      skipped.push({ path, reason: 'symbolic link leads out of the folder' });
    } else if (seen.has(target)) {
      skipped.push({ path, reason: 'symbolic link to what is read under its own path' });
    } else if (stats.isDirectory()) {
      addFolder({ path, realPath: target });
    } else {
      await addFile({ path, realPath: target });
    }
  }
}

/** Globs, of which it is known afterwards which were of no use. */
class GlobList {
  private readonly globs: { glob: string; isMatch: (path: string) => boolean; used: boolean }[];

  constructor(globs: string | readonly string[], options: { nocase?: boolean } = {}) {
    // `./docs/**` is what shells complete, `/docs/` is how .gitignore says it.
    this.globs = [globs].flat().map((glob) => ({
      glob,
      isMatch: picomatch(glob.replace(/^(\.?\/)+(?=.)/, '').replace(/\/$/, '/**'), options),
      used: false,
    }));
  }

  /** Asks them all: one that is the second to match is of use too. */
  match(path: string): boolean {
    let matched = false;
    for (const entry of this.globs) {
      if (!entry.isMatch(path)) continue;
      entry.used = true;
      matched = true;
    }
    return matched;
  }

  get unmatched(): string[] {
    return this.globs.filter(({ used }) => !used).map(({ glob }) => glob);
  }
}

/** The system's code (EACCES, ENOENT, ELOOP) and nothing more: its message holds the machine's own paths. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return messageOf(error);
}
