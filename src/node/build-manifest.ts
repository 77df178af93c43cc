// The files of an index folder beside shards and fragments: model, codec, runtime and page scripts, and the manifest over all.

import { MANIFEST_VERSION, type Manifest } from '../format/manifest.ts';
import type { IndexParts } from '../indexing/build-index.ts';
import { type OpenModel, queryEncoderFolder } from '../model-files/model.ts';
import { addEngineFiles, type FolderFile, FolderFiles } from './engine-files.ts';
import { builtSiteFolder, packageVersion } from './package-files.ts';

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
  queryTable: Uint8Array | undefined;
  /** Name of the manifest's file. */
  manifestFile: string;
}

/** What is to be written beside the parts, manifest last, so that a copy that was cut short is seen to be one. */
export async function indexFiles(
  input: ManifestInput,
  page?: object,
): Promise<{ manifest: Manifest; files: FolderFile[] }> {
  const { model, parts } = input;
  const files = new FolderFiles();
  const { codec, queryEncoder, runtime } = await addEngineFiles(files, model, {
    ...input,
    encoder: queryEncoderFolder(model.folder),
  });
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
    codec,
    documentEncoder: { name: model.folder.name, weights: model.weights, sha256: model.weightsSha256 },
    queryEncoder,
    runtime,
    shards: parts.shards,
    fragments: parts.fragments,
    lexicon: parts.lexicon.length > 0 ? parts.lexicon : undefined,
    pages: parts.pages,
    filters: parts.filters,
  };
  await files.addFolder(builtSiteFolder());
  if (page) files.addText('page.json', JSON.stringify(page));
  files.addText(input.manifestFile, `${JSON.stringify(manifest, null, 1)}\n`);
  return { manifest, files: files.list };
}
