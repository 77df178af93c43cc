// What the dev server leaves behind. Whole sites are served in e2e/vite.spec.ts.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'vite';
import { expect, it } from 'vitest';
import { latelight } from './plugin.ts';

it("watches the built pages no longer than its server lives, also where the HTTP server is another's", async () => {
  const root = await mkdtemp(join(tmpdir(), 'latelight-plugin-'));
  await mkdir(join(root, 'dist'));
  const watches = () => process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;
  const before = watches();
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [latelight()],
    // Without Vite's own watcher.
    server: { middlewareMode: true, watch: null, ws: false },
  });
  try {
    expect(watches()).toBeGreaterThan(before);
  } finally {
    await server.close();
  }
  expect(watches()).toBe(before);
  await rm(root, { recursive: true, force: true });
});
