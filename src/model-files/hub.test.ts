// The Hub is played by a real HTTP server on this machine that speaks its paths, headers and redirects.

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openModelFolder } from '../encoder/model-folder.ts';
import { denseFiles, pylateFolder, tinyGraph } from '../encoder/tiny-model.fixture.ts';
import { resolveModel } from './hub.ts';
import type { StartProgress } from './progress.ts';

const COMMIT = 'a'.repeat(39);
const first = `${COMMIT}1`;
const second = `${COMMIT}2`;

/** Repository files by path; `.onnx` ones are large files, kept elsewhere. */
type Repository = Record<string, Uint8Array>;

let server: Server;
let endpoint = '';
let cache = '';
let revisions: Record<string, string> = {};
let commits: Record<string, Repository> = {};
/** `METHOD path` of what was asked, with `Range` and whether a token came along. */
let asked: string[] = [];
/** Bytes after which the answer to a large file breaks off, once. */
let breakOffAfter = 0;
/** Answers to large files wait until so many were asked for. */
let together = 0;
let waiting: (() => void)[] = [];
/** Changes the bytes of a large file on their way. */
let damage = false;
/** What is said of large files instead of what they are. */
let announced: Record<string, string> = {};
let messages: string[] = [];

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'latelight-hub-'));
  const files = {
    ...pylateFolder(),
    'README.md': '# not needed',
    'model_int8.onnx': tinyGraph(),
    'model.safetensors': 'x',
  };
  commits = { [first]: bytesOf(files) };
  revisions = { main: first, 'v1.0/rc': first };
  asked = [];
  messages = [];
  breakOffAfter = 0;
  together = 0;
  waiting = [];
  damage = false;
  announced = {};
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await close();
  await rm(cache, { recursive: true, force: true });
});

async function close(): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function bytesOf(files: Record<string, unknown>): Repository {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => {
      if (content instanceof Uint8Array) return [path, content];
      return [path, new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content))];
    }),
  );
}

const large = (path: string) => path.endsWith('.onnx');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const gitSha1 = (bytes: Uint8Array) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Sends this much of the body and hangs up. */
  breakOffAfter?: number;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = decodeURIComponent(request.url ?? '');
  const notes = [request.headers.range, request.headers.authorization && 'token'].filter(Boolean).join(' ');
  asked.push(`${request.method} ${path}${notes ? ` (${notes})` : ''}`);
  if (path.startsWith('/storage/') && waiting.length < together) {
    if (waiting.push(() => reply(request, response, path)) === together) for (const go of waiting) go();
  } else reply(request, response, path);
}

function reply(request: IncomingMessage, response: ServerResponse, path: string): void {
  const { status, headers, body, breakOffAfter: cut } = replyTo(request.method === 'HEAD', path, request.headers.range);
  response.writeHead(status, headers);
  if (cut && body) {
    response.write(body.slice(0, cut));
    // Not before what was sent is on the other side's disk: what arrives after a broken connection is nobody's.
    void vi.waitFor(async () => expect(await partBytes()).toBe(cut)).then(() => response.destroy());
  } else response.end(body);
}

async function partBytes(): Promise<number> {
  const folder = join(cache, 'models/someone/tiny@aaaaaaaaaaaa');
  const part = (await readdir(folder)).find((name) => name.endsWith('.part'));
  return part ? (await readFile(join(folder, part))).length : 0;
}

function replyTo(head: boolean, path: string, range = ''): Reply {
  const info = /^\/api\/models\/someone\/tiny\/revision\/(.+)$/.exec(path);
  if (info) {
    const sha = revisions[info[1]] ?? (commits[info[1]] && info[1]);
    if (!sha) return { status: 404 };
    const siblings = Object.keys(commits[sha]).map((rfilename) => ({ rfilename }));
    return { status: 200, body: JSON.stringify({ sha, siblings }) };
  }
  const renamed = /^\/someone\/old-name\/(.+)$/.exec(path);
  if (renamed) return { status: 307, headers: { location: `/someone/tiny/${renamed[1]}` } };
  const stored = /^\/storage\/([0-9a-f]{40})\/(.+)$/.exec(path);
  const [, sha, file] = stored ?? /^\/someone\/tiny\/resolve\/([0-9a-f]{40})\/(.+)$/.exec(path) ?? [];
  const bytes = commits[sha]?.[file];
  if (!bytes) return { status: 404 };
  if (!stored && large(file)) {
    const linked = { 'x-linked-etag': `"${sha256(bytes)}"`, 'x-linked-size': `${bytes.length}`, ...announced };
    return { status: 302, headers: { ...linked, etag: '"x"', location: `${endpoint}/storage/${sha}/${file}` } };
  }
  const etag = `"${gitSha1(bytes)}"`;
  if (head) return { status: 200, headers: { etag, 'content-length': `${bytes.length}` } };
  const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
  if (from >= bytes.length) return { status: 416 };
  const body = Buffer.from(bytes.subarray(from));
  if (damage && large(file)) body[body.length - 1] ^= 1;
  const cut = large(file) ? breakOffAfter : 0;
  if (cut) breakOffAfter = 0;
  const headers = { etag, 'content-length': `${body.length}` };
  return { status: from > 0 ? 206 : 200, headers, body, breakOffAfter: cut };
}

