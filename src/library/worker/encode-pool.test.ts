// Which workers the pool starts, on what, and whose fault it is when one ends. Encoding itself is e2e's.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EngineFile } from '../../format/engine-file.ts';
import type { EncodedPassage } from '../../indexing/encode-passage.ts';
import { EncodePool } from './encode-pool.ts';
import type { FromEncodeWorker, ToEncodeWorker } from './encode-protocol.ts';

/** A thread that says what the test says. */
class TestWorker extends EventTarget {
  static started: TestWorker[] = [];
  /** How many can be started. */
  static most = Number.POSITIVE_INFINITY;
  readonly heard: ToEncodeWorker[] = [];
  isEnded = false;

  constructor() {
    super();
    if (TestWorker.started.length >= TestWorker.most)
      throw new TypeError("This requires 'TrustedScriptURL' assignment.");
    TestWorker.started.push(this);
  }

  postMessage(message: ToEncodeWorker): void {
    this.heard.push(message);
  }

  terminate(): void {
    this.isEnded = true;
  }

  get device(): string | undefined {
    const [open] = this.heard;
    return open?.type === 'open' ? open.device : undefined;
  }

  get texts(): string[] {
    return this.heard.flatMap((message) => (message.type === 'encode' ? [message.text] : []));
  }

  say(data: FromEncodeWorker): Promise<void> {
    this.dispatchEvent(new MessageEvent('message', { data }));
    return turn();
  }

  /** As a worker does whose device went away. */
  lose(): Promise<void> {
    return this.say({ type: 'encode-failed', id: 0, error: { code: 'device-lost', message: 'encoder: refused' } });
  }
}

/** Until all that follows from what was said has happened. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

beforeEach(() => {
  TestWorker.started = [];
  TestWorker.most = Number.POSITIVE_INFINITY;
  vi.stubGlobal('Worker', TestWorker);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const encoded = { rowCount: 1 } as EncodedPassage;
const workers = () => TestWorker.started;
const devices = () => workers().map(({ device }) => device);

function poolOf(device: 'auto' | 'webgpu' | 'wasm', texts: string[]) {
  const pool = new EncodePool('https://a.example/', {} as EngineFile, device, 3);
  const passages = texts.map((text) => pool.encode('', text));
  for (const passage of passages) passage.catch(() => undefined);
  return { pool, passages };
}

it('keeps to one worker on a GPU, however much waits, and to all cores without', async () => {
  const { pool } = poolOf('webgpu', ['a', 'b', 'c', 'd', 'e']);
  await workers()[0].say({ type: 'opened', provider: 'webgpu' });
  await workers()[0].say({ type: 'encoded', id: 0, encoded });
  expect(workers()).toHaveLength(1);
  expect(workers()[0].texts).toEqual(['a', 'b']);
  pool.close();
  const { pool: onCpu } = poolOf('wasm', ['a', 'b', 'c', 'd', 'e']);
  await workers()[1].say({ type: 'opened', provider: 'wasm' });
  expect(workers()).toHaveLength(4);
  onCpu.close();
});

it('starts no worker on a GPU after the first got none under auto', async () => {
  const { pool } = poolOf('auto', ['a', 'b', 'c']);
  await workers()[0].say({ type: 'opened', provider: 'wasm' });
  expect(devices()).toEqual(['auto', 'wasm', 'wasm']);
  pool.close();
});

it('encodes what a lost device was at without one under auto, on all cores', async () => {
  const { pool, passages } = poolOf('auto', ['a', 'b', 'c', 'd']);
  await workers()[0].say({ type: 'opened', provider: 'webgpu' });
  await workers()[0].lose();
  expect(workers()[0].isEnded).toBe(true);
  expect(devices()).toEqual(['auto', 'wasm']);
  await workers()[1].say({ type: 'opened', provider: 'wasm' });
  expect(devices()).toEqual(['auto', 'wasm', 'wasm', 'wasm']);
  expect(workers().map(({ texts }) => texts)).toEqual([['a'], ['a'], ['b'], ['c']]);
  await workers()[1].say({ type: 'encoded', id: 0, encoded });
  expect(await passages[0]).toBe(encoded);
  pool.close();
});

it('tries a GPU that was asked for by name once more, and then says why it cannot', async () => {
  const { pool, passages } = poolOf('webgpu', ['a', 'b']);
  for (const at of [0, 1]) {
    await workers()[at].say({ type: 'opened', provider: 'webgpu' });
    await workers()[at].lose();
  }
  await expect(passages[0]).rejects.toMatchObject({ code: 'device-lost' });
  expect(devices()).toEqual(['webgpu', 'webgpu', 'webgpu']);
  await workers()[2].say({ type: 'opened', provider: 'webgpu' });
  expect(workers()[2].texts).toEqual(['b']);
  pool.close();
});

it('does not blame a passage for a device that was lost after a worker died over it', async () => {
  const { pool, passages } = poolOf('auto', ['a']);
  await workers()[0].say({ type: 'opened', provider: 'webgpu' });
  workers()[0].dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }));
  await turn();
  await workers()[1].say({ type: 'opened', provider: 'webgpu' });
  await workers()[1].lose();
  await workers()[2].say({ type: 'opened', provider: 'wasm' });
  await workers()[2].say({ type: 'encoded', id: 0, encoded });
  expect(await passages[0]).toBe(encoded);
  pool.close();
});

it('goes on with the workers that a page lets it start, and says so when it may start none', async () => {
  TestWorker.most = 1;
  const { pool, passages } = poolOf('wasm', ['a', 'b']);
  await workers()[0].say({ type: 'opened', provider: 'wasm' });
  for (const passage of passages) {
    await workers()[0].say({ type: 'encoded', id: 0, encoded });
    expect(await passage).toBe(encoded);
  }
  pool.close();
  const { passages: refused } = poolOf('wasm', ['c']);
  await expect(refused[0]).rejects.toMatchObject({ code: 'bad-option', message: expect.stringContaining('Trusted') });
});

it('starts another worker in the place of one that never says a word, once, for the same passage', async () => {
  vi.useFakeTimers();
  try {
    const pool = new EncodePool('https://a.example/', {} as EngineFile, 'wasm', 1);
    const passage = pool.encode('', 'a');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(workers().map(({ isEnded }) => isEnded)).toEqual([true, false]);
    workers()[1].dispatchEvent(new MessageEvent('message', { data: { type: 'opened', provider: 'wasm' } }));
    await vi.advanceTimersByTimeAsync(60_000);
    workers()[1].dispatchEvent(new MessageEvent('message', { data: { type: 'encoded', id: 0, encoded } }));
    expect(await passage).toBe(encoded);
    expect(workers()).toHaveLength(2);
    expect(workers()[1].texts).toEqual(['a']);
  } finally {
    vi.useRealTimers();
  }
});

it.each([
  ['is silent too', () => undefined],
  ['cannot be started', () => (TestWorker.most = 1)],
])('says that the script cannot be had when the worker after a silent one %s', async (_, before) => {
  vi.useFakeTimers();
  try {
    before();
    const pool = new EncodePool('https://a.example/', {} as EngineFile, 'wasm', 1);
    const failed = expect(pool.encode('', 'a')).rejects.toMatchObject({ code: 'download-failed' });
    await vi.advanceTimersByTimeAsync(60_000);
    await failed;
    expect(workers().every(({ isEnded }) => isEnded)).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
