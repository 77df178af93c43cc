import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LiveRegion } from './live-region.ts';

let region: LiveRegion;
beforeEach(() => {
  vi.useFakeTimers();
  region = new LiveRegion({
    addController: () => undefined,
    removeController: () => undefined,
    requestUpdate: () => undefined,
    updateComplete: Promise.resolve(true),
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a screen reader would notice: the text, exactly. */
function say(text: string): string {
  region.say(text);
  vi.runAllTimers();
  return region.text;
}

it('keeps the same words as they are, and changes them when they are news', () => {
  const first = say('10 results');
  expect(first).toBe('10 results');
  expect(say('10 results')).toBe(first);
  region.expectNews();
  const second = say('10 results');
  expect(second).not.toBe(first);
  expect(second.trim()).toBe(first);
  expect(say('10 results')).toBe(second);
  region.expectNews();
  expect(say('10 results')).toBe(first);
});

it('says only the last of what waits, as news if any of it was', () => {
  say('10 results');
  region.expectNews();
  region.say('10 quick results');
  expect(say('10 results')).toBe('10 results\u00a0');
  region.expectNews();
  expect(say('9 results')).toBe('9 results');
  expect(say('9 results')).toBe('9 results');
});
