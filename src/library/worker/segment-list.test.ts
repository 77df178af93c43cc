import { expect, it } from 'vitest';
import { passagesOf } from './segment-list.ts';

const segment = {
  documents: [
    { id: 7, passageCount: 30 },
    { id: 9, passageCount: 4 },
    { id: 8, passageCount: 1 },
  ],
  passageCount: 35,
};

it('a segment gives all its passages while all its documents are there', () => {
  expect(passagesOf(segment, new Set([7, 8, 9, 10]))).toBeUndefined();
});

it('a segment gives no passage of a document that was removed, and every one of the others', () => {
  const bitmap = passagesOf(segment, new Set([7, 8]))!;
  const given = Array.from({ length: 35 }, (_, at) => at).filter((at) => (bitmap[at >> 5] >> (at & 31)) & 1);
  expect(given).toEqual([...Array.from({ length: 30 }, (_, at) => at), 34]);
});
