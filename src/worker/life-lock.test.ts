import { afterEach, describe, expect, it, vi } from 'vitest';
import { awaitEnd, holdLock, LifeWatch, letLockGo, type ToHolder } from './life-lock.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const turns = () => new Promise((resolve) => setImmediate(resolve));

it('tells of the end of whom held the lock, and bears a browser that refuses locks or has none', async () => {
  const ended: string[] = [];
  const request = async (name: string, call: () => void) => {
    ended.push(name);
    call();
  };
  vi.stubGlobal('navigator', { locks: { request } });
  awaitEnd('a', () => ended.push('a ended'));
  expect(ended).toEqual(['a', 'a ended']);
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  vi.stubGlobal('navigator', { locks: { request: () => Promise.reject(new DOMException('no', 'SecurityError')) } });
  awaitEnd('b', () => ended.push('b ended'));
  await turns();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  vi.stubGlobal('navigator', {});
  awaitEnd('c', () => ended.push('c ended'));
  expect(ended).toEqual(['a', 'a ended']);
});

describe('a worker that is watched while something is asked of it', () => {
  /** Node's own locks have no owner that could die: these are taken from one. */
  function stubLocks() {
    const queues = new Map<string, (() => void)[]>();
    const next = (name: string) => {
      queues.get(name)?.shift();
      queues.get(name)?.[0]?.();
    };
    const request = (name: string, call: () => unknown) =>
      new Promise<void>((resolve) => {
        const queue = queues.get(name) ?? [];
        queues.set(name, queue);
        queue.push(async () => {
          await call();
          next(name);
          resolve();
        });
        if (queue.length === 1) queueMicrotask(() => queue[0]?.());
      });
    vi.stubGlobal('navigator', { locks: { request } });
    return { die: () => [...queues.keys()].forEach(next), held: () => [...queues.values()].flat().length };
  }

  function start() {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const locks = stubLocks();
    const heard: string[] = [];
    const posted: ToHolder[] = [];
    let isDead = false;
    const watch = new LifeWatch(
      (message) => posted.push(message),
      () => heard.push('ended'),
      () => heard.push('silent'),
    );
    /** The worker reads what it was sent, and the page what it says. */
    const exchange = async (count = posted.length) => {
      for (const { type, lock } of posted.splice(0, count)) {
        if (isDead) continue;
        if (type === 'hold') await holdLock((name) => watch.held(name), lock);
        else letLockGo(lock);
      }
      await turns();
    };
    const die = async () => {
      isDead = true;
      locks.die();
      await turns();
    };
    return { watch, heard, exchange, die, locks };
  }

  it('is told of when it dies meanwhile', async () => {
    const { watch, heard, exchange, die } = start();
    watch.begin();
    await exchange();
    expect(heard).toEqual([]);
    await die();
    expect(heard).toEqual(['ended']);
  });

  it('has no lock at rest, nor does the watcher ask for one, and its end is none of it', async () => {
    const { watch, heard, exchange, die, locks } = start();
    for (let times = 0; times < 2; times++) {
      watch.begin();
      await exchange();
      expect(locks.held()).toBe(2);
      watch.rest();
      await exchange();
      expect(locks.held()).toBe(0);
    }
    await die();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual([]);
  });

  it('is missed by the next that asks when it died at rest', async () => {
    const { watch, heard, exchange, die } = start();
    watch.begin();
    await exchange();
    watch.rest();
    await exchange();
    await die();
    watch.begin();
    await exchange();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual(['silent']);
  });

  it('is not missed while its script, or what it does before it rests, takes long', async () => {
    const { watch, heard, exchange } = start();
    watch.begin();
    await vi.advanceTimersByTimeAsync(60_000);
    await exchange();
    watch.rest();
    watch.begin();
    await vi.advanceTimersByTimeAsync(60_000);
    await exchange();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual([]);
  });

  it('is asked again while it lets go, and while it takes a lock that is no longer wanted', async () => {
    const { watch, heard, exchange, die } = start();
    watch.begin();
    watch.rest();
    watch.begin();
    await exchange();
    watch.rest();
    watch.begin();
    await exchange();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual([]);
    await die();
    expect(heard).toEqual(['ended']);
  });

  it('is waited for once more when it is slow, but says something', async () => {
    const { watch, heard, exchange } = start();
    watch.begin();
    await exchange();
    watch.rest();
    await exchange();
    watch.begin();
    watch.rest();
    watch.begin();
    await vi.advanceTimersByTimeAsync(2000);
    await exchange(2);
    await vi.advanceTimersByTimeAsync(2000);
    await exchange();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual([]);
  });
});
