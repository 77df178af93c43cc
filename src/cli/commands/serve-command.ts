// `latelight serve <folder>`: a static file server for trying an index, as any host would serve it.

import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { LatelightError } from '../../errors.ts';
import type { CliIo } from '../io.ts';

export interface ServeCommandOptions {
  port: number;
  host: string;
}

/** Serves until the signal fires. */
export async function serveCommand(folder: string, options: ServeCommandOptions, io: CliIo): Promise<void> {
  const server = await startServer(folder, options);
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : options.port;
  const address = `http://${options.host}:${port}/`;
  io.out(`Searching ${folder} at ${address}  (Ctrl-C to stop)\n`);
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

/** Files of an index whose names change with what is in them: docs/guide/hosting.md. */
export function isNamedByContent(path: string): boolean {
  return /(^|\/)(shards|fragments|lexicon|pages|filters|models|runtime|assets)\/[^/]+$/.test(path);
}

/** @throws LatelightError `bad-option` when there is nothing to serve or the port is taken */
export async function startServer(folder: string, { port, host }: ServeCommandOptions): Promise<Server> {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new LatelightError('bad-option', `serve: expected a folder with an index.html, found none in ${folder}.`);
  }
  const files = sirv(folder, {
    dev: true,
    etag: true,
    setHeaders: (response, path) => {
      response.setHeader('Cache-Control', isNamedByContent(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  const server = createServer((request, response) =>
    files(request, response, () => {
      response.statusCode = 404;
      response.end('Not found\n');
    }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new LatelightError(
          'bad-option',
          `serve: expected port ${port} to be free: ${String(cause)}. Choose another with --port.`,
          { cause },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  return server;
}
