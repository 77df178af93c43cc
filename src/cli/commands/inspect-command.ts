// `latelight inspect <index>`: what an index weighs and whether every file is what the manifest says.

import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type Codec, checkCodec } from '../../codec/codec.ts';
import type { Scorer } from '../../engine/scorer.ts';
import { SearchIndex } from '../../engine/search-index.ts';
import { LatelightError } from '../../errors.ts';
import { partsOf } from '../../format/engine-refs.ts';
import { BLOCK_ROWS, blockBytes } from '../../format/layout.ts';
import { readLexiconChunk } from '../../format/lexicon.ts';
import { type FileRef, type Manifest, parseManifest } from '../../format/manifest.ts';
import { readQueryTable } from '../../format/query-table.ts';
import { formatBytes } from '../../format-bytes.ts';
import { checkShard } from '../../kernels/search-input.ts';
import { chooseManifest, languagesOf } from '../choose-manifest.ts';
import { FolderSource } from '../folder-source.ts';
import type { CliIo } from '../io.ts';
import { table } from '../text.ts';

export interface InspectCommandOptions {
  /** Whose index is listed, where the folder has one for each language. */
  language?: string;
  json: boolean;
}

export async function inspectCommand(folder: string, options: InspectCommandOptions, io: CliIo): Promise<void> {
  const source = new FolderSource(folder);
  const { manifest } = await chooseManifest(source, options.language);
  const texts = new Map<string, string>([['manifest.json', await source.readManifest()]]);
  const languages: Record<string, LanguageReport> = {};
  const checked = new Set<string>();
  for (const [language, file] of Object.entries(languagesOf(parseManifest(texts.get('manifest.json')!)))) {
    const text = texts.get(file) ?? (await source.readManifest(undefined, file));
    texts.set(file, text);
    const own = parseManifest(text);
    await checkFiles(source, own, checked, io.signal);
    languages[language] = { manifest: file, pages: own.pageCount, passages: own.passageCount };
  }
  const manifestBytes = [...texts.values()].reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
  const report: InspectReport = {
    ...measure(manifest, manifestBytes, await unnamedBytes(folder, texts)),
    languages,
  };
  io.out(options.json ? `${JSON.stringify(report)}\n` : describe(report, manifest));
}

/** What `inspect --json` prints. Sizes are in bytes. */
export interface InspectReport {
  passages: number;
  pages: number;
  /** Dimensions kept. */
  dim: number;
  /** Dimensions that a code stands for. */
  subspaceDim: number;
  /** Document tokens that became rows, before pooling. */
  tokens: number;
  rows: number;
  /** Rows with those that fill up blocks. */
  paddedRows: number;
  /** Share of those that fill up, 0 to 1. */
  paddingShare: number;
  codeBytes: number;
  codeBytesPerPassage: number;
  codeBytesPerToken: number;
  /** Headers and offsets of the shards. */
  offsetBytes: number;
  /** Text, metadata, word map. */
  fragmentBytes: number;
  lexiconBytes: number;
  pagesBytes: number;
  filterBytes: number;
  /** Of all languages. */
  manifestBytes: number;
  codecBytes: number;
  tokenizerBytes: number;
  queryTableBytes: number;
  modelWasmBytes: number;
  /** 0 also where it is the same file. */
  modelWebgpuBytes: number;
  runtimeWasmBytes: number;
  /** Two builds. */
  runtimeWebgpuBytes: number;
  /** Files that no manifest names, where an index has them: page, scripts, licences. */
  scriptBytes: number;
  /** The rest of the folder: what else was put into it, a library say. */
  otherBytes: number;
  /** Language -> its manifest; one entry, whose name may be '', where all pages are in one index. */
  languages: Record<string, LanguageReport>;
}

interface LanguageReport {
  /** File name. */
  manifest: string;
  pages: number;
  passages: number;
}

/**
 * Opens the index as a search does, and reads what a search reads later: hashes, structure, and counts against the manifest's.
 * @param checked hashes and names of shared files that another manifest named
 */
