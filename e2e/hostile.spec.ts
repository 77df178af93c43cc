// A hundred hostile strings, each in the title, a heading, the text, a filter, an image's address and the order of an indexed page: HTML, scripts,
// templates, addresses, bidi overrides. All the way through ingest, index and element they stay text.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { run } from '../src/cli/run.ts';
import { oneLine, proseLines } from '../src/ingest/clean-text.ts';
import { type SiteServer, serveSite } from './example-sites.ts';
import strings from './hostile-strings.json' with { type: 'json' };

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
/** Controls that turn what follows around; NUL cannot be in an HTML file at all. */
const TURNING = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/;
/** What every object inherits, by name. */
const inherited = () => Object.getOwnPropertyNames(Object.prototype).sort();
const written = strings.map((text) => text.replaceAll('\0', ''));

let folder = '';
let site: SiteServer;
let page: Page;
const outside: string[] = [];
const dialogs: string[] = [];

test.beforeAll(async ({ browser }) => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-hostile-'));
  await mkdir(join(folder, 'site'));
  for (const [n, raw] of written.entries()) {
    const text = escaped(raw);
    await writeFile(
      join(folder, 'site', `page-${n}.html`),
      `<html lang="en"><title>${text} number ${n}</title><main data-latelight-filter="kind:${text}" data-latelight-sort="order:${text}">
       <div data-latelight-meta="image:${text}"></div>
       <h1>${text} number ${n}</h1><h2 id="s">${text} section</h2>
       <p>Here is a hostile example with ${text} in the middle of an ordinary sentence, page ${n}.</p></main></html>`,
    );
  }
  await writeFile(
    join(folder, 'site/search.html'),
    `<!doctype html><html lang="en"><head><meta charset="utf-8" data-latelight-ignore><meta name="robots" content="noindex"><title>Search</title>
     <script type="module" src="latelight/latelight.js"></script></head>
     <body><latelight-search limit="100" per-page="1" highlight></latelight-search></body></html>`,
  );
  let err = '';
  const io = {
    out: () => {},
    err: (text: string) => {
      err += text;
    },
    interactive: false,
    signal: new AbortController().signal,
  };
  expect(await run(['index', join(folder, 'site'), '--no-webgpu', '--no-cache'], io), err).toBe(0);
  site = await serveSite(join(folder, 'site'), '/');

  page = await (await browser.newContext({ serviceWorkers: 'block' })).newPage();
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url) && !/^(blob|data):/.test(request.url())) outside.push(request.url());
  });
  await page.goto(`${site.url}search.html`);
  await page.locator('latelight-search').getByRole('searchbox').fill('hostile example');
  await expect(page.locator('latelight-search .results[data-stage=full]')).toBeVisible();
  await expect(page.locator('latelight-search li[part~=group]')).toHaveCount(100);
});
test.afterAll(async () => {
  await page?.context().close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

for (const [n, raw] of written.entries()) {
  test(`${n}: ${JSON.stringify(raw)}`, async () => {
    const hit = page
      .locator('latelight-search li[part~=group]')
      .filter({ has: page.locator(`a[href*="page-${n}.html"]`) });
    await expect(hit).toHaveCount(1);
    await expect(hit.locator('[part~=title]')).toHaveText(oneLine(`${raw} number ${n}`), { useInnerText: false });
    const excerpt = (await hit.locator('[part~=excerpt]').textContent()) ?? '';
    const sentence = proseLines(
      `Here is a hostile example with ${raw} in the middle of an ordinary sentence, page ${n}.`,
    );
    expect(excerpt.replace(/\s+/g, ' ')).toContain(sentence.replace(/\s+/g, ' '));
    expect((await hit.textContent()) ?? '').not.toMatch(TURNING);
    // Nothing of it became an element, an attribute that runs, or an address that leaves the site.
    const found = await hit.evaluate((element) =>
      [...element.querySelectorAll('*')].map((inner) => ({
        tag: inner.localName,
        attributes: inner.getAttributeNames(),
        href: inner instanceof HTMLAnchorElement ? inner.href : '',
        src: inner instanceof HTMLImageElement ? inner.src : '',
      })),
    );
    const tags = new Set(found.map(({ tag }) => tag));
    for (const tag of ['div', 'h3', 'a', 'span', 'p', 'mark', 'button', 'svg', 'path', 'img', 'bdi']) tags.delete(tag);
    expect([...tags]).toEqual([]);
    for (const { attributes, href, src } of found) {
      expect(attributes.filter((name) => name.startsWith('on') || name === 'style' || name === 'srcdoc')).toEqual([]);
      if (href) expect(href).toMatch(`${site.url}page-${n}.html`);
      if (src) expect(src.startsWith(site.url)).toBe(true);
    }
  });
}

test('as filters they are labels, and filter', async () => {
  const search = page.locator('latelight-search');
  await search.getByRole('button', { name: 'Filters' }).click();
  const labels = await search.locator('[part~=filter-value] bdi').allTextContents();
  expect(labels.sort()).toEqual([...new Set(written.map(oneLine))].sort());
  const tags = await search
    .locator('[part~=filters]')
    .evaluate((element) => [...new Set([...element.querySelectorAll('*')].map(({ localName }) => localName))]);
  expect(tags.filter((tag) => !['fieldset', 'legend', 'div', 'label', 'input', 'bdi', 'span'].includes(tag))).toEqual(
    [],
  );
  await search.locator('[part~=filter-value]').filter({ hasText: '<svg onload' }).click();
  await expect(search.locator('li[part~=group]')).toHaveCount(1);
});

test('nothing ran, asked or left the site', async () => {
  expect(await page.evaluate(() => (globalThis as { pwned?: unknown }).pwned)).toBeUndefined();
  // As names: what an object inherits is not copied out of the page.
  expect(await page.evaluate(inherited)).toEqual(inherited());
  expect(page.url()).toBe(`${site.url}search.html`);
  expect({ outside, dialogs }).toEqual({ outside: [], dialogs: [] });
});
