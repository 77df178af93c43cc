// Over real HTTP, mounted as Vite mounts it.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LatelightError } from '../errors.ts';
import { serveIndex } from './serve-index.ts';

let parent: string;
let server: Server;
let base: string;
let folders: () => Promise<string[]>;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'latelight-serve-'));
  for (const [file, content] of [
    ['1/manifest.json', '{"old":true}'],
    ['1/shards/a.lls', 'old shard'],
    ['2/manifest.json', '{}'],
    ['2/index.html', '<p>Search</p>'],
    ['2/runtime/b.wasm', '\0asm'],
    ['2/latelight.js', 'export {}'],
  ]) {
    await mkdir(join(parent, file, '..'), { recursive: true });
    await writeFile(join(parent, file), content);
  }
  const handler = serveIndex({ folders: () => folders() });
  server = createServer((request, response) => {
    const stripped = Object.assign(request, { originalUrl: request.url });
    stripped.url = request.url?.replace('/docs/latelight', '').replace(/^(?!\/)/, '/');
    void handler(stripped, response, () => response.writeHead(404).end('passed on'));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  base = `http://localhost:${(server.address() as AddressInfo).port}/docs/latelight`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(parent, { recursive: true, force: true });
});

it('gives files of the newest index with their types, and what only the one before has', async () => {
  folders = async () => [join(parent, '2'), join(parent, '1')];
  const get = async (file: string) => {
    const response = await fetch(`${base}${file}`);
    return [response.status, response.headers.get('content-type'), await response.text()];
  };
  expect(await get('/manifest.json')).toEqual([200, 'application/json', '{}']);
  expect(await get('/shards/a.lls')).toEqual([200, 'application/octet-stream', 'old shard']);
  expect((await get('/runtime/b.wasm'))[1]).toBe('application/wasm');
  expect((await get('/latelight.js?import'))[1]).toMatch(/^text\/javascript/);
  expect((await get('/'))[2]).toBe('<p>Search</p>');
  expect(await get('/shards/b.lls')).toEqual([
    404,
    expect.stringMatching(/^text\/plain/),
    expect.stringContaining('has no file'),
  ]);
  folders = async () => [join(parent, '2')];
  expect((await get('/shards/a.lls'))[0]).toBe(404);
});

it('leads from the folder without a slash to the one with it', async () => {
  const response = await fetch(`${base}?q=x`, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([302, '/docs/latelight/?q=x']);
});

it('says why there is no index', async () => {
  folders = () => Promise.reject(new LatelightError('ingest-failed', 'latelight: expected pages, found none.'));
  const response = await fetch(`${base}/manifest.json`);
  expect([response.status, await response.text()]).toEqual([503, 'latelight: expected pages, found none.\n']);
});
