// What was shared with the app and waits for a person's word: any website can send a form to the address that shares come to, so nothing
// of it goes into the library unasked. One tab takes what was shared; the others find nothing of it when it is their turn.

import type { Arrivals } from './arrivals.ts';
import { deleteShare, readShare, SHARED_CACHE, type Share, waitingShares } from './shared-files.ts';

/** Fires `change` when `fileCount` does. */
export class Shares extends EventTarget {
  private waiting: Share[] = [];
  /** Of those that a person decided nothing of: asked about once, until the page is opened again. */
  private readonly left = new Set<string>();
  private readonly arrivals: Arrivals;

  constructor(arrivals: Arrivals) {
    super();
    this.arrivals = arrivals;
  }

  /** Files and texts to ask about; 0 when there are none. */
  get fileCount(): number {
    return this.waiting.reduce((sum, { fileCount }) => sum + fileCount, 0);
  }

  /** To be called whenever there may be new ones, or another tab may have taken them. */
  look(): Promise<void> {
    return this.locked(async (cache) => {
      const waiting = await waitingShares(cache, Date.now());
      this.set(waiting.filter(({ id }) => !this.left.has(id)));
    });
  }

  add(): Promise<void> {
    return this.decide(async (cache, share) => {
      const files = await readShare(cache, share);
      if (files.length === 0 || (await this.arrivals.add({ from: 'share', files }))) await deleteShare(cache, share);
    });
  }

  discard(): Promise<void> {
    return this.decide(deleteShare);
  }

  leave(): void {
    for (const { id } of this.waiting) this.left.add(id);
    this.set([]);
  }

  /** One that fails holds up none of the others. @throws the first failure, once all had their turn */
  private decide(act: (cache: Cache, share: Share) => Promise<void>): Promise<void> {
    const decided = new Set(this.waiting.map(({ id }) => id));
    this.leave();
    return this.locked(async (cache) => {
      const failures: unknown[] = [];
      for (const share of await waitingShares(cache, Date.now())) {
        if (decided.has(share.id)) await act(cache, share).catch((error) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    });
  }

  private async locked(act: (cache: Cache) => Promise<void>): Promise<void> {
    if (!('caches' in globalThis) || !(await caches.has(SHARED_CACHE).catch(() => false))) return;
    await navigator.locks.request(SHARED_CACHE, async () => act(await caches.open(SHARED_CACHE)));
  }

  private set(waiting: Share[]): void {
    const before = this.fileCount;
    this.waiting = waiting;
    if (this.fileCount !== before) this.dispatchEvent(new Event('change'));
  }
}
