import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { QuerySequence } from './query-sequence.ts';

interface Call {
  query: string;
  signal: AbortSignal;
  resolve: (result: string) => void;
  reject: (error: unknown) => void;
}

let calls: Call[];
let log: string[];
let sequence: QuerySequence<string>;

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  log = [];
  sequence = new QuerySequence({
    run: (query, signal) => new Promise((resolve, reject) => calls.push({ query, signal, resolve, reject })),
    onResult: (result) => log.push(`result ${result}`),
    onError: (error) => log.push(`error ${error}`),
    onBusy: (busy) => log.push(busy ? 'busy' : 'idle'),
  });
});
afterEach(() => vi.useRealTimers());

/** Lets promise callbacks run. */
const settle = () => vi.advanceTimersByTimeAsync(0);

it('runs the first of several quick queries at once, and the last when there are no more', () => {
  for (const query of ['r', 're', 'reef']) sequence.schedule(query, 80);
  expect(calls.map(({ query }) => query)).toEqual(['r']);
  expect(calls[0].signal.aborted).toBe(true);
  vi.advanceTimersByTime(79);
  expect(calls).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(calls.map(({ query }) => query)).toEqual(['r', 'reef']);
});

it('waits for a pause while keys go on coming', () => {
  for (const query of ['r', 're', 'ree', 'reef']) {
    sequence.schedule(query, 80);
    vi.advanceTimersByTime(60);
  }
  expect(calls.map(({ query }) => query)).toEqual(['r']);
  vi.advanceTimersByTime(20);
  expect(calls.map(({ query }) => query)).toEqual(['r', 'reef']);
});

it('runs at once without a delay', () => {
  sequence.schedule('reef', 0);
  expect(calls).toHaveLength(1);
});

it('shows a result after it is idle again', async () => {
  sequence.schedule('reef', 0);
  calls[0].resolve('reef');
  await settle();
  expect(log).toEqual(['busy', 'idle', 'result reef']);
});

it('aborts an older search as soon as a newer query is scheduled, and never shows it', async () => {
  sequence.schedule('old', 0);
  sequence.schedule('new', 80);
  expect(calls[0].signal.aborted).toBe(true);
  calls[0].resolve('old');
  await settle();
  expect(log).toEqual(['busy', 'busy']);
});

it('shows the newest result when answers arrive in the wrong order', async () => {
  sequence.schedule('old', 0);
  sequence.schedule('new', 0);
  calls[1].resolve('new');
  await settle();
  calls[0].resolve('old');
  await settle();
  expect(log.filter((entry) => entry.startsWith('result'))).toEqual(['result new']);
});

it('shows the error of the newest query only', async () => {
  sequence.schedule('old', 0);
  sequence.schedule('new', 0);
  calls[0].reject('aborted');
  calls[1].reject('broken');
  await settle();
  expect(log).toEqual(['busy', 'busy', 'idle', 'error broken']);
});

it('shows nothing after cancel, neither scheduled nor running', async () => {
  sequence.schedule('running', 0);
  sequence.cancel();
  calls[0].resolve('running');
  sequence.schedule('scheduled', 80);
  sequence.cancel();
  await vi.advanceTimersByTimeAsync(1000);
  expect(calls).toHaveLength(1);
  expect(log.at(-1)).toBe('idle');
  expect(log.some((entry) => entry.startsWith('result'))).toBe(false);
});
