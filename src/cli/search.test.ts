// A search from text to hits over real indexes: made by the command line, opened as the command line opens them, the real model.

import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchSite } from '../engine/candidates.ts';
import { explain, type Searched, search, soleSite } from '../engine/search.ts';
import type { SearchRequest } from '../types.ts';
import { openFolder } from './open-folder.ts';
import { run } from './run.ts';

type Opened = Awaited<ReturnType<typeof openFolder>>;

const page = (title: string, body: string, head = '') =>
  `<html lang="en"><head><title>${title}</title>${head}</head><body><main><h1>${title}</h1>${body}</main></body></html>`;
const filler = (topic: string) =>
  `<p>${`${topic} is described here at some length, with what it is for and when to change it. `.repeat(4)}</p>`;

const MANUAL = {
  'memory.html': page(
    'Memory',
    `<div data-latelight-filter="topic:memory" data-latelight-sort="date:2024-05-01"></div>
     <h2 id="work">Sorting</h2><p>The setting work_mem says how much memory a sort may use before it writes to disk.</p>${filler('Sorting')}
     <h2 id="hash">Hashing</h2><p>The setting hash_mem_multiplier gives hash tables more than work_mem alone.</p>${filler('Hashing')}`,
  ),
  'backup.html': page(
    'Backups',
    `<div data-latelight-filter="topic:safety" data-latelight-sort="date:2026-01-15"></div>
     <h2 id="dump">Dump</h2><p>Write all of a database to a file that another server can read.</p>${filler('A dump')}
     <h2 id="restore">Restore</h2><p>Read the file back. Needs version 9.6.24 or later, not version 9.6 alone; see 24 notes.</p>${filler('A restore')}`,
  ),
  'errors.html': page(
    'Errors',
    `<div data-latelight-filter="topic:safety"></div><div data-latelight-filter="topic:memory" data-latelight-sort="date:2025-07-07"></div>
     <h2 id="disk">Disk</h2><p>When the disk is full the server stops and says so in the log.</p>${filler('A full disk')}
     <h2 id="mem">Out of memory</h2><p>The quick brown fox jumps. The server ends a process when memory is short.</p>${filler('Short memory')}`,
  ),
};
const BLOG = {
  'news.html': page(
    'News',
    `<h2 id="sort">Faster sorts</h2><p>Sorting in memory is now twice as fast.</p>${filler('Sorting in memory')}`,
  ),
};

let folder = '';
let manual: Opened;
let blog: Opened;

async function indexOf(name: string, pages: Record<string, string>): Promise<Opened> {
  const site = join(folder, name);
  await mkdir(site);
  for (const [path, content] of Object.entries(pages)) await writeFile(join(site, path), content);
  const io = { out: () => {}, err: () => {}, interactive: false, signal: new AbortController().signal };
  expect(await run(['index', site, '-o', join(folder, `${name}-index`)], io)).toBe(0);
  return openFolder(join(folder, `${name}-index`));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-search-'));
  manual = await indexOf('manual', MANUAL);
  blog = await indexOf('blog', BLOG);
}, 120_000);
afterAll(async () => {
  for (const { index, encoder } of [manual, blog]) {
    index.close();
    await encoder.close();
  }
  await rm(folder, { recursive: true, force: true });
});

const find = (query: string, request?: SearchRequest, searched: Searched = soleSite(manual.index)) =>
  search(searched, manual.encoder, query, request);
const urls = async (...args: Parameters<typeof find>) => (await find(...args)).hits.map(({ url }) => url);

it.each([true, false])('says whether there is more than the limit, with exact words %s', async (exact) => {
  for (const [limit, hasMore] of [
    [5, true],
    [6, false],
    [7, false],
  ] as const) {
    const found = await find('memory', { limit, exact });
    expect(found, `limit ${limit}`).toMatchObject({ hasMore, hits: { length: Math.min(limit, 6) } });
  }
});

it('scores a query with rows as long as its words tell', async () => {
  const { queryCodes } = await find('the sort');
  const { codes, tokenCount, dim } = queryCodes;
  const [first, ...others] = Array.from({ length: tokenCount }, (_, token) =>
    Math.hypot(...codes.subarray(token * dim, (token + 1) * dim)),
  );
  // [CLS], the prefix, "the", "sort", [SEP]
  const shares = others.map((length) => length / first);
  expect(shares.map((share) => Math.round(share * 10) / 10)).toEqual([1, expect.any(Number), 1, 0.5]);
  expect(shares[1]).toBeLessThan(0.85);
});

