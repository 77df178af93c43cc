// In which order a worker answers: what waits for the encoder keeps nobody waiting whom the instant stage can answer.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Explanation, SearchResult } from '../types.ts';
import { type FromWorker, type OpenedInfo, type OpenSettings, PROTOCOL_VERSION, type ToWorker } from './protocol.ts';
import type { ServedEngine } from './serve-engine.ts';

const sent: FromWorker[] = [];
let say: (message: ToWorker) => void;
let info: OpenedInfo;
/** What was begun, in order. */
let begun: string[];
let encoder: { arrives: () => void; fails: (error: Error) => void };

const types = () => sent.map(({ type }) => type);
const answerTo = (id: number) => sent.find((message) => 'id' in message && message.id === id);

beforeEach(async () => {
  vi.resetModules();
  sent.length = 0;
  begun = [];
  info = { notice: '' } as OpenedInfo;
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('postMessage', (message: FromWorker) => sent.push(message));
  vi.stubGlobal('addEventListener', (_type: string, listen: (event: { data: ToWorker }) => void) => {
    say = (data) => listen({ data });
  });
  const { serveEngine } = await import('./serve-engine.ts');
  const ready = new Promise<void>((resolve, reject) => {
    encoder = { arrives: resolve, fails: reject };
  });
  ready.catch(() => undefined);
  const engine: ServedEngine = {
    stage: 'instant',
    get info() {
      return info;
    },
    ready,
    warmUp: async () => undefined,
    searchInstant: async () => ({ hits: [] }) as unknown as SearchResult,
    search: async (query) => {
      begun.push(query);
      await ready;
      return { hits: [] } as unknown as SearchResult;
    },
    explain: async (query) => {
      begun.push(query);
      await ready;
      return {} as Explanation;
    },
    close: () => undefined,
  };
  serveEngine(async () => engine);
  const settings: OpenSettings = { device: 'auto', offline: false, instant: true, mergeIndex: [], language: '' };
  say({ type: 'open', version: PROTOCOL_VERSION, url: 'http://site.test/', settings });
  await vi.waitFor(() => expect(types()).toContain('opened'));
});
afterEach(() => vi.unstubAllGlobals());

const hit = { id: 0, site: 0 };

it('the instant stage answers while an explanation waits for the encoder, which comes in its turn', async () => {
  say({ type: 'explain', id: 1, query: 'why', hit });
  say({ type: 'search', id: 2, query: 'words', request: {}, instant: true });
  await vi.waitFor(() => expect(types()).toContain('instant-result'));
  say({ type: 'shown', id: 2 });
  encoder.arrives();
  await vi.waitFor(() => expect(answerTo(1)?.type).toBe('explanation'));
  expect(types().filter((type) => type === 'result' || type === 'explanation')).toEqual(['result', 'explanation']);
  expect(begun).toEqual(['words', 'why']);
});

it('an explanation that waits for the encoder can be cancelled', async () => {
  say({ type: 'explain', id: 1, query: 'why', hit });
  say({ type: 'cancel', id: 1 });
  await vi.waitFor(() => expect(answerTo(1)).toMatchObject({ type: 'search-failed', error: { code: 'aborted' } }));
  expect(begun).toEqual([]);
});

it('an explanation says why there will be no encoder', async () => {
  say({ type: 'explain', id: 1, query: 'why', hit });
  encoder.fails(new Error('no encoder'));
  await vi.waitFor(() =>
    expect(answerTo(1)).toMatchObject({ type: 'search-failed', error: { message: 'no encoder' } }),
  );
});

it('what changed since the page was last told goes with whatever is said next, once', async () => {
  const notices = () =>
    sent.flatMap((message) => ('info' in message && message.info ? [[message.type, message.info.notice]] : []));
  const change = (notice: string) => {
    info = { notice } as OpenedInfo;
  };
  change('before it is full');
  encoder.arrives();
  await vi.waitFor(() => expect(types()).toContain('full'));
  change('explained');
  say({ type: 'explain', id: 1, query: 'why', hit });
  await vi.waitFor(() => expect(answerTo(1)?.type).toBe('explanation'));
  change('failed');
  say({ type: 'search', id: 2, query: 'words', request: {}, instant: false });
  say({ type: 'cancel', id: 2 });
  await vi.waitFor(() => expect(answerTo(2)?.type).toBe('search-failed'));
  change('explaining failed');
  say({ type: 'explain', id: 3, query: 'why', hit });
  say({ type: 'cancel', id: 3 });
  await vi.waitFor(() => expect(answerTo(3)?.type).toBe('search-failed'));
  change('found');
  for (const id of [4, 5]) {
    say({ type: 'search', id, query: 'words', request: {}, instant: false });
    await vi.waitFor(() => expect(answerTo(id)?.type).toBe('result'));
  }
  expect(notices()).toEqual([
    ['opened', ''],
    ['full', 'before it is full'],
    ['explanation', 'explained'],
    ['search-failed', 'failed'],
    ['search-failed', 'explaining failed'],
    ['result', 'found'],
  ]);
});
