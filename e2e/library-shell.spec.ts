// The offline library as an app: installable, whole without a network after one visit, one version in all tabs, files from outside.

import { execFileSync } from 'node:child_process';
import { constants, cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { startServer } from '../src/cli/commands/serve-command.ts';
import { addFiles, firstHit, type LibraryElement, listed, openLibraryPage, settled, stored } from './library-page.ts';

let folder = '';
let server: Server;
let base = '';
let requests: string[] = [];

test.beforeEach(async ({ context }) => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-library-'));
  const built = join(import.meta.dirname, '../demo/search/library');
  await cp(built, folder, { recursive: true, mode: constants.COPYFILE_FICLONE });
  server = await startServer(folder, { port: 0, host: 'localhost' });
  const address = server.address();
  base = `http://localhost:${typeof address === 'object' && address ? address.port : 0}/`;
  requests = [];
  context.on('request', (request) => requests.push(request.url()));
});
test.afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
  expect(requests.filter((url) => !/^(blob|data):/.test(url) && new URL(url).origin !== new URL(base).origin)).toEqual(
    [],
  );
});

async function isControlled(page: Page): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state), { message: 'state of the controller' })
    .toBe('activated');
}

async function openControlled(context: BrowserContext, url = base): Promise<Page> {
  const page = await context.newPage();
  await openLibraryPage(page, url);
  await isControlled(page);
  await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.engine.ready);
  return page;
}

test('the manifest is one that browsers install, with icons that load', async ({ context }) => {
  const page = await openControlled(context);
  const client = await context.newCDPSession(page);
  const { url, errors } = await client.send('Page.getAppManifest');
  expect(url).toBe(`${base}manifest.webmanifest`);
  expect(errors).toEqual([]);
  const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
  // Playwright's contexts are incognito ones, where nothing can be installed.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
  const manifest = await (await page.request.get(url)).json();
  const sizes = await page.evaluate(
    (icons: { src: string }[]) =>
      Promise.all(
        icons.map(async ({ src }) => {
          const image = new Image();
          image.src = src;
          await image.decode();
          return `${image.naturalWidth}x${image.naturalHeight}`;
        }),
      ),
    manifest.icons,
  );
  for (const [i, icon] of manifest.icons.entries())
    if (icon.sizes !== 'any') expect(sizes[i], icon.src).toBe(icon.sizes);
});

test('after one visit the page opens without a network, at the addresses of its shortcuts too', async ({ context }) => {
  const page = await openControlled(context);
  await context.setOffline(true);
  for (const address of ['', '?add', '?shared', 'anywhere']) {
    await page.goto(base + address);
    await expect(page.locator('latelight-library').getByRole('heading', { level: 1 })).toBeVisible();
  }
  const fonts = await page.evaluate(async () =>
    Promise.all(
      ['pdf/cmaps/UniJIS-UTF16-H.bcmap', 'pdf/standard_fonts/FoxitSerif.pfb', 'pdf/wasm/openjpeg.wasm'].map(
        async (file) => fetch(file).then(({ ok }) => ok, String),
      ),
    ),
  );
  expect(fonts).toEqual([true, true, true]);
});

