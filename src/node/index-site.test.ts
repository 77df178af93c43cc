// What a generator's plugin makes of a finished site, and what it says of the pages that it leaves out.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { indexSite, type SiteIndexOptions } from './index-site.ts';
import { skipLines, skipReasons } from './skipped-pages.ts';

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'latelight-index-site-'));
});
afterAll(() => rm(parent, { recursive: true, force: true }));

const html = (text: string, head = '') =>
  `<html lang="en"><head><title>Harbour</title>${head}</head><main>${text}</main>`;
const TIDES = html('<p>High water is highest at full moon.</p>');
const NOINDEX = html('<p>Not yet.</p>', '<meta name="robots" content="noindex">');
const MOVED = html('<p>Moved.</p>', '<meta http-equiv="refresh" content="0; url=/tides.html">');

let sites = 0;
async function indexed(pages: Record<string, string>, options: SiteIndexOptions = {}) {
  const folder = join(parent, String(++sites));
  for (const [path, content] of Object.entries(pages)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const lines: string[] = [];
  const output = join(folder, 'latelight');
  const cachePath = join(parent, `${sites}.jsonl`);
  const log = (line: string) => lines.push(line);
  const again = () => indexSite({ folder, output, cachePath, options: { webgpu: false, ...options }, log });
  return { folder, output, cachePath, lines, run: again(), again };
}

it('says which pages it left out, and why, by reason', async () => {
  const drafts = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`drafts/${name}.html`, NOINDEX]));
  const { run, lines } = await indexed({ 'tides.html': TIDES, 'old.html': MOVED, 'empty.html': html(''), ...drafts });
  expect((await run)?.pages).toBe(1);
  expect(lines.at(-1)).toMatch(/^latelight: 1 page, 1 passage \(0 unchanged\), /);
  expect(lines.slice(0, -1)).toEqual([
    'latelight: 4 pages left out, robots noindex: drafts/a.html, drafts/b.html, drafts/c.html and 1 more',
    'latelight: 1 page left out, no text in its main content: empty.html',
    'latelight: 1 page left out, redirects to another page: old.html',
  ]);
});

it('warns of pages in a language that the default model does not know', async () => {
  const { run, lines } = await indexed({ 'gezeiten.html': TIDES.replace('lang="en"', 'lang="de"') });
  await run;
  expect(lines[0]).toMatch(/^latelight: warning: 1 of 1 pages is in de; the default model is trained on English/);
});

it('a cache of its own that was damaged is made anew', async () => {
  const { run, again, cachePath } = await indexed({ 'tides.html': TIDES });
  await run;
  await writeFile(cachePath, new Uint8Array(4096));
  expect(await again()).toMatchObject({ passages: 1, reused: 0 });
  expect(await again()).toMatchObject({ passages: 1, reused: 1 });
});

it('names the reasons where no page is left', async () => {
  const { run, folder } = await indexed({ 'a.html': html(''), 'b.html': html(''), 'c.html': NOINDEX });
  await expect(run).rejects.toMatchObject({
    code: 'ingest-failed',
    message: `latelight: expected pages with text in ${folder}, found none in 3 files: no text in its main content (2, such as a.html), robots noindex (1, such as c.html).`,
  });
});

it('warns, and lets the build go on, where every page asks not to be found', async () => {
  const preview = await indexed({ 'a.html': NOINDEX, 'b.html': MOVED, 'c.md': '---\nsearch: false\n---\nText.' });
  expect(await preview.run).toBeUndefined();
  expect(preview.lines).toEqual([expect.stringMatching(/warning: no index was made, .*robots noindex \(1/)]);
  expect(existsSync(preview.output)).toBe(false);
  // An index from before does not stay to be published.
  const published = await indexed({ 'tides.html': TIDES });
  await published.run;
  await writeFile(join(published.folder, 'tides.html'), NOINDEX);
  expect(await published.again()).toBeUndefined();
  expect(existsSync(published.output)).toBe(false);
  await expect((await indexed({ 'a.html': MOVED })).run).rejects.toThrow('found none in 1 files: redirects');
  await expect((await indexed({ 'a.txt': 'Text.' })).run).rejects.toThrow('found none in 0 files.');
});

it('keeps encoded passages where the option says, and never writes over something else', async () => {
  const cache = join(parent, 'kept/passages.jsonl');
  const first = await indexed({ 'tides.html': TIDES }, { cache });
  expect((await first.run)?.reused).toBe(0);
  expect(existsSync(first.cachePath)).toBe(false);
  expect((await (await indexed({ 'moon.html': TIDES }, { cache })).run)?.reused).toBe(1);
  const none = await indexed({ 'tides.html': TIDES }, { cache: false });
  expect((await none.run)?.reused).toBe(0);
  expect(existsSync(none.cachePath)).toBe(false);
  await writeFile(cache, 'module.exports = {};');
  await expect((await indexed({ 'tides.html': TIDES }, { cache })).run).rejects.toThrow(/to be a cache/);
});

it('names no more than five reasons, and counts the others', () => {
  const skipped = Array.from({ length: 8 }, (_, i) => ({ path: `${i}.html`, reason: `could not be parsed: ${i}` }));
  expect(skipLines(skipped)).toHaveLength(6);
  expect(skipLines(skipped).at(-1)).toBe('3 pages left out for other reasons');
  expect(skipReasons(skipped)).toMatch(/such as 4\.html\), other reasons \(3\)$/);
  expect([skipLines([]), skipReasons([])]).toEqual([[], '']);
});
