// A real page of an index folder in Chromium, for benches that drive the public API: served as any host would, without the search
// page's own engine, so that what is measured is the only one.

import { readFile } from 'node:fs/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { startServer } from '../src/cli/commands/serve-command.ts';

export interface EnginePage {
  page: Page;
  version: string;
  /** Resident memory of the page's process, workers included, in bytes. */
  residentBytes(): Promise<number>;
  close(): Promise<void>;
}

/** `blank` is what the page shows: a small file of the folder that starts no engine. */
export async function openEnginePage(folder: string, blank = 'favicon.svg'): Promise<EnginePage> {
  const server = await startServer(folder, { port: 0, host: 'localhost' });
  const address = server.address();
  const browser: Browser = await chromium.launch(await chromiumLaunch());
  const page = await (await browser.newContext()).newPage();
  await page.goto(`http://localhost:${typeof address === 'object' && address ? address.port : 0}/${blank}`);
  const session = await browser.newBrowserCDPSession();
  return {
    page,
    version: browser.version(),
    async residentBytes() {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      const sizes = await Promise.all(
        processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentBytesOf(id)),
      );
      return Math.max(...sizes);
    },
    async close() {
      await browser.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Linux only. */
async function residentBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}
