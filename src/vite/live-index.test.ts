import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LiveIndex } from './live-index.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'latelight-live-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(parent, { recursive: true, force: true });
});

/** Each run waits until the test lets it end, well or not. */
function controlled(debounceMs = 0) {
  const runs: { output: string; signal: AbortSignal; end: (error?: Error) => void }[] = [];
  const errors: unknown[] = [];
  let begun = (): void => undefined;
  let indexed = (): void => undefined;
  const live = new LiveIndex({
    parent,
    debounceMs,
    make: async (output, signal) => {
      const ended = new Promise<void>((resolve, reject) => {
        runs.push({ output, signal, end: (error) => (error ? reject(error) : resolve()) });
      });
      begun();
      await ended;
      await mkdir(output, { recursive: true });
      await writeFile(join(output, 'manifest.json'), '{}');
    },
    onIndexed: () => indexed(),
    onError: (error) => errors.push(error),
  });
  const whenBegun = async (count: number) => {
    while (runs.length < count) await new Promise<void>((resolve) => (begun = resolve));
  };
  const finish = async (run: number) => {
    const done = new Promise<void>((resolve) => (indexed = resolve));
    runs[run].end();
    await done;
  };
  return { live, runs, errors, whenBegun, finish };
}

it('serves the last whole index while the next is made, and keeps one before it', async () => {
  const { live, runs, whenBegun, finish } = controlled();
  live.start();
  const waiting = live.folders();
  await whenBegun(1);
  await finish(0);
  expect(await waiting).toEqual([runs[0].output]);
  live.changed();
  await whenBegun(2);
  expect(await live.folders()).toEqual([runs[0].output]);
  await finish(1);
  expect(await live.folders()).toEqual([runs[1].output, runs[0].output]);
  live.changed();
  await whenBegun(3);
  await finish(2);
  expect(await live.folders()).toEqual([runs[2].output, runs[1].output]);
  await live.close();
  expect(await readdir(parent)).toEqual([]);
});

it('runs once for a burst of changes, and once more for those that come while it runs', async () => {
  const { live, runs, whenBegun, finish } = controlled(300);
  live.start();
  await whenBegun(1);
  await finish(0);
  vi.useFakeTimers();
  for (let i = 0; i < 5; i++) {
    live.changed();
    vi.advanceTimersByTime(200);
  }
  expect(runs.length).toBe(1);
  vi.advanceTimersByTime(100);
  expect(runs.length).toBe(2);
  for (let i = 0; i < 2; i++) {
    live.changed();
    vi.advanceTimersByTime(300);
  }
  expect(runs.length).toBe(2);
  await finish(1);
  await whenBegun(3);
  await finish(2);
  expect(runs.length).toBe(3);
  await live.close();
});

it('keeps the index it has when the next cannot be made, and tries again when asked while it has none', async () => {
  const { live, runs, errors, whenBegun, finish } = controlled();
  const broken = new Error('broken page');
  const first = live.folders();
  await whenBegun(1);
  runs[0].end(broken);
  await expect(first).rejects.toBe(broken);
  expect(errors).toEqual([broken]);
  const second = live.folders();
  await whenBegun(2);
  await finish(1);
  expect(await second).toEqual([runs[1].output]);
  live.changed();
  await whenBegun(3);
  runs[2].end(broken);
  await vi.waitFor(() => expect(errors.length).toBe(2));
  expect(await live.folders()).toEqual([runs[1].output]);
  await live.close();
});

it('stops what runs when it is closed, and starts nothing after', async () => {
  const { live, runs, errors, whenBegun } = controlled();
  live.start();
  await whenBegun(1);
  const closed = live.close();
  expect(runs[0].signal.aborted).toBe(true);
  runs[0].end(new Error('aborted'));
  await closed;
  live.changed();
  live.start();
  await expect(live.folders()).rejects.toMatchObject({ code: 'closed' });
  expect([runs.length, errors]).toEqual([1, []]);
});

it('leaves the indexes of other servers of the project, and removes what killed processes left', async () => {
  const other = controlled();
  other.live.start();
  await other.whenBegun(1);
  await other.finish(0);
  // Of the process that runs this one, of one that had our number, of one whose number none can have, and of no index.
  const [running, before, gone, none] = [
    `live.${process.ppid}.0a`,
    `live.${process.pid}.0b`,
    'live.4194305.0c',
    'dev.jsonl',
  ];
  for (const name of [running, before, gone, none]) await mkdir(join(parent, name));
  const { live, runs, whenBegun, finish } = controlled();
  live.start();
  await whenBegun(1);
  await finish(0);
  expect([other.runs[0].output, runs[0].output].map((output) => existsSync(output))).toEqual([true, true]);
  await live.close();
  expect(existsSync(other.runs[0].output)).toBe(true);
  await other.live.close();
  expect((await readdir(parent)).sort()).toEqual([none, running].sort());
});
