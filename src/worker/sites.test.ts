// Several indexes in one engine: which may be merged at all, and that one which never comes to an end does not keep the others waiting.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { LatelightError } from '../errors.ts';
import type { Manifest } from '../format/manifest.ts';
import { SiteList } from './sites.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A byte a second, for ever, as a connection does it: it fails when it is given up. */
function dripping(signal: AbortSignal): Response {
  return new Response(
    new ReadableStream<Uint8Array>({
      start(controller) {
        const timer = setInterval(() => controller.enqueue(Uint8Array.of(32)), 1000);
        signal.addEventListener('abort', () => {
          clearInterval(timer);
          controller.error(signal.reason);
        });
      },
    }),
  );
}

it('a merged index whose manifest comes byte by byte is left out after a time', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('location', new URL('http://page.test/'));
  vi.stubGlobal('fetch', async (url: string, { signal }: { signal: AbortSignal }) =>
    url.startsWith('http://drips.test/') ? dripping(signal) : new Response('', { status: 404 }),
  );
  const sites = new SiteList('http://page.test/index/', [{ url: 'http://drips.test/index/' }]);
  let settled = false;
  const reading = sites.readManifests('').catch(() => {
    settled = true;
  });
  await vi.advanceTimersByTimeAsync(15_000);
  expect(settled).toBe(false);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(settled).toBe(true);
  await reading;
  expect(sites.states[1].error).toMatchObject({ code: 'download-failed' });
});

it('a file of a merged index that comes byte by byte is given up after a time by its size', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('location', new URL('http://page.test/'));
  vi.stubGlobal('fetch', async (_: string, { signal }: { signal: AbortSignal }) => dripping(signal));
  const sites = new SiteList('http://page.test/index/', [{ url: 'http://drips.test/index/' }]);
  let code: string | undefined;
  const reading = sites.states[1].source
    .read({ file: 'shards/0.lls', bytes: 40_000, sha256: '0'.repeat(64) })
    .catch((error: LatelightError) => {
      code = error.code;
    });
  await vi.advanceTimersByTimeAsync(25_000);
  expect(code).toBeUndefined();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(code).toBe('download-failed');
  await reading;
});

