// That no call stays pending: an engine that is closed, or whose worker dies, answers everybody.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ErrorCode } from '../errors.ts';
import type { MergedIndex, OpenOptions, SearchRequest } from '../types.ts';
import { open, WorkerEngine } from './client.ts';
import type { ToHolder } from './life-lock.ts';
import { type FromWorker, type OpenedInfo, PROTOCOL_VERSION, type ToWorker } from './protocol.ts';

/** A worker that does nothing but what a test says. */
class FakeWorker extends EventTarget {
  readonly posted: ToWorker[] = [];
  postMessage(message: ToWorker): void {
    this.posted.push(message);
  }
  terminate(): void {}
  say(data: FromWorker): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
  sayWhatCannotBeRead(): void {
    this.dispatchEvent(new Event('messageerror'));
  }
  crash(): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message: 'boom.' }));
  }
}

const workers: FakeWorker[] = [];
const info: OpenedInfo = {
  backend: 'wasm',
  notice: '',
  passageCount: 1,
  siteRoot: '',
  filters: {},
  sorts: [],
  sites: [],
};
const hit = { id: 0, site: 0 };

function startEngine(options: OpenOptions = {}): WorkerEngine {
  return new WorkerEngine('http://site.test/', options, () => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker as unknown as Worker;
  });
}

async function openEngine(options?: OpenOptions): Promise<WorkerEngine> {
  const engine = startEngine(options);
  const opening = engine.connect();
  workers[0].say({ type: 'opened', info, stage: 'full' });
  await opening;
  return engine;
}

