// Downloads that are cut short, from a real server, into a cache in memory: what goes on, what starts over, what is left behind.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileRef } from '../format/engine-refs.ts';
import { HttpSource } from './http-source.ts';
import { PIECE_BYTES } from './kept-pieces.ts';

const MIB = 1024 * 1024;
const file = Uint8Array.from({ length: 11 * MIB + 3 }, (_, i) => (i * 2654435761) >>> 24);
const sha256 = createHash('sha256').update(file).digest('hex');
const ref: FileRef = { file: 'models/a.onnx', bytes: file.length, sha256 };
const key = `http://page.test/.latelight/${sha256}`;

/** As much of the Cache API as is used. */
class MemoryCache {
  readonly entries = new Map<string, Uint8Array>();
  /** Addresses of entries whose bytes are lost. */
  readonly lost = new Set<string>();
  isFull = false;

  async match(url: string) {
    const bytes = this.entries.get(url);
    if (!bytes) return undefined;
    const lost = new ReadableStream({ start: (stream) => stream.error(new TypeError('Failed to fetch')) });
    return new Response(this.lost.has(url) ? lost : (bytes as BodyInit));
  }

  async put(url: string, response: Response) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (this.isFull) throw new DOMException('full', 'QuotaExceededError');
    this.entries.set(url, bytes);
    this.lost.delete(url);
  }

  async keys() {
    return [...this.entries.keys()].map((url) => new Request(url));
  }

  async delete(request: string | Request) {
    return this.entries.delete(typeof request === 'string' ? request : request.url);
  }
}

const fetchOfNode = globalThis.fetch;
const cache = new MemoryCache();
const pieces = () => [...cache.entries.keys()].filter((url) => url.startsWith(`${key}/`));
let server: Server;
let base = '';
/** Ranges that were asked for, in order. */
let asked: (string | undefined)[] = [];
let answer: (request: IncomingMessage, response: ServerResponse, start: number) => void;

/** Sends what was asked for; with `until`, up to there, and then cuts the connection. */
function sendRange(response: ServerResponse, start: number, until = file.length, body = file): void {
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': file.length - start,
    ...(start > 0 && { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` }),
  });
  if (until === file.length) response.end(body.subarray(start));
  else response.write(body.subarray(start, until), () => response.destroy());
}

beforeAll(async () => {
  vi.stubGlobal('caches', { open: async () => cache });
  vi.stubGlobal('location', new URL('http://page.test/'));
  server = createServer((request, response) => {
    asked.push(request.headers.range);
    answer(request, response, Number(/\d+/.exec(request.headers.range ?? '0')![0]));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  base = `http://localhost:${typeof address === 'object' && address ? address.port : 0}/`;
});
afterAll(() => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  cache.entries.clear();
  cache.lost.clear();
  cache.isFull = false;
  asked = [];
  answer = (_request, response, start) => sendRange(response, start);
});

/** A read and what is kept of it, and where its count of bytes ended. */
async function read(of = ref) {
  let loaded = 0;
  let fromCache = 0;
  const source = new HttpSource(base);
  const bytes = source.read(of, {
    onBytes: (count, cached) => {
      loaded += count;
      if (cached) fromCache += count;
    },
  });
  await Promise.allSettled([bytes]);
  await source.kept();
  return bytes.then(
    (bytes) => ({ isRight: Buffer.compare(bytes, file) === 0, loaded, fromCache }),
    (error: { code: string }) => ({ code: error.code, loaded, fromCache }),
  );
}

/** A download that breaks at 6 MiB. */
async function interrupt(): Promise<void> {
  answer = (_request, response, start) => sendRange(response, start, 6 * MIB);
  expect(await read()).toEqual({ code: 'download-failed', loaded: 0, fromCache: 0 });
  answer = (_request, response, start) => sendRange(response, start);
}

const startOf = (range: string | undefined) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]);

