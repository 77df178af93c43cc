// manifest.json: docs/FORMAT.md, "Manifest". It names every other file with its size and SHA-256, and everything a page needs
// to know to encode a query. Parsed strictly: what this build does not understand it refuses.

import type { ModelConfig } from '../encoder/model-config.ts';
import { LatelightError } from '../errors.ts';

export const MANIFEST_VERSION = 1;

/** A file of the index, by path relative to the manifest. */
export interface FileRef {
  file: string;
  bytes: number;
  /** 64 hex digits */
  sha256: string;
}

export interface ShardRef extends FileRef {
  passageCount: number;
  blockCount: number;
  /** Rows without padding. */
  rowCount: number;
}

export interface FragmentRef extends FileRef {
  passageCount: number;
}

export interface LexiconRef extends FileRef {
  /** The chunk's first word. */
  first: string;
}

export interface Manifest {
  format: 'latelight';
  version: typeof MANIFEST_VERSION;
  generator: string;
  /** BCP 47 language of most pages, or empty. */
  language: string;
  /** In `manifest.json` of a site in several languages: language -> file name of the manifest of its pages, this one's too. */
  languages?: Record<string, string>;
  /** Where hits' addresses lead, relative to the manifest's own address: `../` for an index folder inside the site. */
  siteRoot: string;
  passageCount: number;
  pageCount: number;
  /** Document tokens that became rows, before pooling: special ones counted, skip-listed ones not. */
  tokenCount: number;
  codec: FileRef & { dim: number; subspaceDim: 2 | 4 };
  /** What encoded the documents: recorded, not downloaded. */
  documentEncoder: { name: string; weights: string; sha256: string };
  /** What encodes queries: may be another, smaller model than the documents'. */
  queryEncoder: {
    name: string;
    /** Dimensions of its output rows. */
    dim: number;
    config: ModelConfig;
    tokenizer: FileRef;
    tokenizerConfig: Record<string, unknown>;
    /** One ONNX file is downloaded: the one of the device in use. */
    weights: { wasm: FileRef; webgpu?: FileRef };
    /** Rows of the index's vocabulary, to search with before the encoder has arrived. */
    queryTable?: FileRef;
  };
  /** onnxruntime-web's WASM, by build. */
  runtime: { wasm: FileRef; jspi?: FileRef; asyncify?: FileRef };
  shards: ShardRef[];
  fragments: FragmentRef[];
  /** Chunks in the order of their words; absent when nothing is to be found letter by letter. */
  lexicon?: LexiconRef[];
  pages: FileRef;
  filters?: FileRef;
}

type Json = Record<string, unknown>;

function fail(path: string, expected: string, got: unknown): never {
  const shown = JSON.stringify(got)?.slice(0, 80) ?? 'nothing';
  throw new LatelightError(
    'bad-manifest',
    `manifest: expected ${path} to be ${expected}, got ${shown}. Index the site again.`,
  );
}

const object = (value: unknown, path: string): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : fail(path, 'an object', value);
const string = (value: unknown, path: string): string =>
  typeof value === 'string' ? value : fail(path, 'a string', value);
const boolean = (value: unknown, path: string): boolean =>
  typeof value === 'boolean' ? value : fail(path, 'true or false', value);
const list = (value: unknown, path: string): unknown[] => (Array.isArray(value) ? value : fail(path, 'a list', value));
const count = (value: unknown, path: string): number =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail(path, 'a whole number', value);

function fileRef(value: unknown, path: string): FileRef {
  const ref = object(value, path);
  const file = string(ref.file, `${path}.file`);
  // Paths stay inside the index folder: a manifest may not send a page elsewhere.
  if (!/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(file)) fail(`${path}.file`, 'a relative path inside the index', file);
  const sha256 = string(ref.sha256, `${path}.sha256`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) fail(`${path}.sha256`, '64 hex digits', sha256);
  return { file, bytes: count(ref.bytes, `${path}.bytes`), sha256 };
}

function modelConfig(value: unknown, path: string): ModelConfig {
  const config = object(value, path);
  const prompts = object(config.prompts, `${path}.prompts`);
  const prefixes = object(config.prefixes, `${path}.prefixes`);
  const pair = (from: Json, name: string) => ({
    query: string(from.query, `${path}.${name}.query`),
    document: string(from.document, `${path}.${name}.document`),
  });
  return {
    prompts: pair(prompts, 'prompts'),
    prefixes: pair(prefixes, 'prefixes'),
    queryLength: count(config.queryLength, `${path}.queryLength`),
    documentLength: count(config.documentLength, `${path}.documentLength`),
    queryExpansion: boolean(config.queryExpansion, `${path}.queryExpansion`),
    attendToExpansionTokens: boolean(config.attendToExpansionTokens, `${path}.attendToExpansionTokens`),
    skiplist: list(config.skiplist, `${path}.skiplist`).map((word, i) => string(word, `${path}.skiplist[${i}]`)),
    maskToken: string(config.maskToken, `${path}.maskToken`),
  };
}

function manifestNames(value: unknown): Record<string, string> {
  const names = Object.entries(object(value, 'languages')).map(([language, file]): [string, string] => {
    const path = `languages.${language}`;
    const name = string(file, path);
    return [language, /^manifest(\.[A-Za-z0-9-]+)?\.json$/.test(name) ? name : fail(path, 'manifest.<tag>.json', name)];
  });
  return Object.fromEntries(names);
}

