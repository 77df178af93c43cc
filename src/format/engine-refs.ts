// What an index's manifest and a library's engine file say alike: which files encode and search, and how they are used.

import type { Json, JsonFields } from './json-fields.ts';
import { MAX_FILE_BYTES, MAX_QUERY_TOKENS, MIN_PART_BYTES, TEXT_TOKENS } from './layout.ts';

/** A file of the folder, by path relative to what names it. */
export interface FileRef {
  file: string;
  bytes: number;
  /** 64 hex digits */
  sha256: string;
  /** Of a file that some hosts would refuse for its size: `a.wasm` is stored as `a.1.wasm`, `a.2.wasm` and so on, each of so many bytes but the last. */
  partBytes?: number;
}

export interface FilePart {
  file: string;
  /** Bytes of the whole that it has. */
  start: number;
  end: number;
}

/** What a file is stored as: itself, mostly. Parts have its extension, by which hosts choose what they compress. */
export function partsOf({ file, bytes, partBytes = bytes }: FileRef): FilePart[] {
  if (bytes <= partBytes) return [{ file, start: 0, end: bytes }];
  return Array.from({ length: Math.ceil(bytes / partBytes) }, (_, index) => ({
    file: file.replace(/(\.\w+)?$/, `.${index + 1}$1`),
    start: index * partBytes,
    end: Math.min((index + 1) * partBytes, bytes),
  }));
}

/** One of these ONNX files is downloaded: the one of the device in use. */
export interface DeviceWeights {
  wasm: FileRef;
  webgpu?: FileRef;
}

/** How a model encodes texts: its manifest field is what pages obey. */
export interface ModelConfig {
  /** Text put before every query and document, before tokenizing. */
  prompts: { query: string; document: string };
  /** Token inserted at position 1, after the first special token; empty: none. */
  prefixes: { query: string; document: string };
  /** Most tokens, special and prefix tokens counted; of a query at most the 64 that scorers take. */
  queryLength: number;
  documentLength: number;
  /** Pad queries to `queryLength` with the mask token and score those rows too. */
  queryExpansion: boolean;
  /** Whether attention sees the padding of an expanded query. */
  attendToExpansionTokens: boolean;
  /** Tokens whose rows are dropped from documents after encoding. */
  skiplist: string[];
  /** The token that pads expanded queries. */
  maskToken: string;
}

export interface EngineRefs {
  codec: FileRef & { dim: number; subspaceDim: 2 | 4 };
  /** What encodes the documents: of an index recorded, not downloaded. */
  documentEncoder: { name: string; weights: string; sha256: string };
  /** What encodes queries: may be another, smaller model than the documents'. */
  queryEncoder: {
    name: string;
    /** Dimensions of its output rows. */
    dim: number;
    config: ModelConfig;
    tokenizer: FileRef;
    tokenizerConfig: Record<string, unknown>;
    weights: DeviceWeights;
    /** Rows to search with before the encoder has arrived: of an index those of its own vocabulary. */
    queryTable?: FileRef;
  };
  /** onnxruntime-web's WASM, by build. */
  runtime: { wasm: FileRef; jspi?: FileRef; asyncify?: FileRef };
}

export function fileRef(fields: JsonFields, value: unknown, path: string): FileRef {
  const ref = fields.object(value, path);
  const file = fields.string(ref.file, `${path}.file`);
  // Paths stay inside the folder: what names a file may not send a page elsewhere.
  if (!/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(file))
    fields.fail(`${path}.file`, 'a relative path inside the index', file);
  const sha256 = fields.string(ref.sha256, `${path}.sha256`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) fields.fail(`${path}.sha256`, '64 hex digits', sha256);
  // As much is allocated before the first byte has come.
  const bytes = fields.countWithin(ref.bytes, `${path}.bytes`, { least: 0, most: MAX_FILE_BYTES });
  if (ref.partBytes === undefined) return { file, bytes, sha256 };
  const range = { least: MIN_PART_BYTES, most: MAX_FILE_BYTES };
  return { file, bytes, sha256, partBytes: fields.countWithin(ref.partBytes, `${path}.partBytes`, range) };
}