describe('a download of a large file', () => {
  it('goes on where it was cut, and leaves the whole file in place of its pieces', async () => {
    await interrupt();
    expect(pieces()[0]).toBe(`${key}/0`);
    const result = await read();
    expect(asked).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
    const start = startOf(asked[1]);
    expect(start).toBeGreaterThanOrEqual(PIECE_BYTES);
    expect(start).toBeLessThanOrEqual(6 * MIB);
    expect(result).toEqual({ isRight: true, loaded: file.length, fromCache: start });
    await vi.waitFor(() => expect([...cache.entries.keys()]).toEqual([key]));
    expect(await read()).toMatchObject({ isRight: true, fromCache: file.length });
    expect(asked).toHaveLength(2);
  });

  it('holds nothing of what is kept already, though nobody asks for it', async () => {
    answer = (_request, response, start) => sendRange(response, start);
    const source = new HttpSource(base);
    await source.read(ref);
    const { keeping } = source as unknown as { keeping: Set<unknown> };
    expect(keeping.size).toBe(1);
    await vi.waitFor(() => expect(keeping.size).toBe(0));
    expect([...cache.entries.keys()]).toEqual([key]);
  });

  it('goes on after each of several cuts', async () => {
    answer = (_request, response, start) => sendRange(response, start, Math.min(start + 4.5 * MIB, file.length));
    expect(await read()).toMatchObject({ code: 'download-failed' });
    expect(await read()).toMatchObject({ code: 'download-failed' });
    expect(await read()).toMatchObject({ isRight: true, loaded: file.length });
    const starts = asked.slice(1).map(startOf);
    expect(starts[0]).toBeGreaterThanOrEqual(PIECE_BYTES);
    expect(starts[1]).toBeGreaterThanOrEqual(starts[0] + PIECE_BYTES);
  });

  it('needs no request when all pieces are there', async () => {
    for (let start = 0; start < file.length; start += PIECE_BYTES)
      cache.entries.set(`${key}/${start}`, file.slice(start, start + PIECE_BYTES));
    expect(await read()).toEqual({ isRight: true, loaded: file.length, fromCache: file.length });
    expect(asked).toEqual([]);
  });

  it('starts over with a server that ignores ranges, in one request', async () => {
    await interrupt();
    answer = (_request, response) => sendRange(response, 0);
    expect(await read()).toEqual({ isRight: true, loaded: file.length, fromCache: 0 });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['another range than it was asked for', 206, () => ({ 'content-range': 'bytes 5-9/10' })],
    [
      'a compressed range',
      206,
      (start: number) => ({ 'content-range': `bytes ${start}-9/10`, 'content-encoding': 'gzip' }),
    ],
    ['that the range cannot be had', 416, () => ({})],
  ])('starts over with a server that answers %s', async (_what, status, headers) => {
    await interrupt();
    answer = (_request, response, start) => {
      if (start === 0) return sendRange(response, 0);
      response.writeHead(status, headers(start)).end('not gzip');
    };
    expect(await read()).toEqual({ isRight: true, loaded: file.length, fromCache: 0 });
    expect(asked.map((range) => range !== undefined)).toEqual([false, true, false]);
  });

  it.each([429, 500, 503])('asks a server that answers %s not at once again, and goes on later', async (status) => {
    await interrupt();
    const kept = pieces();
    answer = (_request, response) => response.writeHead(status).end('busy');
    expect(await read()).toEqual({ code: 'download-failed', loaded: 0, fromCache: 0 });
    expect(asked).toHaveLength(2);
    expect(pieces()).toEqual(kept);
    answer = (_request, response, start) => sendRange(response, start);
    const start = startOf(asked[1]);
    expect(await read()).toEqual({ isRight: true, loaded: file.length, fromCache: start });
  });

  it('starts over when a piece was damaged', async () => {
    await interrupt();
    cache.entries.get(`${key}/0`)![17] ^= 1;
    expect(await read()).toEqual({ isRight: true, loaded: file.length, fromCache: 0 });
    expect(asked.map((range) => range !== undefined)).toEqual([false, true, false]);
    await vi.waitFor(() => expect([...cache.entries.keys()]).toEqual([key]));
  });

  it('starts over when the bytes of a piece are lost', async () => {
    await interrupt();
    cache.lost.add(`${key}/0`);
    expect(await read()).toEqual({ isRight: true, loaded: file.length, fromCache: 0 });
  });

  it('is asked for when the bytes of the kept one are lost, and kept anew', async () => {
    cache.entries.set(key, file);
    cache.lost.add(key);
    expect(await read()).toEqual({ isRight: true, loaded: file.length, fromCache: 0 });
    await vi.waitFor(() => expect([...cache.entries.keys()]).toEqual([key]));
    expect(await read()).toMatchObject({ isRight: true, fromCache: file.length });
    expect(asked).toHaveLength(1);
  });

  it('keeps no pieces of a file that is not the one that was named', async () => {
    const other = file.slice();
    other[3] ^= 1;
    answer = (_request, response, start) => sendRange(response, start, file.length, other);
    expect(await read()).toMatchObject({ code: 'hash-mismatch' });
    expect([...cache.entries.keys()]).toEqual([]);
  });

  it('drops its pieces when more comes than was promised', async () => {
    await interrupt();
    answer = (_request, response, start) => {
      response.writeHead(206, { 'content-range': `bytes ${start}-${file.length}/${file.length + 1}` });
      response.end(Buffer.concat([file.subarray(start), Uint8Array.of(0)]));
    };
    expect(await read()).toMatchObject({ code: 'hash-mismatch', loaded: 0, fromCache: 0 });
    expect([...cache.entries.keys()]).toEqual([]);
  });

  it('comes in spite of a full disk', async () => {
    cache.isFull = true;
    await interrupt();
    expect(pieces()).toEqual([]);
    expect(await read()).toMatchObject({ isRight: true, loaded: file.length, fromCache: 0 });
  });

  it('keeps what had come when it is given up', async () => {
    const controller = new AbortController();
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': file.length });
      response.write(file.subarray(0, 5 * MIB));
    };
    let loaded = 0;
    const reading = new HttpSource(base).read(ref, {
      signal: controller.signal,
      onBytes: (count) => {
        loaded += count;
        if (loaded === 5 * MIB) controller.abort();
      },
    });
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    expect(pieces()).toHaveLength(2);
  });
});