/**
 * The manifest for a page's language: of the same tag, else of the longest tag that begins as it does (`fr` for `fr-CA`), else of the
 * same language elsewhere, the first in code-unit order (`pt-BR` for `pt`). Nothing when there is none, or no choice.
 */
export function manifestFor({ languages }: Pick<Manifest, 'languages'>, wanted: string): string | undefined {
  const tags = Object.keys(languages ?? {});
  const parts = wanted.toLowerCase().split(/[-_]/);
  for (let length = parts.length; length > 0; length--) {
    const tag = tags.find((known) => known.toLowerCase() === parts.slice(0, length).join('-'));
    if (tag !== undefined) return languages![tag];
  }
  const relative = tags.sort().find((known) => known.toLowerCase().split('-')[0] === parts[0]);
  return relative === undefined ? undefined : languages![relative];
}

/** @throws LatelightError `bad-manifest` naming the field, what was expected and what came */
export function parseManifest(text: string): Manifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    fail('the file', 'JSON', text.slice(0, 40));
  }
  const root = object(parsed, 'the file');
  if (root.format !== 'latelight') fail('format', '"latelight"', root.format);
  if (root.version !== MANIFEST_VERSION) fail('version', `${MANIFEST_VERSION}`, root.version);
  const codec = object(root.codec, 'codec');
  const dim = count(codec.dim, 'codec.dim');
  const subspaceDim = count(codec.subspaceDim, 'codec.subspaceDim');
  if (subspaceDim !== 2 && subspaceDim !== 4) fail('codec.subspaceDim', '2 or 4', subspaceDim);
  const document = object(root.documentEncoder, 'documentEncoder');
  const query = object(root.queryEncoder, 'queryEncoder');
  const weights = object(query.weights, 'queryEncoder.weights');
  const runtime = object(root.runtime, 'runtime');
  const optional = (value: unknown, path: string) => (value === undefined ? undefined : fileRef(value, path));
  const siteRoot = string(root.siteRoot, 'siteRoot');
  // Relative, so that an index can be copied to any base path, and so that no hit can lead to another site or to a script.
  if (!/^(\.\.?\/)*([\w.-]+\/)*$/.test(siteRoot)) fail('siteRoot', 'a relative folder', siteRoot);

  const shards = list(root.shards, 'shards').map((value, i): ShardRef => {
    const path = `shards[${i}]`;
    const shard = object(value, path);
    return {
      ...fileRef(shard, path),
      passageCount: count(shard.passageCount, `${path}.passageCount`),
      blockCount: count(shard.blockCount, `${path}.blockCount`),
      rowCount: count(shard.rowCount, `${path}.rowCount`),
    };
  });
  const fragments = list(root.fragments, 'fragments').map((value, i): FragmentRef => {
    const path = `fragments[${i}]`;
    return { ...fileRef(value, path), passageCount: count(object(value, path).passageCount, `${path}.passageCount`) };
  });
  const lexicon =
    root.lexicon === undefined
      ? undefined
      : list(root.lexicon, 'lexicon').map((value, i): LexiconRef => {
          const path = `lexicon[${i}]`;
          return { ...fileRef(value, path), first: string(object(value, path).first, `${path}.first`) };
        });
  const passageCount = count(root.passageCount, 'passageCount');
  for (const [name, parts] of [
    ['shards', shards],
    ['fragments', fragments],
  ] as const) {
    const total = parts.reduce((sum, part) => sum + part.passageCount, 0);
    if (total !== passageCount) fail(`the passages of ${name}`, `${passageCount} in all`, total);
  }

  return {
    format: 'latelight',
    version: MANIFEST_VERSION,
    generator: string(root.generator, 'generator'),
    language: string(root.language, 'language'),
    languages: root.languages === undefined ? undefined : manifestNames(root.languages),
    siteRoot,
    passageCount,
    pageCount: count(root.pageCount, 'pageCount'),
    tokenCount: count(root.tokenCount, 'tokenCount'),
    codec: { ...fileRef(codec, 'codec'), dim, subspaceDim: subspaceDim as 2 | 4 },
    documentEncoder: {
      name: string(document.name, 'documentEncoder.name'),
      weights: string(document.weights, 'documentEncoder.weights'),
      sha256: string(document.sha256, 'documentEncoder.sha256'),
    },
    queryEncoder: {
      name: string(query.name, 'queryEncoder.name'),
      dim: count(query.dim, 'queryEncoder.dim'),
      config: modelConfig(query.config, 'queryEncoder.config'),
      tokenizer: fileRef(query.tokenizer, 'queryEncoder.tokenizer'),
      tokenizerConfig: object(query.tokenizerConfig, 'queryEncoder.tokenizerConfig'),
      weights: {
        wasm: fileRef(weights.wasm, 'queryEncoder.weights.wasm'),
        webgpu: optional(weights.webgpu, 'queryEncoder.weights.webgpu'),
      },
      queryTable: optional(query.queryTable, 'queryEncoder.queryTable'),
    },
    runtime: {
      wasm: fileRef(runtime.wasm, 'runtime.wasm'),
      jspi: optional(runtime.jspi, 'runtime.jspi'),
      asyncify: optional(runtime.asyncify, 'runtime.asyncify'),
    },
    shards,
    fragments,
    lexicon,
    pages: fileRef(root.pages, 'pages'),
    filters: optional(root.filters, 'filters'),
  };
}
