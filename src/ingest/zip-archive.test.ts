// What an archive may hold: names that stay in it, and no more of them than a document has.

import { expect, it } from 'vitest';
import { zipFile } from './documents.fixture.ts';
import { UnreadableDocument } from './unreadable.ts';
import { normalisedPath, ZipArchive } from './zip-archive.ts';

it.each([
  ['a/./b//c', 'a/b/c'],
  ['/a', 'a'],
  ['a/b/../c', 'a/c'],
  ['a\\b\\..\\c', 'a/c'],
  ['a/..', ''],
  ['..', undefined],
  ['../a', undefined],
  ['a/../../b', undefined],
  ['a\\..\\..\\b', undefined],
])('the path %s is %s', (path, normal) => {
  expect(normalisedPath(path)).toBe(normal);
});

it('has no entry whose name leads out of it', () => {
  const archive = new ZipArchive(zipFile({ 'a.txt': 'a', '../b.txt': 'b', 'c/../../d.txt': 'd', 'c/../e.txt': 'e' }));
  expect(archive.names.sort()).toEqual(['a.txt', 'e.txt']);
});

it('is refused with more files than any document has', () => {
  const filled = (count: number) => zipFile(Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}`, ''])));
  expect(new ZipArchive(filled(20_000)).names.length).toBe(20_000);
  const open = () => new ZipArchive(filled(20_001));
  expect(open).toThrow(UnreadableDocument);
  expect(open).toThrow('too many files packed into it (20001)');
});
