// `latelight index <folder>`: documents in, one folder out that is all a site needs. The work is src/node's.

import { basename, join, relative, resolve, sep } from 'node:path';
import type { ModelOverrides } from '../../encoder/model-config.ts';
import { LatelightError } from '../../errors.ts';
import { formatBytes } from '../../format-bytes.ts';
import { PassageCache } from '../../indexing/passage-cache.ts';
import { expectOutput } from '../../indexing/write-folder.ts';
import { isGeneratedReason } from '../../ingest/generated-pages.ts';
import type { ShapeChoice } from '../../model-files/model.ts';
import type { Progress } from '../../model-files/progress.ts';
import { defaultCachePath } from '../../node/cache-path.ts';
import { createIndex } from '../../node/create-index.ts';
import type { AddedPages, WrittenIndex } from '../../node/options.ts';
import { skipLines } from '../../node/skipped-pages.ts';
import { expectFolder } from '../expect-folder.ts';
import type { CliIo } from '../io.ts';
import { namedModel } from '../named-model.ts';
import { startProgress } from '../progress.ts';
import { table, tryItLine } from '../text.ts';
import { leftOutLine } from './left-out-line.ts';

export interface IndexCommandOptions {
  output?: string;
  model: string;
  shape: ShapeChoice;
  overrides: ModelOverrides;
  webgpu: boolean;
  /** File that keeps encoded passages, false for none; absent: what `defaultCachePath` says. */
  cache?: string | false;
  /** Where hits' addresses lead, relative to the output folder. */
  siteRoot?: string;
  cleanUrls: boolean;
  byLang: boolean;
  /** Of pages that name none; with `byLang` the default. */
  language?: string;
  /** Globs, relative to the folder: files besides HTML and Markdown, and files to leave out. */
  include: string[];
  exclude: string[];
  title?: string;
  example: string[];
  json: boolean;
}

/** What `index --json` prints. */
export interface IndexSummary {
  /** Absolute path of the index folder. */
  output: string;
  pages: number;
  passages: number;
  /** Passages that needed no encoding. */
  reused: number;
  /** File that keeps encoded passages for the next run; absent: none does. */
  cache?: string;
  /** Files left out; each is named on the error stream, with the reason; of indexes that a generator made, the first few. */
  skipped: number;
  /** Document tokens that became rows, before pooling. */
  tokens: number;
  /** Bytes of the codes. */
  shardBytes: number;
  /** Bytes of the folder. */
  totalBytes: number;
  /** With `--by-lang`: language -> its manifest's file name and sizes. */
  languages?: WrittenIndex['languages'];
  seconds: number;
}

const NO_MATCH =
  'no file of the folder matches, or only ones left out. Globs are relative to the folder and in quotes; names that begin with a dot are never read.';

export async function indexCommand(input: string, options: IndexCommandOptions, io: CliIo): Promise<void> {
  const started = performance.now();
  const root = resolve(input);
  const output = resolve(options.output ?? join(root, 'latelight'));
  // Before a model is downloaded.
  expectFolder('index', input);
  await expectOutput(output, [root]);
  if (options.cache) PassageCache.expectUsable(options.cache, output);
  const isKept = options.cache !== false && (options.cache ?? defaultCachePath(output, [root])) !== undefined;
  let progress: Progress | undefined;
  const index = await createIndex({
    model: await namedModel(options.model, io),
    shape: options.shape,
    modelOverrides: options.overrides,
    webgpu: options.webgpu,
    cache: options.cache ?? true,
    cleanUrls: options.cleanUrls,
    splitByLang: options.byLang,
    language: options.language,
    siteRoot: options.siteRoot,
    title: options.title ?? basename(root),
    examples: options.example,
    signal: io.signal,
    onMessage: (line) => io.err(`${line}\n`),
    onProgress: ({ done, total }) => {
      progress ??= startProgress(io, 'encode', total, 'passages');
      progress.update(done);
      if (done === total) progress.stop();
    },
  });
  try {
    const { include, exclude } = options;
    const added = await index.addDirectory(root, { include, exclude: [...exclude, ...ownOutput(root, output)] });
    // Of generated indexes there can be thousands.
    for (const { path, reason } of added.skipped)
      if (!isGeneratedReason(reason)) io.err(`skipped ${path}: ${reason}\n`);
    for (const line of skipLines(added.skipped.filter(({ reason }) => isGeneratedReason(reason)))) io.err(`${line}\n`);
    for (const { path, message } of added.warnings) io.err(`warning ${path}: ${message}\n`);
    for (const glob of added.unmatched) {
      if (include.includes(glob)) io.err(`warning --include ${glob}: ${NO_MATCH}\n`);
      if (exclude.includes(glob)) io.err(`warning --exclude ${glob}: ${NO_MATCH}\n`);
    }
    io.err(leftOutLine(added));
    if (added.passages === 0) {
      throw new LatelightError(
        'ingest-failed',
        `index: expected ${include.length > 0 ? 'documents' : 'HTML or Markdown pages'} with text in ${root}, found none in ${added.files} files.`,
      );
    }
    if (options.siteRoot === undefined && ownOutput(root, output).length === 0) io.err(outsideLine(input));
    const written = await index.write(output);
    const seconds = (performance.now() - started) / 1000;
    io.out(
      options.json
        ? `${JSON.stringify(summary(added, written, seconds, options))}\n`
        : describe(added, written, seconds, options),
    );
  } catch (error) {
    if (io.signal.aborted && isKept) io.err('\nWhat was encoded is kept for the next run.');
    throw error;
  } finally {
    progress?.stop();
    await index.close();
  }
}

function summary(
  added: AddedPages,
  written: WrittenIndex,
  seconds: number,
  { byLang }: IndexCommandOptions,
): IndexSummary {
  const { output, pages, passages, reused, cache, tokens, shardBytes, totalBytes, languages } = written;
  return {
    output,
    pages,
    passages,
    reused,
    ...(cache !== undefined && { cache }),
    skipped: added.skipped.length,
    tokens,
    shardBytes,
    totalBytes,
    ...(byLang && { languages }),
    seconds: Number(seconds.toFixed(2)),
  };
}

function describe(added: AddedPages, written: WrittenIndex, seconds: number, { byLang }: IndexCommandOptions): string {
  const { output, pages, passages, reused, cache, shardBytes, totalBytes } = written;
  const skipped = added.skipped.length;
  const languages = Object.entries(written.languages).map(([language, { pages }]) => `${language || 'none'} ${pages}`);
  const figures = table([
    ['pages', `${pages}${skipped > 0 ? ` (${skipped} ${skipped === 1 ? 'file' : 'files'} skipped)` : ''}`],
    ...(byLang ? [['languages', languages.join(', ')]] : []),
    ['passages', `${passages} (${reused} unchanged, ${passages - reused} encoded)`],
    ['search data', `${formatBytes(shardBytes)}, ${formatBytes(shardBytes / passages)} a passage`],
    ['folder', `${formatBytes(totalBytes)} at ${output}`],
    ['cache', cache ?? 'none'],
    ['time', `${seconds.toFixed(1)} s`],
  ]);
  return `${figures}\n${tryItLine(output)}`;
}

function outsideLine(input: string): string {
  return `warning: the index goes outside of ${input}, so links of hits lead into its own folder. Put it into the site, or say with --site-root where the pages will be, seen from the index.\n`;
}

/** The output is often a folder inside the input. */
function ownOutput(root: string, output: string): string[] {
  return output.startsWith(root + sep) ? [`${relative(root, output).split(sep).join('/')}/**`] : [];
}
