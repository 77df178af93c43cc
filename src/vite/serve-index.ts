// A live index over HTTP, as any static host would serve it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import sirv from 'sirv';
import { LatelightError } from '../errors.ts';
import type { LiveIndex } from './live-index.ts';

type Handler = (
  request: IncomingMessage & { originalUrl?: string },
  response: ServerResponse,
  next: () => void,
) => Promise<void>;

/** For a connect server, mounted at the index's address. Answers every request below it: a missing file is no page of the site. */
export function serveIndex(live: Pick<LiveIndex, 'folders'>): Handler {
  const servers = new Map<string, ReturnType<typeof sirv>>();
  const serverOf = (folder: string) => {
    let server = servers.get(folder);
    if (!server) {
      server = sirv(folder, { dev: true, etag: true, setHeaders: nameBinary });
      servers.set(folder, server);
    }
    return server;
  };
  return async (request, response, next) => {
    const original = request.originalUrl ?? request.url ?? '/';
    const [path, query] = original.split(/(?=\?)/);
    const inside = request.url?.split('?')[0] ?? '/';
    if (inside === '/' && !path.endsWith('/')) {
      response.writeHead(302, { Location: `${path}/${query ?? ''}` }).end();
      return;
    }
    // connect also takes a dot for the end of an address, and puts a slash before it: `search.html` is a page beside the index.
    if (!path.endsWith(inside)) {
      next();
      return;
    }
    let folders: string[];
    try {
      folders = await live.folders();
    } catch (error) {
      const message = error instanceof LatelightError ? error.message : String(error);
      response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
      response.end(`${message}\n`);
      return;
    }
    for (const known of servers.keys()) if (!folders.includes(known)) servers.delete(known);
    const tryNext = (rest: string[]): void => {
      if (rest.length > 0) {
        serverOf(rest[0])(request, response, () => tryNext(rest.slice(1)));
        return;
      }
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
      response.end(`latelight: the index has no file ${path}\n`);
    };
    tryNext(folders);
  };
}

/** Shards, codecs and models have no type of their own. */
function nameBinary(response: ServerResponse, path: string): void {
  if (/\.(lls|llc|llq|onnx)$/.test(path)) response.setHeader('Content-Type', 'application/octet-stream');
}
