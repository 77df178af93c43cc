import { expect, test } from 'vitest';
import type { LibraryDocument } from '../types.ts';
import { aDocument } from './bench/documents.ts';
import { DocumentOrder, type SortKey } from './document-order.ts';

const library = (...documents: Partial<LibraryDocument>[]) =>
  new Map(documents.map((document, at) => [at + 1, aDocument({ id: at + 1, ...document })]));

const DOCUMENTS = library(
  { title: 'Chapter 10', path: 'book/10.md', addedAt: 1, sizeBytes: 5 },
  { title: 'chapter 9', path: 'book/9.md', addedAt: 3, sizeBytes: 7, state: 'failed' },
  { title: 'Appendix', path: 'book/a.md', addedAt: 2, sizeBytes: 6 },
);

const ids = (sort: SortKey, words = '') => new DocumentOrder().list(DOCUMENTS, sort, words).map(({ id }) => id);

test('documents are in order of name as people count, of age, of size, failed ones first', () => {
  expect(ids('name')).toEqual([3, 2, 1]);
  expect(ids('added')).toEqual([2, 3, 1]);
  expect(ids('size')).toEqual([2, 3, 1]);
  expect(ids('failed')).toEqual([2, 3, 1]);
});

test('accents and case are not what names are ordered by', () => {
  const titles = ['zebra', 'Émile', 'apple', 'Eva', 'Äpfel'];
  const documents = library(...titles.map((title) => ({ title })));
  const ordered = new DocumentOrder().list(documents, 'name', '').map(({ title }) => title);
  expect(ordered).toEqual(['Äpfel', 'apple', 'Émile', 'Eva', 'zebra']);
});

test('every word of the filter is in the title or the path, in any case', () => {
  expect(ids('name', 'CHAPTER')).toEqual([2, 1]);
  expect(ids('name', ' 9  book/ ')).toEqual([2]);
  expect(ids('name', 'nowhere')).toEqual([]);
});

test('the filter finds names with accents, however they and it are written', () => {
  const documents = library({ title: 'Müller.pdf', path: 'Müller.pdf'.normalize('NFD') }, { title: '계약서.hwp' });
  const found = (words: string) => new DocumentOrder().list(documents, 'name', words).map(({ id }) => id);
  for (const word of ['Müller', 'Müller'.normalize('NFD'), 'muller', 'MÜLLER']) expect(found(word), word).toEqual([1]);
  const fromMac = library({ title: '계약서.txt'.normalize('NFD'), path: 'a' });
  for (const word of ['계약', '계약'.normalize('NFD')]) {
    expect(found(word), word).toEqual([2]);
    expect(new DocumentOrder().list(fromMac, 'name', word), word).toHaveLength(1);
  }
  expect(found('mallar')).toEqual([]);
});

test('what is added, removed and renamed takes its place', () => {
  const order = new DocumentOrder();
  order.list(DOCUMENTS, 'name', '');
  const changed = new Map(DOCUMENTS);
  changed.delete(2);
  changed.set(1, aDocument({ id: 1, title: 'Aardvark' }));
  changed.set(9, aDocument({ id: 9, title: 'Aaron' }));
  expect(order.list(changed, 'name', '').map(({ id }) => id)).toEqual([1, 9, 3]);
});

test('3,000 documents in order stay so within a few milliseconds', () => {
  const many = library(...Array.from({ length: 3000 }, (_, at) => ({ title: `Paper ${(at * 7919) % 3000}` })));
  const order = new DocumentOrder();
  order.list(many, 'name', '');
  let compared = 0;
  const counting = new Map([...many].map(([id, document]) => [id, watched(document, () => compared++)]));
  order.list(counting, 'name', '');
  // Two titles are read with each comparison: n log n would be 70,000 of them.
  expect(compared).toBeLessThan(2 * 3000);
});

function watched(document: LibraryDocument, onRead: () => void): LibraryDocument {
  return new Proxy(document, {
    get(target, key, receiver) {
      if (key === 'title') onRead();
      return Reflect.get(target, key, receiver);
    },
  });
}
