// What the plugins of site generators share: their options, and a finished site's folder -> the index inside it.

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LatelightError } from '../errors.ts';
import { PassageCache } from '../indexing/passage-cache.ts';
import { removeOlder } from '../indexing/write-folder.ts';
import * as rule from './check-options.ts';
import { checkModelOptions, openBuilder, RULES } from './create-index.ts';
import type { AddDirectoryOptions, CreateIndexOptions, WrittenIndex } from './options.ts';
import { packageRoot } from './package-files.ts';
import { allAskNotToBeFound, skipLines, skipReasons } from './skipped-pages.ts';

/** Options of every plugin; what they mean is said in `CreateIndexOptions`. */
export interface SiteIndexOptions
  extends Pick<
    CreateIndexOptions,
    'model' | 'shape' | 'modelOverrides' | 'webgpu' | 'title' | 'examples' | 'splitByLang' | 'language'
  > {
  /** Folder of the index, relative to the site's root. Default `latelight`. */
  outDir?: string;
  /** Globs of pages to leave out, besides `404.html` and the index itself. */
  exclude?: string | readonly string[];
  /**
   * File that keeps encoded passages for the next build, relative to where the build is run; false encodes all again. Default, and the
   * dev server's in any case: where the generator keeps its caches.
   */
  cache?: boolean | string;
}

export interface SiteIndexRun {
  /** The site's pages, absolute. */
  folder: string;
  /** Where the index goes, absolute; its parents are made. */
  output: string;
  /** File that keeps encoded passages for the next run, where the options name none. */
  cachePath: string;
  options: SiteIndexOptions;
  /** How the generator names pages. */
  pages?: Omit<AddDirectoryOptions, 'exclude'>;
  signal?: AbortSignal;
  log: (line: string) => void;
}

const taken = rule.leftTo('the plugin');
const OPTIONS = {
  ...RULES,
  siteRoot: taken,
  cleanUrls: taken,
  onProgress: taken,
  onMessage: taken,
  signal: taken,
  outDir: rule.text,
  exclude: rule.globs,
} satisfies Record<keyof SiteIndexOptions | keyof typeof RULES, rule.Rule>;

/**
 * What a plugin was given, when it is called: the site is built afterwards.
 * @param where the plugin's name
 * @param own rules of its own options
 * @throws LatelightError `bad-option`
 */
export function checkSiteOptions<T extends SiteIndexOptions>(
  where: string,
  options: T,
  own: Record<Exclude<keyof T, keyof SiteIndexOptions>, rule.Rule>,
): void {
  rule.checkOptions(where, options, { ...OPTIONS, ...own });
  checkModelOptions(where, options);
}

/**
 * @returns nothing, with a warning, when every page asks not to be found
 * @throws LatelightError `ingest-failed` when the folder is missing or has no page with text; what the Node API throws
 */
export async function indexSite(run: SiteIndexRun): Promise<WrittenIndex | undefined> {
  const { folder, output, cachePath, options, pages, signal, log } = run;
  const started = performance.now();
  const outDir = indexFolderName(options.outDir);
  const { exclude = [], outDir: _, cache = true, ...rest } = options;
  // Before the model is opened and the site read.
  if (typeof cache === 'string') PassageCache.expectUsable(cache, output);
  const index = await openBuilder(
    {
      title: 'Search',
      ...rest,
      cache,
      siteRoot: siteRootOf(outDir),
      signal,
      onMessage: (line) => log(`latelight: ${line}`),
    },
    cachePath,
  );
  try {
    const added = await index.addDirectory(folder, { ...pages, exclude: [`${outDir}/**`, ...[exclude].flat()] });
    for (const glob of added.unmatched)
      if ([exclude].flat().includes(glob))
        log(`latelight: warning: the exclude glob ${glob} matches nothing in ${folder}`);
    for (const { path, message } of added.warnings) log(`latelight: warning ${path}: ${message}`);
    if (added.pages === 0 && allAskNotToBeFound(added.skipped)) {
      log(
        `latelight: warning: no index was made, as every page in ${folder} asks not to be found${skipReasons(added.skipped)}`,
      );
      // One from before has the text of these pages, and would be published with them.
      await removeOlder(output);
      return undefined;
    }
    if (added.pages === 0) {
      throw new LatelightError(
        'ingest-failed',
        `latelight: expected pages with text in ${folder}, found none in ${added.files} files${skipReasons(added.skipped)}.`,
      );
    }
    for (const line of skipLines(added.skipped)) log(`latelight: ${line}`);
    await mkdir(dirname(output), { recursive: true });
    const written = await index.write(output);
    const languages = Object.keys(written.languages);
    log(
      `latelight: ${counted(written.pages, 'page')}, ${counted(written.passages, 'passage')} (${written.reused} unchanged)` +
        `${languages.length > 1 ? ` in ${languages.join(', ')}` : ''}, ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    return written;
  } finally {
    await index.close();
  }
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** `/search/` is `search`. @throws LatelightError `bad-option` for the root itself or a way out of it */
export function indexFolderName(outDir = 'latelight'): string {
  const name = outDir.replace(/^\/+|\/+$/g, '');
  if (/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(name)) return name;
  throw new LatelightError(
    'bad-option',
    `latelight: expected outDir to be a folder inside the site, such as latelight, got ${JSON.stringify(outDir)}.`,
  );
}

/** From an index folder to the root of the site that it is in. */
export function siteRootOf(outDir: string): string {
  return '../'.repeat(outDir.split('/').length);
}

/** A folder of this package. */
export function packageFolder(path: string): string {
  return join(packageRoot, path);
}