describe('an answer that the browser keeps from before the file was there', () => {
  const small = file.subarray(0, 1000);
  const smallRef = { file: 'fragments/a.json', bytes: 1000, sha256: createHash('sha256').update(small).digest('hex') };
  const html = (length: number) => Buffer.alloc(length, '<p>');
  /** Answers as the kept one does unless it is asked past it. */
  const keptAs = (kept: (response: ServerResponse) => void) => {
    answer = ({ headers }, response) =>
      headers['cache-control'] === 'no-cache' ? response.end(small) : kept(response);
  };
  const readSmall = async () => {
    let loaded = 0;
    const onBytes = (count: number) => {
      loaded += count;
    };
    const bytes = await new HttpSource(base).read(smallRef, { onBytes });
    return { isRight: Buffer.compare(bytes, small) === 0, loaded };
  };

  it.each<[string, (response: ServerResponse) => void]>([
    ['a page of the same length', (response) => response.end(html(1000))],
    ['a shorter page', (response) => response.end(html(999))],
    ['a longer page', (response) => response.end(html(5000))],
    ['404', (response) => response.writeHead(404).end(html(1000))],
  ])('is asked past once, when it is %s', async (_what, kept) => {
    keptAs(kept);
    expect(await readSmall()).toEqual({ isRight: true, loaded: 1000 });
    expect(asked).toHaveLength(2);
  });

  it('is asked past in the middle of a file whose first pieces are here', async () => {
    await interrupt();
    answer = ({ headers }, response) =>
      headers['cache-control'] === 'no-cache' ? sendRange(response, 0) : response.writeHead(404).end();
    expect(await read()).toEqual({ isRight: true, loaded: file.length, fromCache: 0 });
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['hash-mismatch', 2, (response: ServerResponse) => response.end(html(1000))],
    ['download-failed', 2, (response: ServerResponse) => response.writeHead(404).end()],
    ['download-failed', 1, (response: ServerResponse) => response.writeHead(429).end()],
    ['download-failed', 1, (response: ServerResponse) => response.writeHead(503).end()],
    ['download-failed', 1, (response: ServerResponse) => response.destroy()],
  ])('is the last word when the server has no other: %s after %d requests', async (code, count, respond) => {
    answer = (_request, response) => void respond(response);
    await expect(readSmall()).rejects.toMatchObject({ code });
    expect(asked).toHaveLength(count);
  });

  it('is not asked past by who has given up', async () => {
    const giving = new AbortController();
    answer = (_request, response) => {
      giving.abort();
      response.writeHead(404).end();
    };
    const reading = new HttpSource(base).read(smallRef, { signal: giving.signal });
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    expect(asked).toHaveLength(1);
  });
});

