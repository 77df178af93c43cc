// Who indexes, and what a tab does first when it is its turn, in a storage that keeps what it is given. Other tabs are locks that are held.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LibraryStore } from '../storage/library-store.ts';
import { PASSAGE_SHAPE } from '../storage/segment.fixture.ts';
import { addWaiting, addWhole, openStoredLibrary } from '../storage/stored-library.fixture.ts';
import { DocumentList } from './document-list.ts';
import { Indexer } from './indexer.ts';
import { IndexingTurn } from './indexing-turn.ts';
import { Segmenter } from './segmenter.ts';

const LOCK = 'latelight-library-indexer';

let store: LibraryStore;
let list: DocumentList;
let segmenter: Segmenter;
let indexer: Indexer;
let turn: IndexingTurn;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  ({ store } = await openStoredLibrary());
  list = new DocumentList(store, () => undefined);
  const nothing = () => undefined;
  const countWords = async () => ({ passageCount: 1, frequencies: new Map() });
  segmenter = new Segmenter(store, PASSAGE_SHAPE, countWords, nothing, nothing);
  indexer = new Indexer({ store, segmenter, list, shape: PASSAGE_SHAPE, parser: { close: nothing } } as never);
  vi.spyOn(indexer, 'start');
  turn = new IndexingTurn({ store, list, segmenter, indexer, fingerprint: 'ours' });
});
afterEach(() => {
  store.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const until = (holds: () => unknown) => vi.waitFor(holds, { timeout: 4000 });
const isTaken = () => until(() => expect(turn.isTaken).toBe(true));

/** Another tab has the turn. @returns what ends it */
function takeElsewhere(): () => void {
  let end = () => {};
  void navigator.locks.request(LOCK, () => new Promise<void>((resolve) => (end = resolve)));
  return () => end();
}

it('a tab that has not asked leaves the turn to those that do', async () => {
  const other = new IndexingTurn({ store, list, segmenter, indexer, fingerprint: 'ours' });
  other.ask();
  await until(() => expect(other.isTaken).toBe(true));
  expect(turn).toMatchObject({ isTaken: false, isElsewhere: false });
});

it('a turn that comes late is another tab’s until then, and is asked for once', async () => {
  const end = takeElsewhere();
  await vi.advanceTimersByTimeAsync(0);
  const asked = vi.spyOn(navigator.locks, 'request');
  turn.ask();
  turn.ask();
  expect(asked).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(1999);
  expect(turn.isElsewhere).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(turn).toMatchObject({ isTaken: false, isElsewhere: true });
  turn.hear({ code: 'storage-full', message: 'Full.' });
  expect(indexer.standing.isPaused).toBe(true);
  end();
  await isTaken();
  expect(turn.isElsewhere).toBe(false);
  expect(indexer.standing).toEqual({ isPaused: false, problem: undefined });
  expect(indexer.start).toHaveBeenCalledOnce();
  // It is this tab’s: what others say of theirs is over.
  turn.hear({ code: 'storage-full', message: 'Full.' });
  expect(indexer.standing.problem).toBeUndefined();
});

it('a turn that cannot be taken stops indexing and says so, and is tried again when that is resumed', async () => {
  vi.spyOn(store, 'sweep').mockRejectedValueOnce(new Error('The disk is gone.'));
  turn.ask();
  const message = 'The disk is gone. Resume to try again, or reload this page.';
  await until(() => expect(indexer.problem).toEqual({ code: 'storage-failed', message }));
  expect(turn.isTaken).toBe(false);
  expect(indexer.start).not.toHaveBeenCalled();
  indexer.paused = false;
  await turn.retry();
  expect(turn.isTaken).toBe(true);
  expect(indexer.problem).toBeUndefined();
  await turn.retry();
  expect(indexer.start).toHaveBeenCalledOnce();
});

it.each(['theirs', 'ours'])(
  'documents whose codes %s made: all are indexed again with another model, none with the same',
  async (codes) => {
    await store.setSetting('codes', codes);
    await segmenter.finish([(await addWhole(store, 'done.md')).id]);
    await addWhole(store, 'whole.md');
    await addWaiting(store, 'waiting.md');
    indexer.paused = true;
    turn.ask();
    await isTaken();
    const states = codes === 'ours' ? ['done', 'indexing', 'waiting'] : ['waiting', 'waiting', 'waiting'];
    expect((await store.documents()).map(({ state }) => state)).toEqual(states);
    expect(list.all.map(({ state }) => state)).toEqual(states);
    expect(await store.segments()).toHaveLength(codes === 'ours' ? 1 : 0);
    expect(await store.setting('codes')).toBe('ours');
  },
);