test('a new version waits until it is taken, and then all tabs run it', async ({ context }) => {
  const first = await openControlled(context);
  const second = await openControlled(context);
  const prompt = (page: Page) => page.getByText('A new version is ready');
  await expect(prompt(first)).toBeHidden();

  const [html, worker] = await Promise.all(['index.html', 'sw.js'].map((file) => readFile(join(folder, file), 'utf8')));
  await writeFile(join(folder, 'index.html'), html.replace('<title>Library', '<title>Newer library'));
  const changed = worker.replace(/(url:"index\.html",revision:")\w+/, '$1changed');
  expect(changed).not.toBe(worker);
  await writeFile(join(folder, 'sw.js'), changed);
  await first.reload();
  await expect(prompt(first)).toBeVisible();
  await expect(prompt(second)).toBeVisible();
  expect(await Promise.all([first, second].map((page) => page.title()))).toEqual(['Library', 'Library']);

  await second.getByRole('button', { name: 'Reload' }).click();
  for (const page of [first, second]) {
    await expect(page).toHaveTitle('Newer library');
    await expect(prompt(page)).toBeHidden();
  }
});

/** Another build in the place of the one that is served: the same scripts, a codec of other dimensions. */
async function publishOther(): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  const args = ['bin/latelight.js', 'library', join(folder, 'next'), '--no-webgpu', '--dim', '64'];
  execFileSync(process.execPath, args, { stdio: 'ignore' });
  await cp(join(folder, 'next'), folder, { recursive: true });
  await rm(join(folder, 'next'), { recursive: true });
}

const BEES = { path: 'bees.md', text: '# Bees\n\nBees dance to tell the others where nectar is found.' };
const SNOW = { path: 'snow.md', text: '# Snow\n\nPloughs clear the mountain pass at night.' };

async function states(page: Page): Promise<Record<string, string>> {
  return Object.fromEntries((await listed(page)).map(({ path, state }) => [path, state]));
}

test('a tab that stays open codes what is added with the engine that it was started with, and so does a reload under its service worker', async ({
  context,
}) => {
  const page = await openControlled(context);
  await addFiles(page, [BEES]);
  await settled(page);
  const [{ key }] = (await stored(page)).segments;
  await publishOther();
  await addFiles(page, [SNOW]);
  await expect.poll(() => states(page)).toEqual({ 'bees.md': 'done', 'snow.md': 'done' });
  expect((await firstHit(page, 'where insects find food')).excerpt).toContain('nectar');
  expect((await firstHit(page, 'clearing roads in winter')).excerpt).toContain('Ploughs');
  // Two documents in one segment: what was there is read with the shape that it was written with, or would have been dropped.
  expect((await stored(page)).segments.map(({ key: of }) => of)).not.toContain(key);

  const before = (await stored(page)).segments;
  await openLibraryPage(page, base);
  await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.engine.ready);
  expect((await firstHit(page, 'clearing roads in winter')).excerpt).toContain('Ploughs');
  expect((await stored(page)).segments).toEqual(before);
  const reloaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Reload' }).click();
  await reloaded;
  await openLibraryPage(page, base);
  await expect.poll(async () => (await stored(page)).segments.map(({ key: of }) => of)).not.toContain(before[0].key);
  await settled(page);
  await expect.poll(async () => (await firstHit(page, 'clearing roads in winter'))?.excerpt).toContain('Ploughs');
});

test('without the files of its engine a tab says so, and codes nothing with those of another', async ({ browser }) => {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  try {
    const page = await context.newPage();
    await openLibraryPage(page, base);
    await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.engine.ready);
    await addFiles(page, [BEES]);
    await settled(page);
    await publishOther();
    await rename(join(folder, 'models'), join(folder, 'models-away'));
    await page.evaluate(async () => {
      for (const name of await caches.keys()) await caches.delete(name);
    });
    await addFiles(page, [SNOW]);
    await expect(page.getByText('a newer version was published, reload this page').first()).toBeVisible();
    expect((await states(page))['snow.md']).not.toBe('failed');
    expect((await stored(page)).parts).toEqual([]);
    expect((await firstHit(page, 'where insects find food')).excerpt).toContain('nectar');
    await rename(join(folder, 'models-away'), join(folder, 'models'));
    await openLibraryPage(page, base);
    await expect.poll(() => states(page)).toEqual({ 'bees.md': 'done', 'snow.md': 'done' });
    await expect.poll(async () => (await firstHit(page, 'clearing roads in winter'))?.excerpt).toContain('Ploughs');
  } finally {
    await context.close();
  }
});