const resolve = (spec: string, env: NodeJS.ProcessEnv = {}, signal = new AbortController().signal) =>
  resolveModel(
    spec,
    { onMessage: (line) => messages.push(line), signal },
    { HF_ENDPOINT: endpoint, LATELIGHT_CACHE: cache, ...env },
  );

async function cached(): Promise<string[]> {
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

describe('a model of the Hub', () => {
  it('is downloaded once, only what is opened of it, and opens', async () => {
    const folder = await resolve('someone/tiny');
    expect(folder).toBe(join(cache, 'models/someone/tiny@aaaaaaaaaaaa'));
    expect((await readdir(folder)).sort()).toEqual([
      'config_sentence_transformers.json',
      'model.onnx',
      'model_int8.onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect((await openModelFolder(folder)).name).toBe('tiny@aaaaaaaaaaaa');
    asked = [];
    expect(await resolve('someone/tiny')).toBe(folder);
    expect(asked).toEqual(['GET /api/models/someone/tiny/revision/main']);
  });

  it('brings its Dense layers along', async () => {
    const files = denseFiles([{ inputDim: 16, outputDim: 8 }]);
    commits[first] = bytesOf({ ...pylateFolder({ output: 'last_hidden_state' }), ...files });
    expect(await openModelFolder(await resolve('someone/tiny'))).toMatchObject({ dim: 8, dense: [{ outputDim: 8 }] });
  });

  it('tells how far a large file is, in lines or as it is asked to', async () => {
    commits[first]['1_Dense/model.safetensors'] = new Uint8Array(5e6);
    const [folder, elsewhere] = [await resolve('someone/tiny'), await mkdtemp(join(cache, 'other-'))];
    expect(messages.at(-1)).toMatch(/^download model\.safetensors: 5\/5 MB, [\d.]+\/s$/);
    expect(await readdir(join(folder, '1_Dense'))).toEqual(['model.safetensors']);
    messages = [];
    const shown: unknown[] = [];
    const startProgress: StartProgress = (...work) => {
      shown.push(work);
      return { update: (done) => shown.push(done), stop: () => shown.push('stopped') };
    };
    const { signal } = new AbortController();
    const asked = { onMessage: (line: string) => messages.push(line), startProgress, signal };
    await resolveModel('someone/tiny', asked, { HF_ENDPOINT: endpoint, LATELIGHT_CACHE: elsewhere });
    expect(messages).toEqual([]);
    expect(shown[0]).toEqual(['download model.safetensors', 5, 'MB']);
    expect(shown.slice(-2)).toEqual([5, 'stopped']);
  });

  it('is taken at a revision, and a commit is never asked for twice', async () => {
    commits = { [first]: commits[first], [second.replaceAll('a', 'b')]: commits[first] };
    const other = second.replaceAll('a', 'b');
    revisions.next = other;
    expect(await resolve('someone/tiny@v1.0/rc')).toContain('tiny@aaaaaaaaaaaa');
    expect(await resolve('someone/tiny@next')).toContain('tiny@bbbbbbbbbbbb');
    await resolve(`someone/tiny@${other}`);
    asked = [];
    await resolve(`someone/tiny@${other}`);
    expect(asked).toEqual([]);
  });

  it('goes on where a broken download stopped', async () => {
    const bytes = commits[first]['model.onnx'];
    breakOffAfter = 100;
    await expect(resolve('someone/tiny')).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringMatching(/broke off after \d+ of \d+ bytes/),
    });
    expect((await cached()).filter((name) => name.endsWith('.onnx'))).toEqual([]);
    const folder = join(cache, 'models/someone/tiny@aaaaaaaaaaaa');
    asked = [];
    await resolve('someone/tiny');
    expect(asked).toContainEqual(expect.stringMatching(/^GET \/storage\/.*\.onnx \(bytes=100-\)$/));
    expect(new Uint8Array(await readFile(join(folder, 'model.onnx')))).toEqual(bytes);
    expect((await cached()).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is whole when two runs download it at once: one goes on with what was left, the other begins anew', async () => {
    const { hubFile } = await import('./hub-download.ts');
    const path = `someone/tiny/resolve/${first}/model.onnx`;
    const target = join(cache, 'models/someone/tiny@aaaaaaaaaaaa/model.onnx');
    const download = () => hubFile({ endpoint, signal: new AbortController().signal }, path, target);
    breakOffAfter = 100;
    await expect(download()).rejects.toMatchObject({ code: 'download-failed' });
    asked = [];
    together = 2;
    await Promise.all([download(), download()]);
    const storage = `GET /storage/${first}/model.onnx`;
    expect(asked.filter((line) => line.startsWith(storage)).sort()).toEqual([storage, `${storage} (bytes=100-)`]);
    expect(new Uint8Array(await readFile(target))).toEqual(commits[first]['model.onnx']);
    expect(await cached()).toEqual(['model.onnx']);
  });

  it('goes on with what a killed run left, and leaves alone what another writes', async () => {
    const { hubFile } = await import('./hub-download.ts');
    const bytes = commits[first]['model.onnx'];
    const target = join(cache, 'model.onnx');
    const start = `${target}.${sha256(new TextEncoder().encode(sha256(bytes))).slice(0, 16)}`;
    const living = `${start}.${process.ppid}.0a1b2c3d.part`;
    await writeFile(living, bytes.subarray(0, 300));
    const aMinuteAgo = Date.now() / 1000 - 60;
    for (const length of [200, 100]) {
      // A number that is more than any system gives.
      const left = `${start}.${2 ** 30 + length}.0a1b2c3d.part`;
      await writeFile(left, bytes.subarray(0, length));
      await utimes(left, aMinuteAgo, aMinuteAgo);
    }
    await hubFile(
      { endpoint, signal: new AbortController().signal },
      `someone/tiny/resolve/${first}/model.onnx`,
      target,
    );
    expect(asked).toContain(`GET /storage/${first}/model.onnx (bytes=200-)`);
    expect(new Uint8Array(await readFile(target))).toEqual(bytes);
    expect((await readdir(cache)).sort()).toEqual(['model.onnx', basename(living)]);
    expect(await readFile(living)).toHaveLength(300);
  });

  it('leaves alone what has grown just now, though no process here has its number: another container may write it', async () => {
    const { hubFile } = await import('./hub-download.ts');
    const bytes = commits[first]['model.onnx'];
    const target = join(cache, 'model.onnx');
    const start = `${target}.${sha256(new TextEncoder().encode(sha256(bytes))).slice(0, 16)}`;
    const growing = `${start}.${2 ** 30 + 1}.0a1b2c3d.part`;
    await writeFile(growing, bytes.subarray(0, 300));
    const request = { endpoint, signal: new AbortController().signal };
    await hubFile(request, `someone/tiny/resolve/${first}/model.onnx`, target);
    expect(asked).toContain(`GET /storage/${first}/model.onnx`);
    expect((await readdir(cache)).sort()).toEqual(['model.onnx', basename(growing)]);
    expect(await readFile(growing)).toHaveLength(300);
  });

  it('goes on with what has not grown for long, though its number is that of another program by now', async () => {
    const { hubFile } = await import('./hub-download.ts');
    const bytes = commits[first]['model.onnx'];
    const target = join(cache, 'model.onnx');
    const start = `${target}.${sha256(new TextEncoder().encode(sha256(bytes))).slice(0, 16)}`;
    const left = `${start}.${process.ppid}.0a1b2c3d.part`;
    await writeFile(left, bytes.subarray(0, 300));
    const anHourAgo = Date.now() / 1000 - 3600;
    await utimes(left, anHourAgo, anHourAgo);
    const request = { endpoint, signal: new AbortController().signal };
    await hubFile(request, `someone/tiny/resolve/${first}/model.onnx`, target);
    expect(asked).toContain(`GET /storage/${first}/model.onnx (bytes=300-)`);
    expect(await readdir(cache)).toEqual(['model.onnx']);
  });

  it('is refused when bytes differ from the hash that was announced, and nothing of it stays', async () => {
    damage = true;
    await expect(resolve('someone/tiny')).rejects.toMatchObject({ code: 'hash-mismatch' });
    expect((await cached()).filter((name) => /onnx/.test(name))).toEqual([]);
    damage = false;
    await resolve('someone/tiny');
  });

  it('is refused when it is shorter or longer than was announced, where the hash is of no kind that can be computed', async () => {
    for (const size of [commits[first]['model.onnx'].length + 1, 1]) {
      announced = { 'x-linked-etag': '"of-another-kind"', 'x-linked-size': `${size}` };
      await expect(resolve('someone/tiny')).rejects.toMatchObject({ code: 'hash-mismatch' });
      expect((await cached()).filter((name) => /onnx/.test(name))).toEqual([]);
    }
    announced = { 'x-linked-etag': '"of-another-kind"' };
    await resolve('someone/tiny');
  });

  it('is refused when its commit is none: it becomes the name of a folder', async () => {
    for (const sha of ['../../../elsewhere', 'main', `${first}/..`, first.toUpperCase()]) {
      commits[sha] = commits[first];
      revisions.main = sha;
      await expect(resolve('someone/tiny'), sha).rejects.toMatchObject({
        code: 'download-failed',
        message: expect.stringContaining('with no commit and files'),
      });
    }
    expect(await cached()).toEqual([]);
  });

  it('follows a repository to its new name', async () => {
    const { hubFile } = await import('./hub-download.ts');
    const target = join(cache, 'tokenizer.json');
    const request = { endpoint, signal: new AbortController().signal };
    await hubFile(request, `someone/old-name/resolve/${first}/tokenizer.json`, target);
    expect(new Uint8Array(await readFile(target))).toEqual(commits[first]['tokenizer.json']);
  });

  it('sends a token to the Hub and not to where it redirects', async () => {
    // The same server under another origin: localhost and 127.0.0.1.
    await resolve('someone/tiny', { HF_TOKEN: 'secret', HF_ENDPOINT: endpoint.replace('127.0.0.1', 'localhost') });
    expect(asked.filter((line) => line.includes('/resolve/')).every((line) => line.includes('(token)'))).toBe(true);
    expect(asked.filter((line) => line.includes('/storage/')).some((line) => line.includes('token'))).toBe(false);
  });

  it('is used from the cache without a network, with a word about it', async () => {
    const folder = await resolve('someone/tiny');
    expect(await resolve('someone/tiny', { HF_HUB_OFFLINE: '1' })).toBe(folder);
    await close();
    expect(await resolve('someone/tiny')).toBe(folder);
    expect(messages).toEqual([
      expect.stringMatching(/^model: could not reach .*; using what was downloaded before, commit aaaaaaaaaaaa$/),
    ]);
  });

  it('comes with its query encoder, of which the files that pages use', async () => {
    commits[first] = bytesOf({
      ...pylateFolder(),
      'query/model_int8.onnx': tinyGraph({ seed: 2 }),
      'query/model_q8.onnx': tinyGraph({ seed: 3 }),
      'query/model.onnx': tinyGraph({ seed: 4 }),
    });
    const { query } = await openModelFolder(await resolve('someone/tiny'));
    expect(Object.keys(query!.weights).sort()).toEqual(['int8', 'q8']);
  });

  it('that was never downloaded fails without a network, and the message says to give a folder', async () => {
    await close();
    await expect(resolve('someone/tiny')).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringMatching(/someone\/tiny: could not reach .*ECONNREFUSED.*--model \.\/folder/),
    });
    await expect(resolve('someone/tiny', { HF_HUB_OFFLINE: 'true' })).rejects.toMatchObject({
      code: 'download-failed',
    });
  });

  it('is refused by name of what is wrong: no such model, no ONNX file, no such folder', async () => {
    await expect(resolve('someone/tiny@nowhere')).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('answered 404'),
    });
    commits[first] = bytesOf({ 'config.json': {}, 'model.safetensors': 'x' });
    await expect(resolve('someone/tiny')).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('training/export_onnx.py'),
    });
    for (const spec of ['./missing', 'a/b/c', 'name', '../up/..']) {
      await expect(resolve(spec)).rejects.toMatchObject({ code: 'bad-model' });
    }
  });

  it('can be interrupted', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(resolve('someone/tiny', {}, controller.signal)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('is asked for again when the list of what was downloaded is damaged', async () => {
    await resolve('someone/tiny');
    await writeFile(join(cache, 'models/someone/tiny.json'), '{');
    asked = [];
    await resolve('someone/tiny');
    expect(asked).toHaveLength(1);
  });
});

it('takes a folder as it is', async () => {
  expect(await resolve(cache)).toBe(cache);
  expect(asked).toEqual([]);
});
