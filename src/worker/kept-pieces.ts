// The first bytes of a file that is still downloading, kept in the Cache API in pieces, so that a download that was cut short goes on
// where it was. A piece's key is its file's key and its start; what follows one another from 0 on is what there is.

import type { FileRef } from '../format/engine-refs.ts';
import type { BoundedCache } from './bounded-cache.ts';

/** A file of more bytes than this is kept while it downloads, in pieces of this size: what a killed tab loses at most. */
export const PIECE_BYTES = 4 * 1024 * 1024;

export class KeptPieces {
  private readonly cache: BoundedCache;
  private readonly key: string;
  private readonly before: () => Promise<void>;
  /** Writes in the order of their pieces; false once one failed: a full disk is not asked again. */
  private writing: Promise<boolean> = Promise.resolve(true);

  /** @param key the whole file's @param before waited for before each is written */
  constructor(cache: BoundedCache, key: string, before: () => Promise<void>) {
    this.cache = cache;
    this.key = key;
    this.before = before;
  }

  static isWorthwhile(ref: FileRef): boolean {
    return ref.bytes > PIECE_BYTES;
  }

  /** Copies what is kept to the start of `bytes`. @returns how many bytes that is */
  async readInto(bytes: Uint8Array): Promise<number> {
    let end = 0;
    while (end < bytes.length) {
      const piece = await this.cache.read(`${this.key}/${end}`);
      if (!piece?.length || end + piece.length > bytes.length) break;
      bytes.set(piece, end);
      end += piece.length;
    }
    return end;
  }

  /** Not waited for: nobody's search is late because of a disk. */
  put(start: number, piece: Uint8Array): void {
    const response = new Response(piece as BodyInit);
    this.writing = this.writing.then(
      (works) =>
        works &&
        this.before()
          .then(() => this.cache.put(`${this.key}/${start}`, response))
          .then(
            () => true,
            () => false,
          ),
    );
  }

  /** Once the pieces are written: what is asked next finds them. */
  async settled(): Promise<void> {
    await this.writing;
  }

  async drop(): Promise<void> {
    await this.writing;
    const start = `${this.key}/`;
    for (const url of await this.cache.urls()) if (url.startsWith(start)) await this.cache.delete(url);
  }
}
