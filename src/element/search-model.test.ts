import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Hit, SearchEngine, SearchRequest, SearchResult, Stage } from '../types.ts';
import { SearchModel } from './search-model.ts';

interface Call {
  query: string;
  request: SearchRequest;
  answer: (stage?: Stage) => Promise<void>;
  fail: (code: string) => Promise<void>;
}

let calls: Call[];
let errors: unknown[];
/** Stages of the results that were told. */
let results: Stage[];
/** What `hooks.engine` gives; nothing when none is open. */
let engine: SearchEngine | undefined;
let limit: number;
let isTolerant: boolean;
let model: SearchModel;

/** Lets promise callbacks run. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

function newEngine(): SearchEngine {
  const search = (query: string, request: SearchRequest) =>
    new Promise<SearchResult>((resolve, reject) => {
      const hits = [{ site: 0, page: 0, id: 0, url: 'a.html' } as Hit];
      const result = (stage: Stage) => ({ query, stage, hits, hasMore: true }) as SearchResult;
      const answer = (stage: Stage = 'full') => {
        if (stage === 'instant') request.onInstant?.(result(stage));
        else resolve(result(stage));
        return settle();
      };
      const fail = (code: string) => {
        reject(Object.assign(new Error(code), { code }));
        return settle();
      };
      request.signal?.addEventListener('abort', () => fail('aborted'));
      calls.push({ query, request, answer, fail });
    });
  return { filters: { topic: { sea: 3 } }, sorts: ['date'], stage: 'full', search } as unknown as SearchEngine;
}

afterEach(() => vi.useRealTimers());
beforeEach(() => {
  vi.useFakeTimers();
  [calls, errors, results, limit, isTolerant] = [[], [], [], 10, true];
  engine = newEngine();
  model = new SearchModel({
    limits: () => ({ pages: limit, perPage: 3 }),
    typoTolerance: () => isTolerant,
    engine: async () => {
      engine ??= newEngine();
      return engine;
    },
    hasEngine: () => engine !== undefined,
    onChange: () => undefined,
    onResult: ({ stage }) => results.push(stage),
    onError: (error) => errors.push(error),
  });
});

async function ask(text: string): Promise<Call> {
  model.setText(text, 0);
  await settle();
  return calls.at(-1) as Call;
}

describe('as it is spelt', () => {
  it('asks again for the same text, whose hits are those of another question meanwhile, and for more of the same', async () => {
    const first = await ask('raef');
    expect(first.request.typoTolerance).toBe(true);
    await first.answer();
    model.searchAsSpelt();
    await settle();
    expect(calls[1]).toMatchObject({ query: 'raef', request: { typoTolerance: false } });
    expect(model.isStale).toBe(true);
    await calls[1].answer();
    expect(model.isStale).toBe(false);
    model.extend();
    await settle();
    expect(calls[2]).toMatchObject({ query: 'raef', request: { typoTolerance: false } });
  });

  it('asks for what is typed next as for anything, and for nothing so where that is switched off', async () => {
    await (await ask('raef')).answer();
    model.searchAsSpelt();
    await settle();
    await calls[1].answer();
    expect((await ask('raefs')).request.typoTolerance).toBe(true);
    isTolerant = false;
    expect((await ask('raef crab')).request.typoTolerance).toBe(false);
  });
});

describe('paused and resumed', () => {
  it('asks nothing again when all it shows is there and the engine too', async () => {
    await (await ask('reef')).answer();
    model.pause();
    model.resume();
    await settle();
    expect(calls).toHaveLength(1);
    expect(model.isSettled).toBe(true);
  });

  it('goes on from an instant result to the full one', async () => {
    const first = await ask('reef');
    await first.answer('instant');
    model.pause();
    await first.answer();
    expect(model.result?.stage).toBe('instant');
    model.resume();
    await settle();
    await calls[1].answer();
    expect([model.result?.stage, model.isBusy]).toEqual(['full', false]);
  });

  it('goes on with more of the same, and can be asked for more then', async () => {
    await (await ask('reef')).answer();
    model.extend();
    await settle();
    model.pause();
    model.resume();
    await settle();
    expect(calls[2].request.limit).toBe(20);
    await calls[2].answer();
    expect(model.isExtending).toBe(false);
    model.extend();
    await settle();
    expect(calls[3].request.limit).toBe(30);
  });

  it('searches for what was set meanwhile', async () => {
    await (await ask('reef')).answer();
    model.pause();
    model.setText('tide', 0, false);
    await settle();
    expect(calls).toHaveLength(1);
    model.resume();
    await settle();
    expect(calls[1].query).toBe('tide');
  });

  it('searches again with another number of pages', async () => {
    await (await ask('reef')).answer();
    model.pause();
    limit = 5;
    model.setText('reef', 0, false);
    model.resume();
    await settle();
    expect(calls[1].request.limit).toBe(5);
  });

  it('takes the number of pages that holds when it first starts', async () => {
    model.setText('reef', 0, false);
    limit = 5;
    model.resume();
    await settle();
    expect(calls.map(({ request }) => request.limit)).toEqual([5]);
  });

  it('asks a new engine for as many pages as are on show, which stay what they are meanwhile', async () => {
    await (await ask('reef')).answer();
    model.extend();
    await settle();
    await calls[1].answer();
    model.pause();
    engine = undefined;
    model.resume();
    await settle();
    expect(calls[2].request.limit).toBe(20);
    expect([model.isStale, model.isSettled]).toEqual([false, true]);
    await calls[2].answer('instant');
    expect([model.result?.stage, model.isExtending, results]).toEqual(['full', true, ['full', 'full']]);
    await calls[2].answer();
    expect([model.isBusy, model.isExtending]).toEqual([false, false]);
  });

  it('asks nothing for an empty box', async () => {
    await (await ask('reef')).answer();
    model.pause();
    model.setText(' ', 0, false);
    engine = undefined;
    model.resume();
    await settle();
    expect(calls).toHaveLength(1);
    expect(model.isBusy).toBe(false);
  });
});

describe('filters and order', () => {
  it('are news only when they differ from those last set', () => {
    expect(model.refine({}, '')).toBe(false);
    expect(model.refine({ topic: ['sea'] }, '')).toBe(true);
    expect(model.refine({ topic: ['sea'] }, '')).toBe(false);
    expect(model.refine({ topic: ['sea'] }, 'date:desc')).toBe(true);
    expect(model.refine({ topic: ['sea'] }, 'date:desc')).toBe(false);
    expect(model.refine({}, 'date:desc')).toBe(true);
  });

  it('are copied, so that a list that was changed in place is news when it is set again', () => {
    const filter = { topic: ['sea'] };
    model.refine(filter, '');
    filter.topic.push('wind');
    expect(model.filter).toEqual({ topic: ['sea'] });
    expect(model.refine(filter, '')).toBe(true);
    const own = model.filter as { topic: string[] };
    own.topic.pop();
    expect(model.refine(own, '')).toBe(true);
    expect(model.filter).toEqual({ topic: ['sea'] });
  });

  it('are part of what is asked', async () => {
    await (await ask('reef')).answer();
    model.refine({ topic: ['sea'] }, 'date:desc');
    expect(model.isStale).toBe(true);
    await ask('reef');
    expect(calls[1].request).toMatchObject({ filter: { topic: ['sea'] }, sort: { by: 'date', order: 'desc' } });
    await calls[1].answer();
    expect(model.isStale).toBe(false);
  });

  it('ask for no filter that only an engine before had, and for it again of one that has it', async () => {
    model.refine({ topic: ['sea'] }, '');
    const other = { ...newEngine(), filters: { author: { Ada: 1 } } };
    for (const next of [newEngine(), other, newEngine()]) {
      engine = next;
      expect((await ask('reef')).request.filter).toEqual(next === other ? {} : { topic: ['sea'] });
    }
    expect(model.filter).toEqual({ topic: ['sea'] });
  });

  it('ask for a filter that no engine has ever had, so that it is refused: the page has a mistake', async () => {
    model.refine({ topik: ['sea'], toString: ['x'] }, '');
    expect((await ask('reef')).request.filter).toEqual({ topik: ['sea'], toString: ['x'] });
  });

  it('ask for all of them where an index is down, or was empty when it was opened', async () => {
    model.refine({ author: ['Ada'] }, '');
    engine = { ...newEngine(), filters: { author: { Ada: 1 } } };
    await ask('reef');
    for (const site of [{ passageCount: 9, error: { code: 'download-failed' } }, { passageCount: 0 }]) {
      engine = { ...newEngine(), sites: [site] } as unknown as SearchEngine;
      expect((await ask('reef')).request.filter).toEqual({ author: ['Ada'] });
    }
    engine = { ...newEngine(), sites: [{ passageCount: 9 }] } as unknown as SearchEngine;
    expect((await ask('reef')).request.filter).toEqual({});
  });
});

describe('an engine that is shared', () => {
  it('is asked again, a little later, when another caller took its turn', async () => {
    await (await ask('reef')).fail('aborted');
    expect([model.isBusy, calls.length]).toEqual([true, 1]);
    await vi.advanceTimersByTimeAsync(249);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(251);
    expect(calls.map(({ query }) => query)).toEqual(['reef', 'reef']);
    await calls[1].answer();
    expect([model.result?.query, model.isBusy, errors]).toEqual(['reef', false, []]);
  });

  it('is left longer each time, so that searches slower than a pause come to an end', async () => {
    await (await ask('reef')).fail('aborted');
    await vi.advanceTimersByTimeAsync(500);
    await calls[1].fail('aborted');
    await vi.advanceTimersByTimeAsync(499);
    expect(calls).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(501);
    expect(calls).toHaveLength(3);
  });

  /** Two boxes that ask one engine for the same: after how long each has its result, from when the model has come. */
  async function bothAnswered(readyMs: number, searchMs: number, secondMs: number): Promise<number[]> {
    let stage: Stage = 'instant';
    const ready = new Promise<void>((resolve) => setTimeout(resolve, readyMs)).then(() => {
      stage = 'full';
    });
    let under: AbortController | undefined;
    const search = (query: string, { signal }: SearchRequest) =>
      new Promise<SearchResult>((resolve, reject) => {
        under?.abort();
        const mine = new AbortController();
        under = mine;
        const aborted = () => reject(Object.assign(new Error('aborted'), { code: 'aborted' }));
        mine.signal.addEventListener('abort', aborted);
        signal?.addEventListener('abort', aborted);
        const result = { query, stage: 'full', hits: [], hasMore: false } as unknown as SearchResult;
        void ready.then(() => setTimeout(() => resolve(result), searchMs));
      });
    const shared = {
      ...{ filters: {}, sorts: [], sites: [], ready, search },
      get stage() {
        return stage;
      },
    } as unknown as SearchEngine;
    const begunAt = Date.now();
    const answeredAfter: number[] = [];
    const box = () =>
      new SearchModel({
        limits: () => ({ pages: limit, perPage: 3 }),
        typoTolerance: () => true,
        engine: async () => shared,
        hasEngine: () => true,
        onChange: () => undefined,
        onResult: () => answeredAfter.push(Date.now() - begunAt - readyMs),
        onError: (error) => errors.push(error),
      });
    box().setText('reef', 0);
    await vi.advanceTimersByTimeAsync(secondMs);
    box().setText('reef', 0);
    await vi.advanceTimersByTimeAsync(readyMs + 600_000);
    return answeredAfter;
  }

  it('answers two who ask it for the same, however long a search takes', async () => {
    const searchMs = 6000;
    const answered = await bothAnswered(0, searchMs, 0);
    expect(answered).toHaveLength(2);
    expect(answered[1]).toBeLessThan(20 * searchMs);
  });

  it('answers both soon after a model that was long on its way, however often they took turns meanwhile', async () => {
    const late: number[] = [];
    for (let round = 0; round < 20; round++) late.push((await bothAnswered(60_000, 700, 3000))[1]);
    expect(Math.max(...late)).toBeLessThan(10_000);
  });

  it('is asked again soon after the model has come, though not at once: the other waits for it too', async () => {
    let becomeReady = () => {};
    const ready = new Promise<void>((resolve) => {
      becomeReady = resolve;
    });
    engine = { ...newEngine(), stage: 'instant', ready } as SearchEngine;
    await ask('reef');
    for (let turn = 0; turn < 4; turn++) {
      await calls[turn].fail('aborted');
      if (turn < 3) await vi.advanceTimersByTimeAsync(4000);
    }
    expect(calls).toHaveLength(4);
    becomeReady();
    await vi.advanceTimersByTimeAsync(249);
    expect(calls).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(251);
    expect(calls).toHaveLength(5);
  });

  it('is left as long when the model cannot be had', async () => {
    engine = { ...newEngine(), stage: 'instant', ready: Promise.reject(new Error('no model')) } as SearchEngine;
    await (await ask('reef')).fail('aborted');
    await vi.advanceTimersByTimeAsync(249);
    expect(calls).toHaveLength(1);
  });

  it('is not asked again for a text that is no longer asked, nor by one that is paused', async () => {
    for (const end of [() => model.setText('', 0), () => model.pause()]) {
      await (await ask('reef')).fail('aborted');
      const { length } = calls;
      end();
      await vi.advanceTimersByTimeAsync(2000);
      expect(calls).toHaveLength(length);
    }
  });

  it('says other failures at once', async () => {
    await (await ask('reef')).fail('worker-crashed');
    expect(errors).toMatchObject([{ code: 'worker-crashed' }]);
    expect(model.isBusy).toBe(false);
  });
});

describe('when an engine is closed that will be opened again', () => {
  it('an old failure is forgotten, and hits on show are still the answer', async () => {
    await (await ask('reef')).answer();
    model.extend();
    await settle();
    await calls[1].fail('worker-crashed');
    expect(model.error).toBeDefined();
    model.forgetError();
    expect([model.error, model.result?.stage, model.isStale]).toEqual([undefined, 'full', false]);
  });
});

describe('before another engine is asked', () => {
  it('an old failure is forgotten', async () => {
    await (await ask('reef')).fail('bad-manifest');
    expect(model.error).toBeDefined();
    model.forget();
    expect([model.error, model.result]).toEqual([undefined, undefined]);
  });

  it('hits of the old one stay, but answer nothing, quick ones neither', async () => {
    for (const stage of ['instant', 'full'] as const) {
      await (await ask(stage)).answer(stage);
      model.forget();
      model.setText(model.text, 0);
      expect([model.result?.stage, model.isStale], stage).toEqual([stage, true]);
    }
  });
});
