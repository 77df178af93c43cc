// Shares in the cache that the service worker writes: what waits, what is read of it, what is dropped. The service worker is run as it is.

import { expect, it, vi } from 'vitest';
import shareTarget from './share-target.js?raw';
import { deleteShare, NAME_HEADER, readShare, SHARED_CACHE, waitingShares } from './shared-files.ts';

const SCOPE = 'https://a.example/library/';
const NOW = 10_000;
const at = (name: string) => `${SCOPE}.shared/${name}`;
const named = (name: string) => new Response('x', { headers: { [NAME_HEADER]: encodeURIComponent(name) } });
const texts = (fields: object) => Response.json({ title: '', text: '', url: '', ...fields });

function cacheOf(...entries: [string, Response][]) {
  const kept = new Map(entries);
  return {
    kept,
    keys: async () => [...kept.keys()].map((url) => new Request(url)),
    match: async (url: RequestInfo | URL) => kept.get(String(url)),
    put: async (url: RequestInfo | URL, response: Response) => void kept.set(String(url), response),
    delete: async (url: RequestInfo | URL) => kept.delete(String(url)),
  };
}

it('shares wait, oldest first, and are read with their files and texts', async () => {
  const cache = cacheOf(
    [at('2000-b/fields'), texts({ text: 'later' })],
    [at('1000-a/0'), named('é/b.txt')],
    [at('1000-a/nothing'), texts({})],
    ['https://a.example/other', new Response('y')],
  );
  const shares = await waitingShares(cache, NOW);
  expect(shares.map(({ id, fileCount, keys }) => [id, fileCount, keys.length])).toEqual([
    ['1000-a', 1, 2],
    ['2000-b', 1, 1],
  ]);
  const files = (await Promise.all(shares.map((share) => readShare(cache, share)))).flat();
  expect(files.map(({ path }) => path.replace(/^shared\/[^/]+\//, ''))).toEqual(['b.txt', 'later.md']);
  for (const share of shares) await deleteShare(cache, share);
  expect([...cache.kept.keys()]).toEqual(['https://a.example/other']);
});

it('files of one share, or of two at one second, are all kept though they are called the same', async () => {
  const cache = cacheOf(
    [at('5000-a/0'), named('scan.pdf')],
    [at('5000-a/1'), named('scan.pdf')],
    [at('5000-a/2'), named('scan (2).pdf')],
    [at('5000-a/3'), named('notes.md')],
    [at('5000-a/fields'), texts({ title: 'notes', text: 'more' })],
    [at('5009-b/0'), named('scan.pdf')],
    [at('5009-b/nothing'), texts({})],
  );
  const [first, second] = await waitingShares(cache, NOW);
  const paths = (await readShare(cache, first)).map(({ path }) => path);
  expect(paths.map((path) => path.replace(/^shared\/[^/]+\//, ''))).toEqual([
    'scan.pdf',
    'scan (2).pdf',
    'scan (2) (2).pdf',
    'notes.md',
    'notes (2).md',
  ]);
  expect(paths).not.toContain((await readShare(cache, second))[0].path);
});

it('a share that a page began to read and did not finish is dropped, and so is one that was never written whole', async () => {
  const hour = 60 * 60 * 1000;
  const cache = cacheOf(
    [at('1000-hangs/0'), named('a.txt')],
    [at('1000-hangs/nothing'), texts({})],
    [at('1000-cut/0'), named('b.txt')],
    [at(`${hour}-arriving/0`), named('c.txt')],
  );
  const [share] = await waitingShares(cache, NOW);
  const endless = { ...cache, match: () => new Promise<undefined>(() => undefined) };
  void readShare(endless, share);
  await vi.waitFor(() => expect(cache.kept.has(at('1000-hangs/begun'))).toBe(true));
  expect(await waitingShares(cache, hour + NOW)).toEqual([]);
  expect([...cache.kept.keys()]).toEqual([at(`${hour}-arriving/0`)]);
});

it('a share that could not be read waits on', async () => {
  const cache = cacheOf([at('1000-a/0'), named('a.txt')], [at('1000-a/nothing'), texts({})]);
  const [share] = await waitingShares(cache, NOW);
  const failing = { ...cache, match: () => Promise.reject(new Error('disk')) };
  await expect(readShare(failing, share)).rejects.toThrow('disk');
  expect(await waitingShares(cache, NOW)).toEqual([share]);
});

/** The service worker's answer to a form: where it leads, what it kept. */
async function received(form: FormData, headers: Record<string, string> = {}, referrer = '') {
  const cache = cacheOf();
  let answer: Promise<Response> | undefined;
  const self = {
    registration: { scope: SCOPE },
    location: new URL('sw.js', SCOPE),
    addEventListener: (_: string, listener: (event: object) => void) => {
      const fields = { method: 'POST', url: `${SCOPE}share`, referrer, headers: new Headers(headers) };
      const request = { ...fields, formData: async () => form };
      listener({ request, respondWith: (response: Promise<Response>) => (answer = response) });
    },
  };
  const open = vi.fn(async () => cache);
  new Function('self', 'caches', shareTarget)(self, { open });
  const to = (await answer)?.headers.get('Location')?.replace(SCOPE, '');
  if (open.mock.calls.length > 0) expect(open).toHaveBeenCalledWith(SHARED_CACHE);
  return { to, cache };
}

function formOf(fields: Record<string, string>, files: File[] = []): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const file of files) form.append('files', file);
  return form;
}

it('what the service worker keeps is what the page reads, with texts and names cut to a bound', async () => {
  const long = 'x'.repeat(2_000_000);
  const { to, cache } = await received(
    formOf({ title: long, text: long, url: long }, [new File(['x'], `${'n'.repeat(5000)}.txt`)]),
  );
  expect(to).toBe('?shared');
  const [share] = await waitingShares(cache, share0Time(cache));
  expect(share.fileCount).toBe(2);
  const [file, text] = await readShare(cache, share);
  expect(file.path).toMatch(/\/n{196}\.txt$/);
  expect(text.file?.size).toBeLessThan(1_020_000);
  expect(text.file?.size).toBeGreaterThan(1_000_000);
});

function share0Time(cache: ReturnType<typeof cacheOf>): number {
  return Number(/(\d+)-/.exec([...cache.kept.keys()][0])?.[1]);
}

it('a share without a text is one of its files alone', async () => {
  const { cache } = await received(formOf({ title: ' ' }, [new File(['x'], 'a.txt')]));
  expect((await waitingShares(cache, NOW)).map(({ fileCount }) => fileCount)).toEqual([1]);
});

it('a form that says it comes from another origin is refused, one of more files than a person shares, too', async () => {
  const form = formOf({ text: 'planted' });
  for (const name of ['Origin', 'Referer']) {
    const { to, cache } = await received(form, { [name]: 'https://evil.example/x' });
    expect([to, cache.kept.size]).toEqual(['?shared=refused', 0]);
  }
  // What a browser keeps out of the headers that the service worker sees.
  expect((await received(form, {}, 'https://evil.example/x')).to).toBe('?shared=refused');
  expect((await received(form, {}, `${SCOPE}about`)).to).toBe('?shared');
  for (const origin of ['null', 'https://a.example'])
    expect((await received(form, { Origin: origin })).to).toBe('?shared');
  expect((await received(form)).to).toBe('?shared');
  const many = Array.from({ length: 1001 }, (_, i) => new File(['x'], `${i}.txt`));
  expect((await received(formOf({}, many))).to).toBe('?shared=refused');
});
