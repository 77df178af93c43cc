// `latelight library <output>`: the offline library's page with the engine that it installs, as one static folder. Documents are no part of it.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ModelOverrides } from '../../encoder/model-config.ts';
import { ENGINE_FILE_VERSION, type EngineFile } from '../../format/engine-file.ts';
import { formatBytes } from '../../format-bytes.ts';
import { expectReplaceable, LIBRARY_FOLDER, replaceFolder } from '../../indexing/write-folder.ts';
import { queryTableFileName } from '../../model-files/codec-files.ts';
import {
  type OpenModel,
  openModel,
  pageWeightFormat,
  queryEncoderFolder,
  type ShapeChoice,
} from '../../model-files/model.ts';
import { readModelTable } from '../../model-files/query-table-file.ts';
import { addEngineFiles, addWeights, FolderFiles } from '../../node/engine-files.ts';
import { builtLibraryFolder } from '../../node/package-files.ts';
import type { CliIo } from '../io.ts';
import { namedModel } from '../named-model.ts';
import { table, tryItLine } from '../text.ts';

export interface LibraryCommandOptions {
  model: string;
  shape: ShapeChoice;
  overrides: ModelOverrides;
  webgpu: boolean;
  json: boolean;
}

/** What `library --json` prints. */
export interface LibrarySummary {
  /** Absolute path of the library folder. */
  output: string;
  /** Name of the model. */
  model: string;
  /** Dimensions kept. */
  dim: number;
  /** Dimensions that a code stands for. */
  subspaceDim: number;
  /** Number of files. */
  files: number;
  totalBytes: number;
}

export async function libraryCommand(folder: string, options: LibraryCommandOptions, io: CliIo): Promise<void> {
  const output = resolve(folder);
  await expectReplaceable(output, LIBRARY_FOLDER);
  const built = builtLibraryFolder();
  const model = await openModel(await namedModel(options.model, io), options.shape, options.overrides);
  const files = new FolderFiles();
  await files.addFolder(built);
  const engine = await addEngine(files, model, options.webgpu);
  // Last, so that a copy that was cut short is seen to be one.
  const engineText = `${JSON.stringify(engine, null, 1)}\n`;
  await nameEngine(files, engineText);
  files.addText('engine.json', engineText);
  const totalBytes = await replaceFolder(
    output,
    async (write) => {
      let total = 0;
      for (const { file, content } of files.list) {
        const bytes = await content();
        total += bytes.length;
        await write(file, bytes);
      }
      return total;
    },
    io.signal,
    LIBRARY_FOLDER,
  );
  const { dim, subspaceDim } = engine.codec;
  const { name } = model.folder;
  const summary: LibrarySummary = { output, model: name, dim, subspaceDim, files: files.list.length, totalBytes };
  io.out(
    options.json
      ? `${JSON.stringify(summary)}\n`
      : `${table([
          ['model', `${name}, ${dim} dimensions in subspaces of ${subspaceDim}`],
          ['folder', `${formatBytes(totalBytes)} in ${files.list.length} files at ${output}`],
        ])}\n${tryItLine(output)}`,
  );
}

/**
 * Names the engine file in the service worker (scripts/build-library.js) by hash: a page that it serves never meets the engine of another
 * version, and one that is installed while a folder is being published is not a mixture of two.
 */
async function nameEngine({ list }: FolderFiles, engineText: string): Promise<void> {
  const worker = list.find(({ file }) => file === 'sw.js')!;
  const hash = createHash('sha256').update(engineText).digest();
  const text = new TextDecoder().decode(await worker.content());
  const named = text
    .replace('ENGINE_REVISION', hash.toString('hex'))
    .replace('ENGINE_INTEGRITY', `sha256-${hash.toString('base64')}`);
  worker.content = () => new TextEncoder().encode(named);
}

async function addEngine(files: FolderFiles, model: OpenModel, webgpu: boolean): Promise<EngineFile> {
  const refs = await addEngineFiles(files, model, {
    webgpu,
    queryTable: await wholeQueryTable(model),
    encoder: queryEncoderFolder(model.folder),
  });
  // Documents are encoded in the page too: by the same files, where the model has no others for queries.
  const documentWeights = model.folder.query && (await addWeights(files, model.folder, webgpu));
  const { likely } = model.setup;
  return {
    format: 'latelight-engine',
    version: ENGINE_FILE_VERSION,
    ...refs,
    documentEncoder: {
      name: model.folder.name,
      weights: pageWeightFormat(model.folder, 'wasm'),
      sha256: (documentWeights ?? refs.queryEncoder.weights).wasm.sha256,
    },
    documentWeights,
    likely: likely && {
      table: await files.addPath('models', '.llq', likely.tablePath),
      codec: await files.addPath('models', '.llc', likely.codecPath),
    },
  };
}

/** The model's own file, of all its words: which of them the documents use is not known yet. @throws LatelightError `bad-model` */
async function wholeQueryTable(model: OpenModel): Promise<Uint8Array | undefined> {
  const path = join(model.folder.folder, queryTableFileName(model.shape));
  if (!existsSync(path)) return undefined;
  await readModelTable(model);
  return new Uint8Array(await readFile(path));
}
