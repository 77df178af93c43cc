// An index over HTTP, every file kept in the Cache API under its content hash and found there offline.

import { abortError, LatelightError, throwIfAborted } from '../errors.ts';
import type { FileRef } from '../format/manifest.ts';
import { type ByteSource, checkBytes, type ReadOptions } from '../format/source.ts';

const CACHE_NAME = 'latelight-1';
/** Cache keys are addresses that no server has; the origin's own, as the Cache API wants. */
const keyOf = (sha256: string) => new URL(`/.latelight/${sha256}`, location.origin).href;

export class HttpSource implements ByteSource {
  /** Address of the index folder, with a trailing slash. */
  readonly base: URL;
  /** Address -> text of the manifests in use. */
  private readonly manifests = new Map<string, string>();

  /** Milliseconds without a byte after which a request is given up; nothing: never. */
  private readonly patienceMs: number | undefined;

  constructor(url: string, patienceMs?: number) {
    this.base = new URL(url.endsWith('/') ? url : `${url}/`);
    this.patienceMs = patienceMs;
  }

  async readManifest(signal?: AbortSignal, file = 'manifest.json'): Promise<string> {
    const url = new URL(file, this.base).href;
    const patience = new Patience(this.patienceMs, signal);
    let response: Response;
    try {
      response = await fetch(url, { signal: patience.signal, cache: 'no-cache' });
    } catch (cause) {
      patience.end();
      throwIfAborted(signal, 'open');
      const kept = await (await openCache())?.match(url);
      if (kept) return kept.text();
      throw downloadFailed(url, String(cause), cause);
    }
    if (!response.ok) throw downloadFailed(url, `status ${response.status}`);
    const text = await response.text().finally(() => patience.end());
    this.manifests.set(url, text);
    return text;
  }

  async read(ref: FileRef, options: ReadOptions = {}): Promise<Uint8Array> {
    const cache = await openCache();
    const kept = await cache?.match(keyOf(ref.sha256));
    if (kept) {
      const bytes = new Uint8Array(await kept.arrayBuffer());
      throwIfAborted(options.signal, 'open');
      options.onBytes?.(bytes.length, true);
      try {
        return await checkBytes(ref, bytes);
      } catch {
        // A damaged cache entry is replaced by a download.
        options.onBytes?.(-bytes.length, true);
        await cache?.delete(keyOf(ref.sha256));
      }
    }
    const bytes = await checkBytes(ref, await this.download(ref, options));
    // Nobody waits for the disk, and a full one costs the next visit a download, not this one its results.
    void cache?.put(keyOf(ref.sha256), new Response(bytes as BodyInit)).catch(() => undefined);
    return bytes;
  }

  /** Fetches files that are not in the cache yet; stops quietly at the first failure, since nobody waits for it. */
  async keep(refs: FileRef[]): Promise<void> {
    const cache = await openCache();
    if (!cache) return;
    const kept = new Set((await cache.keys()).map((request) => request.url));
    for (const ref of refs) {
      if (kept.has(keyOf(ref.sha256))) continue;
      try {
        await this.read(ref);
      } catch {
        return;
      }
    }
  }

  /**
   * Keeps the manifests for offline visits. Once nobody waits: while the cache is written nothing is read from it, and the first
   * results would be late by as much.
   */
  async keepManifests(): Promise<void> {
    const cache = await openCache();
    for (const [url, text] of this.manifests) await cache?.put(url, new Response(text)).catch(() => undefined);
  }

  /** Drops cached files that no kept manifest names any more. */
  async prune(): Promise<void> {
    const cache = await openCache();
    if (!cache) return;
    const requests = await cache.keys();
    const manifests = requests.filter((request) => /\/manifest(\.[\w-]+)?\.json$/.test(request.url));
    const texts = await Promise.all(manifests.map(async (request) => (await cache.match(request))?.text() ?? ''));
    const named = new Set([...this.manifests.values(), ...texts].flatMap((text) => text.match(/[0-9a-f]{64}/g) ?? []));
    for (const request of requests) {
      const hash = /\/\.latelight\/([0-9a-f]{64})$/.exec(request.url)?.[1];
      if (hash && !named.has(hash)) await cache.delete(request);
    }
  }

  /** Streams a file into memory, no further than the size that the manifest names. */
  private async download(ref: FileRef, { signal, onBytes }: ReadOptions): Promise<Uint8Array> {
    const url = new URL(ref.file, this.base).href;
    const patience = new Patience(this.patienceMs, signal);
    let received = 0;
    try {
      const response = await fetch(url, { signal: patience.signal });
      if (!response.ok || !response.body) throw downloadFailed(url, `status ${response.status}`);
      const bytes = new Uint8Array(ref.bytes);
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return bytes.subarray(0, received);
        if (received + value.length > ref.bytes) {
          await reader.cancel();
          throw new LatelightError(
            'hash-mismatch',
            `${ref.file}: expected ${ref.bytes} bytes, got more. Publish the index again.`,
          );
        }
        bytes.set(value, received);
        received += value.length;
        patience.renew();
        onBytes?.(value.length, false);
      }
    } catch (error) {
      onBytes?.(-received, false);
      if (signal?.aborted) throw abortError('open');
      if (error instanceof LatelightError) throw error;
      throw downloadFailed(url, String(error), error);
    } finally {
      patience.end();
    }
  }
}

/** A signal that fires with another one, or when nothing was heard for some time. */
class Patience {
  readonly signal: AbortSignal | undefined;
  private readonly controller = new AbortController();
  private readonly ms: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number | undefined, signal: AbortSignal | undefined) {
    this.ms = ms;
    this.signal = ms === undefined ? signal : AbortSignal.any([this.controller.signal, ...(signal ? [signal] : [])]);
    this.renew();
  }

  renew(): void {
    if (this.ms === undefined) return;
    clearTimeout(this.timer);
    const { ms } = this;
    this.timer = setTimeout(() => this.controller.abort(new Error(`nothing came for ${ms / 1000} s`)), ms);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

function downloadFailed(url: string, what: string, cause?: unknown): LatelightError {
  return new LatelightError(
    'download-failed',
    `${url}: expected a file, got ${what}. Check the connection and try again.`,
    { cause },
  );
}

let cacheOpening: Promise<Cache | undefined> | undefined;

/** The cache, or nothing where storage is switched off (private windows of some browsers, blocked site data). */
function openCache(): Promise<Cache | undefined> {
  cacheOpening ??= caches.open(CACHE_NAME).catch(() => undefined);
  return cacheOpening;
}
