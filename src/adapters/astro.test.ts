// The integration's hooks in Astro's order. A whole site is built in e2e/adapters.spec.ts.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createServer, type Plugin } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseManifest } from '../format/manifest.ts';
import latelight from './astro.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'latelight-astro-'));
  await mkdir(join(root, 'dist'));
  const page = (lang: string, text: string) => `<html lang="${lang}"><title>${text}</title><main><p>${text}</main>`;
  await writeFile(join(root, 'dist/de.html'), page('de', 'Bienen schlafen im Winter.'));
  await writeFile(join(root, 'dist/en.html'), page('en', 'Bees sleep in winter.'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** After the hooks about the config. @returns what they added to Vite's */
function configured(integration: ReturnType<typeof latelight>, command: string): Plugin[] {
  const folder = pathToFileURL(`${root}/`);
  const config = { base: '/', root: folder, outDir: new URL('dist/', folder) };
  const plugins: Plugin[] = [];
  integration.hooks['astro:config:setup']({
    config,
    command,
    updateConfig: (change: { vite: { plugins: Plugin[] } }) => plugins.push(...change.vite.plugins),
    injectScript: () => undefined,
  });
  // As Starlight does, also when it is listed later.
  const i18n = { defaultLocale: 'en', locales: ['en', 'de'] };
  integration.hooks['astro:config:done']({ config: { ...config, i18n } });
  return plugins;
}

const LANGUAGES = { en: 'manifest.json', de: 'manifest.de.json' };

it('makes an index of each language that another integration configured, in a build', async () => {
  const integration = latelight({ webgpu: false });
  configured(integration, 'build');
  await integration.hooks['astro:build:done']({
    dir: pathToFileURL(join(root, 'dist/')),
    logger: { info: () => undefined },
  });
  const manifest = await readFile(join(root, 'dist/latelight/manifest.json'), 'utf8');
  expect(parseManifest(manifest).languages).toEqual(LANGUAGES);
});

it('does so in the dev server', async () => {
  const plugins = configured(latelight({ webgpu: false }), 'dev');
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins,
    server: { middlewareMode: true, watch: null, ws: false },
  });
  const http = createHttpServer(server.middlewares);
  try {
    await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve));
    const { port } = http.address() as AddressInfo;
    const response = await fetch(`http://localhost:${port}/latelight/manifest.json`);
    expect(parseManifest(await response.text()).languages).toEqual(LANGUAGES);
  } finally {
    http.close();
    http.closeAllConnections();
    await server.close();
  }
});