it('a server that is silent is given up after 5 s among several, unless a file is worth a longer wait', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('location', new URL('http://page.test/'));
  const silent = ({ signal }: { signal: AbortSignal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  vi.stubGlobal('fetch', (_: string, init: { signal: AbortSignal }) => silent(init));
  const [{ source }] = new SiteList('http://page.test/index/', [{ url: 'http://page.test/other/' }]).states;
  const given = { shard: '', model: '' };
  const read = (file: keyof typeof given, options?: { silentMs: number }) =>
    source.read({ file, bytes: 9, sha256: '0'.repeat(64) }, options).catch(({ code }) => {
      given[file] = code;
    });
  void read('shard');
  void read('model', { silentMs: 30_000 });
  await vi.advanceTimersByTimeAsync(6000);
  expect(given).toEqual({ shard: 'download-failed', model: '' });
  await vi.advanceTimersByTimeAsync(25_000);
  expect(given.model).toBe('download-failed');
});

it('what a site failed with is forgotten when the next search asks it again, and not what kept one from opening', () => {
  vi.stubGlobal('location', new URL('http://page.test/'));
  const sites = new SiteList('http://page.test/a/', [{ url: 'http://page.test/b/' }, { url: 'http://page.test/c/' }]);
  const searched = (site: number) => ({ site, siteRoot: '', weight: 1, filter: {}, index: {} as never });
  Object.assign(sites.states[0], { search: searched(0) });
  Object.assign(sites.states[1], { search: searched(1) });
  sites.states[2].error = { code: 'bad-manifest', message: 'expected the file to be JSON' };
  const errors = () => sites.describe().map(({ error }) => error?.code);
  sites.begin().onSiteFailure?.(searched(1), new LatelightError('hash-mismatch', 'expected SHA-256'));
  expect(errors()).toEqual([undefined, 'hash-mismatch', 'bad-manifest']);
  expect(sites.begin().sites.map(({ site }) => site)).toEqual([0, 1]);
  expect(errors()).toEqual([undefined, undefined, 'bad-manifest']);
});

it('a filter that no index has may be that of one that is down, was empty, or failed in a search', () => {
  vi.stubGlobal('location', new URL('http://page.test/'));
  const list = (passageCount: number) => {
    const sites = new SiteList('http://page.test/a/', [{ url: 'http://page.test/b/' }]);
    const search = { site: 0, siteRoot: '', weight: 1, filter: {}, index: {} as never };
    const manifest = { passageCount: 1 } as Manifest;
    for (const [site, state] of sites.states.entries()) {
      Object.assign(state, { manifest, search: { ...search, site } });
    }
    Object.assign(sites.states[1], { manifest: { ...manifest, passageCount } });
    return sites;
  };
  const failing = list(1);
  const { declaredFilters, sites, onSiteFailure } = failing.begin();
  expect(declaredFilters).toBeUndefined();
  onSiteFailure?.(sites[1], new LatelightError('download-failed', 'expected a file'));
  // Also in the search after the next: what is known of the failure where searches come from may be older.
  expect([failing.begin().declaredFilters, failing.begin().declaredFilters]).toEqual(['any', 'any']);
  expect(list(0).begin().declaredFilters).toBe('any');
  const down = list(1);
  Object.assign(down.states[1], { search: undefined, error: { code: 'download-failed', message: 'expected a file' } });
  expect(down.begin().declaredFilters).toBe('any');
});

describe('what may be merged', () => {
  const file = (name: string, sha256 = 'a'.repeat(64)) => ({ file: name, bytes: 10, sha256 });
  const manifest = {
    format: 'latelight',
    version: 1,
    generator: 'test',
    language: '',
    siteRoot: '../',
    passageCount: 0,
    pageCount: 0,
    tokenCount: 0,
    codec: { ...file('models/c.llc'), dim: 32, subspaceDim: 4 },
    documentEncoder: { name: 'm', weights: 'q8', sha256: 'b'.repeat(64) },
    queryEncoder: {
      name: 'm',
      dim: 32,
      config: {
        prompts: { query: 'query: ', document: 'document: ' },
        prefixes: { query: '[Q]', document: '[D]' },
        queryLength: 32,
        documentLength: 256,
        queryExpansion: false,
        attendToExpansionTokens: false,
        skiplist: ['.', ','],
        maskToken: '[MASK]',
      },
      tokenizer: file('models/t.json'),
      tokenizerConfig: { tokenizer_class: 'BertTokenizer' },
      weights: { wasm: file('models/a.onnx') } as object,
    },
    runtime: { wasm: file('runtime/a.wasm') },
    shards: [],
    fragments: [],
    pages: file('pages/a.json'),
  };
  const other = '0'.repeat(64);

  /** @param change to the manifest of the second of two */
  async function merge(change: (copy: typeof manifest) => void) {
    const changed = structuredClone(manifest);
    change(changed);
    vi.stubGlobal('location', new URL('http://page.test/'));
    vi.stubGlobal('fetch', async (url: string) => Response.json(url.includes('/b/') ? changed : manifest));
    const sites = new SiteList('http://page.test/a/', [{ url: 'http://page.test/b/' }]);
    await sites.readManifests('');
    return { error: sites.states[1].error, known: sites.known.length };
  }

  it.each<[what: string, change: Parameters<typeof merge>[0]]>([
    ['codec', ({ codec }) => Object.assign(codec, { sha256: other })],
    ['query encoder', ({ queryEncoder }) => Object.assign(queryEncoder, { weights: { wasm: file('b.onnx', other) } })],
    ['document encoder', ({ documentEncoder }) => Object.assign(documentEncoder, { sha256: other })],
    ['tokenizer', ({ queryEncoder }) => Object.assign(queryEncoder.tokenizer, { sha256: other })],
    ['tokenizer', ({ queryEncoder }) => Object.assign(queryEncoder.tokenizerConfig, { remove_space: true })],
    ['prompt', ({ queryEncoder: { config } }) => Object.assign(config.prompts, { document: '' })],
    ['prefix', ({ queryEncoder: { config } }) => Object.assign(config.prefixes, { query: '[unused0]' })],
    ['query length', ({ queryEncoder: { config } }) => Object.assign(config, { queryLength: 48 })],
    ['document length', ({ queryEncoder: { config } }) => Object.assign(config, { documentLength: 512 })],
    ['query expansion', ({ queryEncoder: { config } }) => Object.assign(config, { queryExpansion: true })],
    ['attention to', ({ queryEncoder: { config } }) => Object.assign(config, { attendToExpansionTokens: true })],
    ['skip list', ({ queryEncoder: { config } }) => config.skiplist.pop()],
    ['mask token', ({ queryEncoder: { config } }) => Object.assign(config, { maskToken: '[PAD]' })],
  ])('no index of another %s, which the error names', async (what, change) => {
    const { error, known } = await merge(change);
    expect(error?.code).toBe('bad-option');
    expect(error?.message).toContain(
      `http://page.test/b/ to be indexed as http://page.test/a/ is (m), got another ${what}`,
    );
    expect(known).toBe(1);
  });

  it('one of other files, of another version and name, or that does not say what encoded its documents', async () => {
    const { error, known } = await merge((copy) => {
      Object.assign(copy, { generator: 'later', siteRoot: '', runtime: { wasm: file('runtime/b.wasm', other) } });
      Object.assign(copy.documentEncoder, { name: 'n', sha256: '' });
      Object.assign(copy.queryEncoder, { name: 'n', queryTable: file('models/b.llq', other) });
    });
    expect([error, known]).toEqual([undefined, 2]);
  });
});
