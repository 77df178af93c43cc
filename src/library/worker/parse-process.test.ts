// Whose time it is that runs: the document's, once the worker has what it needs.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EngineFile } from '../../format/engine-file.ts';
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

const engine = {} as EngineFile;
const read = { title: 'Read', passages: [], contexts: [], warnings: [] };

it('gives a document its time from when the worker reads it, however long the worker took to get there', async () => {
  const process = new ParseProcess('https://a.example/', engine);
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
  const process = new ParseProcess('https://a.example/', engine);
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

it('does not blame a document for a worker whose script cannot be had', async () => {
  const process = new ParseProcess('https://a.example/', engine);
  const parsed = process.parse('a.md', new Blob(['a']));
  const failed = expect(parsed).rejects.toMatchObject({ code: 'download-failed' });
  await vi.advanceTimersByTimeAsync(0);
  TestWorker.started[0].dispatchEvent(new Event('error'));
  await failed;
  const next = process.parse('a.md', new Blob(['a']));
  await vi.advanceTimersByTimeAsync(0);
  TestWorker.started[1].say({ type: 'parsed', parsed: read });
  expect(await next).toBe(read);
});
