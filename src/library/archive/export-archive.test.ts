// What an export does about documents whose file is not there, or cannot be read.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LibraryStore } from '../storage/library-store.ts';
import { removePrivateFile } from '../storage/private-files.ts';
import { PASSAGE_SHAPE } from '../storage/segment.fixture.ts';
import { addWhole, openStoredLibrary } from '../storage/stored-library.fixture.ts';
import { Segmenter } from '../worker/segmenter.ts';
import { ArchiveFolder } from './archive-folder.ts';
import { EMPTY_APP, emptyEngine } from './engine.fixture.ts';
import { type ExportTools, exportLibrary } from './export-archive.ts';
import { LIBRARY_FILE, readLibraryFile } from './library-file.ts';

let store: LibraryStore;
let tools: ExportTools;
let browser: Awaited<ReturnType<typeof openStoredLibrary>>;

beforeEach(async () => {
  const nothing = () => undefined;
  browser = await openStoredLibrary();
  store = browser.store;
  const countWords = async () => ({ passageCount: 1, frequencies: new Map() });
  const segmenter = new Segmenter(store, PASSAGE_SHAPE, countWords, nothing, nothing);
  const readAll = () => segmenter.readAll();
  tools = { store, app: EMPTY_APP, engine: await emptyEngine(), shape: PASSAGE_SHAPE, countWords, readAll };
  for (const path of ['bees.md', 'plan.md']) await segmenter.finish([(await addWhole(store, path)).id]);
});
afterEach(() => {
  store.close();
  vi.unstubAllGlobals();
});

it('a document whose file is not there any more is exported without it', async () => {
  const [{ fileName }] = await store.documents();
  await removePrivateFile('documents', fileName!);
  const folder = await ArchiveFolder.open(await exportLibrary(tools, () => undefined));
  const library = new TextEncoder().encode(await folder.text(LIBRARY_FILE));
  expect(readLibraryFile(library, 2).map(({ path, file }) => [path, file])).toEqual([
    ['bees.md', undefined],
    ['plan.md', 'documents/plan.md'],
  ]);
});

it('no library is exported without files that cannot be read', async () => {
  const { readAll } = tools;
  const refusedAfterwards = async () => {
    const all = await readAll();
    browser.files.refusal = new DOMException('no', 'InvalidStateError');
    return all;
  };
  await expect(exportLibrary({ ...tools, readAll: refusedAfterwards }, () => undefined)).rejects.toMatchObject({
    code: 'storage-failed',
    message:
      'export: expected to read the file of bees.md, got InvalidStateError: no. Try again, or remove that document.',
  });
});