it.each([
  [
    404,
    /manifest\.json: expected a file, got status 404\. Is the index folder published, .* the base path of the site\?$/,
  ],
  [503, /manifest\.json: expected a file, got status 503\. Check the connection and try again\.$/],
])('a manifest and a file that are answered with %d say what to look at', async (status, message) => {
  answer = (_request, response) => response.writeHead(status).end();
  await expect(new HttpSource(base).readManifest()).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(message),
  });
  const ofFile = new RegExp(message.source.replace('manifest\\.json', 'models/a\\.onnx'));
  await expect(new HttpSource(base).read(ref)).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(ofFile),
  });
});

it('a file that memory has no room for is refused by name, before it is asked for', async () => {
  const reading = new HttpSource(base).read({ ...ref, bytes: 2 ** 52 });
  await expect(reading).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(/^models\/a\.onnx: expected room for 4503599627370496 bytes, got RangeError/),
  });
  expect(asked).toEqual([]);
});

describe('a manifest that is cut in its body', () => {
  const url = () => `${base}manifest.json`;
  beforeEach(() => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"format"', () => response.destroy());
    };
  });

  it('is read as it was kept', async () => {
    cache.entries.set(url(), new TextEncoder().encode('{"kept":true}'));
    expect(await new HttpSource(base).readManifest()).toBe('{"kept":true}');
  });

  it('may come as slowly as it will, as long as something comes', async () => {
    const pieces = ['{"slow', '":', 'true', '}'];
    answer = (_request, response) => {
      response.writeHead(200);
      const next = () => {
        const piece = pieces.shift();
        if (piece === undefined) return void response.end();
        response.write(piece);
        setTimeout(next, 120);
      };
      next();
    };
    // In all longer than it may be silent.
    expect(await new HttpSource(base, 400).readManifest()).toBe('{"slow":true}');
  });

  it('of a merged index is given up after a time, though something comes again and again', async () => {
    let drip: ReturnType<typeof setInterval> | undefined;
    answer = (_request, response) => {
      response.writeHead(200);
      drip = setInterval(() => response.write(' '), 20);
    };
    try {
      const read = new HttpSource(base, 5000, 300).readManifest();
      await expect(read).rejects.toMatchObject({ code: 'download-failed', message: expect.stringContaining('0.3 s') });
    } finally {
      clearInterval(drip);
    }
  });

  it('is refused when it has no end', async () => {
    const mebibyte = new Uint8Array(MIB).fill(32);
    let sent = 0;
    answer = (_request, response) => {
      response.writeHead(200);
      // Ends at some time, so that a reader without a limit does, too.
      const next = () => (++sent <= 80 ? response.write(mebibyte, next) : response.end());
      next();
    };
    await expect(new HttpSource(base).readManifest()).rejects.toMatchObject({
      code: 'bad-manifest',
      message: expect.stringContaining('64 MiB'),
    });
  });

  it('is read as it was kept when the server is down, not when it has no such index any more', async () => {
    cache.entries.set(url(), new TextEncoder().encode('{"kept":true}'));
    answer = (_request, response) => response.writeHead(503).end('maintenance');
    expect(await new HttpSource(base).readManifest()).toBe('{"kept":true}');
    answer = (_request, response) => response.writeHead(404).end();
    await expect(new HttpSource(base).readManifest()).rejects.toMatchObject({ code: 'download-failed' });
  });

  it('fails as a download where none was kept, and as aborted when it was given up', async () => {
    await expect(new HttpSource(base).readManifest()).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining(`${url()}: expected a file, got`),
    });
    const controller = new AbortController();
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"format"', () => controller.abort());
    };
    await expect(new HttpSource(base).readManifest(controller.signal)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('fails as a download where the bytes of the kept one are lost', async () => {
    cache.entries.set(url(), new TextEncoder().encode('{"kept":true}'));
    cache.lost.add(url());
    await expect(new HttpSource(base).readManifest()).rejects.toMatchObject({ code: 'download-failed' });
  });
});

it('pieces and files that no kept manifest or engine file names are pruned', async () => {
  const other = '1'.repeat(64);
  const of = (hash: string) => `http://page.test/.latelight/${hash}`;
  const urls = [of(sha256), `${of(sha256)}/4194304`, of(other), `${of(other)}/0`];
  for (const url of urls) cache.entries.set(url, Uint8Array.of(1));
  cache.entries.set('http://page.test/library/engine.json', new TextEncoder().encode(JSON.stringify({ sha256 })));
  await new HttpSource(base).prune();
  expect([...cache.entries.keys()]).toEqual([...urls.slice(0, 2), 'http://page.test/library/engine.json']);
});

