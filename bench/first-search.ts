// What a returning visitor waits for, in Chromium on the built demo page: from the worker's start to the first results, and from a
// key press to rendered hits (debounce apart). `npm run bench:first-search`; `--assert` exits 1 when a bar is missed.

import { chromium } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { startServer } from '../src/cli/commands/serve-command.ts';
import { describeMachine, machineLine } from './machine.ts';

const QUERIES = [
  'hide passwords in log output',
  'set a request timeout',
  'validate the request body',
  'retry failed requests',
  'close the server',
  'http2 support',
  'child loggers',
  'mock a request in tests',
  'file upload',
  'decorate the request',
];
const VISITS = 7;
const DEBOUNCE_MS = 80;

// An index folder may be named: `npm run bench:first-search -- demo/small`.
const folder = process.argv[2]?.startsWith('-') ? 'demo/search' : (process.argv[2] ?? 'demo/search');
const server = await startServer(folder, { port: 0, host: 'localhost' });
const address = server.address();
const base = `http://localhost:${typeof address === 'object' && address ? address.port : 0}/`;
const browser = await chromium.launch(await chromiumLaunch());
const page = await (await browser.newContext()).newPage();

/** Loads the page with a query in its address and waits until its hits are painted. */
async function visit(query: string): Promise<number> {
  await page.goto(`${base}?q=${encodeURIComponent(query)}`);
  return page.evaluate(async () => {
    const element = document.querySelector('latelight-search')!;
    await new Promise<void>((resolve) => {
      if (element.shadowRoot?.querySelector('li')) resolve();
      element.addEventListener('latelight-results', () => requestAnimationFrame(() => setTimeout(resolve)), {
        once: true,
      });
    });
    const worker = performance.getEntriesByType('resource').find(({ name }) => name.includes('search.worker'))!;
    return performance.now() - worker.startTime;
  });
}

/** Types a last letter and waits until the hits are painted. */
async function typeAndWait(
  query: string,
): Promise<{ keyToHitsMs: number; encodeMs: number; fetchMs: number; scoreMs: number }> {
  await page.getByRole('searchbox').fill('');
  await page.evaluate(() => {
    const element = document.querySelector('latelight-search')!;
    const measured = new Promise((resolve) => {
      let pressed = 0;
      element.addEventListener('input', () => {
        pressed = performance.now();
      });
      element.addEventListener(
        'latelight-results',
        (event) => {
          const { timings } = (event as CustomEvent).detail;
          requestAnimationFrame(() =>
            setTimeout(() => resolve({ keyToHitsMs: performance.now() - pressed, ...timings })),
          );
        },
        { once: true },
      );
    });
    (globalThis as { measured?: unknown }).measured = measured;
  });
  await page.getByRole('searchbox').pressSequentially(query, { delay: 0 });
  return page.evaluate(() => (globalThis as { measured?: unknown }).measured) as never;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const { passageCount: passages, fragments } = await (await fetch(`${base}manifest.json`))
  .json()
  .then((manifest) => manifest as { passageCount: number; fragments: unknown[] });
const fragmentCount = fragments.length;
console.log(machineLine(describeMachine()));
const firstVisit = await visit(QUERIES[0]);
// The second visit must find everything kept.
await page.waitForFunction(
  async (count) => (await (await caches.open('latelight-1')).keys()).length >= count,
  fragmentCount,
);
const visits: number[] = [];
for (let i = 0; i < VISITS; i++) visits.push(await visit(QUERIES[i % QUERIES.length]));
const keys: Awaited<ReturnType<typeof typeAndWait>>[] = [];
for (let round = 0; round < 3; round++) for (const query of QUERIES) keys.push(await typeAndWait(query));
const afterKey = keys.map(({ keyToHitsMs }) => keyToHitsMs - DEBOUNCE_MS);
const show = (name: string, values: number[]) =>
  console.log(
    `${name}: min ${Math.min(...values).toFixed(0)}, median ${median(values).toFixed(0)}, max ${Math.max(...values).toFixed(0)} ms`,
  );
console.log(`${passages} passages, Chromium ${browser.version()}, WASM, one thread`);
console.log(`first visit, files from this machine: ${firstVisit.toFixed(0)} ms from the worker's start to results`);
show("returning visitor, worker's start to first results", visits);
show('later searches, last key to rendered hits, less the debounce', afterKey);
show(
  '  of which encoding',
  keys.map(({ encodeMs }) => encodeMs),
);
show(
  '  of which scoring',
  keys.map(({ scoreMs }) => scoreMs),
);
show(
  '  of which text of the hits',
  keys.map(({ fetchMs }) => fetchMs),
);
await browser.close();
server.close();
server.closeAllConnections();
if (process.argv.includes('--assert') && (median(visits) > 1000 || median(afterKey) > 50)) {
  console.error('bench: expected <= 1000 ms to first results and <= 50 ms for later searches');
  process.exit(1);
}
process.exit(0);
