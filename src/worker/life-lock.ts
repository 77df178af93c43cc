// How a worker's end is noticed, however it went: it holds a lock for as long as it lives, and who started it waits for that lock.
// The name is told once the lock is held: asking first, the other side would take its own lock for the worker's end. Chromium keeps a page
// with such locks for Back (e2e/back.spec.ts). The `close` event of a MessagePort would do as well; no browser has it (whatwg/html 12957).

/** Calls back with the lock's name; without one where the browser has no locks. */
export function holdLock(tell: (lock: string) => void): void {
  const lock = `latelight-${crypto.randomUUID()}`;
  if (!navigator.locks) {
    tell(lock);
    return;
  }
  const held = navigator.locks.request(lock, () => {
    tell(lock);
    return new Promise(() => undefined);
  });
  // Where a person blocks the site's data: nobody is told then, and only the noticing is lost.
  held.catch(() => undefined);
}

/** Calls back when the one that told this lock has ended, where that can be noticed. */
export function awaitEnd(lock: string, onEnd: () => void): void {
  // Refused in a page that is going away, or may no longer keep anything.
  navigator.locks?.request(lock, onEnd).catch(() => undefined);
}
