import { expect, it, vi } from 'vitest';
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
  const session = new EngineSession(
    (_url, options) => new Promise((resolve, reject) => attempts.push({ options, resolve, reject })),
    () => undefined,
    onOpen,
  );
  return { attempts, session, onOpen };
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
