import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../errors.ts';
import type { SearchResult } from '../types.ts';
import { milliseconds, shortened, Wording } from './messages.ts';

const english = new Wording();

const result = (over: Partial<SearchResult> = {}): SearchResult => ({
  query: 'reef',
  stage: 'full',
  hits: [],
  words: [],
  corrections: [],
  exact: [],
  phrasesMissed: false,
  hasMore: false,
  queryCodes: { codes: new Int8Array(), tokenCount: 0, dim: 0 },
  backend: 'wasm',
  encoder: 'wasm',
  passageCount: 3204,
  timings: { encodeMs: 9, scoreMs: 2, fetchMs: 0, alignMs: 0.6, exactMs: 0, totalMs: 11.6 },
  ...over,
});

describe('byteProgress', () => {
  it('takes the unit of the total for both numbers', () => {
    expect(english.bytes(12_345_678, 41_000_000)).toBe('12.3 of 41.0 MB');
    expect(english.bytes(0, 41_000_000)).toBe('0.0 of 41.0 MB');
    expect(english.bytes(12_345, 999_949)).toBe('12.3 of 999.9 kB');
    expect(english.bytes(5e8, 2e9)).toBe('0.5 of 2.0 GB');
  });

  it('never shows more than the total, nor less than nothing', () => {
    expect(english.bytes(50_000_000, 41_000_000)).toBe('41.0 of 41.0 MB');
    expect(english.bytes(-1, 41_000_000)).toBe('0.0 of 41.0 MB');
  });
});

describe('loadingNote', () => {
  const progress = { loadedBytes: 1e6, totalBytes: 4e6, part: 'model', fromCache: false } as const;

  it('tells a download from the cache', () => {
    expect(english.loading(progress, false)).toBe('Downloading 1.0 of 4.0 MB, once.');
    expect(english.loading({ ...progress, fromCache: true }, false)).toBe(
      'Loading 1.0 of 4.0 MB, kept from last time.',
    );
  });

  it('promises a waiting query its search', () => {
    expect(english.loading(undefined, true)).toBe('Getting the search ready. Your search runs as soon as it is ready.');
  });

  it('says that it starts when every byte is there', () => {
    expect(english.loading({ ...progress, loadedBytes: 4e6 }, false)).toBe('Starting.');
  });
});

it('has a sentence for every error that can be shown', () => {
  const shown = ERROR_CODES.filter((code) => code !== 'aborted');
  expect(shown.filter((code) => english.error(code) === english.error('no such code'))).toEqual([]);
});

it('names encoder and scorer, once when they are the same', () => {
  expect(english.engineSummary(result())).toBe('WASM · 12 ms');
  expect(english.engineSummary(result({ backend: 'webgpu' }))).toBe('WASM + WebGPU · 12 ms');
});

it('rounds milliseconds', () => {
  expect([0, 0.2, 0.96, 12.5].map(milliseconds)).toEqual(['0 ms', '< 1 ms', '1 ms', '13 ms']);
});

it('announces one result in the singular, and says which are quick', () => {
  expect(english.announcement(result(), 1)).toBe('1 result for reef');
  expect(english.announcement(result(), 2)).toBe('2 results for reef');
  expect(english.announcement(result({ stage: 'instant' }), 2)).toBe('2 quick results for reef');
  expect(english.announcement(result(), 0)).toBe('No results for reef');
});

it('announces that results are without the quotation marks before it counts them', () => {
  const missed = result({ phrasesMissed: true });
  expect(english.announcement(missed, 2)).toBe('These are results without the quotation marks. 2 results for reef');
  expect(english.announcement(missed, 0)).toBe('No results for reef');
});

it('announces what was searched for where words were misspelt, and as far as they are typed', () => {
  const corrections: SearchResult['corrections'] = [
    { from: 'raef', to: 'reef', start: 0, end: 4, kind: 'spelling' },
    { from: 'cora', to: 'corals', start: 8, end: 12, kind: 'completion' },
  ];
  expect(english.announcement(result({ query: 'raef of cora', corrections }), 2)).toBe('2 results for reef of cora');
});

it('counts pages where it knows them, passages else', () => {
  expect(english.best(10, 3204, 97)).toBe('The best 10 of 97 pages');
  expect(english.best(10, 3204, undefined)).toBe('The best 10 of 3,204 passages');
  expect(english.best(0, 3204, 97)).toBe('');
});

describe('Wording', () => {
  it('leaves text from elsewhere as it is, braces included', () => {
    expect(english.say('nothing', { query: '{query} {count} $&' })).toBe('No results for {query} {count} $&');
    expect(english.say('nothing', Object.create({ query: 'inherited' }))).toBe('No results for {query}');
  });

  it('chooses the form of a number by the rules of the language', () => {
    const forms = { found: { one: 'one', two: 'two', few: 'few', other: 'other' } };
    const arabic = new Wording('ar', forms);
    expect([1, 2, 3, 11].map((quantity) => arabic.say('found', {}, quantity))).toEqual(['one', 'two', 'few', 'other']);
    expect([1, 2].map((quantity) => new Wording('fr', forms).say('found', {}, quantity))).toEqual(['one', 'other']);
  });

  it('falls back to English for a message that is missing and for a tag that is none', () => {
    const odd = new Wording('not a tag', { label: 'Suche' });
    expect([odd.lang, odd.say('label'), odd.say('retry')]).toEqual(['en', 'Suche', 'Try again']);
  });
});

describe('shortened', () => {
  it('leaves what is short as it is', () => {
    expect(shortened('close the server')).toBe('close the server');
    expect(shortened('x'.repeat(80))).toBe('x'.repeat(80));
  });

  it('cuts after 80 characters as people count them, never inside one', () => {
    const flag = '🇳🇱';
    expect(shortened(flag.repeat(80))).toBe(flag.repeat(80));
    expect(shortened(flag.repeat(81))).toBe(`${flag.repeat(80)}…`);
    expect(shortened(`${'x'.repeat(79)} and more`)).toBe(`${'x'.repeat(79)}…`);
  });

  it('is what is said of a search', () => {
    const query = 'x'.repeat(5000);
    expect(english.announcement(result({ query }), 3)).toBe(`3 results for ${'x'.repeat(80)}…`);
    expect(english.announcement(result({ query }), 0)).toBe(`No results for ${'x'.repeat(80)}…`);
  });
});
