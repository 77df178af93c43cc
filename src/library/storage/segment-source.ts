// Where a segment's index comes from: codec and query encoder from the app's own files, everything else from this browser's storage.

import type { EngineFile } from '../../format/engine-file.ts';
import { type FileRef, MANIFEST_VERSION, type Manifest } from '../../format/manifest.ts';
import { writePages } from '../../format/pages.ts';
import type { ByteSource, ReadOptions } from '../../format/source.ts';
import type { LibraryStore } from './library-store.ts';
import type { StoredSegment } from './records.ts';

const NO_PAGES: FileRef = { file: 'pages/none.json', bytes: 0, sha256: '' };

/** What an index without passages is: a search always has one index to ask, however empty the library is. */
export const EMPTY_SEGMENT: StoredSegment = {
  key: '',
  documents: [],
  passageCount: 0,
  tokenCount: 0,
  shards: [],
  fragments: [],
  lexicon: [],
  pages: NO_PAGES,
  vocabulary: { passageCount: 0, frequencies: new Map() },
};

export function segmentManifest(engine: EngineFile, segment: StoredSegment): Manifest {
  const { codec, documentEncoder, queryEncoder, runtime } = engine;
  const { passageCount, tokenCount, shards, fragments, lexicon, pages, filters } = segment;
  return {
    format: 'latelight',
    version: MANIFEST_VERSION,
    generator: 'latelight library',
    language: '',
    siteRoot: '',
    passageCount,
    pageCount: segment.documents.length,
    tokenCount,
    codec,
    documentEncoder,
    queryEncoder,
    runtime,
    shards,
    fragments,
    lexicon: lexicon.length > 0 ? lexicon : undefined,
    pages,
    filters,
  };
}

export class SegmentSource implements ByteSource {
  private readonly app: ByteSource;
  private readonly store: LibraryStore;

  /** @param app where the engine file and what it names come from */
  constructor(app: ByteSource, store: LibraryStore) {
    this.app = app;
    this.store = store;
  }

  readManifest(signal?: AbortSignal, file?: string): Promise<string> {
    return this.app.readManifest(signal, file);
  }

  async read(ref: FileRef, options?: ReadOptions): Promise<Uint8Array> {
    if (ref === NO_PAGES) return writePages({ firstIds: [], sorts: {} });
    return ref.file.startsWith('models/') ? this.app.read(ref, options) : this.store.read(ref);
  }
}
