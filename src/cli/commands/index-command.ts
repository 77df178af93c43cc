// `latelight index <folder>`: documents in, one folder out that is all a site needs.

import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { ModelOverrides } from '../../encoder/model-config.ts';
import { LatelightError, throwIfAborted } from '../../errors.ts';
import type { Manifest } from '../../format/manifest.ts';
import { buildIndex } from '../../indexing/build-index.ts';
import { CONTEXT_TOKENS, passageContext } from '../../indexing/encode-passage.ts';
import { replaceFolder, type WriteFile } from '../../indexing/write-folder.ts';
import { ingestDirectory } from '../../ingest/directory.ts';
import { DEFAULT_EXCLUDE } from '../../ingest/walk.ts';
import type { Passage } from '../../types.ts';
import { indexFiles } from '../build-manifest.ts';
import { encodePassages } from '../encode-passages.ts';
import { resolveModel } from '../hub.ts';
import type { CliIo } from '../io.ts';
import { type OpenModel, openModel, type ShapeChoice } from '../model.ts';
import { indexTableBytes } from '../query-table-file.ts';
import { formatBytes, table } from '../text.ts';

export interface IndexCommandOptions {
  output?: string;
  model: string;
  shape: ShapeChoice;
  overrides: ModelOverrides;
  webgpu: boolean;
  cache: boolean;
  /** Where hits' addresses lead, relative to the output folder. */
  siteRoot?: string;
  cleanUrls: boolean;
  title?: string;
  example: string[];
  json: boolean;
}

export async function indexCommand(input: string, options: IndexCommandOptions, io: CliIo): Promise<void> {
  const started = performance.now();
  const root = resolve(input);
  const output = resolve(options.output ?? join(root, 'latelight'));
  if (output === root) {
    throw new LatelightError(
      'bad-option',
      `index: expected the output to be another folder than the input, got ${output}.`,
    );
  }
  const model = await openModel(await resolveModel(options.model, io), options.shape, options.overrides);
  const countTokens = countingTokens(model);
  const { passages, pages, report } = await ingestDirectory(root, {
    countTokens,
    maxTokens: model.folder.tokenizer.documentBudget - CONTEXT_TOKENS,
    exclude: [...DEFAULT_EXCLUDE, ...ownOutput(root, output)],
    cleanUrls: options.cleanUrls,
    signal: io.signal,
  });
  for (const { path, reason } of report.skipped) io.err(`skipped ${path}: ${reason}\n`);
  for (const { path, message } of report.warnings) io.err(`warning ${path}: ${message}\n`);
  if (passages.length === 0) {
    throw new LatelightError(
      'ingest-failed',
      `index: expected HTML or Markdown pages with text in ${root}, found none in ${report.files} files.`,
    );
  }
  if (!existsSync(dirname(output))) {
    throw new LatelightError('bad-option', `index: expected the folder ${dirname(output)} for the output, found none.`);
  }
  const encoded = await encodePassages(model, passages, countTokens, options.cache ? cachePath(output) : undefined, io);
  let sizes = 0;
  const fill = async (write: WriteFile) => {
    const counted: WriteFile = (file, content) => {
      sizes += content.length;
      return write(file, content);
    };
    const shape = { ...model.shape, codecSha256: model.codecSha256 };
    const parts = await buildIndex(shape, passages, encoded.read, ({ ref, content }) => counted(ref.file, content));
    const { manifest, files } = await indexFiles(
      {
        model,
        parts,
        passageCount: passages.length,
        pageCount: pages.length,
        language: mostCommon(pages.map(({ lang }) => lang)),
        siteRoot: options.siteRoot ?? defaultSiteRoot(root, output),
        webgpu: options.webgpu,
        queryTable: await indexTableBytes(model, textsOf(passages, countTokens)),
      },
      { title: options.title ?? basename(root), examples: options.example },
    );
    for (const { file, content } of files) await counted(file, await content());
    return manifest;
  };
  let manifest: Manifest;
  try {
    throwIfAborted(io.signal, 'index');
    manifest = await replaceFolder(output, fill, io.signal);
    await encoded.compact();
  } finally {
    await encoded.close();
  }
  const seconds = (performance.now() - started) / 1000;
  const codeBytes = manifest.shards.reduce((sum, shard) => sum + shard.bytes, 0);
  const summary = {
    output,
    pages: pages.length,
    passages: passages.length,
    reused: encoded.reused,
    skipped: report.skipped.length,
    tokens: manifest.tokenCount,
    shardBytes: codeBytes,
    totalBytes: sizes,
    seconds: Number(seconds.toFixed(2)),
  };
  if (options.json) io.out(`${JSON.stringify(summary)}\n`);
  else {
    io.out(
      table([
        ['pages', `${pages.length}${report.skipped.length > 0 ? ` (${report.skipped.length} files skipped)` : ''}`],
        ['passages', `${passages.length} (${encoded.reused} unchanged, ${passages.length - encoded.reused} encoded)`],
        ['search data', `${formatBytes(codeBytes)}, ${formatBytes(codeBytes / passages.length)} a passage`],
        ['folder', `${formatBytes(sizes)} at ${output}`],
        ['time', `${seconds.toFixed(1)} s`],
      ]),
    );
    io.out(`\nTry it:  npx latelight serve ${relative(process.cwd(), output) || '.'}\n`);
  }
}

/** The output is often a folder inside the input. */
function ownOutput(root: string, output: string): string[] {
  return output.startsWith(root + sep) ? [`${relative(root, output).split(sep).join('/')}/**`] : [];
}

/** Beside the output, so that replacing the output keeps it; safe to delete. */
function cachePath(output: string): string {
  return join(dirname(output), '.latelight-cache', `${basename(output)}.jsonl`);
}

/** An index folder inside the site leads back to the site's root; one elsewhere is taken to be put beside the pages. */
function defaultSiteRoot(root: string, output: string): string {
  if (!output.startsWith(root + sep)) return '';
  return `${relative(output, root).split(sep).join('/')}/`;
}

/** What was encoded of each passage, one at a time. */
function* textsOf(passages: Passage[], countTokens: (text: string) => number): Iterable<string> {
  for (const passage of passages) yield passageContext(passage, countTokens) + passage.text;
}

/** Counts tokens a word at a time with a memory: packing asks for the same words over and over. */
function countingTokens(model: OpenModel): (text: string) => number {
  const { tokenizer } = model.folder;
  const known = new Map<string, number>();
  return (text) => {
    let total = 0;
    for (const [word] of text.matchAll(/\s*\S+/g)) {
      let tokens = known.get(word);
      if (tokens === undefined) {
        tokens = tokenizer.count(word);
        known.set(word, tokens);
      }
      total += tokens;
    }
    return total;
  };
}

function mostCommon(values: string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? '';
}