beforeEach(() => {
  vi.stubGlobal('navigator', {});
  workers.length = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it.each(['search', 'explain'] as const)('rejects %s when it is closed before the worker hears of it', async (call) => {
  const engine = await openEngine();
  const asked = call === 'search' ? engine.search('words') : engine.explain('words', hit);
  engine.close();
  await expect(asked).rejects.toMatchObject({ code: 'closed' });
});

it.each(['search', 'explain'] as const)('rejects %s when it is closed while another worker starts', async (call) => {
  const engine = await openEngine();
  workers[0].crash();
  const asked = call === 'search' ? engine.search('words') : engine.explain('words', hit);
  expect(workers).toHaveLength(2);
  engine.close();
  await expect(asked).rejects.toMatchObject({ code: 'closed' });
});

it.each(['search', 'explain'] as const)('rejects %s when the worker dies in the same turn', async (call) => {
  const engine = await openEngine();
  const asked = call === 'search' ? engine.search('words') : engine.explain('words', hit);
  workers[0].crash();
  await expect(asked).rejects.toMatchObject({
    code: 'worker-crashed',
    message: 'worker: boom. Search again to start a new one.',
  });
});

it('does not open with a worker of another version, and says so', async () => {
  const opening = startEngine().connect();
  workers[0].say({ type: 'hello', version: PROTOCOL_VERSION + 1 });
  await expect(opening).rejects.toMatchObject({
    code: 'worker-crashed',
    message: expect.stringContaining(`expected protocol ${PROTOCOL_VERSION}, got ${PROTOCOL_VERSION + 1}`),
  });
});

it('rejects what waits for a message that cannot be read', async () => {
  const engine = await openEngine();
  const asked = engine.search('words');
  workers[0].sayWhatCannotBeRead();
  await expect(asked).rejects.toMatchObject({ code: 'worker-crashed' });
});

it('hears nothing more of a worker that another has taken the place of', async () => {
  const engine = await openEngine();
  workers[0].crash();
  const asked = engine.search('words');
  workers[0].say({ type: 'open-failed', error: { code: 'bad-manifest', message: 'late' } });
  workers[0].crash();
  workers[0].sayWhatCannotBeRead();
  workers[1].say({ type: 'opened', info, stage: 'full' });
  await vi.waitFor(() => expect(workers[1].posted.at(-1)).toMatchObject({ type: 'search' }));
  workers[0].say({ type: 'search-failed', id: searchOf(workers[1]), error: { code: 'closed', message: 'late' } });
  workers[1].say({ type: 'result', id: searchOf(workers[1]), result: { hits: [] } } as never);
  expect(await asked).toEqual({ hits: [] });
});

it('rejects opening when it is closed meanwhile', async () => {
  const engine = startEngine();
  const opening = engine.connect();
  engine.close();
  await expect(opening).rejects.toMatchObject({ code: 'closed' });
});

it('stops opening with the signal it was given, which does nothing to a worker that is started later', async () => {
  const first = new AbortController();
  const opening = startEngine({ signal: first.signal }).connect();
  first.abort();
  await expect(opening).rejects.toMatchObject({ code: 'aborted' });
  workers.length = 0;
  const later = new AbortController();
  const engine = await openEngine({ signal: later.signal });
  workers[0].crash();
  const asked = engine.search('words');
  later.abort();
  workers[1].say({ type: 'opened', info, stage: 'full' });
  await vi.waitFor(() => expect(workers[1].posted.at(-1)).toMatchObject({ type: 'search' }));
  workers[1].say({ type: 'result', id: searchOf(workers[1]), result: { hits: [] } } as never);
  expect(await asked).toEqual({ hits: [] });
});

it('is opened again when its model could not be had, by who asks for that, and not by searches', async () => {
  const engine = startEngine();
  const opening = engine.connect();
  workers[0].say({ type: 'opened', info, stage: 'instant' });
  await opening;
  workers[0].say({ type: 'full-failed', error: { code: 'download-failed', message: 'no model' } });
  await expect(engine.ready).rejects.toMatchObject({ code: 'download-failed' });
  const underWay = engine.search('words');
  expect(workers).toHaveLength(1);
  const reopened = engine.reopen();
  await expect(underWay).rejects.toMatchObject({ code: 'download-failed' });
  const asked = engine.search('words');
  workers[1].say({ type: 'opened', info, stage: 'full' });
  await reopened;
  await engine.ready;
  await vi.waitFor(() => expect(workers[1].posted.at(-1)).toMatchObject({ type: 'search', query: 'words' }));
  await engine.reopen();
  expect(workers).toHaveLength(2);
  engine.close();
  await expect(asked).rejects.toMatchObject({ code: 'closed' });
  await expect(engine.reopen()).rejects.toMatchObject({ code: 'closed' });
  expect(workers).toHaveLength(2);
});

/** The last that a worker was sent. */
const searchOf = ({ posted }: FakeWorker) =>
  posted.flatMap((sent) => (sent.type === 'search' ? [sent.id] : [])).at(-1)!;

function failSearch(worker: FakeWorker, code: ErrorCode): void {
  worker.say({ type: 'search-failed', id: searchOf(worker), error: { code, message: `${code} of a fragment` } });
}

it.each(['download-failed', 'hash-mismatch'] as const)(
  'is opened again by who asks for that when its last search failed with %s: the index may be another by now',
  async (code) => {
    const engine = startEngine();
    const opening = engine.connect();
    workers[0].say({ type: 'opened', info, stage: 'instant' });
    await opening;
    const { ready } = engine;
    const asked = engine.search('words');
    await engine.connect();
    failSearch(workers[0], code);
    await expect(asked).rejects.toMatchObject({ code });
    vi.stubGlobal('navigator', { onLine: false });
    await engine.reopen();
    expect(workers).toHaveLength(1);
    vi.stubGlobal('navigator', {});
    const reopened = engine.reopen();
    void engine.reopen();
    expect(workers).toHaveLength(2);
    await expect(ready).rejects.toMatchObject({ code });
    workers[1].say({ type: 'opened', info, stage: 'full' });
    await reopened;
    await engine.ready;
    await engine.reopen();
    expect(workers).toHaveLength(2);
  },
);

it('is opened again by who asks for that while a site is left out', async () => {
  const engine = startEngine();
  const site = { url: '', siteRoot: '', passageCount: 0, pageCount: 0 };
  const error = { code: 'download-failed' as const, message: 'no manifest' };
  const opening = engine.connect();
  workers[0].say({ type: 'opened', info: { ...info, sites: [site, { ...site, error }] }, stage: 'full' });
  await opening;
  const reopened = engine.reopen();
  void engine.reopen();
  expect(workers).toHaveLength(2);
  workers[1].say({ type: 'opened', info: { ...info, sites: [site, site] }, stage: 'full' });
  await reopened;
  await engine.reopen();
  expect(workers).toHaveLength(2);
});

it('is not opened again once a later search had a result, nor for what another index would not mend', async () => {
  const engine = await openEngine();
  const failing = async (code: ErrorCode) => {
    const asked = engine.search('words');
    await engine.connect();
    failSearch(workers[0], code);
    await expect(asked).rejects.toMatchObject({ code });
  };
  await failing('download-failed');
  const again = engine.search('words');
  await engine.connect();
  workers[0].say({ type: 'result', id: searchOf(workers[0]), result: { hits: [] } } as never);
  await again;
  await engine.reopen();
  await failing('bad-option');
  await engine.reopen();
  expect(workers).toHaveLength(1);
});

it('a search that is sent again at once by who hears of the failure is answered by the worker that it started', async () => {
  const engine = await openEngine();
  workers[0].crash();
  const asked = engine.search('words').catch(() => engine.search('words'));
  await vi.waitFor(() => expect(workers[1].posted).toHaveLength(1));
  workers[1].crash();
  await vi.waitFor(() => expect(workers).toHaveLength(3));
  workers[2].say({ type: 'opened', info, stage: 'full' });
  await vi.waitFor(() => expect(workers[2].posted.at(-1)).toMatchObject({ type: 'search' }));
  const message = workers[2].posted.at(-1);
  const result = { hits: [] };
  workers[2].say({ type: 'result', id: message?.type === 'search' ? message.id : 0, result } as never);
  expect(await asked).toEqual(result);
});

it('what is asked of a worker that died at rest is answered by another, and nobody hears of it', async () => {
  vi.useFakeTimers();
  const free = new Map<string, () => void>();
  vi.stubGlobal('navigator', { locks: { request: async (name: string, call: () => void) => free.set(name, call) } });
  const engine = await openEngine();
  const locksOf = (type: ToHolder['type']) =>
    workers[0].posted.flatMap((message) => (message.type === type ? [message.lock] : []));
  const [lock] = locksOf('hold');
  workers[0].say({ type: 'held', lock });
  expect(locksOf('let-go')).toEqual([lock]);
  free.get(lock)?.();
  const asked = engine.search('words');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(workers).toHaveLength(2);
  workers[1].say({ type: 'opened', info, stage: 'full' });
  await vi.advanceTimersByTimeAsync(0);
  const message = workers[1].posted.at(-1);
  expect(message).toMatchObject({ type: 'search', query: 'words' });
  const result = { hits: [] };
  workers[1].say({ type: 'result', id: message?.type === 'search' ? message.id : 0, result } as never);
  expect(await asked).toEqual(result);
  expect(workers[1].posted.at(-1)).toMatchObject({ type: 'let-go' });
});

it('is watched from before a search is sent until it is answered, also when one takes the place of another', async () => {
  vi.stubGlobal('navigator', { locks: { request: async () => undefined } });
  const engine = await openEngine();
  const first = engine.search('words').catch(({ code }) => code);
  await engine.connect();
  void engine.search('more words').catch(() => undefined);
  await engine.connect();
  expect(await first).toBe('aborted');
  const types = workers[0].posted.map(({ type }) => type);
  expect(types).toEqual(['hold', 'open', 'let-go', 'hold', 'search', 'cancel', 'search']);
});

it('is what its worker last said it was, with whichever message, also one that nobody waits for any more', async () => {
  const engine = startEngine();
  const opening = engine.connect();
  workers[0].say({ type: 'opened', info, stage: 'instant' });
  await opening;
  const error = { code: 'aborted' as const, message: 'search: aborted' };
  for (const message of [
    { type: 'full' },
    { type: 'explanation', id: 7, explanation: {} },
    { type: 'search-failed', id: 8, error },
    { type: 'result', id: 9, result: {} },
  ]) {
    workers[0].say({ ...message, info: { ...info, notice: message.type } } as FromWorker);
    expect(engine.notice).toBe(message.type);
    workers[0].say(message as FromWorker);
    expect(engine.notice).toBe(message.type);
  }
});

it('asks the worker to explain, and gives its answer', async () => {
  const engine = await openEngine();
  const asked = engine.explain('words', hit);
  await engine.connect();
  const message = workers[0].posted.at(-1);
  expect(message).toMatchObject({ type: 'explain', query: 'words', hit });
  const explanation = { text: 'text', queryWords: [], words: [], similarity: new Float32Array() };
  workers[0].say({ type: 'explanation', id: message?.type === 'explain' ? message.id : 0, explanation } as never);
  expect(await asked).toEqual(explanation);
});

it('sends a copy of a filter that is being watched, as frameworks do', async () => {
  const engine = await openEngine();
  void engine.search('words', { filter: new Proxy({ topic: new Proxy(['care'], {}) }, {}) }).catch(() => undefined);
  await engine.connect();
  const message = workers[0].posted.at(-1);
  expect(structuredClone(message)).toMatchObject({ type: 'search', request: { filter: { topic: ['care'] } } });
});

it('rejects what cannot be sent to a worker, and the next search goes on', async () => {
  const engine = await openEngine();
  const { postMessage } = workers[0];
  workers[0].postMessage = (message) => postMessage.call(workers[0], structuredClone(message));
  const odd = { sort: (() => 'title') as never };
  await expect(engine.search('words', odd)).rejects.toMatchObject({ code: 'bad-option' });
  void engine.search('more words').catch(() => undefined);
  await engine.connect();
  expect(workers[0].posted.at(-1)).toMatchObject({ type: 'search', query: 'more words' });
});

it.each([
  ['a query that is no string', undefined, {}],
  ['a stage that there is not', 'words', { stage: 'bogus' as never }],
])('refuses %s', async (_, query, request) => {
  const engine = await openEngine();
  await expect(engine.search(query as string, request)).rejects.toMatchObject({ code: 'bad-option' });
});

it.each([
  ['its signal', (controller: AbortController) => controller.abort()],
  ['a newer search', (_: AbortController, engine: WorkerEngine) => void engine.search('newer').catch(() => undefined)],
])(
  "a search is cancelled by %s at once, the worker hears of it, and a late answer of its is nobody's",
  async (_, cancel) => {
    vi.stubGlobal('requestAnimationFrame', () => 0);
    const engine = await openEngine();
    const controller = new AbortController();
    const early: unknown[] = [];
    const asked = engine.search('words', { signal: controller.signal, onInstant: (result) => void early.push(result) });
    await engine.connect();
    const { id } = workers[0].posted.find((message) => message.type === 'search')!;
    cancel(controller, engine);
    await expect(asked).rejects.toMatchObject({ code: 'aborted' });
    const cancelled = () => workers[0].posted.filter((message) => message.type === 'cancel');
    expect(cancelled()).toEqual([{ type: 'cancel', id }]);
    workers[0].say({ type: 'instant-result', id, result: { hits: [] } } as never);
    workers[0].say({ type: 'result', id, result: { hits: [] } } as never);
    controller.abort();
    expect([early, cancelled()]).toEqual([[], [{ type: 'cancel', id }]]);
  },
);

it('leaves the search under way alone when one is asked for that never starts', async () => {
  const engine = await openEngine();
  const asked = engine.search('words');
  await engine.connect();
  const message = workers[0].posted.at(-1);
  await expect(engine.search('more', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  expect(workers[0].posted.at(-1)).toBe(message);
  const result = { hits: [] };
  workers[0].say({ type: 'result', id: message?.type === 'search' ? message.id : 0, result } as never);
  expect(await asked).toEqual(result);
});

it('refuses to open what is no address, and says what is one', async () => {
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('document', {});
  vi.stubGlobal('Node', { prototype: { baseURI: 'https://site.test/' } });
  await expect(open('https://')).rejects.toMatchObject({
    code: 'bad-option',
    message:
      'open: expected the address of an index folder, got https://. Name it absolutely, or relative to the page.',
  });
});

it('refuses an option that is misspelt, and names those that there are', async () => {
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('document', {});
  vi.stubGlobal('Node', { prototype: { baseURI: 'https://site.test/' } });
  const refused = (message: string) => ({ code: 'bad-option', message: expect.stringContaining(message) });
  await expect(open('search/', { devise: 'wasm' } as OpenOptions)).rejects.toMatchObject(
    refused('open: expected only the options device, offline, '),
  );
  const mergeIndex = [{ url: 'blog/', wieght: 2 } as MergedIndex];
  await expect(open('https://site.test/', { mergeIndex })).rejects.toMatchObject(
    refused('open mergeIndex: expected only the options url, weight, filter, got wieght. Check its spelling.'),
  );
  const engine = await openEngine();
  const posted = workers[0].posted.length;
  await expect(engine.search('words', { limt: 5 } as SearchRequest)).rejects.toMatchObject(
    refused('got limt. Check its spelling.'),
  );
  const explainRequest = { typoTolerence: false } as object;
  await expect(engine.explain('words', hit, explainRequest)).rejects.toMatchObject(
    refused('explain: expected only the options typoTolerance, got typoTolerence. Check its spelling.'),
  );
  await expect(engine.search('words', null as never)).rejects.toMatchObject(
    refused('search: expected options in an object, got null.'),
  );
  await expect(engine.explain(7 as never, hit)).rejects.toMatchObject(
    refused('explain: expected the query to be a string, got number.'),
  );
  expect(workers[0].posted).toHaveLength(posted);
});

it('takes what is relative from the page, whatever a form of it is called', async () => {
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('document', { baseURI: '[a form of that name]' });
  vi.stubGlobal('Node', { prototype: { baseURI: 'https://site.test/' } });
  // Refused for nothing before.
  await expect(open('search/', { mergeIndex: [{ url: 'blog/', weight: 0 }] })).rejects.toMatchObject({
    message: expect.stringContaining('the weight of blog/'),
  });
});

it('says what keeps a page from starting the worker, and tries again the next time', async () => {
  const engine = new WorkerEngine('http://site.test/', {}, () => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  });
  await expect(engine.connect()).rejects.toMatchObject({
    code: 'bad-option',
    message: expect.stringContaining("is insecure. Its script must come from the page's own origin"),
  });
  await expect(engine.search('words')).rejects.toMatchObject({ code: 'bad-option' });
});