async function checkFiles(
  source: FolderSource,
  manifest: Manifest,
  checked: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const { codec, queryEncoder, runtime, passageCount } = manifest;
  const index = await SearchIndex.open(source, manifest, createCountingScorer, { signal });
  try {
    expectCounts(index, manifest);
    for (let id = 0; id < passageCount; id++) await index.passage(id, signal);
  } finally {
    index.close();
  }
  for (const ref of manifest.lexicon ?? []) readLexiconChunk(await source.read(ref), passageCount);
  const shape = { dim: codec.dim, subspaceDim: codec.subspaceDim, codecSha256: codec.sha256 };
  if (queryEncoder.queryTable) readQueryTable(await source.read(queryEncoder.queryTable), shape);
  const others = [queryEncoder.tokenizer, queryEncoder.weights.wasm, queryEncoder.weights.webgpu, runtime.wasm];
  for (const ref of [...others, runtime.jspi, runtime.asyncify]) {
    if (!ref || checked.has(`${ref.sha256} ${ref.file}`)) continue;
    await source.read(ref);
    checked.add(`${ref.sha256} ${ref.file}`);
  }
}

/** Checks what a scorer would refuse and keeps nothing: an index may be larger than the memory of one. */
async function createCountingScorer(codec: Codec): Promise<Scorer> {
  checkCodec(codec);
  const notAsked = async (): Promise<never> => {
    throw new LatelightError('closed', 'inspect: expected no search');
  };
  let passageCount = 0;
  return {
    backend: 'wasm',
    get passageCount() {
      return passageCount;
    },
    async addShard(shard) {
      checkShard(shard, codec);
      passageCount += shard.firstBlocks.length - 1;
    },
    search: notAsked,
    searchEmbeddings: notAsked,
    passageCodes: () => new Uint8Array(),
    close() {},
  };
}

/** Counts that the manifest gives and no search needs. */
function expectCounts(index: SearchIndex, { pageCount, passageCount, shards }: Manifest): void {
  let rows = 0;
  for (let id = 0; id < passageCount; id++) rows += index.passageCodes(id).rowCount;
  const rowCount = shards.reduce((sum, shard) => sum + shard.rowCount, 0);
  const pages = index.pages.firstIds.length;
  if (pages === pageCount && rows === rowCount) return;
  throw new LatelightError(
    'bad-manifest',
    `manifest: expected ${pages} pages and ${rows} rows, as the files have, got ${pageCount} and ${rowCount}. Index the site again.`,
  );
}

function measure(
  manifest: Manifest,
  manifestBytes: number,
  unnamed: Pick<InspectReport, 'scriptBytes' | 'otherBytes'>,
) {
  const { codec, shards, fragments, passageCount, tokenCount, queryEncoder, runtime } = manifest;
  const { wasm, webgpu } = queryEncoder.weights;
  const sum = (refs: (FileRef | undefined)[]) => refs.reduce((total, ref) => total + (ref?.bytes ?? 0), 0);
  const blocks = shards.reduce((total, shard) => total + shard.blockCount, 0);
  const rows = shards.reduce((total, shard) => total + shard.rowCount, 0);
  const codeBytes = blocks * blockBytes(codec.dim, codec.subspaceDim);
  return {
    passages: passageCount,
    pages: manifest.pageCount,
    dim: codec.dim,
    subspaceDim: codec.subspaceDim,
    tokens: tokenCount,
    rows,
    paddedRows: blocks * BLOCK_ROWS,
    paddingShare: blocks > 0 ? 1 - rows / (blocks * BLOCK_ROWS) : 0,
    codeBytes,
    codeBytesPerPassage: passageCount > 0 ? codeBytes / passageCount : 0,
    codeBytesPerToken: tokenCount > 0 ? codeBytes / tokenCount : 0,
    offsetBytes: sum(shards) - codeBytes,
    fragmentBytes: sum(fragments),
    lexiconBytes: sum(manifest.lexicon ?? []),
    pagesBytes: manifest.pages.bytes,
    filterBytes: sum([manifest.filters]),
    manifestBytes,
    codecBytes: codec.bytes,
    tokenizerBytes: queryEncoder.tokenizer.bytes,
    queryTableBytes: sum([queryEncoder.queryTable]),
    modelWasmBytes: wasm.bytes,
    modelWebgpuBytes: sum(wasm.file === webgpu?.file ? [] : [webgpu]),
    runtimeWasmBytes: runtime.wasm.bytes,
    runtimeWebgpuBytes: sum([runtime.jspi, runtime.asyncify]),
    ...unnamed,
  };
}

