// Before the encoder has arrived: hits from the query table, marked so, and replaced in place when the encoder's are there.

import { expect, type Page, test } from '@playwright/test';
import type { SearchResult } from '../src/types.ts';
import { gotoBlank, readManifestFile, SMALL } from './engine.ts';

const QUERY = 'redact passwords in log output';

const box = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const hits = (page: Page) => page.getByRole('region', { name: 'Results' }).getByRole('listitem');
const atStage = (page: Page, stage: string) => page.locator(`.results[data-stage=${stage}]`);

/** Holds the query encoder's file back until the returned function is called. */
async function holdModel(page: Page): Promise<() => void> {
  const { queryEncoder } = await readManifestFile();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.context().route(`**/${queryEncoder.weights.wasm.file}`, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

async function blockModel(page: Page): Promise<void> {
  const { queryEncoder } = await readManifestFile();
  await page.context().route(`**/${queryEncoder.weights.wasm.file}`, (route) => route.fulfill({ status: 404 }));
}

test('hits show while the model is on its way, and the full ones take their place in the same list', async ({
  page,
}) => {
  const release = await holdModel(page);
  await page.goto(SMALL);
  await box(page).fill(QUERY);
  await expect(atStage(page, 'instant')).toBeVisible();
  await expect(hits(page).first()).toContainText(/redact/i);
  await expect(hits(page).first().locator('mark').first()).toBeVisible();
  await expect(page.getByText(/^Quick results/)).toBeVisible();
  // The visitor is on the first hit when the full results come.
  await box(page).press('ArrowDown');
  const link = hits(page).first().getByRole('link').first();
  await expect(link).toBeFocused();
  const focused = await link.evaluate((element) => element.closest<HTMLElement>('[data-hit]')?.dataset.hit);
  const before = await page.locator('.results ol').boundingBox();
  await page.locator('.results').evaluate((region) => {
    const seen = { list: region.querySelector('ol'), fewest: 99, stages: [] as string[] };
    (globalThis as { seen?: unknown }).seen = seen;
    new MutationObserver(() => {
      seen.fewest = Math.min(seen.fewest, region.querySelectorAll('li').length);
    }).observe(region, { childList: true, subtree: true });
    document.addEventListener('latelight-results', (event) => seen.stages.push((event as CustomEvent).detail.stage));
  });
  release();
  await expect(atStage(page, 'full')).toBeVisible();
  await expect(page.getByText(/^The best 10 of/)).toBeVisible();
  const after = await page.locator('.results').evaluate((region) => {
    const { list, fewest, stages } = (globalThis as { seen?: { list: Element; fewest: number; stages: string[] } })
      .seen!;
    const active = (region.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    const ids = [...region.querySelectorAll<HTMLElement>('[data-hit]')].map((hit) => hit.dataset.hit);
    return {
      sameList: list === region.querySelector('ol'),
      fewest,
      stages,
      active: active?.closest<HTMLElement>('[data-hit]')?.dataset.hit,
      ids,
    };
  });
  expect(after).toMatchObject({ sameList: true, stages: ['full'] });
  expect(after.fewest).toBeGreaterThanOrEqual(10);
  expect(after.ids).toContain(focused);
  expect(after.active).toBe(focused);
  expect((await page.locator('.results ol').boundingBox())!.y).toBe(before!.y);
});

test('the API tells the stages apart, and `ready` resolves with the full one', async ({ page }) => {
  const release = await holdModel(page);
  await gotoBlank(page);
  const handle = await page.evaluateHandle(async (query) => {
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    const engine = await open('./', { device: 'wasm' });
    const stages = [engine.stage as string];
    let early: SearchResult | undefined;
    const instant = new Promise<SearchResult>((resolve) => {
      void engine.search(query, { onInstant: resolve }).then((full) => {
        stages.push(`${early?.stage} then ${full.stage}`);
      });
    });
    early = await instant;
    void engine.ready.then(() => stages.push('ready'));
    return { engine, early, stages };
  }, QUERY);
  const early = await handle.evaluate(({ engine, early }) => ({ ...early, engineStage: engine.stage }));
  expect(early).toMatchObject({ stage: 'instant', encoder: 'table', backend: 'wasm', engineStage: 'instant' });
  expect(early.hits[0].excerpt).toMatch(/redact/i);
  expect(early.hits[0].marks.length).toBeGreaterThan(0);
  release();
  const later = await handle.evaluate(async ({ engine, stages }, query) => {
    await engine.ready;
    let called = false;
    const { stage, encoder, hits } = await engine.search(query, {
      onInstant: () => {
        called = true;
      },
    });
    const first = hits[0].id;
    engine.close();
    return { stages, stage, encoder, called, engineStage: engine.stage, first };
  }, QUERY);
  expect(later).toMatchObject({ stage: 'full', encoder: 'wasm', called: false, engineStage: 'full' });
  // The search that had been waiting was cancelled by the second, or answered before it: either way `ready` came.
  expect(later.stages).toContain('ready');
});

test('a search that waits for the model is cancelled by a newer one, whose hits are the ones that show', async ({
  page,
}) => {
  const release = await holdModel(page);
  await gotoBlank(page);
  const handle = await page.evaluateHandle(async () => {
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    const engine = await open('./', { device: 'wasm' });
    const seen: string[] = [];
    const onInstant = ({ query }: SearchResult) => seen.push(query);
    const older = engine.search('first logger', { onInstant }).catch((error: Error) => error.name);
    await new Promise<void>((resolve) => {
      const newer = engine.search('second logger', { onInstant: (result) => resolve(void onInstant(result)) });
      Object.assign(engine, { newer });
    });
    return { engine: engine as typeof engine & { newer: Promise<SearchResult> }, seen, older: await older };
  });
  expect(await handle.evaluate(({ older, seen }) => [older, seen.at(-1)])).toEqual(['AbortError', 'second logger']);
  release();
  expect(await handle.evaluate(async ({ engine }) => (await engine.newer).query)).toBe('second logger');
});

test('without the model the instant stage goes on, and says why there is no more', async ({ page }) => {
  await blockModel(page);
  await page.goto(SMALL);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('could not be downloaded');
  for (const [query, expected] of [
    ['redact passwords', /redact/i],
    ['worker thread transport', /transport/i],
  ] as const) {
    await box(page).fill(query);
    await expect(hits(page).first()).toContainText(expected);
    await expect(atStage(page, 'instant')).toBeVisible();
    await expect(alert).toContainText('status 404');
  }
  await page.context().unrouteAll({ behavior: 'wait' });
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(atStage(page, 'full')).toBeVisible();
  await expect(alert).toHaveCount(0);
});

test('an engine that a page opened itself gets its model when somebody tries again', async ({ page }) => {
  await blockModel(page);
  await gotoBlank(page);
  await page.evaluate(async () => {
    const { open, LatelightSearch } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/latelight.ts');
    document.body.append(Object.assign(new LatelightSearch(), { engine: await open('./', { device: 'wasm' }) }));
  });
  await box(page).fill(QUERY);
  await expect(page.getByRole('alert')).toContainText('status 404');
  await expect(atStage(page, 'instant')).toBeVisible();
  await page.context().unrouteAll({ behavior: 'wait' });
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(atStage(page, 'full')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('`firstLimit` gives the best pages before the text of the others is read, and time to paint them', async ({
  page,
}) => {
  const release = await holdModel(page);
  await gotoBlank(page);
  const handle = await page.evaluateHandle(async (query) => {
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    const engine = await open('./', { device: 'wasm' });
    const seen: { pages: number; ids: number[]; hasMore: boolean; isPainted: boolean }[] = [];
    let isPainted = false;
    let full: Promise<SearchResult> | undefined;
    await new Promise<void>((resolve) => {
      const onInstant = ({ hits, hasMore }: SearchResult) => {
        const pages = new Set(hits.map(({ page }) => page)).size;
        seen.push({ pages, ids: hits.map(({ id }) => id), hasMore, isPainted });
        requestAnimationFrame(() =>
          setTimeout(() => {
            isPainted = true;
          }),
        );
        if (seen.length === 2) resolve();
        // As drawing does: what the worker does next is done before this page comes to paint, unless it waits.
        const drawn = performance.now() + 40;
        while (performance.now() < drawn);
      };
      full = engine.search(query, { perPage: 2, limit: 5, firstLimit: 2, onInstant });
    });
    return { engine, seen, full };
  }, QUERY);
  release();
  const { seen, refused } = await handle.evaluate(async ({ engine, seen, full }) => {
    await full;
    return { seen, refused: await engine.search('logger', { firstLimit: 0 }).catch((error) => error.code) };
  });
  expect(refused).toBe('bad-option');
  expect(seen).toHaveLength(2);
  expect(seen[0]).toMatchObject({ pages: 2, hasMore: true });
  expect(seen[1]).toMatchObject({ pages: 5, isPainted: true });
  expect(seen[1].ids.slice(0, seen[0].ids.length)).toEqual(seen[0].ids);
});

test('`ready` and every search reject with one error when the model cannot be had', async ({ page }) => {
  await blockModel(page);
  await gotoBlank(page);
  const outcome = await page.evaluate(async () => {
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    const engine = await open('./', { device: 'wasm' });
    const failure = await engine.ready.catch((error) => error);
    let hitCount = 0;
    const onInstant = ({ hits }: SearchResult) => {
      hitCount = hits.length;
    };
    const error = await engine.search('redact passwords', { onInstant }).catch((reason) => reason);
    const wrong = await engine.search('redact', { limit: 0, onInstant }).catch((reason) => reason.code);
    return { code: failure.code, same: error === failure, hitCount, wrong, stage: engine.stage };
  });
  expect(outcome).toEqual({ code: 'download-failed', same: true, hitCount: 10, wrong: 'bad-option', stage: 'instant' });
});

test('a first visit asks for runtime and model only when the instant stage has all of its files', async ({ page }) => {
  const { shards, queryEncoder, runtime } = await readManifestFile();
  const log: string[] = [];
  const name = (url: string) =>
    Object.entries({
      shard: shards[0].file,
      table: queryEncoder.queryTable!.file,
      tokenizer: queryEncoder.tokenizer.file,
      model: queryEncoder.weights.wasm.file,
      runtime: runtime.wasm.file,
    }).find(([, file]) => url.endsWith(file))?.[0];
  page.context().on('request', (request) => {
    const what = name(request.url());
    if (what) log.push(`ask ${what}`);
  });
  page.context().on('requestfinished', (request) => {
    const what = name(request.url());
    if (what) log.push(`got ${what}`);
  });
  await page.goto(SMALL);
  await box(page).fill(QUERY);
  await expect(atStage(page, 'full')).toBeVisible();
  const late = Math.min(log.indexOf('ask model'), log.indexOf('ask runtime'));
  for (const early of ['shard', 'table', 'tokenizer']) expect(log.slice(0, late)).toContain(`got ${early}`);
});

test('with `instant: false`, or an index without a table, open waits for everything', async ({ page }) => {
  await gotoBlank(page);
  const openOnce = (instant: boolean) =>
    page.evaluate(
      async ({ instant, query }) => {
        const { open } = (await import(
          new URL('latelight.js', location.href).href
        )) as typeof import('../src/engine-api.ts');
        const engine = await open('./', { device: 'wasm', instant });
        const stage = engine.stage;
        await engine.ready;
        let called = false;
        const result = await engine.search(query, {
          onInstant: () => {
            called = true;
          },
        });
        engine.close();
        const { codes, tokenCount, dim } = result.queryCodes;
        const lengths = Array.from({ length: tokenCount }, (_, token) =>
          Math.hypot(...codes.subarray(token * dim, (token + 1) * dim)),
        );
        return { stage, called, found: result.stage, shortest: Math.min(...lengths) / Math.max(...lengths) };
      },
      { instant, query: QUERY },
    );
  // The table weighs the words of a query in the full stage too: [SEP] is half as long as what stands for the whole text.
  const waited = await openOnce(false);
  expect(waited).toMatchObject({ stage: 'full', called: false, found: 'full' });
  expect(waited.shortest).toBeGreaterThan(0.45);
  expect(waited.shortest).toBeLessThan(0.6);
  const { queryEncoder, ...rest } = await readManifestFile();
  const { queryTable, ...older } = queryEncoder;
  expect(queryTable).toBeDefined();
  await page.context().route('**/manifest.json', (route) => route.fulfill({ json: { ...rest, queryEncoder: older } }));
  const without = await openOnce(true);
  expect(without).toMatchObject({ stage: 'full', called: false, found: 'full' });
  expect(without.shortest).toBeGreaterThan(0.9);
});

test('focus stays on a hit that moves, and goes to the one in its place when it goes', async ({ page }) => {
  await page.goto(SMALL);
  // Handed in, because no index can be told which hits its two stages are to find.
  await page.evaluate(() => {
    const timings = { encodeMs: 1, scoreMs: 0, fetchMs: 0, alignMs: 0, totalMs: 1 };
    const result = (query: string, stage: string, ids: number[]) => ({
      ...{ query, stage, words: [], backend: 'wasm', encoder: 'wasm', passageCount: 9, timings },
      hits: ids.map((id) => ({ id, url: `${id}.html`, title: `Hit ${id}`, headings: [], excerpt: '', marks: [] })),
    });
    const page = globalThis as unknown as { finish: () => void };
    const search = document.querySelector('latelight-search') as unknown as { engine: object; query: string };
    search.engine = {
      ...{ siteRoot: location.href, notice: '', stage: 'instant' },
      search: (query: string, { onInstant }: { onInstant: (early: object) => void }) => {
        onInstant(result(query, 'instant', [1, 2, 3]));
        return new Promise((resolve) => {
          page.finish = () => resolve(result(query, 'full', [3, 1, 4]));
        });
      },
    };
    search.query = 'first';
  });
  const finish = () => page.evaluate(() => (globalThis as unknown as { finish: () => void }).finish());
  const link = (name: string) => page.getByRole('link', { name });
  await link('Hit 3').focus();
  await finish();
  await expect(link('Hit 4')).toBeVisible();
  await expect(link('Hit 3')).toBeFocused();
  await box(page).fill('second');
  await link('Hit 2').focus();
  await finish();
  await expect(link('Hit 4')).toBeVisible();
  await expect(link('Hit 1')).toBeFocused();
});
