import { expect, test } from 'vitest';
import type { LibraryDocument, LibraryState } from '../types.ts';
import { aDocument } from './bench/documents.ts';
import { documentOf, newsOf } from './changes.ts';

const PROGRESS = {
  passagesDone: 1,
  passagesTotal: 2,
  documentsWaiting: 0,
  passagesPerSecond: undefined,
  secondsLeft: undefined,
};

function state(documents: Partial<LibraryDocument>[], fields: Partial<LibraryState> = {}): LibraryState {
  return {
    documents: new Map(documents.map((document, at) => [at + 1, aDocument({ id: at + 1, ...document })])),
    progress: undefined,
    isPaused: false,
    isIndexer: true,
    isIndexedElsewhere: false,
    storage: undefined,
    isPrivateWindow: false,
    loading: undefined,
    problem: undefined,
    ...fields,
  };
}

test('a tick of the progress is no news', () => {
  const before = state([{ state: 'indexing', doneCount: 1 }], { progress: PROGRESS });
  const after = state([{ state: 'indexing', doneCount: 9 }], { progress: { ...PROGRESS, passagesDone: 2 } });
  expect(newsOf(before, after)).toEqual([]);
});

test('the end of indexing is said once', () => {
  const before = state([{ state: 'indexing' }, {}], { progress: PROGRESS });
  const after = state([{}, {}]);
  expect(newsOf(before, after)).toEqual(['Indexing is finished. 2 documents can be searched.']);
  expect(newsOf(after, after)).toEqual([]);
});

test('one failure is said with its reason, several are counted', () => {
  const before = state([{ state: 'reading' }, { state: 'reading' }]);
  const broken: Partial<LibraryDocument> = { state: 'failed', title: 'a.pdf', reason: 'It is encrypted.' };
  expect(newsOf(before, state([broken, {}]))).toEqual(['a.pdf could not be indexed. It is encrypted.']);
  expect(newsOf(before, state([broken, broken]))).toEqual(['2 documents could not be indexed.']);
  expect(newsOf(state([broken]), state([broken]))).toEqual([]);
});

test('a problem is said when it comes, not as long as it lasts', () => {
  const full = state([], { problem: { code: 'full', message: 'Storage is full.' } });
  expect(newsOf(state([]), full)).toEqual(['Storage is full.']);
  expect(newsOf(full, full)).toEqual([]);
});

test('an id leads to its document, to one that is being replaced until it is, and then to what took its place', () => {
  const [older] = state([{}]).documents.values();
  const now = state([{ formerIds: [7, 8] }, { older: { ...older, id: 9, formerIds: [5] } }]);
  expect([1, 8, 9, 5, 10].map((id) => documentOf(now, id)?.id)).toEqual([1, 1, 9, 9, undefined]);
});
