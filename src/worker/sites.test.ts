// Several indexes in one engine: one that never comes to an end does not keep the others waiting.

import { afterEach, expect, it, vi } from 'vitest';
import type { LatelightError } from '../errors.ts';
import { SiteList } from './sites.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A byte a second, for ever, as a connection does it: it fails when it is given up. */
function dripping(signal: AbortSignal): Response {
  return new Response(
    new ReadableStream<Uint8Array>({
      start(controller) {
        const timer = setInterval(() => controller.enqueue(Uint8Array.of(32)), 1000);
        signal.addEventListener('abort', () => {
          clearInterval(timer);
          controller.error(signal.reason);
        });
      },
    }),
  );
}

it('a merged index whose manifest comes byte by byte is left out after a time', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('location', new URL('http://page.test/'));
  vi.stubGlobal('fetch', async (url: string, { signal }: { signal: AbortSignal }) =>
    url.startsWith('http://drips.test/') ? dripping(signal) : new Response('', { status: 404 }),
  );
  const sites = new SiteList('http://page.test/index/', [{ url: 'http://drips.test/index/' }]);
  let settled = false;
  const reading = sites.readManifests('').catch(() => {
    settled = true;
  });
  await vi.advanceTimersByTimeAsync(15_000);
  expect(settled).toBe(false);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(settled).toBe(true);
  await reading;
  expect(sites.states[1].error).toMatchObject({ code: 'download-failed' });
});

it('a file of a merged index that comes byte by byte is given up after a time by its size', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('location', new URL('http://page.test/'));
  vi.stubGlobal('fetch', async (_: string, { signal }: { signal: AbortSignal }) => dripping(signal));
  const sites = new SiteList('http://page.test/index/', [{ url: 'http://drips.test/index/' }]);
  let code: string | undefined;
  const reading = sites.states[1].source
    .read({ file: 'shards/0.lls', bytes: 40_000, sha256: '0'.repeat(64) })
    .catch((error: LatelightError) => {
      code = error.code;
    });
  await vi.advanceTimersByTimeAsync(25_000);
  expect(code).toBeUndefined();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(code).toBe('download-failed');
  await reading;
});
