// `latelight serve <folder>`: a static file server for trying an index, with the site around it, as any host would serve it.

import { existsSync, readFileSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { dirname, join, relative, sep } from 'node:path';
import { LatelightError } from '../../errors.ts';
import { isWithin } from '../../indexing/is-within.ts';
import { expectFolder } from '../expect-folder.ts';
import type { CliIo } from '../io.ts';
import { forHosts, isLoopback, namesOf } from '../served-hosts.ts';
import { hasPagesOf } from '../site-pages.ts';
import { encodedPath, staticFiles } from '../static-files.ts';
import { shellWord } from '../text.ts';

export interface ServeCommandOptions {
  port: number;
  host: string;
  /** Folder of the pages that hits lead to; without it the one that the index means, if that is near. */
  site?: string;
  /** Path that the site is served at, with slashes at its ends. Default: the root. */
  base?: string;
}

/**
 * Folders above the index that it may say its pages are in, and only if they are there: what an index from elsewhere says must not open
 * a disk, or the folder it was unpacked in, to the scripts that came with it.
 */
const MOST_ABOVE = 2;

const PLAIN_HTTP =
  'Over plain http the search works at localhost alone: browsers allow hashing, caches, service workers and WebGPU only there and over https. ' +
  'For other machines put a proxy or tunnel with https in front that asks for localhost.\n';

/** Serves until the signal fires. */
export async function serveCommand(folder: string, options: ServeCommandOptions, io: CliIo): Promise<void> {
  expectFolder('serve', folder);
  if (options.site !== undefined) expectFolder('serve', options.site);
  const { root, index, isElsewhere } = await siteOf(folder, options.site);
  const server = await startServer(root, options, index);
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : options.port;
  const { base = '/' } = options;
  const path = encodedPath(index ? `${base}${index}/` : base);
  // An IPv6 address has colons of its own.
  const [address, ...others] = namesOf(options.host).map(
    (name) => `http://${isIPv6(name) ? `[${name}]` : name}:${port}${path}`,
  );
  if (isSite(folder)) {
    io.out(`Serving ${folder} at ${address}  (Ctrl-C to stop)\n`);
    io.out(siteLine(folder, address));
  } else io.out(`Searching ${folder} at ${address}  (Ctrl-C to stop)\n`);
  if (others.length > 0) io.out(`From other machines: ${others.join(' ')}\n`);
  if (!isLoopback(options.host)) io.out(PLAIN_HTTP);
  if (index) io.out(`Its pages are served from ${root}\n`);
  if (isElsewhere)
    io.out(
      `Its pages are not found at most ${MOST_ABOVE} folders above it, and not served: say where with --site <folder>\n`,
    );
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

/** Neither an index nor a library. */
function isSite(folder: string): boolean {
  return (
    formatOf(join(folder, 'manifest.json')) !== 'latelight' &&
    formatOf(join(folder, 'engine.json')) !== 'latelight-engine'
  );
}

function siteLine(folder: string, address: string): string {
  const place = join(folder, 'latelight');
  return formatOf(join(place, 'manifest.json')) === 'latelight'
    ? `It is a site, not an index. The search page of the index in it: ${address}latelight/\n`
    : `It is a site, not an index, and has none in ${place}. \`latelight index ${shellWord(folder)}\` makes one there.\n`;
}

function formatOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).format;
  } catch {
    return undefined;
  }
}

interface ServedSite {
  root: string;
  index: string;
  /** What the index means is not served, since it is too far above it or has none of its pages. */
  isElsewhere?: boolean;
}

/**
 * What is to be served for the hits of an index to lead somewhere: the folder that is named, or that above it which its `siteRoot` means,
 * else itself. A `siteRoot` that goes down again (`docs/`) leads into the folder, or to what its name on a disk does not tell.
 * @throws LatelightError `bad-option` for a site that the index is not in
 */
async function siteOf(folder: string, site: string | undefined): Promise<ServedSite> {
  const alone = { root: folder, index: '' };
  const siteRoot = site === undefined ? await readSiteRoot(folder) : '';
  if (site === undefined && !/^(\.\.\/)+$/.test(siteRoot)) return alone;
  const place = await realpath(folder);
  const root = await realpath(site ?? join(place, siteRoot));
  if (site === undefined) {
    // A whole disk is no site.
    const isFar = siteRoot.length / '../'.length > MOST_ABOVE;
    if (isFar || root === dirname(root) || !(await hasPagesOf(place, root))) return { ...alone, isElsewhere: true };
  }
  if (!isWithin(place, root)) {
    throw new LatelightError('bad-option', `serve: expected ${folder} to be in the folder of --site, got ${site}.`);
  }
  return { root, index: relative(root, place).split(sep).join('/') };
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
export async function startServer(
  root: string,
  { port, host, base }: ServeCommandOptions,
  index = '',
): Promise<Server> {
  const folder = join(root, index);
  if (!existsSync(join(folder, 'index.html'))) {
    throw new LatelightError('bad-option', `serve: expected a folder with an index.html, found none in ${folder}.`);
  }
  const server = createServer(forHosts(host, staticFiles(root, index, base)));
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
