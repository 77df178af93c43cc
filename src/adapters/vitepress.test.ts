// The plugin in a dev server that looks like VitePress's. Whole sites are built and served in e2e/adapters.spec.ts.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createLogger, createServer } from 'vite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { latelight } from './vitepress.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'latelight-vitepress-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('finds in the dev server what VitePress has for a page, and no other file', async () => {
  const files = ['index.md', 'guide/bees.md', 'packages/[name].md', 'packages/dist/notes.md', 'public/old.html'];
  for (const path of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(
      join(root, path),
      path.endsWith('.md') ? '# Bees\n\nThey sleep in winter.' : '<main>Old bees.</main>',
    );
  }
  const vitepress = {
    srcDir: root,
    outDir: join(root, '.vitepress/dist'),
    pages: ['index.md', 'guide/bees.md', 'packages/a.md'],
    rewrites: { map: {} },
    site: { base: '/', lang: 'en', locales: {} },
  };
  const lines: string[] = [];
  const server = await createServer({
    root,
    configFile: false,
    cacheDir: join(root, '.vite'),
    customLogger: { ...createLogger('silent'), info: (line) => lines.push(line) },
    plugins: [latelight({ webgpu: false })],
    server: { middlewareMode: true, watch: null, ws: false },
    // As VitePress does.
    ...{ vitepress },
  });
  const http = createHttpServer(server.middlewares);
  try {
    await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve));
    const { port } = http.address() as AddressInfo;
    expect((await fetch(`http://localhost:${port}/latelight/manifest.json`)).status).toBe(200);
  } finally {
    http.close();
    http.closeAllConnections();
    await server.close();
  }
  expect(lines).toEqual([
    'latelight: 3 pages left out, not one of the pages of VitePress: packages/[name].md, packages/dist/notes.md, public/old.html',
    expect.stringMatching(/^latelight: 2 pages, /),
  ]);
});
