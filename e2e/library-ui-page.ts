// The library's page alone, on a library in memory, for the tests of its parts.

import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { build, type PreviewServer, preview } from 'vite';
import type { MemoryLibrary } from '../src/library/app/bench/memory-library.ts';

let url: string;

/** Builds and serves the page for all tests of a file. */
export function serveLibraryUi(): void {
  let server: PreviewServer;
  let folder: string;
  test.beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latelight-library-ui-'));
    // Built as it is shipped: what Lit checks while one develops takes as long again.
    const root = join(import.meta.dirname, '../src/library/app/bench');
    const config = { root, configFile: false, logLevel: 'warn', build: { outDir: folder, target: 'esnext' } } as const;
    await build(config);
    server = await preview({ ...config, preview: { port: 0, host: 'localhost' } });
    url = `http://localhost:${(server.httpServer.address() as AddressInfo).port}/`;
  });
  test.afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
}

export async function show(page: Page, state: string, hash = ''): Promise<void> {
  await page.goto(`${url}?state=${state}${hash}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

export const searchBox = (page: Page) => page.locator('latelight-search').getByRole('searchbox');
export const rows = (page: Page) => page.locator('latelight-documents').getByRole('listitem');
export const status = (page: Page) =>
  page.locator('latelight-library > p[role=status], latelight-library p.hidden').last();
export const calls = (page: Page) =>
  page.evaluate(() => (window as unknown as { library: MemoryLibrary }).library.calls);
export const bench = <T>(page: Page, act: (library: MemoryLibrary) => T) =>
  page.evaluate(`(${act})(window.library)`) as Promise<T>;

export async function search(page: Page): Promise<void> {
  await page.keyboard.press('/');
  await expect(searchBox(page)).toBeFocused();
  await page.keyboard.type('when is the tide highest');
  await expect(page.locator('.results[data-stage=full]:not([data-stale])')).toBeVisible();
}
