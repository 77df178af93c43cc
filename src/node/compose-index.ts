// Pages -> a whole index folder, which appears at once or not at all.

import { throwIfAborted } from '../errors.ts';
import type { Manifest } from '../format/manifest.ts';
import { buildIndex } from '../indexing/build-index.ts';
import { encodedTexts } from '../indexing/encode-passage.ts';
import { replaceFolder, type WriteFile } from '../indexing/write-folder.ts';
import type { OpenModel } from '../model-files/model.ts';
import { indexTableBytes } from '../model-files/query-table-file.ts';
import type { Passage } from '../shared-types.ts';
import { indexFiles } from './build-manifest.ts';
import { encodePassages } from './encode-passages.ts';
import { type LanguageGroup, manifestNames } from './languages.ts';
import type { IndexProgress, WrittenIndex } from './options.ts';
import { countPages } from './page-set.ts';

export interface ComposeInput {
  model: OpenModel;
  countTokens: (text: string) => number;
  /** At least one, the default's first. */
  groups: LanguageGroup[];
  /** Whether a page may choose among them. */
  splitByLang: boolean;
  /** Journal of encoded passages; absent: everything is encoded. */
  cachePath: string | undefined;
  siteRoot: string;
  webgpu: boolean;
  /** Content of page.json. */
  page: { title: string; examples: string[] };
  onProgress: ((progress: IndexProgress) => void) | undefined;
  signal: AbortSignal;
}

/** @throws LatelightError `bad-option` when `output` is a folder of something else; `aborted`; whatever encoding throws */
export async function composeIndex(input: ComposeInput, output: string): Promise<Omit<WrittenIndex, 'skipped'>> {
  const { model, countTokens, groups, onProgress, signal } = input;
  const parts = groups.map(({ pages }) => pages.flatMap(({ passages }) => passages));
  const encoded = await encodePassages(model, parts.flat(), countTokens, input.cachePath, {
    signal,
    onProgress: (done, total) => onProgress?.({ phase: 'encode', done, total }),
  });
  try {
    throwIfAborted(signal, 'index');
    const files: string[] = [];
    let totalBytes = 0;
    const manifests = await replaceFolder(
      output,
      (write) =>
        writeGroups(input, parts, encoded.read, async (file, content) => {
          files.push(file);
          totalBytes += content.length;
          await write(file, content);
        }),
      signal,
    );
    await encoded.compact();
    const sum = (of: (manifest: Manifest) => number) => manifests.reduce((total, manifest) => total + of(manifest), 0);
    return {
      output,
      pages: sum(({ pageCount }) => pageCount),
      passages: sum(({ passageCount }) => passageCount),
      reused: encoded.reused,
      ...(input.cachePath !== undefined && { cache: input.cachePath }),
      tokens: sum(({ tokenCount }) => tokenCount),
      shardBytes: sum(({ shards }) => shards.reduce((total, { bytes }) => total + bytes, 0)),
      totalBytes,
      languages: Object.fromEntries(
        groups.map(({ language, manifest }, i) => [
          language,
          { manifest, pages: manifests[i].pageCount, passages: manifests[i].passageCount },
        ]),
      ),
      files,
    };
  } catch (error) {
    throwIfAborted(signal, 'index');
    throw error;
  } finally {
    await encoded.close();
  }
}

/** Files are named by their content, so what the languages share is written once. Manifests last, the one that opens the index at the end. */
async function writeGroups(
  { model, countTokens, groups, splitByLang, siteRoot, webgpu, page }: ComposeInput,
  parts: Passage[][],
  encodedOf: Parameters<typeof buildIndex>[2],
  write: WriteFile,
): Promise<Manifest[]> {
  const written = new Set<string>();
  const writeOnce = async (file: string, content: () => Promise<Uint8Array> | Uint8Array) => {
    if (written.has(file)) return;
    written.add(file);
    await write(file, await content());
  };
  const shape = { ...model.shape, codecSha256: model.codecSha256 };
  const manifests: Manifest[] = [];
  /** The manifests, the default's at the end. */
  const last: { file: string; content: () => Promise<Uint8Array> | Uint8Array }[] = [];
  let start = 0;
  for (const [i, { language, manifest: manifestFile, pages }] of groups.entries()) {
    const passages = parts[i];
    const first = start;
    const index = await buildIndex(
      shape,
      passages,
      (id) => encodedOf(first + id),
      ({ ref, content }) => writeOnce(ref.file, () => content),
    );
    start += passages.length;
    const { manifest, files } = await indexFiles(
      {
        model,
        parts: index,
        passageCount: passages.length,
        pageCount: countPages(pages),
        language,
        siteRoot,
        webgpu,
        queryTable: await indexTableBytes(model, encodedTexts(passages, countTokens)),
        manifestFile,
        languages: splitByLang && i === 0 ? manifestNames(groups) : undefined,
      },
      page,
    );
    manifests.push(manifest);
    for (const { file, content } of files) {
      if (file === manifestFile) last.unshift({ file, content });
      else await writeOnce(file, content);
    }
  }
  for (const { file, content } of last) await writeOnce(file, content);
  return manifests;
}
