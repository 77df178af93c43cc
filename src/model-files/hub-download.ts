// One file of the Hugging Face Hub, whole or not at all: resumed where an earlier run stopped, checked against the size and the hash
// that the Hub announces, then renamed to its place. (@huggingface/hub was looked at: docs/decisions/0007.)

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { LatelightError, throwIfAborted } from '../errors.ts';
import { release, reserveBeside, temporaryPaths } from '../indexing/temporary-paths.ts';
import type { Progress, StartProgress } from './progress.ts';

export interface HubRequest {
  endpoint: string;
  /** Sent to the endpoint alone, never where it redirects to. */
  token?: string;
  signal: AbortSignal;
}

/** What the Hub says of a file before it is downloaded. */
interface Announced {
  /** Where the bytes are: the Hub itself, or its storage. */
  url: string;
  size: number;
  /** SHA-256 of a large file, git's SHA-1 of a small one, or something else that only names a version. */
  etag: string;
}

/** Large files have their bytes elsewhere, renamed repositories their names. */
const MOST_REDIRECTS = 5;
const PROGRESS_FROM_BYTES = 5e6;
/** A part that grew since then is somebody's: in a container the process numbers of others say nothing, and theirs seem to have ended. */
const GROWING_MS = 30_000;
/** After so long without a byte a part is nobody's, though a process has its number. */
const SILENT_MS = 10 * 60_000;

/** @throws LatelightError `download-failed` with what the server said, or that it could not be reached */
export async function hubFetch(request: HubRequest, path: string): Promise<Response> {
  return checked(await ask(request, `${request.endpoint}/${path}`, { redirect: 'follow' }));
}

/**
 * Downloads `path` of the endpoint to `target`, unless it is there.
 * @param startProgress shows how far a large file is
 * @throws LatelightError `download-failed`, `hash-mismatch`
 */
export async function hubFile(
  request: HubRequest,
  path: string,
  target: string,
  startProgress?: StartProgress,
): Promise<void> {
  if (existsSync(target)) return;
  await mkdir(dirname(target), { recursive: true });
  const announced = await announce(request, `${request.endpoint}/${path}`);
  // Named for its content: what is resumed is always the same file.
  const start = `${target}.${createHash('sha256').update(announced.etag).digest('hex').slice(0, 16)}`;
  // And for who writes it, so that no other run does.
  const own = reserveBeside(start);
  const part = `${own}.part`;
  try {
    await takeAbandoned(start, part);
    await receive(request, announced, part, (total) => startProgress?.(`download ${basename(target)}`, total, 'MB'));
    await putInPlace(announced, part, target, path);
  } catch (error) {
    // Given up: whoever comes next need not wait to see whether it grows.
    await utimes(part, 0, 0).catch(() => undefined);
    throw error;
  } finally {
    release(own);
  }
}

/** The largest part that a run left which broke off or was killed becomes `part`; only one run can rename it. Others go. */
async function takeAbandoned(start: string, part: string): Promise<void> {
  const abandoned: { path: string; size: number }[] = [];
  for (const { path, isOwned } of temporaryPaths(start, '.part')) {
    const found = await stat(path).catch(() => undefined);
    // A download that runs writes all the time.
    if (found && Date.now() - found.mtimeMs >= (isOwned ? SILENT_MS : GROWING_MS)) {
      abandoned.push({ path, size: found.size });
    }
  }
  let isTaken = false;
  for (const { path } of abandoned.sort((a, b) => b.size - a.size)) {
    if (isTaken) await rm(path, { force: true });
    else isTaken = await take(path, part).then(() => true, isGone);
  }
}

/** With the time of now, so that nobody takes it again before it grows. */
async function take(path: string, part: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now);
  await rename(path, part);
}

/** Another run was faster. */
function isGone(error: NodeJS.ErrnoException): false {
  if (error.code === 'ENOENT') return false;
  throw error;
}

async function putInPlace(announced: Announced, part: string, target: string, path: string): Promise<void> {
  const { size } = await stat(part);
  const expected = announced.etag.toLowerCase();
  const actual = await contentHash(part, size, expected);
  if ((announced.size >= 0 && size !== announced.size) || (actual !== undefined && actual !== expected)) {
    await rm(part);
    throw new LatelightError(
      'hash-mismatch',
      `model: expected ${path} to be ${announced.size} bytes with the hash ${announced.etag}, got ${size} bytes with ${actual}. ` +
        'What came was deleted; try again.',
    );
  }
  // Another run's is the same: its hash was checked.
  if (existsSync(target)) await rm(part);
  else await rename(part, target);
}

