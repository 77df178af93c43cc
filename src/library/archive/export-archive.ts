// The library as one zip: an index folder that the command line opens, with its documents beside it.

import { BlobReader, BlobWriter, configure, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { inSentence, LatelightError } from '../../errors.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import type { FileRef } from '../../format/manifest.ts';
import { readQueryTable, writeQueryTable } from '../../format/query-table.ts';
import type { ShardShape } from '../../format/shard.ts';
import type { ByteSource } from '../../format/source.ts';
import { hashedFile, type IndexFile } from '../../indexing/build-index.ts';
import type { LibraryStore } from '../storage/library-store.ts';
import { tableOf } from '../storage/library-words.ts';
import type { StoredDocument, StoredSegment } from '../storage/records.ts';
import { type CountWords, composeSegment, type SegmentDocument } from '../storage/segment.ts';
import { segmentManifest } from '../storage/segment-source.ts';
import { type ArchivedDocument, DOCUMENTS_FOLDER, LIBRARY_FILE, writeLibraryFile } from './library-file.ts';

// The worker this runs in is the only one that is needed, and the page's policy allows none from strings.
configure({ useWebWorkers: false });

export interface ExportTools {
  store: LibraryStore;
  /** Where the app's own files come from. */
  app: ByteSource;
  engine: EngineFile;
  shape: ShardShape;
  countWords: CountWords;
  /** All documents that are done, with their passages. */
  readAll: () => Promise<SegmentDocument[]>;
}

/**
 * @param onProgress of documents and files written
 * @throws LatelightError `bad-option` when nothing is indexed; what reading storage throws, of a document's file too
 */
export async function exportLibrary(
  { store, app, engine, shape, countWords, readAll }: ExportTools,
  onProgress: (done: number, total: number) => void,
): Promise<Blob> {
  const all = await readAll();
  const records = new Map((await store.documents()).map((document) => [document.id, document]));
  const documents = all.filter(({ id }) => records.has(id)); // the others were removed just now
  if (documents.length === 0) {
    throw new LatelightError(
      'bad-option',
      'export: expected documents that are indexed, found nothing to export. Add some and wait until they are done.',
    );
  }
  // By path, whatever segments they were in: the same library gives the same index.
  const pathOf = ({ id }: SegmentDocument) => records.get(id)?.path ?? '';
  documents.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));

  const zip = new ZipWriter(new BlobWriter('application/zip'), { useCompressionStream: true });
  const total = documents.length + 6;
  let done = 0;
  const step = () => onProgress(++done, total);
  const add = (file: string, content: Uint8Array, level = 0) => zip.add(file, new Uint8ArrayReader(content), { level });
  // One index of all: codes and texts are written as they come.
  const segment = await composeSegment(
    shape,
    'library',
    documents,
    async (file, content) => {
      await add(file, content, file.startsWith('shards/') ? 0 : 6);
    },
    countWords,
  );
  step();
  const archived: ArchivedDocument[] = [];
  for (const { id, tokenCount, passages } of documents) {
    const record = records.get(id)!;
    archived.push({ ...about(record), tokenCount, passageCount: passages.length, ...(await addFile(record)) });
    step();
  }
  const { queryTable } = engine.queryEncoder;
  const table = queryTable && (await ownTable(await app.read(queryTable), shape, segment));
  const weights = { wasm: whole(engine.queryEncoder.weights.wasm) };
  const manifest = segmentManifest(
    {
      ...engine,
      queryEncoder: { ...engine.queryEncoder, weights, queryTable: table?.ref },
      runtime: { wasm: whole(engine.runtime.wasm) },
    },
    segment,
  );
  const { codec, queryEncoder, runtime } = engine;
  const own: FileRef[] = [codec, queryEncoder.tokenizer, queryEncoder.weights.wasm, runtime.wasm];
  for (const ref of own) {
    await add(ref.file, await app.read(ref));
    step();
  }
  if (table) await add(table.ref.file, table.content);
  step();
  await add(LIBRARY_FILE, writeLibraryFile(archived), 6);
  // Last, so that an archive that was cut short is seen to be one.
  const text = `${JSON.stringify({ ...manifest, siteRoot: DOCUMENTS_FOLDER }, null, 1)}\n`;
  await add('manifest.json', new TextEncoder().encode(text), 6);
  onProgress(total, total);
  return zip.close();

  async function addFile(record: StoredDocument): Promise<{ file?: string }> {
    // One that is removed while the zip is written is in it without its file.
    const content = await store.file(record).catch((error) => {
      const got = inSentence(error.cause ?? error);
      throw new LatelightError(
        'storage-failed',
        `export: expected to read the file of ${record.path}, got ${got}. Try again, or remove that document.`,
        {
          cause: error,
        },
      );
    });
    if (!content) return {};
    const file = `${DOCUMENTS_FOLDER}${record.path}`;
    await zip.add(file, new BlobReader(content), { level: 6 });
    return { file };
  }
}

/** A file is one in a zip, whatever a host takes. */
function whole({ partBytes: _, ...ref }: FileRef): FileRef {
  return ref;
}

/** The query table that an index of these passages has. */
function ownTable(all: Uint8Array, shape: ShardShape, segment: StoredSegment): Promise<IndexFile> {
  const table = tableOf(readQueryTable(all, shape), [segment]);
  return hashedFile('models', '.llq', writeQueryTable(table, shape.codecSha256));
}

function about({ path, title, sizeBytes, addedAt, sha256 }: StoredDocument) {
  return { path, title, sizeBytes, addedAt, sha256 };
}
