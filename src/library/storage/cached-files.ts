// Whole files in Cache Storage, for browsers without a file system for pages.

const CACHE = 'latelight-library-files';

/** A page's own address for each file: Cache Storage wants http. Nothing is ever asked for there. */
const addressOf = (folder: string, file: string) =>
  new URL(`latelight-library-files/${folder}/${file}`, location.origin);

/** Looked into by browsers with a file system too, which have none: it is not made for that. */
async function open(): Promise<Cache | undefined> {
  return (await caches.has(CACHE)) ? caches.open(CACHE) : undefined;
}

export const cachedFiles = {
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
    await (await open())?.delete(addressOf(folder, file));
  },

  async list(folder: string): Promise<string[]> {
    const start = addressOf(folder, '').href;
    const kept = (await (await open())?.keys()) ?? [];
    return kept.flatMap(({ url }) => (url.startsWith(start) ? [url.slice(start.length)] : []));
  },
};
