// Whose time it is that runs: the document's, once the worker has what it needs.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DocumentProcess } from './document-process.ts';
import type { Converted, ConvertJob, FromDocumentWorker, ToDocumentWorker } from './document-protocol.ts';

/** A thread that says what the test says. */
class TestWorker extends EventTarget {
  static started: TestWorker[] = [];
  isEnded = false;

  constructor() {
    super();
    TestWorker.started.push(this);
  }

  /** Of the job it has. */
  private id = 0;

  postMessage({ id }: ToDocumentWorker): void {
    this.id = id;
  }

  terminate(): void {
    this.isEnded = true;
  }

  say(said: { type: 'reading' } | { type: 'read'; answer: Converted }, id = this.id): void {
    this.tell({ ...said, id });
  }

  tell(data: FromDocumentWorker): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

beforeEach(() => {
  TestWorker.started = [];
  vi.useFakeTimers();
  vi.stubGlobal('Worker', TestWorker);
  vi.stubGlobal('navigator', {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const answer: Converted = { parts: ['<p>a</p>'], lang: '', dir: '' };
const job = (path: string): ConvertJob => ({ type: 'convert', kind: 'markdown', path, file: new Blob(['a']) });

it('gives a document its time from when the worker reads it, however long the worker took to get there', async () => {
  const process = new DocumentProcess();
  const read = process.read(job('a.md'));
  await vi.advanceTimersByTimeAsync(0);
  const [worker] = TestWorker.started;
  worker.tell({ type: 'hello', lock: 'a' });
  await vi.advanceTimersByTimeAsync(300_000);
  expect(worker.isEnded).toBe(false);
  worker.say({ type: 'reading' });
  await vi.advanceTimersByTimeAsync(8900);
  worker.say({ type: 'read', answer });
  expect(await read).toBe(answer);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(worker.isEnded).toBe(false);
});

it('gives a larger document more time', async () => {
  const process = new DocumentProcess();
  const large = { ...job('large.md'), file: new Blob([new Uint8Array(2.5 * 2 ** 20)]) };
  const tooLong = expect(process.read(large)).rejects.toThrow('Reading it took more than 19 seconds.');
  await vi.advanceTimersByTimeAsync(0);
  const [worker] = TestWorker.started;
  worker.say({ type: 'reading' });
  await vi.advanceTimersByTimeAsync(18_900);
  expect(worker.isEnded).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  await tooLong;
  expect(worker.isEnded).toBe(true);
});

it('ends the worker when the document takes longer, and gives the next one another', async () => {
  const process = new DocumentProcess();
  const hangs = process.read(job('hangs.md'));
  const next = process.read(job('next.md'));
  await vi.advanceTimersByTimeAsync(0);
  const [worker] = TestWorker.started;
  worker.say({ type: 'reading' });
  const tooLong = expect(hangs).rejects.toMatchObject({
    name: 'DocumentTooMuch',
    message: 'Reading it took more than 9 seconds.',
  });
  await vi.advanceTimersByTimeAsync(9100);
  await tooLong;
  expect(worker.isEnded).toBe(true);
  TestWorker.started[1].say({ type: 'reading' });
  TestWorker.started[1].say({ type: 'read', answer });
  expect(await next).toBe(answer);
});

it('does not blame a document for a worker whose script cannot be had', async () => {
  const process = new DocumentProcess();
  const read = process.read(job('a.md'));
  const failed = expect(read).rejects.toMatchObject({ code: 'download-failed' });
  await vi.advanceTimersByTimeAsync(0);
  TestWorker.started[0].dispatchEvent(new Event('error'));
  await failed;
  const next = process.read(job('a.md'));
  await vi.advanceTimersByTimeAsync(0);
  TestWorker.started[1].say({ type: 'read', answer });
  expect(await next).toBe(answer);
});

it('asks another worker after one that could not have a script, which it would not fetch again', async () => {
  const process = new DocumentProcess();
  const failed = expect(process.read(job('a.md'))).rejects.toMatchObject({ code: 'download-failed' });
  await vi.advanceTimersByTimeAsync(0);
  const [worker] = TestWorker.started;
  worker.tell({ type: 'failed', id: 1, error: { code: 'download-failed', message: 'no script' } });
  await failed;
  expect(worker.isEnded).toBe(true);
  const next = process.read(job('a.md'));
  await vi.advanceTimersByTimeAsync(0);
  TestWorker.started[1].say({ type: 'read', answer });
  expect(await next).toBe(answer);
});

it('ends the worker of a document that nobody wants any more', async () => {
  const process = new DocumentProcess();
  const nobody = new AbortController();
  const left = expect(process.read(job('left.md'), nobody.signal)).rejects.toMatchObject({ code: 'aborted' });
  const waiting = expect(process.read(job('waiting.md'), nobody.signal)).rejects.toMatchObject({ code: 'aborted' });
  await vi.advanceTimersByTimeAsync(0);
  nobody.abort();
  await left;
  await waiting;
  expect(TestWorker.started.map(({ isEnded }) => isEnded)).toEqual([true]);
});

it('gives up what is being read when it is closed, and reads again when it is asked again', async () => {
  const process = new DocumentProcess();
  const left = expect(process.read(job('left.md'))).rejects.toMatchObject({ code: 'aborted' });
  await vi.advanceTimersByTimeAsync(0);
  TestWorker.started[0].say({ type: 'reading' });
  process.close();
  await left;
  expect(vi.getTimerCount()).toBe(0);
  const next = process.read(job('next.md'));
  await vi.advanceTimersByTimeAsync(0);
  TestWorker.started[1].say({ type: 'read', answer });
  expect(await next).toBe(answer);
});

it('takes an answer that comes twice for the document it was given for alone', async () => {
  const process = new DocumentProcess();
  const first = process.read(job('first.md'));
  const second = process.read(job('second.md'));
  await vi.advanceTimersByTimeAsync(0);
  const [worker] = TestWorker.started;
  worker.say({ type: 'read', answer });
  expect(await first).toBe(answer);
  await vi.advanceTimersByTimeAsync(0);
  worker.say({ type: 'read', answer }, 1);
  const own: Converted = { ...answer, parts: ['<p>b</p>'] };
  worker.say({ type: 'read', answer: own });
  expect(await second).toBe(own);
});

it('starts another worker in the place of one that never says a word, once', async () => {
  const process = new DocumentProcess();
  const read = process.read(job('a.md'));
  const next = process.read(job('b.md'));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(TestWorker.started.map(({ isEnded }) => isEnded)).toEqual([true, false]);
  TestWorker.started[1].say({ type: 'read', answer });
  expect(await read).toBe(answer);
  await vi.advanceTimersByTimeAsync(0);
  TestWorker.started[1].say({ type: 'read', answer });
  expect(await next).toBe(answer);
  process.close();
  const hopeless = expect(process.read(job('c.md'))).rejects.toMatchObject({ code: 'download-failed' });
  await vi.advanceTimersByTimeAsync(60_000);
  await hopeless;
});