export function optionalFileRef(fields: JsonFields, value: unknown, path: string): FileRef | undefined {
  return value === undefined ? undefined : fileRef(fields, value, path);
}

export function deviceWeights(fields: JsonFields, value: unknown, path: string): DeviceWeights {
  const weights = fields.object(value, path);
  return {
    wasm: fileRef(fields, weights.wasm, `${path}.wasm`),
    webgpu: optionalFileRef(fields, weights.webgpu, `${path}.webgpu`),
  };
}

export function engineRefs(fields: JsonFields, root: Json): EngineRefs {
  const codec = fields.object(root.codec, 'codec');
  const dim = fields.count(codec.dim, 'codec.dim');
  const subspaceDim = fields.count(codec.subspaceDim, 'codec.subspaceDim');
  if (subspaceDim !== 2 && subspaceDim !== 4) fields.fail('codec.subspaceDim', '2 or 4', subspaceDim);
  const document = fields.object(root.documentEncoder, 'documentEncoder');
  const query = fields.object(root.queryEncoder, 'queryEncoder');
  const runtime = fields.object(root.runtime, 'runtime');
  return {
    codec: { ...fileRef(fields, codec, 'codec'), dim, subspaceDim: subspaceDim as 2 | 4 },
    documentEncoder: {
      name: fields.string(document.name, 'documentEncoder.name'),
      weights: fields.string(document.weights, 'documentEncoder.weights'),
      sha256: fields.string(document.sha256, 'documentEncoder.sha256'),
    },
    queryEncoder: {
      name: fields.string(query.name, 'queryEncoder.name'),
      dim: fields.count(query.dim, 'queryEncoder.dim'),
      config: modelConfig(fields, query.config, 'queryEncoder.config'),
      tokenizer: fileRef(fields, query.tokenizer, 'queryEncoder.tokenizer'),
      tokenizerConfig: fields.object(query.tokenizerConfig, 'queryEncoder.tokenizerConfig'),
      weights: deviceWeights(fields, query.weights, 'queryEncoder.weights'),
      queryTable: optionalFileRef(fields, query.queryTable, 'queryEncoder.queryTable'),
    },
    runtime: {
      wasm: fileRef(fields, runtime.wasm, 'runtime.wasm'),
      jspi: optionalFileRef(fields, runtime.jspi, 'runtime.jspi'),
      asyncify: optionalFileRef(fields, runtime.asyncify, 'runtime.asyncify'),
    },
  };
}

function modelConfig(fields: JsonFields, value: unknown, path: string): ModelConfig {
  const config = fields.object(value, path);
  const pair = (name: 'prompts' | 'prefixes') => {
    const from = fields.object(config[name], `${path}.${name}`);
    return {
      query: fields.string(from.query, `${path}.${name}.query`),
      document: fields.string(from.document, `${path}.${name}.document`),
    };
  };
  const queryExpansion = fields.boolean(config.queryExpansion, `${path}.queryExpansion`);
  // An expanded query is padded to its length, and every one of its rows is scored.
  const queryTokens = queryExpansion ? { ...TEXT_TOKENS, most: MAX_QUERY_TOKENS } : TEXT_TOKENS;
  return {
    prompts: pair('prompts'),
    prefixes: pair('prefixes'),
    queryLength: fields.countWithin(config.queryLength, `${path}.queryLength`, queryTokens),
    documentLength: fields.countWithin(config.documentLength, `${path}.documentLength`, TEXT_TOKENS),
    queryExpansion,
    attendToExpansionTokens: fields.boolean(config.attendToExpansionTokens, `${path}.attendToExpansionTokens`),
    skiplist: fields
      .list(config.skiplist, `${path}.skiplist`)
      .map((word, i) => fields.string(word, `${path}.skiplist[${i}]`)),
    maskToken: fields.string(config.maskToken, `${path}.maskToken`),
  };
}