function describe(report: InspectReport, manifest: Manifest): string {
  const { passages } = report;
  const each = (bytes: number) => [formatBytes(bytes), passages > 0 ? formatBytes(bytes / passages) : '-'];
  const once = (bytes: number) => [formatBytes(bytes), ''];
  const manifests = Object.entries(report.languages);
  const languages = manifests.map(([language, { pages }]) => `${language || 'none'} ${pages}`);
  const head = table([
    ['made by', manifest.generator],
    ...(manifests.length > 1 ? [['languages', languages.join(', ')]] : []),
    ['pages', `${report.pages}${manifests.length > 1 ? ` in ${manifest.language}` : ''}`],
    ['passages', `${passages}`],
    ['document encoder', `${manifest.documentEncoder.name} (${manifest.documentEncoder.weights})`],
    ['query encoder', manifest.queryEncoder.name],
    [
      'codec',
      `${report.dim} dimensions in subspaces of ${report.subspaceDim}, ${report.dim / report.subspaceDim / 2} bytes a row`,
    ],
    ['tokens', `${report.tokens}, ${report.codeBytesPerToken.toFixed(2)} bytes of codes each`],
    [
      'rows',
      `${report.rows}, and ${report.paddedRows - report.rows} of padding (${(report.paddingShare * 100).toFixed(1)}%)`,
    ],
    ['files', 'all match their SHA-256 and what the manifest counts'],
  ]);
  const sizes = table(
    [
      ['', 'in all', 'a passage'],
      ['codes', ...each(report.codeBytes)],
      ['shard headers and offsets', ...each(report.offsetBytes)],
      ['fragments (text, metadata, word map)', ...each(report.fragmentBytes)],
      ['lexicon', ...each(report.lexiconBytes)],
      ['pages', ...each(report.pagesBytes)],
      ['filters', ...each(report.filterBytes)],
      [manifests.length > 1 ? 'manifests' : 'manifest', ...each(report.manifestBytes)],
      ['codec', ...once(report.codecBytes)],
      ['tokenizer', ...once(report.tokenizerBytes)],
      ['query table', ...once(report.queryTableBytes)],
      ['model for WASM', ...once(report.modelWasmBytes)],
      ['model for WebGPU', ...once(report.modelWebgpuBytes)],
      ['onnxruntime-web for WASM', ...once(report.runtimeWasmBytes)],
      ['onnxruntime-web for WebGPU (two builds)', ...once(report.runtimeWebgpuBytes)],
      ['page, element and worker scripts, licences', ...once(report.scriptBytes)],
      ...(report.otherBytes > 0 ? [['what else is in the folder', ...once(report.otherBytes)]] : []),
    ],
    true,
  );
  return `${head}\n${sizes}`;
}

/** Bytes of the files that no manifest names. @param manifests file name -> text */
async function unnamedBytes(folder: string, manifests: Map<string, string>) {
  const named = new Set(manifests.keys());
  for (const text of manifests.values()) {
    JSON.parse(text, (_key, value) => {
      if (typeof value?.file === 'string') for (const { file } of partsOf(value)) named.add(file);
      return value;
    });
  }
  const bytes = { scriptBytes: 0, otherBytes: 0 };
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    const file = relative(folder, path).split(sep).join('/');
    const info = await stat(path);
    if (!info.isFile() || named.has(file)) continue;
    bytes[/^(assets\/|[^/]*$)/.test(file) ? 'scriptBytes' : 'otherBytes'] += info.size;
  }
  return bytes;
}
