import { nothing } from 'lit';
import { expect, test } from 'vitest';
import type { LibraryState } from '../../types.ts';
import { words } from '../words.ts';
import { downloadView, type NoticesContext, noticesView } from './notices.ts';

const view = (fromCache: boolean, loadedBytes = 1) =>
  downloadView({ loading: { loadedBytes, totalBytes: 2, part: 'model', fromCache } } as LibraryState);

test('a download is shown while bytes arrive, and not when they are read from what is kept', () => {
  expect(view(false)).not.toBe(nothing);
  expect(view(true)).toBe(nothing);
  expect(view(false, 2)).toBe(nothing);
});

test('a new version is offered when nothing runs that it would cut off', () => {
  const updates = { waiting: true, apply: () => undefined };
  const offered = (job: NoticesContext['job']) => {
    const act = () => undefined;
    const context = { state: {} as LibraryState, updates, job, report: undefined, onDismiss: act, onResume: act };
    return JSON.stringify(noticesView(context)).includes(words.update);
  };
  expect(offered(undefined)).toBe(true);
  expect(offered({ text: words.exporting, share: undefined })).toBe(false);
});
