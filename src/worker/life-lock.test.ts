import { afterEach, expect, it, vi } from 'vitest';
import { awaitEnd } from './life-lock.ts';

afterEach(() => vi.unstubAllGlobals());

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
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  vi.stubGlobal('navigator', {});
  awaitEnd('c', () => ended.push('c ended'));
  expect(ended).toEqual(['a', 'a ended']);
});
