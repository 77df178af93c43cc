// An index over HTTP, every file kept in the Cache API under its content hash and found there offline.

import { LatelightError, throwIfAborted } from '../errors.ts';
import type { FileRef } from '../format/engine-refs.ts';
import { checkManifestSize } from '../format/manifest.ts';
import { type ByteSource, checkBytes, type ReadOptions } from '../format/source.ts';
import { BoundedCache } from './bounded-cache.ts';
import { download, downloadFailed, Patience } from './download.ts';
import { KeptPieces } from './kept-pieces.ts';

const CACHE_NAME = 'latelight-1';
/** How long a server may be silent, not counting downloads that come slowly: what waits for one that hangs would wait for ever. */
export const PATIENCE_MS = 30_000;
/** A line that is slower than this shows no page: where files that drip are given up, this is how long they have. */
const DRIPPING_BYTES_PER_MS = 4;
/** Cache keys are addresses that no server has; the origin's own, as the Cache API wants. */
const keyOf = (sha256: string) => new URL(`/.latelight/${sha256}`, location.origin).href;
/** Where a manifest is while its files are coming: the one at its own address still is what an offline visit finds whole. */
const claimOf = (url: string) => {
  const { host, pathname } = new URL(url);
  return new URL(`/.latelight/opening/${host}${pathname}`, location.origin).href;
};

export class HttpSource implements ByteSource {
  /** Address of the index folder, with a trailing slash. */
  readonly base: URL;
  /** What is being written to the cache. */
  private readonly keeping = new Set<Promise<unknown>>();
  /** Address -> text of the manifests in use. */
  private readonly manifests = new Map<string, string>();
  /** Those of them that the cache knows of already, in whichever place. */
  private readonly claimed = new Map<string, string>();
  private claiming: Promise<void> = Promise.resolve();

  private readonly silentMs: number;
  private readonly drippingMs: number | undefined;

  /**
   * @param silentMs milliseconds without a byte after which a request is given up, unless it has a limit of its own
   * @param drippingMs milliseconds after which a manifest is, however much of it came; a file has as long beyond what `DRIPPING_BYTES_PER_MS` gives it. Without it there is no such limit
   */
  constructor(url: string, silentMs = PATIENCE_MS, drippingMs?: number) {
    this.base = new URL(url.endsWith('/') ? url : `${url}/`);
    this.silentMs = silentMs;
    this.drippingMs = drippingMs;
  }