describe('exact words', () => {
  it('gives only passages with a quoted phrase, and marks it', async () => {
    const { hits, exact, hasMore } = await find('"quick BROWN fox"');
    expect(hits.map(({ url }) => url)).toEqual(['errors.html#mem']);
    expect(exact).toEqual([{ text: 'quick BROWN fox', quoted: true, found: true }]);
    expect(hits[0].exact).toEqual([0]);
    expect(hasMore).toBe(false);
    const strongest = hits[0].marks.filter(({ strength }) => strength === 1);
    expect(strongest.map(({ start, end }) => hits[0].excerpt.slice(start, end))).toContain('quick brown fox');
  });

  it('finds without regard to the marks what no passage has, and says so', async () => {
    const apart = await find('"brown quick" fox', { limit: 6, facets: true });
    expect(apart).toMatchObject({
      phrasesMissed: true,
      hasMore: false,
      exact: [{ text: 'brown quick', found: false }],
    });
    expect(apart.hits[0]).toMatchObject({ url: 'errors.html#mem', exact: [] });
    expect(apart.hits).toHaveLength(6);
    expect(apart.facets).toEqual({ topic: { memory: 2, safety: 2 } });
    const nowhere = await find('"zebra" stripes');
    expect(nowhere).toMatchObject({ phrasesMissed: true, exact: [{ text: 'zebra', quoted: true, found: false }] });
    expect(nowhere.hits).toHaveLength(6);
    expect((await find('"zebra" stripes', { queryCodes: nowhere.queryCodes })).hits).toEqual(nowhere.hits);
  });

  it('lets phrases count that no passage has all of', async () => {
    const { hits, exact, phrasesMissed } = await find('"quick brown fox" and "memory much how" "hash tables"');
    expect(phrasesMissed).toBe(true);
    expect(exact.map(({ found }) => found)).toEqual([true, false, true]);
    const first = hits.slice(0, 2).map(({ url }) => url);
    expect(first.sort()).toEqual(['errors.html#mem', 'memory.html#hash']);
  });

  it('finds a name in code that is quoted, and in a phrase that is nowhere', async () => {
    for (const query of [
      '{"level":50,"code":"hash_mem_multiplier","message":"Something went wrong"}',
      'set("hash_mem_multiplier", "a lot")',
      'why "set hash_mem_multiplier to 2"',
    ]) {
      const { hits } = await find(query);
      expect(hits[0]?.url, query).toBe('memory.html#hash');
    }
  });

  it('puts passages with an identifier first, also while it is typed', async () => {
    expect((await urls('hash_mem_multiplier'))[0]).toBe('memory.html#hash');
    const typed = await find('disk hash_mem_mul');
    const [hit] = typed.hits;
    expect(hit.url).toBe('memory.html#hash');
    const marked = hit.marks.filter(({ strength }) => strength === 1);
    expect(marked.map(({ start, end }) => hit.excerpt.slice(start, end))).toContain('hash_mem_multiplier');
    // Something that goes on is not what was typed.
    expect(hit.exact).toEqual([]);
    expect(typed.exact).toEqual([{ text: 'hash_mem_mul', quoted: false, found: false }]);
    expect((await find('disk hash_mem_multiplier')).exact).toMatchObject([{ found: true }]);
    expect((await find('disk hash_mem_mul ')).exact).toMatchObject([{ found: false }]);
    expect((await find('disk hash_mem_mul', { exact: false })).exact).toEqual([]);
  });

  it('reads a version number as one', async () => {
    const { hits } = await find('sort 9.6.24');
    expect(hits[0]).toMatchObject({ url: 'backup.html#restore', exact: [0] });
    expect(hits.filter(({ exact }) => exact.length > 0)).toHaveLength(1);
    expect((await find('sort 6.9.24')).hits.every(({ exact }) => exact.length === 0)).toBe(true);
  });
});

