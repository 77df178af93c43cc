// What the library's page is answered, told by a storage that holds one document.

import { expect, it } from 'vitest';
import type { StoredDocument } from '../storage/records.ts';
import { PASSAGE_SHAPE, storedPassage } from '../storage/segment.fixture.ts';
import { LibraryService } from './library-service.ts';

/** @param urls of the passages of document 1 */
function serviceOf(urls: string[] = [], all: Partial<StoredDocument>[] = []) {
  const added: StoredDocument[] = [];
  const store = {
    document: async (id: number) => ({ id, state: 'indexing' }),
    parts: async () => [{ passages: urls.map((url) => ({ passage: { ...storedPassage('text', 0).passage, url } })) }],
    add: async (document: StoredDocument) => {
      added.push(document);
      return { stored: { ...document, id: added.length }, gone: [] };
    },
  };
  const nothing = () => undefined;
  const list = { all, get: nothing, drop: nothing, put: nothing };
  const indexer = { drop: nothing, pump: nothing };
  return { service: new LibraryService({ store, list, indexer, shape: PASSAGE_SHAPE } as never), added };
}

it('passages have their anchors, whatever those are escaped like', async () => {
  const { service } = serviceOf(['a.html#one%20two', 'a.html#50%', 'a.html#%E0%A4%A', 'a.html']);
  expect((await service.passages(1)).map(({ anchor }) => anchor)).toEqual(['one two', '50%', '%E0%A4%A', '']);
});

it('a document that is added has a name that leads nowhere', async () => {
  const { service, added } = serviceOf();
  const listed = await service.add([{ path: '../../home\\lease.txt', file: undefined }]);
  expect(added.map(({ path, title }) => [path, title])).toEqual([['home/lease.txt', 'lease.txt']]);
  expect(listed.map(({ path, state }) => [path, state])).toEqual([['home/lease.txt', 'failed']]);
});

it('a file that cannot be read takes the place of no other that waits to be, and is said to have failed', async () => {
  const waiting = { id: 7, path: 'lease.md', state: 'waiting', fileName: 'kept', sha256: 'a' } as const;
  const { service, added } = serviceOf([], [waiting, { ...waiting, id: 8, path: 'done.md', state: 'done' }]);
  const empty = new File([], 'lease.md');
  const paths = ['lease.md', 'done.md', 'other.md'];
  const listed = await service.add(paths.map((path) => ({ path, file: empty })));
  expect(added.map(({ path, state }) => [path, state])).toEqual([
    ['done.md', 'failed'],
    ['other.md', 'failed'],
  ]);
  expect(listed[0]).toMatchObject({ id: 7, state: 'failed', reason: 'The file is empty.' });
  expect((await service.add([{ path: 'lease.md', file: undefined }]))[0]).toMatchObject({ id: 7, state: 'failed' });
});
