// The Vite plugin on a site of plain HTML: built below a base path and with a relative base, and live in the dev server.

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { build, createServer, type ViteDevServer } from 'vite';
import { ask, followFirstHit, type SiteServer, serveSite } from './example-sites.ts';

const { latelight } = (await import('../dist/cli/vite.js' as string)) as typeof import('../src/vite/index.ts');

const html = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><title>${title}</title></head><body><latelight-search></latelight-search><main>${body}</main></body></html>`;
const TIDES =
  '<h1>Tides</h1><h2 id="spring">Spring tides</h2><p>At full and new moon, sun and moon pull in one line, and high water is highest.</p>';
const PAGES = {
  'index.html': html('Harbour', '<h1>Harbour</h1><p>Notes for sailors who visit the harbour.</p>'),
  'guide/tides.html': html('Tides', TIDES),
  'guide/mooring.html': html(
    'Mooring',
    '<h1>Mooring</h1><h2 id="lines">Lines</h2><p>Bow and stern lines keep a boat at the quay; springs stop it from surging.</p>',
  ),
};

let root: string;
test.beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'latelight-vite-'));
  await mkdir(join(root, 'guide'));
  for (const [path, content] of Object.entries(PAGES)) await writeFile(join(root, path), content);
});
test.afterAll(() => rm(root, { recursive: true, force: true }));

const settings = (base: string) => ({
  root,
  base,
  configFile: false as const,
  logLevel: 'warn' as const,
  plugins: [latelight({ inject: true, webgpu: false, pages: '.' })],
});

for (const [base, servedAt] of [
  ['/harbour/', '/harbour/'],
  ['./', '/anywhere/else/'],
]) {
  test(`a build with the base ${base} holds an index of its pages`, async ({ page }) => {
    const outDir = join(root, `.dist-${base.length}`);
    await build({
      ...settings(base),
      build: { outDir, rollupOptions: { input: Object.keys(PAGES).map((path) => join(root, path)) } },
    });
    const site: SiteServer = await serveSite(outDir, servedAt);
    try {
      await page.goto(`${site.url}guide/mooring.html`);
      const found = await followFirstHit(page, 'when is the water highest');
      expect(found.href).toBe(`${site.url}guide/tides.html#spring`);
    } finally {
      await site.close();
    }
    expect((await readdir(outDir)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
}

/** Resolves with the next message of the plugin to the page. */
async function nextUpdate(page: Page): Promise<void> {
  const socket = await page.waitForEvent('websocket');
  await socket.waitForEvent('framereceived', ({ payload }) => payload.includes('latelight:update'));
}

test('by default the dev server follows the built pages, which its own watcher leaves out', async ({ page }) => {
  const built = join(root, 'site/dist');
  await mkdir(built, { recursive: true });
  await writeFile(join(root, 'site/index.html'), PAGES['index.html']);
  await writeFile(join(built, 'tides.html'), html('Tides', TIDES));
  const server: ViteDevServer = await createServer({
    ...settings('/'),
    root: join(root, 'site'),
    plugins: [latelight({ inject: true, webgpu: false })],
    server: { port: 0, host: 'localhost' },
  });
  try {
    await server.listen();
    const { port } = server.httpServer!.address() as AddressInfo;
    const url = `http://localhost:${port}/`;
    await page.goto(url);
    await ask(page, 'when is the water highest');
    const updated = nextUpdate(page);
    await page.goto(url);
    await writeFile(join(built, 'buoys.html'), html('Buoys', '<h1>Buoys</h1><p>A red buoy marks the channel.</p>'));
    await updated;
    await page.goto(url);
    await expect(await ask(page, 'what marks the channel')).toContainText('A red buoy marks');
  } finally {
    await server.close();
  }
});

test('the dev server has a live index, which follows the pages', async ({ page }) => {
  const server: ViteDevServer = await createServer({
    ...settings('/harbour/'),
    server: { port: 0, host: 'localhost' },
  });
  try {
    await server.listen();
    const { port } = server.httpServer!.address() as AddressInfo;
    const url = `http://localhost:${port}/harbour/`;
    await page.goto(url);
    expect((await followFirstHit(page, 'when is the water highest')).href).toBe(`${url}guide/tides.html#spring`);

    const updated = nextUpdate(page);
    await page.goto(url);
    await writeFile(
      join(root, 'guide/mooring.html'),
      PAGES['guide/mooring.html'].replace('Bow and stern', 'An anchor buoy marks where the chain lies. Bow and stern'),
    );
    await updated;
    await page.goto(url);
    await expect(await ask(page, 'buoy above the anchor')).toContainText('An anchor buoy marks');

    const missing = await page.request.get(`${url}latelight/shards/0000000000000000.lls`);
    expect([missing.status(), await missing.text()]).toEqual([404, expect.stringContaining('has no file')]);
  } finally {
    await server.close();
  }
  const left = await readdir(join(root, '.vite/latelight'));
  expect(left.filter((name) => !name.endsWith('.jsonl'))).toEqual([]);
});