describe('a misspelt word, and one that is being typed', () => {
  it('finds what the right word finds, and says where it stands in what was asked', async () => {
    const right = await find('multiplied by hash tables, and disk');
    const { hits, query, words, corrections, queryCodes } = await find('multiplied by hahs tabels, and disk');
    expect(query).toBe('multiplied by hahs tabels, and disk');
    expect(corrections).toEqual([{ from: 'tabels', to: 'tables', start: 19, end: 25, kind: 'spelling' }]);
    const { codes } = (await find('multiplied by hahs tables, and disk')).queryCodes;
    expect(queryCodes.codes).toEqual(codes);
    expect(words.map(({ text }) => text)).toEqual(['multiplied', 'by', 'hahs', 'tabels', ',', 'and', 'disk']);
    for (const { text, start, end } of words) expect(query.slice(start, end)).toBe(text);
    expect(hits[0].url).toBe(right.hits[0].url);
    const marked = hits[0].marks.filter(({ queryWord }) => queryWord === 3);
    expect(marked.map(({ start, end }) => hits[0].excerpt.slice(start, end))).toContain('tables');
  });

  it('is left as it is when that is asked for', async () => {
    const asked = await find('hash tabels ', { typoTolerance: false });
    expect(asked.corrections).toEqual([]);
    const { codes } = asked.queryCodes;
    expect((await find('hash tabels ')).queryCodes.codes).not.toEqual(codes);
    expect((await find('hash tables ')).queryCodes.codes).not.toEqual(codes);
  });

  it('is found letter by letter, and named as it was asked', async () => {
    const { exact, corrections } = await find('how to databsae "quick brown fox"');
    expect(corrections).toMatchObject([{ to: 'database' }]);
    expect(exact).toEqual([{ text: 'quick brown fox', quoted: true, found: true }]);
    const typed = await find('read a datab');
    expect(typed.corrections).toMatchObject([{ from: 'datab', to: 'database', kind: 'completion' }]);
  });

  it('is known when one of several indexes has it', async () => {
    const [of, merged] = [soleSite(manual.index), { ...soleSite(blog.index).sites[0], site: 1 }];
    expect((await find('is it twiec ', {}, soleSite(blog.index))).corrections).toMatchObject([{ to: 'twice' }]);
    expect((await find('is it twice ', {}, { sites: [...of.sites, merged] })).corrections).toEqual([]);
    expect((await find('is it twiec ', {}, { sites: [...of.sites, merged] })).corrections).toMatchObject([
      { to: 'twice' },
    ]);
  });

  it('is explained by what was searched for', async () => {
    const query = 'tabels of hash';
    const { hits } = await find(query);
    const of = (asked: string, request?: object) =>
      explain(soleSite(manual.index), manual.index, manual.encoder, asked, hits[0].id, request);
    const { queryWords, similarity } = await of(query);
    expect(queryWords.map(({ text }) => text)).toEqual(['tabels', 'of', 'hash']);
    expect(similarity).toEqual((await of('tables of hash')).similarity);
    expect((await of(query, { typoTolerance: false })).similarity).not.toEqual(similarity);
  });
});

describe('a site where many passages have the words', () => {
  let stones: Opened;
  const said = (words: string) => page('Page', `<p>${words} is what this page is about, among other things.</p>`);

  beforeAll(async () => {
    const competitors = Array.from({ length: 90 }, (_, n) => [
      `a${n}.html`,
      said('A stone bridge of version 2.1 and 0'),
    ]);
    const long = filler('Something that has nothing to do with either of them');
    const right = [0, 1, 2].map((n) => [
      `z${n}.html`,
      said(`${long} The bridge stone, 2.0 since spring ${n}, ${long}`),
    ]);
    stones = await indexOf('stones', Object.fromEntries([...competitors, ...right]));
  }, 120_000);
  afterAll(async () => {
    stones.index.close();
    await stones.encoder.close();
  });
  const ask = (query: string, request?: SearchRequest) => find(query, request, soleSite(stones.index));
  const isRight = ({ url }: { url: string }) => url.startsWith('z');

  it('a phrase is found however many have its words in another order, whatever the limit', async () => {
    for (const request of [{}, { limit: 1 }, { limit: 10, perPage: 3 }]) {
      const { hits, hasMore, exact, facets } = await ask('"bridge stone"', { ...request, facets: true });
      expect(hits.every(isRight), JSON.stringify(request)).toBe(true);
      expect(hits.length).toBe(Math.min(3, request.limit ?? 10));
      expect(hasMore).toBe(request.limit === 1);
      expect(exact).toMatchObject([{ found: true }]);
      expect(facets).toEqual({});
    }
  });

  it('a version of digits that stand everywhere comes first, and is no beginning of another', async () => {
    const { hits, exact } = await ask('stone bridge 2.0', { limit: 3 });
    expect(exact).toMatchObject([{ text: '2.0', found: true }]);
    expect(hits.every((hit) => isRight(hit) && hit.exact.includes(0))).toBe(true);
    expect((await ask('stone bridge 2.5')).exact).toMatchObject([{ found: false }]);
  });
});

