// A real page of an index folder in Chromium, for benches that drive the public API: served as any host would, without the search
// page's own engine, so that what is measured is the only one.

import { chromium, type Page } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { startServer } from '../src/cli/commands/serve-command.ts';
import { rendererBytes } from './renderer-memory.ts';

export interface EnginePage {
  page: Page;
  port: number;
  version: string;
  /** Resident memory of the page's process, workers included, in bytes. */
  residentBytes(): Promise<number>;
  close(): Promise<void>;
}

/** What the page shows: a small file of the folder that starts no engine. */
const BLANK = 'favicon.svg';

/**
 * @param profile an empty folder, or the one of an earlier visit: its cache is found again when the port is the same
 * @param port 0 takes a free one
 */
export async function openEnginePage(folder: string, profile: string, port = 0): Promise<EnginePage> {
  const server = await startServer(folder, { port, host: 'localhost' });
  const address = server.address();
  const context = await chromium.launchPersistentContext(profile, await chromiumLaunch());
  const browser = context.browser()!;
  const page = await context.newPage();
  const taken = typeof address === 'object' && address ? address.port : 0;
  await page.goto(`http://localhost:${taken}/${BLANK}`);
  const session = await browser.newBrowserCDPSession();
  return {
    page,
    port: taken,
    version: browser.version(),
    residentBytes: () => rendererBytes(session),
    async close() {
      await context.close();
      server.close();
      server.closeAllConnections();
    },
  };
}
