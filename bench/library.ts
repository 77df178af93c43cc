// The offline library in Chromium on WASM: how fast documents are indexed, and how a library of 20,000 passages opens, searches and what
// of the JavaScript heap it takes. `npm run bench:library`; `--assert` exits 1 when a bar is missed.

import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from '@playwright/test';
import { type LibraryElement, openLibraryPage } from '../e2e/library-page.ts';
import { chromiumLaunch } from '../scripts/install.js';
import { startServer } from '../src/cli/commands/serve-command.ts';
import { describeMachine, machineLine } from './machine.ts';
import { rendererBytes } from './renderer-memory.ts';
import { median, quantile } from './statistics.ts';
import { writeSyntheticIndex } from './synthetic-index.ts';

const { values: options } = parseArgs({
  options: {
    passages: { type: 'string', default: '1000' },
    library: { type: 'string', default: '20000' },
    assert: { type: 'boolean', default: false },
  },
});
const ENCODED = Number(options.passages);
const LIBRARY_PASSAGES = Number(options.library);
const OPENINGS = 7;
const SEARCHES = 60;
/** Bars: seconds, milliseconds, bytes. */
const BARS = { indexSeconds: 120, openMs: 2000, searchMs: 150, heapBytes: 300e6 };
const WORDS = ['timeout', 'schema', 'logger', 'plugin', 'stream', 'proxy', 'error', 'request', 'cookie', 'http2'];
const QUERIES = Array.from({ length: SEARCHES }, (_, n) => {
  return `how do I set the ${WORDS[n % WORDS.length]} of a ${WORDS[(n * 7 + 3) % WORDS.length]}`;
});

const range = (values: readonly number[]) =>
  `min ${Math.min(...values).toFixed(0)}, p50 ${median(values).toFixed(0)}, p95 ${quantile(values, 0.95).toFixed(0)}`;

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'))
    .sort();
}

/** Seconds from dropping the files to so many passages that are encoded and kept; the encoding workers start within them. */
async function index(page: Page, folder: string): Promise<{ seconds: number; passages: number }> {
  const paths = (await filesIn(folder)).filter((path) => path.endsWith('.html'));
  const files = paths.map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
  return page.evaluate(
    async ([list, wanted]) => {
      const { library } = document.querySelector<LibraryElement>('latelight-library')!;
      await library!.engine.ready;
      const start = performance.now();
      const done = () => [...library!.state.documents.values()].reduce((sum, { doneCount }) => sum + doneCount, 0);
      const reached = new Promise<{ seconds: number; passages: number }>((resolve, reject) => {
        library!.subscribe(({ problem }) => {
          if (problem) reject(new Error(problem.message));
          if (done() >= wanted) resolve({ seconds: (performance.now() - start) / 1000, passages: done() });
        });
      });
      await library!.add(list.map(({ path, text }) => ({ path, file: new Blob([text]) })));
      const result = await reached;
      await library!.remove([...library!.state.documents.keys()]);
      return result;
    },
    [files, ENCODED] as const,
  );
}

async function importFolder(page: Page, folder: string, url: string): Promise<number> {
  const paths = (await filesIn(folder)).filter((path) => !path.startsWith('model'));
  return page.evaluate(
    async ([names, base]) => {
      const { library } = document.querySelector<LibraryElement>('latelight-library')!;
      const files: { path: string; file: Blob }[] = [];
      for (const path of names) files.push({ path, file: await (await fetch(new URL(path, base))).blob() });
      const start = performance.now();
      await library!.import(files);
      return (performance.now() - start) / 1000;
    },
    [paths, url] as const,
  );
}

interface Opening {
  /** Milliseconds from navigation: to the first hits, and to those of the full stage. */
  first: number;
  full: number;
}

/** Opens the library in a new tab, asking as soon as there is something to ask. */
async function openAndSearch(context: BrowserContext, address: string, query: string): Promise<[Page, Opening]> {
  const page = await context.newPage();
  await page.goto(address);
  const opening = await page.evaluate(async (text) => {
    const element = () => document.querySelector<LibraryElement>('latelight-library');
    await new Promise<void>((resolve) => {
      const look = () => (element()?.library ? resolve() : setTimeout(look, 1));
      look();
    });
    const { engine } = element()!.library!;
    let first: number | undefined;
    const onInstant = () => {
      first ??= performance.now();
    };
    const { hits } = await engine.search(text, { limit: 10, onInstant });
    if (hits.length === 0) throw new Error('expected hits, got none');
    return { first: first ?? performance.now(), full: performance.now() };
  }, query);
  return [page, opening];
}

function search(page: Page, queries: readonly string[]): Promise<number[]> {
  return page.evaluate(async (texts) => {
    const { engine } = document.querySelector<LibraryElement>('latelight-library')!.library!;
    await engine.ready;
    const times: number[] = [];
    for (const text of texts) {
      const start = performance.now();
      await engine.search(text, { limit: 10 });
      times.push(performance.now() - start);
    }
    return times;
  }, queries);
}