  async readManifest(signal?: AbortSignal, file = 'manifest.json'): Promise<string> {
    const url = new URL(file, this.base).href;
    const patience = new Patience({ silentMs: this.silentMs, totalMs: this.drippingMs }, signal);
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { signal: patience.signal, cache: 'no-cache' });
      // Read here: a connection can break in the body as well as before it.
      text = response.ok ? await textOf(response, patience) : '';
    } catch (cause) {
      throwIfAborted(signal, 'open');
      const kept = await keptManifest(url);
      if (kept !== undefined) return kept;
      if (cause instanceof LatelightError) throw cause;
      throw downloadFailed(url, cause, cause);
    } finally {
      patience.end();
    }
    if (!response.ok) {
      // A server that is down or overloaded is no server; one that says 404 has no such index any more.
      const kept = response.status >= 500 ? await keptManifest(url) : undefined;
      if (kept !== undefined) return kept;
      throw downloadFailed(url, `status ${response.status}`);
    }
    this.manifests.set(url, text);
    return text;
  }

  async read(ref: FileRef, options: ReadOptions = {}): Promise<Uint8Array> {
    const cache = await openCache();
    const bytes = await cache?.read(keyOf(ref.sha256));
    if (bytes) {
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
    const pieces =
      cache && KeptPieces.isWorthwhile(ref)
        ? new KeptPieces(cache, keyOf(ref.sha256), () => this.claim(cache))
        : undefined;
    const fresh = await this.downloadChecked(ref, pieces, options);
    // Nobody waits for the disk, and a full one costs the next visit a download, not this one its results.
    if (cache) {
      const keeping = this.claim(cache)
        .then(() => keepWhole(cache, ref, fresh, pieces))
        .catch(() => undefined)
        .finally(() => this.keeping.delete(keeping));
      this.keeping.add(keeping);
    }
    return fresh;
  }

  /**
   * What is not the file that was named comes anew: a piece may be damaged, the server may have mixed two files, or the browser keeps
   * an answer from before the file was there, which a host's headers may have said never changes.
   */
  private async downloadChecked(ref: FileRef, pieces: KeptPieces | undefined, options: ReadOptions) {
    const { base, drippingMs } = this;
    const { silentMs = this.silentMs } = options;
    const totalMs = drippingMs === undefined ? undefined : drippingMs + ref.bytes / DRIPPING_BYTES_PER_MS;
    const limits = { silentMs, totalMs };
    try {
      const { bytes, keptBytes } = await download(base, ref, pieces, limits, options);
      return await checkBytes(ref, bytes).catch((error) => {
        options.onBytes?.(-keptBytes, true);
        options.onBytes?.(keptBytes - bytes.length, false);
        throw error;
      });
    } catch (error) {
      if (!(error instanceof LatelightError && error.code === 'hash-mismatch')) throw error;
      await pieces?.drop();
    }
    return checkBytes(ref, (await download(base, ref, undefined, limits, options, 'reload')).bytes);
  }

  /** Resolves when all that was read is kept, as far as it can be: another worker that reads it then finds it there. */
  async kept(): Promise<void> {
    await Promise.all(this.keeping);
  }

  /** Fetches files that the cache has no entry of (whether it has the bytes is seen when they are read); stops quietly at the first failure, since nobody waits for it. */
  async keep(refs: FileRef[], onBytes?: ReadOptions['onBytes']): Promise<void> {
    const cache = await openCache();
    if (!cache) return;
    const kept = new Set(await cache.urls());
    for (const ref of refs) {
      if (kept.has(keyOf(ref.sha256))) {
        onBytes?.(ref.bytes, true);
        continue;
      }
      try {
        await this.read(ref, { onBytes });
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
    if (!cache) return;
    for (const [url, text] of this.manifests) {
      const isKept = await cache.put(url, new Response(text)).then(
        () => true,
        () => false,
      );
      if (!isKept) continue;
      this.claimed.set(url, text);
      // Another tab may have opened a newer version of the same index, and claimed that one's files.
      if ((await textIn(cache, claimOf(url))) === text) await cache.delete(claimOf(url));
    }
  }

  /**
   * Says whose the files are, before the first of them is kept: whoever leaves before all are there, or opens another index of this
   * origin beside this one, would find them pruned by that one.
   */
  private claim(cache: BoundedCache): Promise<void> {
    this.claiming = this.claiming.then(async () => {
      for (const [url, text] of this.manifests) {
        if (this.claimed.get(url) === text) continue;
        this.claimed.set(url, text);
        await cache.put(claimOf(url), new Response(text)).catch(() => undefined);
      }
    });
    return this.claiming;
  }

  /** Drops cached files, and pieces of files, that no manifest or engine file in the cache names any more. */
  async prune(): Promise<void> {
    const cache = await openCache();
    if (!cache) return;
    const urls = await cache.urls();
    const manifests = urls.filter((url) => /\/(manifest(\.[\w-]+)?|engine)\.json$/.test(url));
    const texts = await Promise.all(manifests.map((url) => textIn(cache, url)));
    // What one names that cannot be read is not known: better files too many than an index that is gone without a network.
    if (texts.includes(undefined)) return;
    const named = new Set([...this.manifests.values(), ...texts].flatMap((text) => text?.match(/[0-9a-f]{64}/g) ?? []));
    for (const url of urls) {
      const hash = /\/\.latelight\/([0-9a-f]{64})(\/\d+)?$/.exec(url)?.[1];
      if (hash && !named.has(hash)) await cache.delete(url);
    }
  }
}

/** The whole file in place of its pieces. Where both do not fit beside each other the pieces go first. */
async function keepWhole(
  cache: BoundedCache,
  ref: FileRef,
  bytes: Uint8Array,
  pieces: KeptPieces | undefined,
): Promise<void> {
  const put = () => cache.put(keyOf(ref.sha256), new Response(bytes as BodyInit));
  if (!pieces) return put();
  await pieces.settled();
  const isKept = await put().then(
    () => true,
    () => false,
  );
  await pieces.drop();
  if (!isKept) await put();
}

let cacheOpening: Promise<BoundedCache | undefined> | undefined;

async function textOf({ body }: Response, patience: Patience): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let received = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return text + decoder.decode();
    received += value.length;
    try {
      checkManifestSize(received);
    } catch (error) {
      await reader?.cancel();
      throw error;
    }
    patience.renew();
    text += decoder.decode(value, { stream: true });
  }
}

async function keptManifest(url: string): Promise<string | undefined> {
  const cache = await openCache();
  return cache && textIn(cache, url);
}

async function textIn(cache: BoundedCache, url: string): Promise<string | undefined> {
  const bytes = await cache.read(url);
  return bytes && new TextDecoder().decode(bytes);
}

function openCache(): Promise<BoundedCache | undefined> {
  cacheOpening ??= BoundedCache.open(CACHE_NAME);
  return cacheOpening;
}
