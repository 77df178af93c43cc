import { describe, expect, it, vi } from 'vitest';
import { LatelightError } from '../errors.ts';
import type { OpenOptions, SearchEngine } from '../types.ts';
import { EngineSession } from './engine-session.ts';

function setUp() {
  const attempts: {
    options: OpenOptions;
    resolve: (engine: SearchEngine) => void;
    reject: (error: unknown) => void;
  }[] = [];
  const onOpen = vi.fn();
  const onFail = vi.fn();
  const session = new EngineSession(
    (_url, options) => new Promise((resolve, reject) => attempts.push({ options, resolve, reject })),
    () => undefined,
    onOpen,
    onFail,
  );
  return { attempts, session, onOpen, onFail };
}

const engine = () => ({ close: vi.fn() }) as unknown as SearchEngine;

it('opens once for all who ask', async () => {
  const { attempts, session, onOpen } = setUp();
  const both = [session.open('/', { device: 'auto' }), session.open('/', { device: 'auto' })];
  expect(session.isOpening).toBe(true);
  const opened = engine();
  attempts[0].resolve(opened);
  expect(await Promise.all(both)).toEqual([opened, opened]);
  expect(attempts).toHaveLength(1);
  expect(onOpen).toHaveBeenCalledExactlyOnceWith(opened);
  expect(session.isOpening).toBe(false);
});

it('keeps progress while opening and forgets it afterwards', async () => {
  const { attempts, session } = setUp();
  const opening = session.open('/', { device: 'auto' });
  const progress = { loadedBytes: 1, totalBytes: 2, part: 'model', fromCache: false } as const;
  attempts[0].options.onProgress?.(progress);
  expect(session.progress).toEqual(progress);
  attempts[0].resolve(engine());
  await opening;
  expect(session.progress).toBeUndefined();
});

it('takes no progress of files still on their way once opening has failed', async () => {
  const { attempts, session } = setUp();
  const opening = session.open('/', { device: 'auto' });
  attempts[0].reject(new LatelightError('download-failed', 'codec: expected a file, got status 404'));
  await expect(opening).rejects.toMatchObject({ code: 'download-failed' });
  attempts[0].options.onProgress?.({ loadedBytes: 1, totalBytes: 2, part: 'model', fromCache: false });
  expect(session.progress).toBeUndefined();
});

it('does not download again after a failure until it is closed', async () => {
  const { attempts, session } = setUp();
  const failure = new LatelightError('hash-mismatch', 'model: expected a, got b');
  const first = session.open('/', { device: 'auto' });
  attempts[0].reject(failure);
  await expect(first).rejects.toBe(failure);
  await expect(session.open('/', { device: 'auto' })).rejects.toBe(failure);
  expect(attempts).toHaveLength(1);
  session.close();
  void session.open('/', { device: 'auto' });
  expect(attempts).toHaveLength(2);
});

it('aborts an attempt that is closed, and closes the engine should it still arrive', async () => {
  const { attempts, session } = setUp();
  const opening = session.open('/', { device: 'auto' });
  session.close();
  expect(attempts[0].options.signal?.aborted).toBe(true);
  const late = engine();
  attempts[0].resolve(late);
  await expect(opening).rejects.toMatchObject({ code: 'aborted' });
  expect(late.close).toHaveBeenCalledOnce();
  expect(session.engine).toBeUndefined();
});

it('says of an attempt that is closed that it was, whatever it failed of', async () => {
  const { attempts, session } = setUp();
  const opening = session.open('/', { device: 'auto' });
  session.close();
  // The script of the search, on its way already, cannot be aborted.
  attempts[0].reject(new LatelightError('download-failed', 'open: expected the script of the search'));
  await expect(opening).rejects.toMatchObject({ code: 'aborted' });
});

describe('an engine that opens in its instant stage', () => {
  async function openInstant() {
    const parts = setUp();
    const opening = parts.session.open('/', { device: 'auto' });
    let complete!: () => void;
    let fail!: (error: unknown) => void;
    const ready = new Promise<void>((resolve, reject) => {
      complete = resolve;
      fail = reject;
    });
    const opened = { ...engine(), stage: 'instant', ready } as SearchEngine;
    parts.attempts[0].resolve(opened);
    await opening;
    const progress = { loadedBytes: 1, totalBytes: 2, part: 'model', fromCache: false } as const;
    parts.attempts[0].options.onProgress?.(progress);
    return { ...parts, complete, fail, settled: ready.catch(() => undefined) };
  }

  it('shows progress until the full stage is ready', async () => {
    const { session, complete, settled, onFail } = await openInstant();
    expect([session.isOpening, session.isFilling]).toEqual([false, true]);
    complete();
    await settled;
    expect(session.isFilling).toBe(false);
    expect(onFail).not.toHaveBeenCalled();
  });

  it('says so when the full stage fails, and keeps the engine', async () => {
    const { session, fail, settled, onFail } = await openInstant();
    const failure = new LatelightError('download-failed', 'model: expected a file, got status 404');
    fail(failure);
    await settled;
    await Promise.resolve();
    expect(onFail).toHaveBeenCalledExactlyOnceWith(failure);
    expect([session.isFilling, session.engine !== undefined]).toEqual([false, true]);
  });

  it('takes no progress of files still on their way once the full stage is ready or has failed', async () => {
    for (const end of ['complete', 'fail'] as const) {
      const { session, attempts, settled, ...stage } = await openInstant();
      stage[end](new LatelightError('download-failed', 'runtime: expected a file, got status 404'));
      await settled;
      await Promise.resolve();
      attempts[0].options.onProgress?.({ loadedBytes: 2, totalBytes: 3, part: 'model', fromCache: false });
      expect([session.progress, session.isFilling], end).toEqual([undefined, false]);
    }
  });

  it('says nothing of a failure after it was closed', async () => {
    const { session, fail, settled, onFail } = await openInstant();
    session.close();
    fail(new LatelightError('closed', 'engine: closed'));
    await settled;
    await Promise.resolve();
    expect(onFail).not.toHaveBeenCalled();
  });
});
