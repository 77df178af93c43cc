import { expect, it } from 'vitest';
import type { Hit } from '../../types.ts';
import type { StoredSegment } from '../storage/records.ts';
import { pointIntoLibrary } from './library-hits.ts';

const place = { id: 5, page: 1, site: 0, siteRoot: 'http://localhost/', url: 'a.pdf#page=7', title: 'A' };
const hit: Hit = {
  ...place,
  headings: ['Tides'],
  excerpt: 'Tide tables',
  marks: [{ start: 0, end: 4, queryWord: 0, strength: 1 }],
  meta: { image: 'a.png', author: 'B' },
  score: 1,
  exact: [],
  alsoOn: [{ ...place, id: 2, site: 1, url: 'b.pdf#page=9' }],
};
const segments = [
  {
    documents: [
      { id: 11, passageCount: 4 },
      { id: 12, passageCount: 3 },
    ],
  },
  { documents: [{ id: 13, passageCount: 3 }] },
] as unknown as StoredSegment[];

it('leads to the passage in the document, with the words to mark, and so do the other documents that say the same', () => {
  const [pointed] = pointIntoLibrary([hit], (site) => segments[site]);
  expect(pointed).toMatchObject({ url: '#doc=12&passage=1&words=tide', headings: ['Tides', 'Page 7'] });
  expect(pointed.alsoOn).toMatchObject([{ url: '#doc=13&passage=2&words=tide', title: 'A' }]);
  expect(pointed.meta).toEqual({ author: 'B' });
});
