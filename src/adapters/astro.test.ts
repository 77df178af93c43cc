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
  await mkdir(join(root, 'dist/client'), { recursive: true });
  await mkdir(join(root, 'static'));
  const page = (lang: string, text: string) => `<html lang="${lang}"><title>${text}</title><main><p>${text}</main>`;
  for (const folder of ['static', 'dist/client']) {
    await writeFile(join(root, folder, 'en.html'), page('en', 'Bees sleep in winter.'));
    await writeFile(join(root, folder, 'de.html'), page('de', 'Bienen schlafen im Winter.'));
  }
  // Of the server, and not served.
  await writeFile(join(root, 'dist/fr.html'), page('fr', 'Les abeilles dorment en hiver.'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** After the hooks about the config. @returns what they added to Vite's */
function configured(
  integration: ReturnType<typeof latelight>,
  command: string,
  buildOutput: 'static' | 'server' = 'static',
): Plugin[] {
  const folder = pathToFileURL(`${root}/`);
  const outDir = new URL(buildOutput === 'static' ? 'static/' : 'dist/', folder);
  const config = { base: '/', root: folder, outDir, build: { client: new URL('client/', outDir) } };
  const plugins: Plugin[] = [];
  integration.hooks['astro:config:setup']({
    config,
    command,
    updateConfig: (change: { vite: { plugins: Plugin[] } }) => plugins.push(...change.vite.plugins),
    injectScript: () => undefined,
  });
  // As Starlight does, also when it is listed later.
  const i18n = { defaultLocale: 'en', locales: ['en', 'de'] };
  let known: typeof buildOutput | undefined;
  const done = {
    config: { ...config, i18n },
    get buildOutput() {
      return known;
    },
  };
  integration.hooks['astro:config:done'](done);
  // After the hook: by Astro's routes, or an adapter that is listed later.
  known = buildOutput;
  return plugins;
}

const LANGUAGES = { en: 'manifest.json', de: 'manifest.de.json' };

it('makes an index of each language that another integration configured, in a build', async () => {
  const integration = latelight({ webgpu: false });
  configured(integration, 'build');
  await integration.hooks['astro:build:done']({
    dir: pathToFileURL(join(root, 'static/')),
    logger: { info: () => undefined },
  });
  const manifest = await readFile(join(root, 'static/latelight/manifest.json'), 'utf8');
  expect(parseManifest(manifest).languages).toEqual(LANGUAGES);
});

it.each([
  ['what a static build made', 'static'],
  ['the pages of a build with a server', 'server'],
] as const)('does so in the dev server, of %s', async (_, buildOutput) => {
  const plugins = configured(latelight({ webgpu: false }), 'dev', buildOutput);
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
