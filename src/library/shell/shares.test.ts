// Shares that a person decides on, without a browser: caches and locks are stood in for.

import { afterEach, expect, it, vi } from 'vitest';
import { Arrivals } from './arrivals.ts';
import { NAME_HEADER, SHARED_CACHE } from './shared-files.ts';
import { Shares } from './shares.ts';

afterEach(() => vi.unstubAllGlobals());

const at = (name: string) => `https://a.example/library/.shared/${name}`;

/** What waits: a share of one file for each name, oldest first. */
function shared(...names: string[]): { kept: Map<string, Response>; broken: Set<string> } {
  const kept = new Map<string, Response>();
  const broken = new Set<string>();
  for (const [index, name] of names.entries()) {
    const id = `${Date.now() + index}-${index}`;
    kept.set(at(`${id}/0`), new Response('x', { headers: { [NAME_HEADER]: name } }));
    kept.set(at(`${id}/nothing`), new Response());
  }
  const cache = {
    keys: async () => [...kept.keys()].map((url) => new Request(url)),
    match: async (url: string) => {
      const response = kept.get(url);
      if (broken.has(response?.headers.get(NAME_HEADER) ?? '')) throw new Error('disk');
      return response;
    },
    put: async (url: string, response: Response) => void kept.set(url, response),
    delete: async (url: string) => kept.delete(url),
  };
  vi.stubGlobal('caches', { has: async (name: string) => name === SHARED_CACHE, open: async () => cache });
  vi.stubGlobal('navigator', { locks: { request: (_: string, act: () => Promise<void>) => act() } });
  return { kept, broken };
}

it('a share that cannot be read holds up none of those after it, and its failure is told', async () => {
  const { kept, broken } = shared('a.txt', 'broken.txt', 'b.txt');
  broken.add('broken.txt');
  const arrivals = new Arrivals();
  const taken: string[] = [];
  arrivals.listen(async ({ files }) => void taken.push(...files.map(({ path }) => path.split('/').at(-1) ?? '')));
  const shares = new Shares(arrivals);
  await shares.look();
  expect(shares.fileCount).toBe(3);
  await expect(shares.add()).rejects.toThrow('disk');
  expect(taken).toEqual(['a.txt', 'b.txt']);
  // It waits on by itself, and is asked about when the page is opened again.
  expect([...kept.values()].flatMap(({ headers }) => headers.get(NAME_HEADER) ?? [])).toEqual(['broken.txt']);
  const reopened = new Shares(arrivals);
  await reopened.look();
  expect(reopened.fileCount).toBe(1);
});
