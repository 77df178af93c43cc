// What a screen reader is told of a change: what is finished and what failed, not each tick of the progress. Pure.

import type { LibraryDocument, LibraryState } from '../types.ts';
import { words } from './words.ts';

/** Sentences, none when nothing worth interrupting for has happened. */
export function newsOf(before: LibraryState, after: LibraryState): string[] {
  const news: string[] = [];
  const failed = [...after.documents.values()].filter(
    ({ id, state }) => state === 'failed' && before.documents.get(id)?.state !== 'failed',
  );
  if (failed.length === 1) news.push(words.failedOne(failed[0].title, failed[0].reason ?? ''));
  else if (failed.length > 1) news.push(words.failedMany(failed.length));
  if (before.progress && !after.progress && after.documents.size > 0) news.push(words.finished(searchable(after)));
  if (after.problem && after.problem.message !== before.problem?.message) news.push(after.problem.message);
  return news;
}

/** Documents that can be searched, all of them. */
export function searchable({ documents }: LibraryState): number {
  let done = 0;
  for (const { state } of documents.values()) if (state === 'done') done++;
  return done;
}

/** What a listener is given may be changed in place afterwards: documents are kept as they were. */
export function snapshot(state: LibraryState): LibraryState {
  return { ...state, documents: new Map([...state.documents].map(([id, document]) => [id, { ...document }])) };
}

/** The document of an id: hits lead to one that is being replaced, too, until it is; then addresses that name it lead to what took its place. */
export function documentOf({ documents }: LibraryState, id: number): LibraryDocument | undefined {
  const all = [...documents.values()];
  return (
    documents.get(id) ??
    all.flatMap(({ older }) => older ?? []).find((older) => older.id === id || older.formerIds?.includes(id)) ??
    all.find(({ formerIds }) => formerIds?.includes(id))
  );
}
