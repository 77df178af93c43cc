// The Cache API, with an end to waiting. After a tab died in the middle of writing, Chromium was seen to answer no call of the origin's
// caches any more, from any page, until the browser is started again: what is kept is then as good as not there, and is downloaded.

/** Milliseconds for an answer; a busy phone gives it in a second or two. */
export const ANSWER_MS = 10_000;
/** Milliseconds for the bytes of an entry, tens of megabytes from or to a slow disk. */
const BYTES_MS = 60_000;

/** One cache. A call that gets no answer is given up, and so is every later one, at once. */
export class BoundedCache {
  private readonly cache: Cache;
  private isDead = false;

  private constructor(cache: Cache) {
    this.cache = cache;
  }

  /** Nothing where storage is switched off (private windows of some browsers, blocked site data), or does not answer. */
  static async open(name: string): Promise<BoundedCache | undefined> {
    try {
      return new BoundedCache(await within(ANSWER_MS, caches.open(name)));
    } catch {
      return undefined;
    }
  }

  /** An entry's bytes. Nothing too when it cannot be read: an entry may be found and its body be lost. */
  async read(url: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const response = await this.bounded(ANSWER_MS, () => this.cache.match(url));
      return response && new Uint8Array(await this.bounded(BYTES_MS, () => response.arrayBuffer()));
    } catch {
      return undefined;
    }
  }

  /** Addresses of all entries; none when they cannot be read. */
  async urls(): Promise<string[]> {
    const requests = await this.bounded(ANSWER_MS, () => this.cache.keys()).catch(() => []);
    return requests.map(({ url }) => url);
  }

  /** @throws DOMException `QuotaExceededError`, `TimeoutError` */
  put(url: string, response: Response): Promise<void> {
    return this.bounded(BYTES_MS, () => this.cache.put(url, response));
  }

  /** An entry that cannot be deleted stays. */
  async delete(url: string): Promise<void> {
    await this.bounded(BYTES_MS, () => this.cache.delete(url)).catch(() => false);
  }

  private async bounded<T>(ms: number, call: () => Promise<T>): Promise<T> {
    if (this.isDead) throw noAnswer();
    try {
      return await within(ms, call());
    } catch (error) {
      if (error instanceof DOMException && error.name === 'TimeoutError') this.isDead = true;
      throw error;
    }
  }
}

const noAnswer = () => new DOMException('the cache does not answer', 'TimeoutError');

/** @throws DOMException `TimeoutError` */
export function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer()), ms);
  });
  return Promise.race([answer, end]).finally(() => clearTimeout(timer));
}
