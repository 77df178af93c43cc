// What a visitor waits for, in Chromium on the built demo page. First visit over a slow network: from the navigation to the first
// hits of the instant stage and of the full one. Returning visit: from the worker's start to the first results of each, and from a key
// press to rendered hits (debounce apart). `npm run bench:first-search`; `--assert` exits 1 when a bar is missed.

import { chromium, type Page } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { startServer } from '../src/cli/commands/serve-command.ts';
import { describeMachine, machineLine } from './machine.ts';
import { median } from './statistics.ts';

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
const COLD_VISITS = 3;
/** "Fast 4G" of Chrome's DevTools: 9 Mbit/s and 60 ms, by the factors that it corrects them with. Files are not compressed here. */
const SLOW_NETWORK = { bytesPerSecond: (9e6 / 8) * 0.9, latencyMs: 60 * 2.75 };
const DEBOUNCE_MS = 80;

// An index folder may be named: `npm run bench:first-search -- demo/small`.
const folder = process.argv[2]?.startsWith('-') ? 'demo/search' : (process.argv[2] ?? 'demo/search');
const server = await startServer(folder, { port: 0, host: 'localhost' });
const address = server.address();
const base = `http://localhost:${typeof address === 'object' && address ? address.port : 0}/`;
const browser = await chromium.launch(await chromiumLaunch());
const page = await (await browser.newContext()).newPage();

/** Milliseconds since navigation, and the worker's start. `instantMs` is 0 when the full stage came first. */
interface Visit {
  workerMs: number;
  instantMs: number;
  fullMs: number;
}

/** Loads the page with a query in its address and waits until the hits of the full stage are painted. */
async function visit(target: Page, query: string): Promise<Visit> {
  await target.addInitScript(() => {
    const painted: Record<string, number> = {};
    (globalThis as { painted?: unknown }).painted = painted;
    addEventListener('latelight-results', (event) => {
      const { stage } = (event as CustomEvent).detail;
      requestAnimationFrame(() =>
        setTimeout(() => {
          painted[stage] ??= performance.now();
        }),
      );
    });
  });
  // Behind a # it would not load the page again.
  await target.goto(`${base}?q=${encodeURIComponent(query)}`);
  await target.waitForFunction(() => (globalThis as { painted?: { full?: number } }).painted?.full, undefined, {
    timeout: 600_000,
  });
  return target.evaluate(() => {
    const { painted } = globalThis as unknown as { painted: { instant?: number; full: number } };
    const worker = performance.getEntriesByType('resource').find(({ name }) => name.includes('search.worker'))!;
    return { workerMs: worker.startTime, instantMs: painted.instant ?? 0, fullMs: painted.full };
  });
}

/** A visitor with nothing kept, on a slow network. */
async function coldVisit(query: string): Promise<Visit> {
  const fresh = await browser.newContext();
  try {
    const target = await fresh.newPage();
    const session = await fresh.newCDPSession(target);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: SLOW_NETWORK.latencyMs,
      downloadThroughput: SLOW_NETWORK.bytesPerSecond,
      uploadThroughput: SLOW_NETWORK.bytesPerSecond,
    });
    return await visit(target, query);
  } finally {
    await fresh.close();
  }
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

const { passageCount: passages, fragments } = await (await fetch(`${base}manifest.json`))
  .json()
  .then((manifest) => manifest as { passageCount: number; fragments: unknown[] });
const fragmentCount = fragments.length;
console.log(machineLine(describeMachine()));
const cold: Visit[] = [];
for (let i = 0; i < COLD_VISITS; i++) cold.push(await coldVisit(QUERIES[i]));
const firstVisit = await visit(page, QUERIES[0]);
// The second visit must find everything kept.
await page.waitForFunction(
  async (count) => (await (await caches.open('latelight-1')).keys()).length >= count,
  fragmentCount,
);
const visits: Visit[] = [];
for (let i = 0; i < VISITS; i++) visits.push(await visit(page, QUERIES[i % QUERIES.length]));
const instantVisits = visits
  .filter(({ instantMs }) => instantMs > 0)
  .map(({ instantMs, workerMs }) => instantMs - workerMs);
const fullVisits = visits.map(({ fullMs, workerMs }) => fullMs - workerMs);
const keys: Awaited<ReturnType<typeof typeAndWait>>[] = [];
for (let round = 0; round < 3; round++) for (const query of QUERIES) keys.push(await typeAndWait(query));
const afterKey = keys.map(({ keyToHitsMs }) => keyToHitsMs - DEBOUNCE_MS);
const show = (name: string, values: number[]) =>
  console.log(
    `${name}: min ${Math.min(...values).toFixed(0)}, median ${median(values).toFixed(0)}, max ${Math.max(...values).toFixed(0)} ms`,
  );
console.log(`${passages} passages, Chromium ${browser.version()}, WASM, one thread`);
const { bytesPerSecond, latencyMs } = SLOW_NETWORK;
console.log(
  `first visit at ${((8 * bytesPerSecond) / 1e6).toFixed(1)} Mbit/s, ${latencyMs} ms latency, from the navigation:`,
);
show(
  '  first hits, instant stage',
  cold.map(({ instantMs }) => instantMs),
);
show(
  '  first hits, full stage',
  cold.map(({ fullMs }) => fullMs),
);
console.log(
  `first visit, files from this machine: ${(firstVisit.fullMs - firstVisit.workerMs).toFixed(0)} ms from the worker's start to full results`,
);
if (instantVisits.length > 0) {
  show(
    `returning visitor, worker's start to first results, instant stage (${instantVisits.length} of ${VISITS})`,
    instantVisits,
  );
}
show("returning visitor, worker's start to first results, full stage", fullVisits);
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
if (process.argv.includes('--assert') && (median(fullVisits) > 1000 || median(afterKey) > 50)) {
  console.error('bench: expected <= 1000 ms to first results and <= 50 ms for later searches');
  process.exit(1);
}
process.exit(0);
