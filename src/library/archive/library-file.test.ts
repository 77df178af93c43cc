// library.json of an exported library: back as it was written, and refused by the field that cannot be.

import { expect, it } from 'vitest';
import { type ArchivedDocument, readLibraryFile, writeLibraryFile } from './library-file.ts';

const document: ArchivedDocument = {
  path: 'home/lease.txt',
  title: 'Lease',
  sizeBytes: 10,
  addedAt: 1,
  sha256: '',
  passageCount: 2,
  tokenCount: 30,
};

it('documents come back as they were written', () => {
  const documents = [document, { ...document, path: 'bees.md', file: 'documents/bees.md' }];
  expect(readLibraryFile(writeLibraryFile(documents), 4)).toEqual(documents);
});

it('a path leads nowhere, and is no longer than the next export has room for', () => {
  const paths = ['../../lease.txt', `${'a/'.repeat(40_000)}bees.md`];
  const read = readLibraryFile(writeLibraryFile(paths.map((path) => ({ ...document, path }))), 4);
  expect(read[0].path).toBe('lease.txt');
  expect(read[1].path).toMatch(/^(a\/){2044}bees\.md$/);
});

it('a document without a path or without passages is refused by name', () => {
  const read = (change: Partial<ArchivedDocument>, passageCount: number) =>
    readLibraryFile(writeLibraryFile([document, { ...document, ...change }]), passageCount);
  expect(() => read({ path: '' }, 4)).toThrow(/documents\[1\]\.path/);
  expect(() => read({ passageCount: 0 }, 2)).toThrow(/documents\[1\]\.passageCount/);
  expect(() => read({}, 5)).toThrow(/5 passages/);
});