it('finds nothing for what has no letter or digit, in quotation marks or not, and still refuses what cannot be', async () => {
  for (const query of ['?', ' … ', '🚀', '"==="', '']) {
    expect(await find(query, { perPage: 3 })).toMatchObject({ query, stage: 'full', hits: [], hasMore: false });
  }
  expect((await find('5')).hits.length).toBeGreaterThan(0);
  const { queryCodes } = await find('memory');
  expect((await find('', { queryCodes })).hits.length).toBeGreaterThan(0);
  await expect(find('?', { limit: 0 })).rejects.toMatchObject({ code: 'bad-option' });
});

describe('a manual of several versions', () => {
  let versions: Opened;
  const chapter = (version: number) =>
    page(
      'Timeouts',
      `<div data-latelight-filter="version:${version}" data-latelight-sort="date:202${version}-01-01"></div>
       <p>The server waits thirty seconds for a request that does not end, and answers with an error when it still does not come.</p>`,
    );
  const other = (title: string, text: string) => page(title, `<p>${text}</p>`);

  beforeAll(async () => {
    const chapters = Object.fromEntries([1, 2, 3, 4, 5].map((version) => [`v${version}.html`, chapter(version)]));
    versions = await indexOf('versions', {
      ...chapters,
      'limits.html': other('Limits', 'How long and how large a request to the server may be is said for every route.'),
      'errors.html': other('Errors', 'What the server answers with when a request is wrong.'),
    });
  }, 120_000);
  afterAll(async () => {
    versions.index.close();
    await versions.encoder.close();
  });
  const ask = (request?: SearchRequest) =>
    find('how long does the server wait for a request', request, soleSite(versions.index));
  const file = ({ url }: { url: string }) => url.split('#')[0];

  it('gives what several pages say once, with the other pages, and further pages in their place', async () => {
    const { hits, hasMore } = await ask({ limit: 3, perPage: 1 });
    expect(file(hits[0])).toMatch(/^v\d/);
    const named = hits[0].alsoOn.map(file);
    expect([...named, file(hits[0])].sort()).toEqual(['v1.html', 'v2.html', 'v3.html', 'v4.html', 'v5.html']);
    const place = { id: expect.any(Number), page: expect.any(Number), site: 0, siteRoot: '' };
    expect(hits[0].alsoOn[0]).toEqual({ ...place, url: named[0], title: named[0].replace('.html', '') });
    expect(hits.slice(1).map(file).sort()).toEqual(['errors.html', 'limits.html']);
    expect(hits.slice(1).flatMap(({ alsoOn }) => alsoOn)).toEqual([]);
    expect(hasMore).toBe(false);
  });

  it('finds the page of the version that is asked for', async () => {
    const { hits } = await ask({ limit: 2, perPage: 1, filter: { version: ['2'] } });
    expect(hits.map((hit) => [file(hit), hit.alsoOn])).toEqual([['v2.html', []]]);
  });

  it('lets the first stand for the others in another order, and still when more are asked for', async () => {
    for (const limit of [1, 2, 4]) {
      const { hits } = await ask({ limit, perPage: 1, sort: { by: 'date', order: 'asc' } });
      expect(file(hits[0])).toBe('v1.html');
      expect(hits.filter(({ excerpt }) => excerpt.startsWith('The server waits'))).toHaveLength(1);
    }
  });

  it('gives every passage as it scores where no pages are asked for', async () => {
    const { hits } = await ask({ limit: 20 });
    expect(hits.filter(({ excerpt }) => excerpt.startsWith('The server waits'))).toHaveLength(5);
    expect(hits.flatMap(({ alsoOn }) => alsoOn)).toEqual([]);
  });
});

it('puts the section of a name before examples that say it more often', async () => {
  const example = '<pre>app.setErrorHandler(first)\napp.setErrorHandler(second)</pre>';
  const described = `<p>Called with what went wrong, the request and the reply. ${'It may answer, throw again, or leave the answer to the handler around it. '.repeat(4)}</p>`;
  const api = await indexOf('api', {
    'server.html': page(
      'Server',
      `<h2 id="override">Wrong use of setErrorHandler</h2>${example}<h2 id="set">setErrorHandler(handler)</h2>${described}`,
    ),
  });
  const best = async (query: string, request?: SearchRequest) =>
    (await search(soleSite(api.index), api.encoder, query, request)).hits.map(({ url }) => url)[0];
  expect(await best('setErrorHandler', { exact: false })).toBe('server.html#override');
  for (const query of ['setErrorHandler', 'setErrorHandler()', 'setErrorHand']) {
    expect(await best(query), query).toBe('server.html#set');
  }
  api.index.close();
  await api.encoder.close();
});