describe('of two indexes of one origin', () => {
  const other = new TextEncoder().encode('of another index');
  const otherRef = { file: 'b.lls', bytes: other.length, sha256: createHash('sha256').update(other).digest('hex') };
  /** What the manifest of the first names; the second's names nothing of it. */
  let named = '';
  beforeEach(() => {
    named = sha256;
    answer = ({ url }, response, start) => {
      if (url === '/a/manifest.json') response.end(JSON.stringify({ sha256: named }));
      else if (url === '/b/manifest.json') response.end(JSON.stringify({ sha256: otherRef.sha256 }));
      else if (url === '/b/b.lls') response.end(other);
      else sendRange(response, start);
    };
  });

  /** From its opening to the end of the full stage. */
  async function visitSecond(): Promise<void> {
    const source = new HttpSource(`${base}b/`);
    await source.readManifest();
    await source.read(otherRef);
    await source.kept();
    await source.keepManifests();
    await source.prune();
  }

  it('one that is there prunes nothing of another that is still coming', async () => {
    const first = new HttpSource(`${base}a/`);
    await first.readManifest();
    await first.read(ref);
    await first.kept();
    await visitSecond();
    expect(cache.entries.has(key)).toBe(true);
    await first.keepManifests();
    expect([...cache.entries.keys()].sort()).toEqual(
      [
        key,
        `http://page.test/.latelight/${otherRef.sha256}`,
        `${base}a/manifest.json`,
        `${base}b/manifest.json`,
      ].sort(),
    );
  });

  it('a download that was cut short goes on after the other was opened', async () => {
    const sendAll = answer;
    answer = (request, response, start) =>
      request.url === '/a/models/a.onnx' ? sendRange(response, start, 6 * MIB) : sendAll(request, response, start);
    const first = new HttpSource(`${base}a/`);
    await first.readManifest();
    await expect(first.read(ref)).rejects.toMatchObject({ code: 'download-failed' });
    await visitSecond();
    expect(pieces()[0]).toBe(`${key}/0`);
  });

  it('a version that is still coming keeps its files when a tab with an older one is done', async () => {
    const older = new HttpSource(`${base}a/`);
    named = '1'.repeat(64);
    await older.readManifest();
    named = sha256;
    const newer = new HttpSource(`${base}a/`);
    await newer.readManifest();
    await newer.read(ref);
    await newer.kept();
    await older.keepManifests();
    await older.prune();
    expect(cache.entries.has(key)).toBe(true);
  });

  it('an older version is what is there offline until a newer one has come', async () => {
    const old = JSON.stringify({ sha256: '1'.repeat(64) });
    cache.entries.set(`${base}a/manifest.json`, new TextEncoder().encode(old));
    const source = new HttpSource(`${base}a/`);
    await source.readManifest();
    await source.read(ref);
    await source.kept();
    answer = (_request, response) => response.destroy();
    expect(await new HttpSource(`${base}a/`).readManifest()).toBe(old);
    await source.keepManifests();
    expect(await new HttpSource(`${base}a/`).readManifest()).toBe(JSON.stringify({ sha256 }));
  });
});

it('nothing is pruned while a kept manifest cannot be read: what it names is not known', async () => {
  const manifest = 'http://page.test/library/manifest.json';
  cache.entries.set(key, Uint8Array.of(1)).set(manifest, new TextEncoder().encode(JSON.stringify({ sha256 })));
  cache.lost.add(manifest);
  await new HttpSource(base).prune();
  expect([...cache.entries.keys()]).toEqual([key, manifest]);
});

