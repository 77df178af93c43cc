// Whose time it is that runs: the document's, once the worker has what it needs.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ParseProcess } from './parse-process.ts';
import type { FromParseWorker } from './parse-protocol.ts';

/** A thread that says what the test says. */
class TestWorker extends EventTarget {
  static started: TestWorker[] = [];
  isEnded = false;

  constructor() {
    super();
    TestWorker.started.push(this);
  }

  postMessage(): void {}

  terminate(): void {
    this.isEnded = true;
  }

  say(data: FromParseWorker): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

beforeEach(() => {
  TestWorker.started = [];
  vi.useFakeTimers();
  vi.stubGlobal('Worker', TestWorker);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const read = { title: 'Read', passages: [], contexts: [], warnings: [] };

it('gives a document its time from when the worker reads it, however long the worker took to get there', async () => {
  const process = new ParseProcess('https://a.example/');
  const parsed = process.parse('a.md', new Blob(['a']));
  await vi.advanceTimersByTimeAsync(30_000);
  const [worker] = TestWorker.started;
  expect(worker.isEnded).toBe(false);
  worker.say({ type: 'reading' });
  await vi.advanceTimersByTimeAsync(8900);
  worker.say({ type: 'parsed', parsed: read });
  expect(await parsed).toBe(read);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(worker.isEnded).toBe(false);
});

it('ends the worker when the document takes longer, and gives the next one another', async () => {
  const process = new ParseProcess('https://a.example/');
  const hangs = process.parse('hangs.md', new Blob(['a']));
  const next = process.parse('next.md', new Blob(['b']));
  await vi.advanceTimersByTimeAsync(0);
  const [worker] = TestWorker.started;
  worker.say({ type: 'reading' });
  await vi.advanceTimersByTimeAsync(9100);
  expect(await hangs).toEqual({ skipped: 'Reading it took more than 9 seconds.' });
  expect(worker.isEnded).toBe(true);
  TestWorker.started[1].say({ type: 'reading' });
  TestWorker.started[1].say({ type: 'parsed', parsed: read });
  expect(await next).toBe(read);
});