describe('pages', () => {
  it('groups by page, pages in the order of their best passage', async () => {
    const { hits, hasMore } = await find('how much memory may a sort use', { limit: 2, perPage: 2 });
    const pages = hits.map(({ page }) => page);
    expect(hits[0].url).toBe('memory.html#work');
    expect(new Set(pages).size).toBe(2);
    expect(pages).toEqual([...pages].sort((a, b) => pages.indexOf(a) - pages.indexOf(b)));
    for (const page of pages) expect(pages.filter((other) => other === page).length).toBeLessThanOrEqual(2);
    expect(hasMore).toBe(true);
    expect(await find('memory', { limit: 3, perPage: 1 })).toMatchObject({ hasMore: false, hits: { length: 3 } });
  });

  it('orders pages by a sort value either way', async () => {
    const pagesBy = async (order: 'asc' | 'desc') =>
      urls('memory', { perPage: 1, sort: { by: 'date', order } }).then((all) => all.map((url) => url.split('#')[0]));
    expect(await pagesBy('asc')).toEqual(['memory.html', 'errors.html', 'backup.html']);
    expect(await pagesBy('desc')).toEqual(['backup.html', 'errors.html', 'memory.html']);
    await expect(find('memory', { perPage: 1, sort: { by: 'size', order: 'asc' } })).rejects.toThrow(
      /\(date\), asc or desc/,
    );
    await expect(find('memory', { sort: { by: 'date', order: 'asc' } })).rejects.toThrow(/expected perPage/);
    await expect(find('memory', { perPage: 0 })).rejects.toMatchObject({ code: 'bad-option' });
  });

  it('counts pages by filter value, each name as if it had no filter of its own', async () => {
    const { facets } = await find('memory', { facets: true, filter: { topic: ['memory'] } });
    expect(facets).toEqual({ topic: { memory: 2, safety: 2 } });
    expect((await find('"hash_mem_multiplier"', { facets: true })).facets).toEqual({ topic: { memory: 1, safety: 0 } });
    for (const phrase of ['"is described here"', '"is described here at some length, with what it is for"']) {
      const ticked = { facets: true, filter: { topic: ['memory'] }, perPage: 1 };
      expect((await find(phrase, ticked)).facets).toEqual({ topic: { memory: 2, safety: 2 } });
    }
    expect((await find('memory')).facets).toBeUndefined();
    await expect(find('memory', { filter: { kind: ['x'] } })).rejects.toThrow(/\(topic\), got kind/);
    expect(await urls('memory', { filter: { topic: [] } })).toEqual(await urls('memory'));
    const misused = { topic: 'memory' } as unknown as SearchRequest['filter'];
    await expect(find('memory', { filter: misused })).rejects.toThrow(/topic to be a list of strings, got "memory"/);
  });
});

