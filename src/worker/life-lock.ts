// How a worker's end is noticed, however it went: it holds a lock, and who started it waits for that lock. The `close` event of a
// MessagePort would do as well; no browser has it (whatwg/html 12957). Firefox keeps no page for Back while it or a worker of it has a
// lock or asks for one, so the workers that search hold theirs only while somebody waits for them (LifeWatch); Chromium keeps it either way
// (e2e/back.spec.ts, e2e/other-browsers.spec.ts).

/** Milliseconds in which a worker that rests takes a lock: it has nothing else to do. */
const SILENT_MS = 3000;

/** What a LifeWatch says to its worker. */
export type ToHolder = { type: 'hold'; lock: string } | { type: 'let-go'; lock: string };

const letGoOf = new Map<string, Promise<() => void>>();

/**
 * Calls back with the lock's name once it is held, or cannot be: asking for it first, the other side would take its own lock for the
 * worker's end. Without `lock` it is held for as long as this worker lives.
 */
export function holdLock(tell: (lock: string) => void, lock = `latelight-${crypto.randomUUID()}`): Promise<unknown> {
  const held = new Promise<() => void>((resolve) => {
    const told = (letGo = () => {}) => {
      tell(lock);
      resolve(letGo);
    };
    if (!navigator.locks) return told();
    // Refused where a person blocks the site's data: nobody hears of the end then, and only that is lost.
    navigator.locks.request(lock, () => new Promise<void>(told)).catch(() => told());
  });
  letGoOf.set(lock, held);
  return held;
}

/** Of a lock that was asked for by name. */
export function letLockGo(lock: string): void {
  void letGoOf.get(lock)?.then((letGo) => letGo());
  letGoOf.delete(lock);
}

/** Calls back when the one that told this lock has ended, or let it go, where that can be noticed. */
export function awaitEnd(lock: string, onEnd: () => void): void {
  // Refused in a page that is going away, or may no longer keep anything.
  navigator.locks?.request(lock, onEnd).catch(() => undefined);
}

/**
 * Watches over a worker while something is asked of it. It says from when to when, each time by a lock of another name: what ends with a
 * name that is no longer watched is no death, in whatever order messages and locks arrive.
 */
export class LifeWatch {
  private readonly post: (message: ToHolder) => void;
  private readonly onEnd: () => void;
  private readonly onSilent: () => void;
  /** Asked for and not let go of. */
  private lock: string | undefined;
  /** The last that the worker said it holds. */
  private told = '';
  /** Resolves when that one is free. Never before the first: a script may be slow to arrive. */
  private free: Promise<void> = new Promise(() => undefined);

  /**
   * @param onEnd the worker ended while it was watched
   * @param onSilent it does not begin with what is asked: it ended before, while nobody watched
   */
  constructor(post: (message: ToHolder) => void, onEnd: () => void, onSilent: () => void) {
    this.post = post;
    this.onEnd = onEnd;
    this.onSilent = onSilent;
  }

  /** To be called before the worker is asked for anything. */
  begin(): void {
    if (this.lock || !navigator.locks) return;
    this.lock = `latelight-${crypto.randomUUID()}`;
    this.post({ type: 'hold', lock: this.lock });
    this.awaitAnswer(this.lock);
  }

  /** The worker said that it holds this lock. */
  held(lock: string): void {
    this.told = lock;
    this.free = new Promise((resolve) => {
      awaitEnd(lock, () => {
        resolve();
        if (this.lock === lock) this.onEnd();
      });
    });
  }

  /** Nobody waits for the worker any more. */
  rest(): void {
    if (!this.lock) return;
    this.post({ type: 'let-go', lock: this.lock });
    this.lock = undefined;
  }

  /** Until its last lock is free a worker may be busy, and its end would be noticed by that lock. */
  private awaitAnswer(lock: string): void {
    const { told } = this;
    const look = (isSure: boolean) => {
      if (this.lock !== lock || this.told === lock) return;
      if (this.told !== told) return this.awaitAnswer(lock); // slow, but it lives
      // A page that was busy itself may hear this timer before the answer that waits beside it.
      if (isSure) this.onSilent();
      else setTimeout(look, 0, true);
    };
    void this.free.then(() => setTimeout(look, SILENT_MS, false));
  }
}
