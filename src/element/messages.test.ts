import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../errors.ts';
import type { SearchResult } from '../types.ts';
import { announcement, byteProgress, engineSummary, errorSentence, loadingNote, milliseconds } from './messages.ts';

const result = (over: Partial<SearchResult> = {}): SearchResult => ({
  query: 'reef',
  stage: 'full',
  hits: [],
  words: [],
  exact: [],
  hasMore: false,
  queryCodes: { codes: new Int8Array(), tokenCount: 0, dim: 0 },
  backend: 'wasm',
  encoder: 'wasm',
  passageCount: 3204,
  timings: { encodeMs: 9, scoreMs: 2, exactMs: 0, fetchMs: 0, alignMs: 0.6, totalMs: 11.6 },
  ...over,
});

describe('byteProgress', () => {
  it('takes the unit of the total for both numbers', () => {
    expect(byteProgress(12_345_678, 41_000_000)).toBe('12.3 of 41.0 MB');
    expect(byteProgress(0, 41_000_000)).toBe('0.0 of 41.0 MB');
    expect(byteProgress(12_345, 999_949)).toBe('12.3 of 999.9 kB');
    expect(byteProgress(5e8, 2e9)).toBe('0.5 of 2.0 GB');
  });

  it('never shows more than the total, nor less than nothing', () => {
    expect(byteProgress(50_000_000, 41_000_000)).toBe('41.0 of 41.0 MB');
    expect(byteProgress(-1, 41_000_000)).toBe('0.0 of 41.0 MB');
  });
});

describe('loadingNote', () => {
  const progress = { loadedBytes: 1e6, totalBytes: 4e6, part: 'model', fromCache: false } as const;

  it('tells a download from the cache', () => {
    expect(loadingNote(progress, false)).toBe('Downloading 1.0 of 4.0 MB, once.');
    expect(loadingNote({ ...progress, fromCache: true }, false)).toBe('Loading 1.0 of 4.0 MB, kept from last time.');
  });

  it('promises a waiting query its search', () => {
    expect(loadingNote(undefined, true)).toBe('Getting the search ready. Your search runs as soon as it is ready.');
  });

  it('says that it starts when every byte is there', () => {
    expect(loadingNote({ ...progress, loadedBytes: 4e6 }, false)).toBe('Starting.');
  });
});

it('has a sentence for every error that can be shown', () => {
  const shown = ERROR_CODES.filter((code) => code !== 'aborted');
  expect(shown.filter((code) => errorSentence(code) === errorSentence('no such code'))).toEqual([]);
});

it('names encoder and scorer, once when they are the same', () => {
  expect(engineSummary(result())).toBe('WASM · 12 ms');
  expect(engineSummary(result({ backend: 'webgpu' }))).toBe('WASM + WebGPU · 12 ms');
});

it('rounds milliseconds', () => {
  expect([0, 0.2, 0.96, 12.5].map(milliseconds)).toEqual(['0 ms', '< 1 ms', '1 ms', '13 ms']);
});

it('announces one result in the singular', () => {
  const hit = {
    id: 0,
    page: 0,
    site: 0,
    siteRoot: '',
    exact: [],
    url: '',
    title: '',
    headings: [],
    excerpt: '',
    marks: [],
    meta: {},
    score: 1,
  };
  expect(announcement(result({ hits: [hit] }))).toBe('1 result for reef');
  expect(announcement(result({ hits: [hit, hit] }))).toBe('2 results for reef');
  expect(announcement(result())).toBe('No results for reef');
});