describe('several indexes', () => {
  const site = (over: Partial<SearchSite>): SearchSite => ({
    index: manual.index,
    site: 0,
    siteRoot: 'https://a.example/',
    weight: 1,
    filter: {},
    ...over,
  });
  const two = (weight = 1) => [
    site({ filter: { site: ['Manual'] } }),
    site({ index: blog.index, site: 1, siteRoot: 'https://b.example/', weight, filter: { site: ['Blog'] } }),
  ];

  it('gives one list, each hit with its site, ordered by weighted scores', async () => {
    const { hits, passageCount } = await find('sorting in memory is faster', { limit: 50 }, { sites: two() });
    expect(hits[0]).toMatchObject({ site: 1, siteRoot: 'https://b.example/', url: 'news.html#sort' });
    expect(new Set(hits.map((hit) => hit.site))).toEqual(new Set([0, 1]));
    expect(hits).toHaveLength(passageCount);
    const light = await find('sorting in memory is faster', { limit: 50 }, { sites: two(0.01) });
    expect(light.hits.at(-1)?.site).toBe(1);
    expect(light.hits[0].site).toBe(0);
  });

  it('filters and counts by values of a whole site', async () => {
    const { hits, facets } = await find('sort', { filter: { site: ['Blog'] }, facets: true }, { sites: two() });
    expect(new Set(hits.map((hit) => hit.site))).toEqual(new Set([1]));
    expect(facets).toEqual({ site: { Manual: 3, Blog: 1 }, topic: { memory: 0, safety: 0 } });
    expect(
      (await find('sort', { filter: { topic: ['memory'] } }, { sites: two() })).hits.every((hit) => hit.site === 0),
    ).toBe(true);
  });

  it('searches by meaning alone what has lost its lexicon, and keeps it among several unless an exact term is asked for', async () => {
    const folderWithout = join(folder, 'blog-without-lexicon');
    await cp(join(folder, 'blog-index'), folderWithout, { recursive: true });
    for (const file of await readdir(join(folderWithout, 'lexicon'))) await rm(join(folderWithout, 'lexicon', file));
    const without = await openFolder(folderWithout);
    const failures: number[] = [];
    const sites = [site({}), site({ index: without.index, site: 1 })];
    const both: Searched = { sites, onSiteFailure: ({ site }) => failures.push(site) };
    const sitesOf = async (query: string) =>
      new Set((await find(query, { limit: 50 }, both)).hits.map((hit) => hit.site));
    expect((await find('sorting in memory', {}, soleSite(without.index))).hits[0].url).toBe('news.html#sort');
    expect((await find('"twice as fast"', {}, soleSite(without.index))).hits).toHaveLength(1);
    expect(await sitesOf('sorting in memory')).toEqual(new Set([0, 1]));
    expect(failures).toEqual([]);
    expect(await sitesOf('sorting "quick brown fox"')).toEqual(new Set([0]));
    expect(failures).toEqual([1]);
    without.index.close();
    await without.encoder.close();
  });

  it('goes on without a site whose text cannot be read, and says so', async () => {
    const broken = Object.create(blog.index, {
      passage: { value: () => Promise.reject(new Error('down')) },
    }) as typeof blog.index;
    const failures: unknown[] = [];
    const sites = [site({}), site({ index: broken, site: 1 })];
    const { hits } = await find(
      'sorting',
      {},
      { sites, onSiteFailure: ({ site }, error) => failures.push([site, String(error)]) },
    );
    expect(hits.length).toBeGreaterThan(0);
    expect(hits.every((hit) => hit.site === 0)).toBe(true);
    expect(failures).toEqual([[1, 'Error: down']]);
    // Heavier, it would have had all places: those go to the other's hits.
    const heavy = [site({}), site({ index: broken, site: 1, weight: 100 })];
    const { hits: others } = await find('sorting', { limit: 3 }, { sites: heavy });
    expect(others.map((hit) => hit.site)).toEqual([0, 0, 0]);
    await expect(
      find('sorting', {}, { sites: [site({ index: broken }), site({ index: broken, site: 1 })] }),
    ).rejects.toThrow('down');
    const declared = { sites: [site({})], declaredFilters: ['site'] };
    expect((await find('sorting', { filter: { site: ['Blog'] } }, declared)).hits).toEqual([]);
    const anyDeclared = { sites: [site({})], declaredFilters: 'any' as const };
    const ofAnother = { filter: { author: ['Ada'] }, facets: true };
    expect((await find('sorting', ofAnother, anyDeclared)).hits).toEqual([]);
    await expect(find('sorting', { filter: { author: 'Ada' as never } }, anyDeclared)).rejects.toMatchObject({
      code: 'bad-option',
    });
    await expect(find('sorting', {}, { sites: [site({ index: broken })] })).rejects.toThrow('down');
  });
});

it('refuses codes of more tokens than a query has, and blames no model for it', async () => {
  const dim = manual.index.codec.dim;
  const queryCodes = { codes: new Int8Array(65 * dim), tokenCount: 65, dim };
  await expect(find('sorting', { queryCodes })).rejects.toMatchObject({
    code: 'bad-option',
    message: 'search: expected 1 to 64 query tokens, got 65. Shorten the query.',
  });
});

it('explains which words answer which', async () => {
  const { hits } = await find('memory for sorting');
  const { text, words, queryWords, similarity } = await explain(
    soleSite(manual.index),
    manual.index,
    manual.encoder,
    'memory for sorting',
    hits[0].id,
  );
  expect(similarity).toHaveLength(words.length * queryWords.length);
  const row = similarity.subarray(0, words.length); // "memory"
  const best = words[row.indexOf(Math.max(...row))];
  expect(text.slice(best.start, best.end)).toMatch(/memory/i);
  expect(Math.max(...similarity)).toBeLessThan(1.2);
  await expect(explain(soleSite(manual.index), manual.index, manual.encoder, 'x', 1e6)).rejects.toMatchObject({
    code: 'bad-option',
  });
});