/** Used bytes of the JavaScript heaps of the page and of each of its workers, after a collection. */
async function heaps(browser: Browser, url: string): Promise<Map<string, number>> {
  const session = await browser.newBrowserCDPSession();
  const used = new Map<string, number>();
  await session.send('Target.setDiscoverTargets', { discover: true, filter: [{}] });
  const { targetInfos } = await session.send('Target.getTargets', { filter: [{}] });
  const ours = targetInfos.filter(
    ({ type, url: from }) =>
      (type === 'page' && from.startsWith(url)) || (type === 'worker' && from.startsWith(new URL(url).origin)),
  );
  for (const { targetId, type, url: from } of ours) {
    const call = await attach(session, targetId);
    await call('HeapProfiler.enable');
    await call('HeapProfiler.collectGarbage');
    const { usedSize } = (await call('Runtime.getHeapUsage')) as { usedSize: number };
    used.set(type === 'page' ? 'page' : from.replace(/.*\/([\w.-]+?)(-[\w-]{8})?\.js.*/, '$1'), usedSize);
    await session.send('Target.detachFromTarget', { targetId });
  }
  await session.detach();
  return used;
}

async function attach(session: CDPSession, targetId: string) {
  const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false });
  let last = 0;
  return (method: string) => {
    const id = ++last;
    return new Promise<unknown>((resolve, reject) => {
      const hear = (event: { sessionId: string; message: string }) => {
        const answer = JSON.parse(event.message) as { id?: number; result?: unknown; error?: { message: string } };
        if (event.sessionId !== sessionId || answer.id !== id) return;
        session.off('Target.receivedMessageFromTarget', hear);
        if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
        else resolve(answer.result);
      };
      session.on('Target.receivedMessageFromTarget', hear);
      session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) }).catch(reject);
    });
  };
}

const folder = await mkdtemp(join(tmpdir(), 'latelight-library-'));
const missed: string[] = [];
const check = (name: string, value: number, bar: number) => {
  if (!(value <= bar)) missed.push(`${name}: expected at most ${bar}, got ${value.toFixed(1)}`);
};
try {
  await cp('demo/search/library', join(folder, 'library'), { recursive: true });
  await writeSyntheticIndex('demo/search', join(folder, 'index'), { passageCount: LIBRARY_PASSAGES });
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Bench</title>'); // a server wants one
  const server = await startServer(folder, { port: 0, host: 'localhost' });
  const bound = server.address();
  const origin = `http://localhost:${typeof bound === 'object' && bound ? bound.port : 0}/`;
  const address = `${origin}library/`;
  const browser = await chromium.launch(await chromiumLaunch());
  try {
    const context = await browser.newContext();
    let page = await context.newPage();
    await openLibraryPage(page, address);
    console.log(`${machineLine(describeMachine())}, Chromium ${browser.version()}, WASM`);

    const indexed = await index(page, 'demo/docs');
    const rate = indexed.passages / indexed.seconds;
    console.log(
      `indexing: ${indexed.passages} passages of HTML in ${indexed.seconds.toFixed(1)} s (${rate.toFixed(1)} a second)`,
    );
    // Fewer are mostly the start of the workers.
    if (ENCODED >= 1000) check('seconds for 1,000 passages', 1000 / rate, BARS.indexSeconds);

    const importSeconds = await importFolder(page, join(folder, 'index'), `${origin}index/`);
    console.log(`import of an index of ${LIBRARY_PASSAGES} passages: ${importSeconds.toFixed(1)} s`);
    await page.close();

    const openings: Opening[] = [];
    for (let i = 0; i < OPENINGS; i++) {
      const [opened, opening] = await openAndSearch(context, address, QUERIES[i]);
      openings.push(opening);
      if (i < OPENINGS - 1) await opened.close();
      page = opened;
    }
    const first = openings.map((opening) => opening.first);
    const full = openings.map((opening) => opening.full);
    console.log(`open to first hits: ${range(first)} ms; to hits of the full stage: ${range(full)} ms`);
    check('milliseconds from opening to the first hits', median(first), BARS.openMs);

    const times = await search(page, QUERIES);
    console.log(`search, full stage, ${SEARCHES} queries: ${range(times)} ms`);
    check('milliseconds of a search', median(times), BARS.searchMs);

    const used = await heaps(browser, address);
    const total = [...used.values()].reduce((sum, bytes) => sum + bytes, 0);
    const each = [...used].map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(1)}`).join(', ');
    console.log(`JavaScript heap after them: ${(total / 1e6).toFixed(1)} MB (${each})`);
    const resident = await rendererBytes(await browser.newBrowserCDPSession());
    console.log(`renderer process, with WebAssembly and codes: ${(resident / 1e6).toFixed(0)} MB resident`);
    check('bytes of heap', total, BARS.heapBytes);
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
for (const line of missed) console.error(`missed: ${line}`);
process.exit(options.assert && missed.length > 0 ? 1 : 0);