async function announce(request: HubRequest, first: string): Promise<Announced> {
  let url = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await ask(request, url, { method: 'HEAD', redirect: 'manual' });
    const location = response.headers.get('location');
    const etag = response.headers.get('x-linked-etag') ?? response.headers.get('etag');
    const size = response.headers.get('x-linked-size') ?? (location ? null : response.headers.get('content-length'));
    if (location && !response.headers.has('x-linked-etag')) {
      // A repository that was renamed: the same question at its new address.
      url = new URL(location, url).href;
      continue;
    }
    if (!location) checked(response);
    if (!etag) throw new LatelightError('download-failed', `model: expected an ETag from ${url}, got none`);
    return {
      url: location ? new URL(location, url).href : url,
      size: size === null ? -1 : Number(size),
      etag: etag.replace(/^W\//, '').replaceAll('"', ''),
    };
  }
  throw new LatelightError('download-failed', `model: ${first} redirects more than ${MOST_REDIRECTS} times`);
}

/** Appends what is missing to `part`. */
async function receive(
  request: HubRequest,
  from: Announced,
  part: string,
  start: (megabytes: number) => Progress | undefined,
): Promise<void> {
  const have = existsSync(part) ? (await stat(part)).size : 0;
  if (have > 0 && have === from.size) return;
  const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
  const response = await ask(request, from.url, { headers });
  if (response.status === 416) {
    await rm(part);
    return receive(request, from, part, start);
  }
  const body = checked(response).body;
  if (!body) throw new LatelightError('download-failed', `model: expected bytes from ${from.url}, got none`);
  const resumed = response.status === 206;
  let done = resumed ? have : 0;
  const progress = from.size >= PROGRESS_FROM_BYTES ? start(Math.ceil(from.size / 1e6)) : undefined;
  const source = Readable.fromWeb(body as ReadableStream);
  const sink = createWriteStream(part, { flags: resumed ? 'a' : 'w' });
  const closed = new Promise<void>((resolve) => sink.once('close', () => resolve()));
  try {
    source.on('data', (chunk: Uint8Array) => {
      done += chunk.length;
      progress?.update(Math.floor(done / 1e6));
    });
    await pipeline(source, sink, { signal: request.signal });
  } catch (cause) {
    throwIfAborted(request.signal, 'model');
    throw new LatelightError(
      'download-failed',
      `model: ${from.url} broke off after ${done} of ${from.size} bytes: ${reason(cause)}. What came is kept; the next run goes on from there`,
      { cause },
    );
  } finally {
    progress?.stop();
    await closed;
  }
}

async function ask(request: HubRequest, url: string, init: RequestInit): Promise<Response> {
  const own = new URL(url).origin === new URL(request.endpoint).origin;
  const authorization: Record<string, string> =
    own && request.token ? { authorization: `Bearer ${request.token}` } : {};
  try {
    return await fetch(url, {
      ...init,
      // Sizes and ranges are those of the file, not of a compressed answer.
      headers: { 'accept-encoding': 'identity', ...authorization, ...init.headers },
      signal: request.signal,
    });
  } catch (cause) {
    throwIfAborted(request.signal, 'model');
    throw new LatelightError('download-failed', `could not reach ${new URL(url).origin} (${reason(cause)})`, { cause });
  }
}

function checked(response: Response): Response {
  if (response.ok) return response;
  const denied = response.status === 401 || response.status === 403;
  const why = denied ? ', which may mean a private or gated model (set HF_TOKEN), or none of that name' : '';
  throw new LatelightError('download-failed', `${response.url} answered ${response.status}${why}`);
}

/** The hash of a file of the kind that `expected` is; undefined where it is of no kind that can be computed. */
async function contentHash(path: string, size: number, expected: string): Promise<string | undefined> {
  const hash = /^[0-9a-f]{64}$/.test(expected)
    ? createHash('sha256')
    : /^[0-9a-f]{40}$/.test(expected)
      ? createHash('sha1').update(`blob ${size}\0`)
      : undefined;
  if (!hash) return undefined;
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Node's fetch says "fetch failed" and keeps the reason in `cause`. */
function reason(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
