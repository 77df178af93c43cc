// Whole files in Cache Storage, for browsers without a file system for pages.

import { ANSWER_MS, within } from '../../worker/bounded-cache.ts';

const CACHE = 'latelight-library-files';

/** A page's own address for each file: Cache Storage wants http. Nothing is ever asked for there. */
const addressOf = (folder: string, file: string) =>
  new URL(`latelight-library-files/${folder}/${file}`, location.origin);

/** Browsers with a file system go on without a cache that does not answer (bounded-cache.ts), and wait for it once. */
let isSilent = false;

/** Looked into by browsers with a file system too, which have none: it is not made for that. @throws DOMException `TimeoutError` */
async function open(): Promise<Cache | undefined> {
  const answer = isSilent
    ? Promise.reject(new DOMException('the cache does not answer', 'TimeoutError'))
    : caches.has(CACHE);
  const isThere = await within(ANSWER_MS, answer).catch((error) => {
    if (error.name === 'TimeoutError') isSilent = true;
    throw error;
  });
  return isThere ? caches.open(CACHE) : undefined;
}

/** To clean up can wait, to look for a file cannot: what does not answer may have it. */
function openOrNothing(): Promise<Cache | undefined> {
  return open().catch((error) => {
    if (error.name !== 'TimeoutError') throw error;
    return undefined;
  });
}

export const cachedFiles = {
  /** Whether files were ever kept here. */
  async inUse(): Promise<boolean> {
    return (await open()) !== undefined;
  },

  /** Whole, or not at all. @throws DOMException `QuotaExceededError` */
  async write(folder: string, file: string, content: Uint8Array | Blob): Promise<void> {
    const cache = await caches.open(CACHE);
    await cache.put(addressOf(folder, file), new Response(content as Uint8Array<ArrayBuffer> | Blob));
  },

  async read(folder: string, file: string): Promise<File | undefined> {
    const response = await (await open())?.match(addressOf(folder, file));
    return response && new File([await response.blob()], file);
  },

  async remove(folder: string, file: string): Promise<void> {
    await (await openOrNothing())?.delete(addressOf(folder, file));
  },

  async list(folder: string): Promise<string[]> {
    const start = addressOf(folder, '').href;
    const kept = (await (await openOrNothing())?.keys()) ?? [];
    return kept.flatMap(({ url }) => (url.startsWith(start) ? [url.slice(start.length)] : []));
  },
};
