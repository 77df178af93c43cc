// The files of an index folder beside shards and fragments: model, codec, runtime and page scripts, and the manifest over all.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { packTokenizer } from '../encoder/tokenizer-file.ts';
import { type FileRef, MANIFEST_VERSION, type Manifest } from '../format/manifest.ts';
import { hashedFile, type IndexParts } from '../indexing/build-index.ts';
import type { OpenModel } from './model.ts';
import { openQueryEncoder, pageWeights } from './model.ts';
import { builtSiteFolder, packageVersion, runtimeFiles } from './package-files.ts';

export interface FolderFile {
  file: string;
  content: () => Promise<Uint8Array> | Uint8Array;
}

export interface ManifestInput {
  model: OpenModel;
  parts: IndexParts;
  passageCount: number;
  pageCount: number;
  language: string;
  /** In the manifest of the default language: language -> file name of its manifest. */
  languages?: Record<string, string>;
  siteRoot: string;
  webgpu: boolean;
  /** The index's query table, when the model has one. */
  queryTable?: Uint8Array;
  /** Name of the manifest's file. */
  manifestFile: string;
}

/** What is to be written beside the parts, manifest last, so that a copy that was cut short is seen to be one. */
export async function indexFiles(
  input: ManifestInput,
  page?: object,
): Promise<{ manifest: Manifest; files: FolderFile[] }> {
  const { model, parts } = input;
  const files: FolderFile[] = [];
  const add = async (folder: string, extension: string, read: FolderFile['content']): Promise<FileRef> => {
    const { ref } = await hashedFile(folder, extension, await read());
    if (!files.some(({ file }) => file === ref.file)) files.push({ file: ref.file, content: read });
    return ref;
  };
  // Read again when it is written: models and runtimes together are a hundred megabytes.
  const addPath = (folder: string, extension: string, path: string) => add(folder, extension, () => readFile(path));

  const runtime = runtimeFiles();
  const tokenizer = new TextEncoder().encode(JSON.stringify(packTokenizer(model.folder.tokenizerJson)));
  const { queryTable } = input;
  const codecRef = await add('models', '.llc', () => model.codecBytes);
  const manifest: Manifest = {
    format: 'latelight',
    version: MANIFEST_VERSION,
    generator: `latelight ${packageVersion}`,
    language: input.language,
    languages: input.languages,
    siteRoot: input.siteRoot,
    passageCount: input.passageCount,
    pageCount: input.pageCount,
    tokenCount: parts.tokenCount,
    codec: { ...codecRef, dim: model.codec.dim, subspaceDim: model.codec.subspaceDim },
    documentEncoder: { name: model.folder.name, weights: model.weights, sha256: model.weightsSha256 },
    queryEncoder: {
      name: model.folder.name,
      dim: await queryDim(model),
      config: model.folder.config,
      tokenizer: await add('models', '.json', () => tokenizer),
      tokenizerConfig: model.folder.tokenizerConfig,
      weights: {
        wasm: await addPath('models', '.onnx', await pageWeights(model.folder, 'wasm')),
        webgpu: input.webgpu ? await addPath('models', '.onnx', await pageWeights(model.folder, 'webgpu')) : undefined,
      },
      queryTable: queryTable && (await add('models', '.llq', () => queryTable)),
    },
    runtime: {
      wasm: await addPath('runtime', '.wasm', runtime.wasm),
      jspi: input.webgpu ? await addPath('runtime', '.wasm', runtime.jspi) : undefined,
      asyncify: input.webgpu ? await addPath('runtime', '.wasm', runtime.asyncify) : undefined,
    },
    shards: parts.shards,
    fragments: parts.fragments,
    lexicon: parts.lexicon.length > 0 ? parts.lexicon : undefined,
    pages: parts.pages,
    filters: parts.filters,
  };
  files.push(...(await siteFiles()));
  if (page) files.push({ file: 'page.json', content: () => new TextEncoder().encode(JSON.stringify(page)) });
  files.push({
    file: input.manifestFile,
    content: () => new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`),
  });
  return { manifest, files };
}

/** The built search page, element and worker, as they are. */
async function siteFiles(): Promise<FolderFile[]> {
  const root = builtSiteFolder();
  const names = await readdir(root, { recursive: true });
  const files: FolderFile[] = [];
  for (const name of names.sort()) {
    const path = join(root, name);
    if ((await stat(path)).isFile()) {
      files.push({ file: relative(root, path).split(sep).join('/'), content: () => readFile(path) });
    }
  }
  return files;
}

/** Dimensions of the query encoder's rows, seen from one run: a file that cannot be opened is found here, not by visitors. */
async function queryDim(model: OpenModel): Promise<number> {
  const encoder = await openQueryEncoder(model.folder);
  try {
    return (await encoder.encodeQuery('dimensions')).dim;
  } finally {
    await encoder.close();
  }
}
