// The files that encode and search, of an index folder and of a library's alike: model, codec, tokenizer, runtime. And the list of
// files that such a folder is written from.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { EncoderFolder } from '../encoder/model-folder.ts';
import { type DeviceWeights, type EngineRefs, type FileRef, partsOf } from '../format/engine-refs.ts';
import { hashedFile } from '../indexing/build-index.ts';
import { type OpenModel, pageWeights, queryDim } from '../model-files/model.ts';
import { runtimeFiles } from './package-files.ts';

/** Cloudflare Pages publishes nothing of a site that has a file above 25 MiB. */
const PART_BYTES = 24 * 2 ** 20;

export interface FolderFile {
  file: string;
  content: () => Promise<Uint8Array> | Uint8Array;
}

export class FolderFiles {
  readonly list: FolderFile[] = [];

  /** A file named by its content: the same bytes are there once, a large one in parts. */
  async add(folder: string, extension: string, read: FolderFile['content']): Promise<FileRef> {
    const { ref } = await hashedFile(folder, extension, await read());
    const stored = ref.bytes > PART_BYTES ? { ...ref, partBytes: PART_BYTES } : ref;
    for (const { file, start, end } of partsOf(stored)) {
      if (this.list.some((known) => known.file === file)) continue;
      this.list.push({ file, content: async () => (await read()).subarray(start, end) });
    }
    return stored;
  }

  /** Read again when it is written: models and runtimes together are a hundred megabytes. */
  addPath(folder: string, extension: string, path: string): Promise<FileRef> {
    return this.add(folder, extension, () => readFile(path));
  }

  addText(file: string, text: string): void {
    this.list.push({ file, content: () => new TextEncoder().encode(text) });
  }

  /** All files of a built folder, as they are. */
  async addFolder(root: string): Promise<void> {
    const names = await readdir(root, { recursive: true });
    for (const name of names.sort()) {
      const path = join(root, name);
      if (!(await stat(path)).isFile()) continue;
      this.list.push({ file: relative(root, path).split(sep).join('/'), content: () => readFile(path) });
    }
  }
}

/** An encoder's files for pages. */
export async function addWeights(files: FolderFiles, encoder: EncoderFolder, webgpu: boolean): Promise<DeviceWeights> {
  return {
    wasm: await files.addPath('models', '.onnx', await pageWeights(encoder, 'wasm')),
    webgpu: webgpu ? await files.addPath('models', '.onnx', await pageWeights(encoder, 'webgpu')) : undefined,
  };
}

/**
 * @param encoder what the page encodes queries with
 * @param queryTable the bytes of the table that is published, when there is one
 */
export async function addEngineFiles(
  files: FolderFiles,
  model: OpenModel,
  { webgpu, queryTable, encoder }: { webgpu: boolean; queryTable: Uint8Array | undefined; encoder: EncoderFolder },
): Promise<Pick<EngineRefs, 'codec' | 'queryEncoder' | 'runtime'>> {
  const runtime = runtimeFiles();
  return {
    codec: {
      ...(await files.add('models', '.llc', () => model.codecBytes)),
      dim: model.codec.dim,
      subspaceDim: model.codec.subspaceDim,
    },
    queryEncoder: {
      name: model.folder.name,
      dim: await queryDim(encoder),
      config: model.folder.config,
      tokenizer: await files.add('models', '.json', () => model.tokenizerBytes),
      tokenizerConfig: model.folder.tokenizerConfig,
      weights: await addWeights(files, encoder, webgpu),
      queryTable: queryTable && (await files.add('models', '.llq', () => queryTable)),
    },
    runtime: {
      wasm: await files.addPath('runtime', '.wasm', runtime.wasm),
      jspi: webgpu ? await files.addPath('runtime', '.wasm', runtime.jspi) : undefined,
      asyncify: webgpu ? await files.addPath('runtime', '.wasm', runtime.asyncify) : undefined,
    },
  };
}
