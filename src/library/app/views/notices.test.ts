import { nothing } from 'lit';
import { expect, test } from 'vitest';
import type { LibraryState } from '../../types.ts';
import { downloadView } from './notices.ts';

const view = (fromCache: boolean, loadedBytes = 1) =>
  downloadView({ loading: { loadedBytes, totalBytes: 2, part: 'model', fromCache } } as LibraryState);

test('a download is shown while bytes arrive, and not when they are read from what is kept', () => {
  expect(view(false)).not.toBe(nothing);
  expect(view(true)).toBe(nothing);
  expect(view(false, 2)).toBe(nothing);
});
