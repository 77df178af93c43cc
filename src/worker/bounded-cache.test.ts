// A cache that stops answering: every call ends, and nothing waits for it a second time.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BoundedCache } from './bounded-cache.ts';

const never = () => new Promise<never>(() => undefined);
const URL_OF_ENTRY = 'http://page.test/a';
const read = async (cache: BoundedCache) => new TextDecoder().decode((await cache.read(URL_OF_ENTRY))!);

/** A cache that answers, until `hang` is called. */
class FragileCache {
  private readonly entries = new Map<string, string>();
  private hangs = false;
  /** What becomes of the bodies of entries, if not what was put there. */
  body: (() => Promise<ArrayBuffer>) | undefined;
  calls = 0;

  hang(): void {
    this.hangs = true;
  }

  match(url: string) {
    const text = this.entries.get(url);
    const { body } = this;
    const response = new Response(text);
    return this.answer(text === undefined ? undefined : body ? { arrayBuffer: body } : response);
  }

  async put(url: string, response: Response) {
    const text = await response.text();
    await this.answer(undefined);
    this.entries.set(url, text);
  }

  keys() {
    return this.answer([...this.entries.keys()].map((url) => new Request(url)));
  }

  delete(url: string) {
    return this.answer(this.entries.delete(url));
  }

  private answer<T>(value: T): Promise<T> {
    this.calls++;
    return this.hangs ? never() : Promise.resolve(value);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What a promise comes to when all the time it may take has passed. */
async function inTheEnd<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  return Promise.race([promise, Promise.reject(new Error('it still waits'))]);
}

async function openFragile() {
  const fragile = new FragileCache();
  vi.stubGlobal('caches', { open: async () => fragile });
  const cache = (await BoundedCache.open('test'))!;
  return { fragile, cache };
}

describe('a bounded cache', () => {
  it('is a cache while it answers', async () => {
    const { cache } = await openFragile();
    await cache.put(URL_OF_ENTRY, new Response('kept'));
    expect(await read(cache)).toBe('kept');
    expect(await cache.urls()).toEqual([URL_OF_ENTRY]);
    await cache.delete(URL_OF_ENTRY);
    expect(await cache.read(URL_OF_ENTRY)).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['does not answer', never],
    ['is switched off', () => Promise.reject(new DOMException('no', 'SecurityError'))],
  ])('is none where storage %s', async (_what, open) => {
    vi.stubGlobal('caches', { open });
    expect(await inTheEnd(BoundedCache.open('test'))).toBeUndefined();
  });

  it.each([
    ['read', (cache: BoundedCache) => cache.read(URL_OF_ENTRY), undefined],
    ['urls', (cache: BoundedCache) => cache.urls(), []],
    ['delete', (cache: BoundedCache) => cache.delete(URL_OF_ENTRY), undefined],
  ] as [string, (cache: BoundedCache) => Promise<unknown>, unknown][])(
    'is empty to %s once it does not answer',
    async (_name, call, empty) => {
      const { fragile, cache } = await openFragile();
      await cache.put(URL_OF_ENTRY, new Response('kept'));
      fragile.hang();
      expect(await inTheEnd(call(cache))).toEqual(empty);
    },
  );

  it('has nothing where an entry is found and its bytes are not, and goes on with the others', async () => {
    const { fragile, cache } = await openFragile();
    await cache.put(URL_OF_ENTRY, new Response('kept'));
    fragile.body = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await cache.read(URL_OF_ENTRY)).toBeUndefined();
    fragile.body = undefined;
    expect(await read(cache)).toBe('kept');
  });

  it('has nothing where the bytes of an entry do not come', async () => {
    const { fragile, cache } = await openFragile();
    await cache.put(URL_OF_ENTRY, new Response('kept'));
    fragile.body = never;
    expect(await inTheEnd(cache.read(URL_OF_ENTRY))).toBeUndefined();
  });

  it('refuses to write once it does not answer', async () => {
    const { fragile, cache } = await openFragile();
    fragile.hang();
    await expect(inTheEnd(cache.put(URL_OF_ENTRY, new Response('kept')))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('is not asked, nor waited for, a second time', async () => {
    const { fragile, cache } = await openFragile();
    fragile.hang();
    await inTheEnd(cache.read(URL_OF_ENTRY));
    const { calls } = fragile;
    expect(await cache.urls()).toEqual([]);
    expect(await cache.read(URL_OF_ENTRY)).toBeUndefined();
    await expect(cache.put(URL_OF_ENTRY, new Response('kept'))).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(fragile.calls).toBe(calls);
    expect(vi.getTimerCount()).toBe(0);
  });
});
