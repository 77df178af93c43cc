// <latelight-reader> alone, under the library's Content-Security-Policy: documents that are made to do harm, or fail half way.

import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { htmlParts } from '../src/library/documents/html-parts.ts';
import type { htmlContent as HtmlContent } from '../src/library/reader/sanitise.ts';
import { type Bench, KEEPER, marked, openBench, passage, serveBench, show } from './library-reader-page.ts';

let bench: Bench;
test.beforeAll(async () => {
  bench = await serveBench();
});
test.afterAll(() => bench.close());

/** Cleaned as the reader does, in its place. */
async function showParts(page: Page, parts: string[]): Promise<void> {
  await show(page, { kind: 'text', path: 'hostile.txt', content: '', passages: [] });
  await page.evaluate(async (parts) => {
    const sanitise = '/src/library/reader/sanitise.ts';
    const { htmlContent }: { htmlContent: typeof HtmlContent } = await import(sanitise);
    const place = document.querySelector('latelight-reader')!.shadowRoot!.querySelector('.document')!;
    const pieces = [...htmlContent({ parts, lang: '', dir: '' }).pieces];
    // What is reported of the parsing has the page as its target as long as what was parsed is not shown.
    await new Promise((resolve) => setTimeout(resolve));
    place.append(...pieces);
  }, parts);
}

test('nothing in hostile HTML runs, loads, leads away or looks like the reader', async ({ page }) => {
  const foreign: string[] = [];
  const violations: string[] = [];
  page.on('request', (request) => /evil|example/.test(request.url()) && foreign.push(request.url()));
  await page.exposeFunction('violated', (what: string) => violations.push(what));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      // Chromium (since 156 at the latest) reports handlers and styles in documents without a window, too, where nothing runs: of what is
      // only parsed the page itself is the target, of what is shown the reader.
      const isParsed = event.target === document && /-(attr|elem)$/.test(event.effectiveDirective);
      const report = (globalThis as unknown as { violated(what: string): void }).violated;
      if (!isParsed) report(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const strings: string[] = JSON.parse(readFileSync(`${import.meta.dirname}/hostile-strings.json`, 'utf8'));
  // Unclosed, many would swallow those after them: each is a part of its own as well as one of a document, and that also as it comes,
  // without what the worker has left out of it.
  const shown = {
    html: (content: string) => show(page, { kind: 'html', path: 'hostile.html', content, passages: [] }),
    markdown: (content: string) => show(page, { kind: 'markdown', path: 'hostile.md', content, passages: [] }),
    parts: () => showParts(page, [...strings, ...strings.flatMap((text) => htmlParts(text).parts)]),
  };
  for (const showAll of Object.values(shown)) {
    await openBench(page, bench);
    violations.length = 0;
    await showAll([...strings.map((text) => `<div>${text}</div>\n\n`), '<p>The end is here.</p>'].join(''));
    await expect(page.locator('.document > *').first()).toBeAttached();
    await expect(page.locator('.document')).toHaveAttribute('aria-busy', 'false');
    const left = await page.locator('.document').evaluate((root) => ({
      elements: [...root.querySelectorAll('script,style,iframe,form,input,button,object,embed,svg,video,slot,dialog')]
        .length,
      attributes: [...root.querySelectorAll('*')].flatMap((element) =>
        [...element.attributes].filter(({ name }) => /^on|^style$|^part$|^slot$/.test(name)).map(({ name }) => name),
      ),
      links: [...root.querySelectorAll('[href]')].filter(
        (link) =>
          !/^(https?|mailto):/.test((link as HTMLAnchorElement).href) ||
          !/noopener/.test((link as HTMLAnchorElement).rel),
      ).length,
    }));
    expect(left).toEqual({ elements: 0, attributes: [], links: 0 });
    expect(await page.evaluate(() => (globalThis as { pwned?: number }).pwned)).toBeUndefined();
  }
  expect({ foreign, violations }).toEqual({ foreign: [], violations: [] });
});

test('fields and pictures named as what a page is asked for keep no text back', async ({ page }) => {
  await openBench(page, bench);
  const names = ['remove', 'closest', 'nodeType', 'childNodes', 'localName', 'textContent', 'querySelectorAll', 'body'];
  for (const name of names) {
    const form = `<form hidden><input name="${name}"></form><form><input name="${name}"><p>Ropes.</p></form>`;
    const content = `${form}<img name="${name}" id="${name}"><p>${KEEPER}</p>`;
    await show(page, { kind: 'html', path: `${name}.html`, content, passages: [passage(0, KEEPER)], passage: 0 });
    await expect(page.getByRole('heading', { name: `${name}.html` })).toBeVisible();
    await expect.poll(() => marked(page, 'latelight-passage'), name).toBe(KEEPER);
    await expect(page.locator('.document'), name).toContainText('Ropes.');
    await expect(page.getByRole('alert'), name).toHaveCount(0);
  }
});

test('a document that fails half way is replaced by its passages', async ({ page }) => {
  await openBench(page, bench);
  await page.evaluate(() => {
    const append = Element.prototype.append;
    let count = 0;
    Element.prototype.append = function (...nodes) {
      if (this.className === 'slice' && ++count === 3) throw new Error('of the browser');
      append.apply(this, nodes);
    };
  });
  const content = '<p>Rope.</p>'.repeat(5);
  await show(page, { kind: 'html', path: 'a.html', content, passages: [passage(0, KEEPER)], passage: 0 });
  await expect(page.getByRole('alert')).toContainText('cannot be shown (of the browser)');
  await expect.poll(() => marked(page, 'latelight-passage')).toBe(KEEPER);
  await expect(page.locator('.document')).not.toContainText('Rope.');
});

test('a drawing that a document brings along is not drawn, which can take for ever: its words are shown', async ({
  page,
}) => {
  await openBench(page, bench);
  const uses = (of: number) => `<use xlink:href="#a${of}"/>`.repeat(10);
  const groups = Array.from({ length: 7 }, (_, at) => `<g id="a${at + 1}">${uses(at)}</g>`).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="100" height="100"><defs><g id="a0"><rect width="1" height="1"/></g>${groups}</defs><use xlink:href="#a7"/></svg>`;
  const content = `<p>${KEEPER}</p><img alt="A chart" width="100" height="100" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`;
  await show(page, { kind: 'html', path: 'a.html', content, passages: [passage(0, KEEPER)], passage: 0 });
  await expect.poll(() => marked(page, 'latelight-passage')).toBe(KEEPER);
  await expect(page.getByText('Image: A chart')).toBeVisible();
});
