// An exported library, or an index made by the command line -> documents of this library, with the codes they came with.

import { LatelightError } from '../../errors.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import { type Manifest, parseManifest } from '../../format/manifest.ts';
import { pageAddress, readPages } from '../../format/pages.ts';
import type { ShardShape } from '../../format/shard.ts';
import { cleanPath } from '../clean-path.ts';
import { decoded } from '../decoded.ts';
import { libraryFilters } from '../library-filters.ts';
import type { StoredPassage } from '../storage/records.ts';
import { readSegment } from '../storage/segment.ts';
import type { AddedFile, ImportReport } from '../types.ts';
import { ArchiveFolder } from './archive-folder.ts';
import { type ArchivedDocument, LIBRARY_FILE, readLibraryFile } from './library-file.ts';

/** A document to take in, whole. */
export interface ImportedDocument extends ArchivedDocument {
  passages: StoredPassage[];
  content: Blob | undefined;
}

export interface ImportTools {
  engine: EngineFile;
  shape: ShardShape;
  mostFileBytes: number;
  /** What there is of a document's path already; nothing when there is none. */
  here: (document: ArchivedDocument) => 'unchanged' | 'newer' | 'older' | undefined;
  /** Takes in documents; resolves when they are kept. */
  keep: (document: ImportedDocument) => Promise<void>;
}

/**
 * @throws LatelightError `bad-option` for what is no index, or one of another model or codec; what its files fail with. Documents that
 * were kept before stay.
 */
export async function importArchive(
  source: Blob | readonly AddedFile[],
  tools: ImportTools,
  onProgress: (done: number, total: number) => void,
): Promise<ImportReport> {
  const folder = await ArchiveFolder.open(source);
  const manifest = parseManifest(await folder.text('manifest.json'));
  checkModel(manifest, tools.engine);
  const documents = await documentsOf(folder, manifest);
  const segment = {
    ...manifest,
    key: 'import',
    documents: documents.map(({ passageCount }, id) => ({ id, passageCount })),
    lexicon: manifest.lexicon ?? [],
  };
  const passages = await readSegment(segment, tools.shape, (ref) => folder.read(ref));
  const report: ImportReport = { documents: 0, passages: 0, replaced: 0, unchanged: 0, newer: 0 };
  for (const [id, archived] of documents.entries()) {
    const document = named(archived, passages.get(id) ?? []);
    const here = tools.here(document);
    if (here === 'unchanged' || here === 'newer') report[here]++;
    else {
      const { file } = document;
      const content = file && folder.has(file) ? await folder.blob(file, tools.mostFileBytes) : undefined;
      await tools.keep({ ...document, passages: ownPassages(document, passages.get(id) ?? []), content });
      report.documents++;
      if (here === 'older') report.replaced++;
      report.passages += document.passageCount;
    }
    onProgress(id + 1, documents.length);
  }
  return report;
}

function checkModel({ codec, queryEncoder }: Manifest, engine: EngineFile): void {
  const [theirs, ours] = [{ codec, queryEncoder }, engine].map((of) => {
    return `${of.codec.sha256} ${of.queryEncoder.tokenizer.sha256} ${JSON.stringify(of.queryEncoder.config)}`;
  });
  if (theirs === ours) return;
  throw new LatelightError(
    'bad-option',
    `import: expected an index made with ${engine.queryEncoder.name} and the codec of this app, got ${queryEncoder.name} or another codec of it. ` +
      'Index the documents with the same version of Latelight, or add the documents themselves.',
  );
}

/** The documents that passages belong to: as an exported library says, else the pages of the index. */
async function documentsOf(folder: ArchiveFolder, manifest: Manifest): Promise<ArchivedDocument[]> {
  if (folder.has(LIBRARY_FILE)) {
    const bytes = new TextEncoder().encode(await folder.text(LIBRARY_FILE));
    return readLibraryFile(bytes, manifest.passageCount);
  }
  const { firstIds } = readPages(await folder.read(manifest.pages), manifest.passageCount);
  const addedAt = Date.now();
  return firstIds.map((first, page): ArchivedDocument => {
    const passageCount = (firstIds[page + 1] ?? manifest.passageCount) - first;
    const tokenCount = Math.round((manifest.tokenCount * passageCount) / manifest.passageCount);
    // Its passages name it.
    return { path: '', title: '', sizeBytes: 0, addedAt, sha256: '', passageCount, tokenCount };
  });
}

/** A page of an index is known by its address. */
function named(document: ArchivedDocument, passages: readonly StoredPassage[]): ArchivedDocument {
  if (document.path) return document;
  const { url, title } = passages[0].passage;
  return { ...document, path: cleanPath(decoded(pageAddress(url)).replace(/\/$/, '/index.html')), title };
}

/** Passages as this library has them: found by document, folder and kind. */
function ownPassages({ path, tokenCount }: ArchivedDocument, passages: StoredPassage[]): StoredPassage[] {
  const own = libraryFilters(path);
  const tokens = tokenCount / Math.max(1, passages.length);
  return passages.map(({ passage, encoded }) => ({
    passage: { ...passage, filters: { ...passage.filters, ...own } },
    encoded: { ...encoded, tokenCount: tokens },
  }));
}
