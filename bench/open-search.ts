// What a returning visitor waits for: from pressing "/" on a page that has loaded nothing but the element, to the first hits painted, in
// Chromium on WASM with 1,000 passages. `npm run bench:open`; `--assert` exits 1 when the bar (p50 of 150 ms) is missed. Each visit rests on
// its page first, `--rest <ms>` says how long. To compare versions, name index folders that each of them has built (default demo/search): visits
// to them take turns.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { startServer } from '../src/cli/commands/serve-command.ts';
import { describeMachine, machineLine } from './machine.ts';
import { median } from './statistics.ts';
import { writeSyntheticIndex } from './synthetic-index.ts';

const BAR_MS = 150;
const PASSAGES = 1000;
const VISITS = 21;
/** A visitor looks at a page before searching. With no rest, the worker of the visit before, and its model, are still being taken down on the same cores. */
const REST_MS = 1000;
const QUERIES = ['hide passwords in log output', 'set a request timeout', 'close the server', 'http2 support'];

interface Painted {
  /** Milliseconds from the key to the painted hits of each stage. */
  instant?: number;
  full?: number;
}

/** One visit: the page rests, then "/" and a query at once, as fast as a hand that knows what it wants; then the same once more. */
async function visit(page: Page, address: string, query: string): Promise<{ first: Painted; again: Painted }> {
  await page.goto(address);
  await page.evaluate(() => customElements.whenDefined('latelight-search'));
  await rest(restMs);
  const first = await openAndAsk(page, query);
  await page.keyboard.press('Escape'); // empties the box
  await page.keyboard.press('Escape'); // closes
  const again = await openAndAsk(page, `${query} today`);
  return { first, again };
}

async function openAndAsk(page: Page, query: string): Promise<Painted> {
  // Waited for inside the page: playwright's own waiting compiles 300 kB of script there, just when the results are on their way.
  await page.evaluate(() => {
    const painted: Painted = {};
    let isFull = () => {};
    const full = new Promise<void>((resolve) => {
      isFull = resolve;
    });
    let pressed = 0;
    addEventListener(
      'keydown',
      () => {
        pressed ||= performance.now();
      },
      { capture: true, once: true },
    );
    const isCurrent = () => (globalThis as { painted?: unknown }).painted === painted;
    addEventListener('latelight-results', (event) => {
      if (!isCurrent()) return;
      const { stage } = (event as CustomEvent<{ stage: keyof Painted }>).detail;
      requestAnimationFrame(() =>
        setTimeout(() => {
          painted[stage] ??= performance.now() - pressed;
          if (stage === 'full') isFull();
        }),
      );
    });
    Object.assign(globalThis, { painted, full });
  });
  await page.keyboard.press('/');
  await page.keyboard.insertText(query);
  return page.evaluate(async () => {
    const { painted, full } = globalThis as unknown as { painted: Painted; full: Promise<void> };
    await full;
    return painted;
  });
}

const { values: options, positionals } = parseArgs({
  options: { assert: { type: 'boolean' }, rest: { type: 'string', default: `${REST_MS}` } },
  allowPositionals: true,
});
const restMs = Number(options.rest);
if (!(restMs >= 0)) {
  console.error(`bench: expected --rest to be milliseconds, got "${options.rest}".`);
  process.exit(2);
}
const folder = await mkdtemp(join(tmpdir(), 'latelight-open-'));
const indexes = positionals.length > 0 ? positionals : ['demo/search'];

interface Site {
  index: string;
  page: Page;
  address: string;
  visits: Awaited<ReturnType<typeof visit>>[];
}

const browser = await chromium.launch(await chromiumLaunch());
const sites: Site[] = [];
let failed = false;
try {
  for (const [i, index] of indexes.entries()) {
    const root = join(folder, `${i}`);
    await writeSyntheticIndex(index, join(root, 'latelight'), { passageCount: PASSAGES });
    await writeFile(
      join(root, 'index.html'),
      `<!doctype html><html lang="en"><title>A site</title><script type="module" src="latelight/latelight.js"></script>
       <h1>A site</h1><latelight-search mode="modal"></latelight-search></html>`,
    );
    // Headers as docs/guide/hosting.md wants them.
    const bound = (await startServer(root, { port: 0, host: 'localhost' })).address();
    const page = await (await browser.newContext({ serviceWorkers: 'block' })).newPage();
    const address = `http://localhost:${typeof bound === 'object' && bound ? bound.port : 0}/`;
    sites.push({ index, page, address, visits: [] });
  }
  const visitAll = async (query: string) => {
    for (const site of sites) {
      await site.page.bringToFront();
      site.visits.push(await visit(site.page, site.address, query));
    }
  };
  // The first visits fill the cache.
  for (const query of QUERIES) await visitAll(query);
  for (const site of sites) site.visits = [];
  for (let i = 0; i < VISITS; i++) await visitAll(QUERIES[i % QUERIES.length]);
  console.log(
    `${machineLine(describeMachine())}, Chromium ${browser.version()}, WASM, ${PASSAGES} passages, ${VISITS} visits, each after a rest of ${restMs} ms`,
  );
  for (const { index, visits } of sites) {
    if (sites.length > 1) console.log(index);
    const first = visits.map(({ first: { instant, full } }) => Math.min(instant ?? Infinity, full ?? Infinity));
    for (const [name, values] of [
      ['"/" to first hits painted', first],
      ['"/" to hits of the full stage painted', visits.map(({ first: { full } }) => full!)],
      ['opened once more on the same page', visits.map(({ again: { full } }) => full!)],
    ] as const) {
      const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)].map((ms) =>
        ms.toFixed(0),
      );
      console.log(`${name}: min ${least}, p50 ${middle}, max ${most} ms`);
    }
    failed ||= median(first) > BAR_MS;
  }
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
if (options.assert && failed) {
  console.error(`expected first hits within ${BAR_MS} ms at the median`);
  process.exit(1);
}
process.exit(0);
