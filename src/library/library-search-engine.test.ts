// When the search's model is asked for again.

import { beforeEach, expect, it, vi } from 'vitest';
import type { FromWorker, OpenedInfo } from '../worker/protocol.ts';
import { LibrarySearchEngine } from './library-search-engine.ts';

/** A worker that does nothing but what a test says. */
class FakeWorker extends EventTarget {
  postMessage(): void {}
  terminate(): void {}
  say(data: FromWorker): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
}

const workers: FakeWorker[] = [];
const info = { backend: 'wasm', notice: '', passageCount: 1, siteRoot: '', filters: {}, sorts: [], sites: [] };
const opened = { type: 'opened', info: info as OpenedInfo, stage: 'instant' } as const;

/** An engine whose model did not come. */
async function withoutModel(): Promise<LibrarySearchEngine> {
  const start = () => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker as unknown as Worker;
  };
  const engine = new LibrarySearchEngine('http://site.test/', {}, start, () => undefined);
  const opening = engine.open();
  workers[0].say(opened);
  await opening;
  workers[0].say({
    type: 'full-failed',
    error: { code: 'download-failed', message: 'no model' },
  });
  await vi.waitFor(() => expect(engine.problem?.code).toBe('download-failed'));
  return engine;
}

const ask = (engine: LibrarySearchEngine, query: string) => void engine.search(query).catch(() => undefined);

beforeEach(() => {
  vi.stubGlobal('navigator', {});
  workers.length = 0;
});

it('is asked for again with the same query, whether or not that has failed yet', async () => {
  const engine = await withoutModel();
  ask(engine, 'seedlings');
  expect(workers).toHaveLength(1);
  ask(engine, 'seedlings');
  expect(workers).toHaveLength(2);
});

it('is not asked for with every key', async () => {
  const engine = await withoutModel();
  for (const query of ['s', 'se', 'see']) ask(engine, query);
  expect(workers).toHaveLength(1);
});

it('of two searches that wait for it, the newer is answered', async () => {
  const engine = await withoutModel();
  ask(engine, 'seedlings');
  const older = engine.search('seedlings');
  const newer = engine.search('seedlings and frost');
  workers[1].say(opened);
  await expect(older).rejects.toMatchObject({ code: 'aborted' });
  engine.close();
  await expect(newer).rejects.toMatchObject({ code: 'closed' });
});
