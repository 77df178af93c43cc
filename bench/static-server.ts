// A static host in small, the same for every tool: brotli for what hosts compress, the rest as it is, and a count of the bytes
// of all bodies sent (headers are not counted; requests of workers are).

import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};
/** What hosts compress goes by type; an unknown one (weights, shards, Pagefind's files, gzip inside) is sent as it is. */
const isCompressed = (type: string | undefined) => type !== undefined;
/** Hosts that compress while they serve use 4 or 5 of 11. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const compress = promisify(brotliCompress);

export interface StaticServer {
  /** Ends in a slash. */
  base: string;
  /** Bytes of bodies sent so far. */
  sentBytes(): number;
  close(): void;
}

/** @param mounts folder on disk for each first part of a path */
export async function serveFolders(mounts: Record<string, string>): Promise<StaticServer> {
  let sent = 0;
  const compressed = new Map<string, Promise<Buffer>>();
  const server = createServer(async (request, response) => {
    const [mount, ...rest] = decodeURIComponent(new URL(request.url!, 'http://host').pathname.slice(1)).split('/');
    const root = mounts[mount];
    const path = root && normalize(join(root, ...(rest.at(-1) === '' ? [...rest, 'index.html'] : rest)));
    if (!path?.startsWith(root + sep) || !(await stat(path).catch(() => undefined))?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(path)];
    const brotli = isCompressed(type) && /\bbr\b/.test(String(request.headers['accept-encoding']));
    if (brotli && !compressed.has(path)) {
      compressed.set(
        path,
        readFile(path).then((bytes) => compress(bytes, BROTLI)),
      );
    }
    const body = brotli ? await compressed.get(path)! : await readFile(path);
    sent += body.length;
    response.writeHead(200, {
      'content-type': type ?? 'application/octet-stream',
      'content-length': body.length,
      ...(brotli && { 'content-encoding': 'br' }),
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  return {
    base: `http://localhost:${typeof address === 'object' && address ? address.port : 0}/`,
    sentBytes: () => sent,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
