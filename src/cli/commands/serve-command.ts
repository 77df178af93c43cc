// `latelight serve <folder>`: a static file server for trying an index, with the site around it, as any host would serve it.

import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { LatelightError } from '../../errors.ts';
import { expectFolder } from '../expect-folder.ts';
import type { CliIo } from '../io.ts';
import { staticFiles } from '../static-files.ts';

export interface ServeCommandOptions {
  port: number;
  host: string;
}

/** Serves until the signal fires. */
export async function serveCommand(folder: string, options: ServeCommandOptions, io: CliIo): Promise<void> {
  expectFolder('serve', folder);
  const { root, index } = await siteOf(folder);
  const server = await startServer(root, options, index);
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : options.port;
  const path = index.split('/').filter(Boolean).map(encodeURIComponent);
  const address = `http://${options.host}:${port}/${path.map((segment) => `${segment}/`).join('')}`;
  io.out(`Searching ${folder} at ${address}  (Ctrl-C to stop)\n`);
  if (index) io.out(`Its pages are served from ${root}\n`);
  if (existsSync(join(folder, 'playground.html')))
    io.out(`What a search does, stage by stage: ${address}playground.html\n`);
  if (existsSync(join(folder, 'library/index.html')))
    io.out(`A library of your own documents, kept in the browser: ${address}library/\n`);
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

/**
 * What is to be served for the hits of an index to lead somewhere: the folder above it that its `siteRoot` means, else itself.
 * A `siteRoot` that goes down again (`docs/`) leads into the folder, or to what its name on a disk does not tell.
 */
async function siteOf(folder: string): Promise<{ root: string; index: string }> {
  const siteRoot = await readSiteRoot(folder);
  if (!/^(\.\.\/)+$/.test(siteRoot)) return { root: folder, index: '' };
  const real = await realpath(folder);
  const root = resolve(real, siteRoot);
  // A whole disk is no site.
  if (root === dirname(root)) return { root: folder, index: '' };
  return { root, index: relative(root, real).split(sep).join('/') };
}

/** '' for a folder that is no index; whether an index is whole is for the page to say. */
async function readSiteRoot(folder: string): Promise<string> {
  try {
    const { format, siteRoot } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
    return format === 'latelight' && typeof siteRoot === 'string' ? siteRoot : '';
  } catch {
    return '';
  }
}

/**
 * @param index path of the index folder in the root; '' when the root is it
 * @throws LatelightError `bad-option` when there is nothing to serve or the address cannot be listened on
 */
export async function startServer(root: string, { port, host }: ServeCommandOptions, index = ''): Promise<Server> {
  const folder = join(root, index);
  if (!existsSync(join(folder, 'index.html'))) {
    throw new LatelightError('bad-option', `serve: expected a folder with an index.html, found none in ${folder}.`);
  }
  const server = createServer(staticFiles(root, index));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new LatelightError('bad-option', `serve: expected ${refusal(cause, port, host)}`, { cause })),
    );
    server.listen(port, host, resolve);
  });
  return server;
}

/** What was expected of the address that the system refuses to listen on, and what to do. */
function refusal(cause: NodeJS.ErrnoException, port: number, host: string): string {
  switch (cause.code) {
    case 'EADDRINUSE':
      return `port ${port} to be free, it is taken. Choose another with --port; 0 takes a free one.`;
    case 'EACCES':
      return `to be allowed to listen on port ${port}, got ${cause.code}. Choose one above 1023 with --port.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `a known name for --host, got ${host} (${cause.code}). localhost is this machine alone, 0.0.0.0 all its addresses.`;
    case 'EADDRNOTAVAIL':
      return `an address of this machine for --host, got ${host} (${cause.code}). localhost is this machine alone, 0.0.0.0 all its addresses.`;
    default:
      return `to listen on port ${port} of ${host}: ${String(cause)}. Choose others with --port and --host.`;
  }
}
