// An app that imports `latelight` from npm, as Vite bundles it and as its dev server prepares it: script, worker and index come from
// the index folder.

import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { build, createServer } from 'vite';
import { ask, serveSite } from './example-sites.ts';

const { latelight } = (await import('../dist/cli/vite.js' as string)) as typeof import('../src/vite/index.ts');
const packageRoot = join(import.meta.dirname, '..');

const HTML = `<!doctype html><html lang="en"><head><title>Harbour</title></head><body>
<latelight-search></latelight-search><p id="found"></p><p id="failed"></p>
<main><h1>Tides</h1><h2 id="spring">Spring tides</h2><p>At full and new moon high water is highest.</p></main>
<script type="module" src="/app.js"></script></body></html>`;
const APP = `
import { defineElement, LatelightError, open } from 'latelight';

const say = (id, text) => { document.getElementById(id).textContent = text; };
const folder = import.meta.env.BASE_URL + 'latelight';
await defineElement(folder);
const engine = await open(folder + '/');
const { hits } = await engine.search('when is the water highest');
say('found', hits[0].url);
const failures = ['elsewhere/', 'https://other.example/latelight/'].map(async (url) => {
  const error = await open(new URL(url, document.baseURI)).catch((error) => error);
  return [error instanceof LatelightError, error.code, error.message].join(' ');
});
say('failed', (await Promise.all(failures)).join(' | '));
`;

let root: string;
test.beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'latelight-app-'));
  // A copy, not a link: Vite treats what lies in node_modules in a way of its own.
  const installed = join(root, 'node_modules/latelight');
  await mkdir(join(installed, 'dist'), { recursive: true });
  await cp(join(packageRoot, 'package.json'), join(installed, 'package.json'));
  await cp(join(packageRoot, 'dist/package'), join(installed, 'dist/package'), { recursive: true });
  await writeFile(join(root, 'package.json'), '{ "type": "module" }');
  await writeFile(join(root, 'index.html'), HTML);
  await writeFile(join(root, 'app.js'), APP);
});
test.afterAll(() => rm(root, { recursive: true, force: true }));

const settings = () => ({
  root,
  base: '/harbour/',
  configFile: false as const,
  logLevel: 'warn' as const,
  plugins: [latelight({ webgpu: false, pages: '.', exclude: ['node_modules/**', 'dist/**'] })],
});

async function expectToSearch(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.locator('#found')).toHaveText('./#spring');
  const failed = page.locator('#failed');
  await expect(failed).toContainText(
    `true download-failed open: expected the script of an index at ${url}elsewhere/latelight.js`,
  );
  await expect(failed).toContainText(/true bad-option open: expected an index folder of the page's own origin/);
  await expect(await ask(page, 'when is the water highest')).toContainText('high water is highest');
}

test('a production build searches with the script of the index folder, and says where there is none', async ({
  page,
}) => {
  await build({ ...settings(), build: { target: 'es2022' } });
  const site = await serveSite(join(root, 'dist'), '/harbour/');
  try {
    await expectToSearch(page, site.url);
    expect(await readdir(join(root, 'dist/assets'))).toEqual([expect.stringMatching(/^index-.*\.js$/)]);
  } finally {
    await site.close();
  }
});

test('the dev server does likewise', async ({ page }) => {
  const server = await createServer({ ...settings(), server: { port: 0, host: 'localhost' } });
  try {
    await server.listen();
    const { port } = server.httpServer!.address() as AddressInfo;
    await expectToSearch(page, `http://localhost:${port}/harbour/`);
  } finally {
    await server.close();
  }
});