describe('a file in parts', () => {
  const PART = 5 * MIB;
  const inParts: FileRef = { ...ref, partBytes: PART };
  /** Addresses and ranges that were asked for. */
  let requests: string[] = [];
  /** Sends a part; with `until`, up to there, and then cuts the connection. */
  const sendPart = ({ url, headers }: IncomingMessage, response: ServerResponse, from: number, until?: number) => {
    requests.push([url, headers.range].filter(Boolean).join(' '));
    const number = Number(/^\/models\/a\.(\d)\.onnx$/.exec(url ?? '')?.[1]);
    const part = file.subarray((number - 1) * PART, number * PART);
    const range = { 'content-range': `bytes ${from}-${part.length - 1}/${part.length}` };
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': part.length - from, ...(from > 0 && range) });
    if (until === undefined) response.end(part.subarray(from));
    else response.write(part.subarray(from, until), () => response.destroy());
  };
  beforeEach(() => {
    requests = [];
    answer = sendPart;
  });

  it('is put together, checked and kept as one', async () => {
    expect(await read(inParts)).toEqual({ isRight: true, loaded: file.length, fromCache: 0 });
    expect(requests).toEqual(['/models/a.1.onnx', '/models/a.2.onnx', '/models/a.3.onnx']);
    await vi.waitFor(() => expect([...cache.entries.keys()]).toEqual([key]));
    expect(await read(inParts)).toMatchObject({ isRight: true, fromCache: file.length });
  });

  it('goes on inside the part where it was cut', async () => {
    answer = (request, response, from) =>
      sendPart(request, response, from, request.url!.endsWith('2.onnx') ? 4.5 * MIB : undefined);
    expect(await read(inParts)).toEqual({ code: 'download-failed', loaded: 0, fromCache: 0 });
    answer = sendPart;
    requests = [];
    const result = await read(inParts);
    const [first, ...others] = requests;
    const skipped = Number(/^\/models\/a\.2\.onnx bytes=(\d+)-$/.exec(first)?.[1]);
    expect(skipped).toBeGreaterThan(3 * MIB);
    expect(others).toEqual(['/models/a.3.onnx']);
    expect(result).toEqual({ isRight: true, loaded: file.length, fromCache: PART + skipped });
  });

  it('has that part anew, and no other, where the server has no ranges', async () => {
    const whole = (request: IncomingMessage, response: ServerResponse) => sendPart(request, response, 0);
    const cutIn = (name: string, until: number) => (request: IncomingMessage, response: ServerResponse) =>
      sendPart(request, response, 0, request.url!.endsWith(name) ? until : undefined);
    answer = cutIn('2.onnx', 4.5 * MIB);
    await read(inParts);
    answer = cutIn('3.onnx', 0.5 * MIB);
    await read(inParts);
    answer = whole;
    requests = [];
    expect(await read(inParts)).toEqual({ isRight: true, loaded: file.length, fromCache: 2 * PART });
    expect(requests.map((request) => request.split(' ')[0])).toEqual(['/models/a.3.onnx']);
    await vi.waitFor(() => expect([...cache.entries.keys()]).toEqual([key]));
  });

  it('is refused when a part is longer than it says, or shorter', async () => {
    answer = (_request, response) => void response.end(file.subarray(0, PART + 1));
    expect(await read(inParts)).toMatchObject({ code: 'hash-mismatch' });
    answer = (_request, response) => void response.end(file.subarray(0, PART - 1));
    expect(await read(inParts)).toMatchObject({ code: 'hash-mismatch' });
  });
});

it('can be cancelled in a browser without AbortSignal.any, also before it begins', async () => {
  const { any } = AbortSignal;
  Reflect.deleteProperty(AbortSignal, 'any');
  try {
    expect(await read()).toMatchObject({ isRight: true });
    const cancelling = new AbortController();
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': file.length });
      response.write(file.subarray(0, MIB), () => cancelling.abort());
    };
    const { signal } = cancelling;
    const other = { ...ref, sha256: sha256.replace(/^./, 'x') };
    await expect(new HttpSource(base).read(other, { signal })).rejects.toMatchObject({ code: 'aborted' });
    asked = [];
    await expect(new HttpSource(base).read(other, { signal })).rejects.toMatchObject({ code: 'aborted' });
    expect(asked).toEqual([]);
  } finally {
    AbortSignal.any = any;
  }
});

it('says in one sentence what a browser said in one', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('NetworkError when attempting to fetch resource.');
  });
  try {
    const url = `${base}${ref.file}`;
    await expect(new HttpSource(base).read(ref)).rejects.toMatchObject({
      message: `${url}: expected a file, got TypeError: NetworkError when attempting to fetch resource. Check the connection and try again.`,
    });
    await expect(new HttpSource(base).readManifest()).rejects.toThrow('fetch resource. Check');
  } finally {
    vi.stubGlobal('fetch', fetchOfNode);
  }
});
