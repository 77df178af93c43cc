// What the dev server says and leaves behind. Whole sites are served in e2e/vite.spec.ts.

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { latelight } from './plugin.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'latelight-plugin-'));
  await mkdir(join(root, 'dist'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const devServer = (plugins = [latelight({ webgpu: false })]) =>
  createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    cacheDir: join(root, '.vite'),
    plugins,
    // Without Vite's own watcher.
    server: { middlewareMode: true, watch: null, ws: false },
  });

const watches = () => process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;

/** Closes the server in the end. */
async function listening(server: ViteDevServer, use: (url: string) => Promise<void>): Promise<void> {
  const http = createHttpServer(server.middlewares);
  try {
    await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve));
    await use(`http://localhost:${(http.address() as AddressInfo).port}/`);
  } finally {
    http.close();
    http.closeAllConnections();
    await server.close();
  }
}

it("watches the built pages no longer than its server lives, also where the HTTP server is another's", async () => {
  const before = watches();
  const server = await devServer();
  try {
    expect(watches()).toBeGreaterThan(before);
  } finally {
    await server.close();
  }
  expect(watches()).toBe(before);
});

it('says that there is no index where every page asks not to be found', async () => {
  await writeFile(join(root, 'dist/a.html'), '<meta name="robots" content="noindex"><main>Not yet.</main>');
  await listening(await devServer(), async (url) => {
    const response = await fetch(`${url}latelight/manifest.json`);
    expect([response.status, await response.text()]).toEqual([
      503,
      `latelight: every page in ${join(root, 'dist')} asks not to be found.\n`,
    ]);
  });
});

it('serves the index of the new server, and of that alone, after a restart with the same plugins', async () => {
  await writeFile(join(root, 'dist/a.html'), '<main>Bees sleep in winter.</main>');
  const before = watches();
  const server = await devServer();
  const ofOne = watches();
  await listening(server, async (url) => {
    await server.restart();
    expect(watches()).toBe(ofOne);
    expect((await fetch(`${url}latelight/manifest.json`)).status).toBe(200);
  });
  expect(watches()).toBe(before);
});

it('keeps apart what two plugins and two servers of a project make', async () => {
  await writeFile(join(root, 'dist/a.html'), '<main>Bees sleep in winter.</main>');
  const status = async (url: string, name: string) => (await fetch(`${url}${name}/manifest.json`)).status;
  const two = [latelight({ webgpu: false }), latelight({ webgpu: false, outDir: 'assets/search' })];
  await listening(await devServer(two), async (url) => {
    expect([await status(url, 'latelight'), await status(url, 'assets/search')]).toEqual([200, 200]);
    await listening(await devServer(), async (other) => {
      expect(await status(other, 'latelight')).toBe(200);
      expect([await status(url, 'latelight'), await status(url, 'assets/search')]).toEqual([200, 200]);
    });
    expect([await status(url, 'latelight'), await status(url, 'assets/search')]).toEqual([200, 200]);
  });
  const kept = ['dev.assets+search.jsonl', 'dev.latelight.jsonl'];
  expect((await readdir(join(root, '.vite/latelight'))).sort()).toEqual(kept);
});

it('leaves a page beside the index that has its name to the site', async () => {
  await writeFile(join(root, 'dist/a.html'), '<main>Bees sleep in winter.</main>');
  await writeFile(join(root, 'search.html'), '<main>Search here</main>');
  await listening(await devServer([latelight({ webgpu: false, outDir: 'search' })]), async (url) => {
    const page = await fetch(`${url}search.html?q=bees`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Search here')]);
    const statuses = ['search', 'search/', 'search/manifest.json', 'search/.html'].map(
      async (path) => (await fetch(url + path)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 404]);
  });
});