test('a file that is opened with the app is added', async ({ context }) => {
  const page = await context.newPage();
  // The browser hands files over only to an installed app: its part is played by a queue of our own, with a real handle.
  await page.addInitScript(() => {
    type Consumer = (params: { files: FileSystemFileHandle[]; targetURL?: string }) => void;
    const setConsumer = (consumer: Consumer) => {
      void navigator.storage.getDirectory().then(async (root) => {
        const handle = await root.getFileHandle('opened.md', { create: true });
        const writable = await handle.createWritable();
        await writable.write('# Opened\n\nFoxes sleep in the afternoon.');
        await writable.close();
        consumer({ files: [handle] });
      });
    };
    Object.defineProperty(window, 'launchQueue', { value: { setConsumer } });
  });
  await openLibraryPage(page, base);
  await expect
    .poll(async () => (await listed(page)).map(({ path, state }) => ({ path, state })))
    .toEqual([{ path: 'opened.md', state: 'done' }]);
});

test('the service worker of an index folder leaves that of the library inside it alone', async ({
  context,
  baseURL,
}) => {
  base = baseURL!;
  const inside = new URL('library/', base).href;
  const page = await openControlled(context, inside);
  await page.goto(base);
  await isControlled(page);
  await context.setOffline(true);
  await page.goto(inside);
  await expect(page.locator('latelight-library').getByRole('heading', { level: 1 })).toBeVisible();
});

/** In a page: whether the first piece of a file that is still downloading is kept. */
async function hasKeptPiece(): Promise<boolean> {
  const opened = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  const entries = (await Promise.all(opened.map((cache) => cache.keys()))).flat();
  return entries.some(({ url }) => url.endsWith('/0'));
}

test('a download that is cut off goes on where it was when the page is opened again', async ({ browser }) => {
  const { file, bytes } = JSON.parse(await readFile(join(folder, 'engine.json'), 'utf8')).queryEncoder.weights.wasm;
  /** What was asked for of the query encoder, from which byte. */
  const asked: number[] = [];
  let sentOfModel = 0;
  let cut: (() => void) | undefined;
  const between = createServer((from: IncomingMessage, to: ServerResponse) => {
    const isModel = from.url?.endsWith(`/${file}`) ?? false;
    if (isModel) asked.push(Number(/bytes=(\d+)-/.exec(from.headers.range ?? '')?.[1] ?? 0));
    const isFirst = isModel && asked.length === 1;
    const upstream = request(
      new URL(from.url ?? '', base),
      { headers: from.headers, method: from.method },
      (answer) => {
        to.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.on('data', (chunk: Buffer) => {
          if (isModel) sentOfModel += chunk.length;
          to.write(chunk);
          // No more comes; the connection stays until the page has what it is to keep.
          if (isFirst && sentOfModel > 6 * 2 ** 20) answer.pause();
        });
        answer.on('end', () => to.end());
      },
    );
    upstream.on('error', () => to.destroy());
    if (isFirst) {
      cut = () => {
        to.destroy();
        upstream.destroy();
      };
    }
    from.pipe(upstream);
  });
  await new Promise<void>((resolve) => between.listen(0, 'localhost', resolve));
  const address = between.address();
  const url = `http://localhost:${typeof address === 'object' && address ? address.port : 0}/`;
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await openLibraryPage(page, url);
    const failed = page.evaluate(() =>
      document.querySelector<LibraryElement>('latelight-library')!.library!.engine.ready.catch(({ code }) => code),
    );
    await expect.poll(() => page.evaluate(hasKeptPiece), { message: 'the first piece is kept' }).toBe(true);
    cut?.();
    expect(await failed).toBe('download-failed');
    await page.reload();
    await openLibraryPage(page, url);
    await page.evaluate(() => document.querySelector<LibraryElement>('latelight-library')!.library!.engine.ready);
    expect(asked[0]).toBe(0);
    // At least the first piece of 4 MiB was kept, and what came after it as far as it came.
    expect(asked[1]).toBeGreaterThanOrEqual(4 * 2 ** 20);
    expect(sentOfModel).toBeLessThan(bytes + 4 * 2 ** 20);
  } finally {
    await context.close();
    between.closeAllConnections();
    between.close();
  }
});
