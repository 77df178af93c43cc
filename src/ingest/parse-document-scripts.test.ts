// A page whose host no longer has the scripts that read a kind of document, or whose browser cannot run them.

import { beforeEach, expect, it, vi } from 'vitest';
import { bytesOf } from './documents.fixture.ts';
import { parseDocument } from './parse-document.ts';

const script = vi.hoisted(() => ({ failure: new Error() }));
vi.mock('./plain-text.ts', () => ({
  get parsePlainText() {
    throw script.failure;
  },
}));

beforeEach(() => {
  script.failure = new Error();
});

const parse = () => parseDocument('a.txt', bytesOf('words'));

it.each([
  ['Chromium', 'Failed to fetch dynamically imported module: https://a.example/assets/plain-text-1a.js'],
  ['Firefox', 'error loading dynamically imported module: https://a.example/assets/plain-text-1a.js'],
  ['Safari', 'Importing a module script failed.'],
])('a document is not blamed for a script that did not come, as %s says it', async (_, message) => {
  script.failure = new TypeError(message);
  await expect(parse()).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(/^ingest: expected the script that reads text, got TypeError: /),
  });
});

it('a script that this browser cannot run holds up no other document', async () => {
  script.failure = new SyntaxError('Unexpected token');
  expect(await parse()).toEqual({ skipped: 'damaged, or of a sort that is not read: Unexpected token' });
});
