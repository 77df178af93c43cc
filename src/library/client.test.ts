// What `openLibrary` refuses before it starts anything, and what it says then.

import { afterEach, expect, it, vi } from 'vitest';
import { openLibrary } from './client.ts';

afterEach(() => vi.unstubAllGlobals());

function pageOf({ isSecure = true, lacks = '' }): void {
  const features = { indexedDB: {}, caches: {} };
  for (const [name, value] of Object.entries(features)) if (name !== lacks) vi.stubGlobal(name, value);
  vi.stubGlobal('navigator', lacks === 'locks' ? {} : { locks: {} });
  vi.stubGlobal('isSecureContext', isSecure);
  vi.stubGlobal('location', new URL('http://a.example/library/'));
}

it('a page that is not secure is to be opened over https', async () => {
  pageOf({ isSecure: false, lacks: 'locks' });
  await expect(openLibrary('.')).rejects.toMatchObject({
    code: 'insecure-context',
    message: 'library: expected a page on https or localhost, got http://a.example. Open the page over https.',
  });
});

it.each([
  ['locks', 'Web Locks'],
  ['caches', 'Cache Storage'],
  ['indexedDB', 'IndexedDB'],
])('a secure page of a browser without %s is told what it lacks', async (lacks, name) => {
  pageOf({ lacks });
  await expect(openLibrary('.')).rejects.toMatchObject({
    code: 'storage-failed',
    message: `library: expected a current browser, got one without ${name}. Update it, or open this page in another.`,
  });
});
