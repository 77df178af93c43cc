// <latelight-reader> alone, under the library's Content-Security-Policy: it finds passages, stays harmless, holds a thousand pages.

import { readFileSync } from 'node:fs';
import { chromium, expect, type Page, test } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { epubFile } from '../src/ingest/document-fixtures.ts';
import { htmlParts } from '../src/library/documents/html-parts.ts';
import type { DocumentView } from '../src/library/reader/document-view.ts';
import type { htmlContent as HtmlContent } from '../src/library/reader/sanitise.ts';
import { type Bench, openBench, pdfOf, serveBench, show } from './library-reader-page.ts';

let bench: Bench;
test.beforeAll(async () => {
  bench = await serveBench();
});
test.afterAll(() => bench.close());

const KEEPER = 'The keeper writes down each passing ship, its flag and its heading, until the morning.';
const passage = (number: number, text: string, anchor = '') => ({
  number,
  text,
  anchor,
  headings: ['Harbour', 'Night'],
});

/** What the highlights of a name cover. */
const marked = (page: Page, name: string) =>
  page.evaluate((name) => [...(CSS.highlights.get(name) ?? [])].map((range) => String(range)).join('|'), name);
const isInView = (page: Page) =>
  page.evaluate(() => {
    const [range] = (CSS.highlights.get('latelight-passage') ?? []) as unknown as Iterable<Range>;
    const { top, bottom } = range.getBoundingClientRect();
    return top > 0 && bottom < innerHeight;
  });

test('a passage of a long Markdown file is found, in view, with its words marked', async ({ page }) => {
  await openBench(page, bench);
  const filler = (at: number) => `## Part ${at}\n\n${'Lanterns and ropes are counted at noon. '.repeat(30)}\n\n`;
  const parts = Array.from({ length: 300 }, (_, at) => filler(at));
  parts.splice(200, 0, `## Night\n\n${KEEPER.replace('passing ship', '*passing*\nship')}\n\n`);
  await show(page, {
    kind: 'markdown',
    path: 'harbour.md',
    content: parts.join(''),
    passages: [passage(0, KEEPER, 'night')],
    passage: 0,
    words: ['keeper', 'flag'],
  });
  await expect.poll(() => marked(page, 'latelight-words')).toBe('keeper|flag');
  await expect.poll(() => isInView(page)).toBe(true);
});

test('a PDF of a thousand pages opens at its page and draws only those near', async ({ page }) => {
  await openBench(page, bench);
  const pages = Array.from({ length: 1000 }, (_, at) => [`This is page ${at + 1}.`, 'Nothing else.']);
  pages[699] = ['The keeper writes down each pass-', 'ing ship, its flag and its heading,', 'until the morning.'];
  const passages = [passage(0, KEEPER, 'page=700'), passage(1, 'This is page 12. Nothing else.', 'page=12')];
  await show(page, { kind: 'pdf', path: 'log.pdf', content: pdfOf(pages), passages, passage: 0, words: ['flag'] });
  await expect.poll(() => marked(page, 'latelight-words')).toBe('flag');
  await expect.poll(() => isInView(page)).toBe(true);
  await expect(page.getByRole('textbox', { name: 'Page' })).toHaveValue('700');
  await page.getByRole('button', { name: 'Next passage' }).click();
  await expect(page.getByRole('textbox', { name: 'Page' })).toHaveValue('12');
  await expect.poll(() => marked(page, 'latelight-passage')).toContain('This is page 12');
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('textbox', { name: 'Page' }).fill('500');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Page' })).toHaveValue('500');
  await expect(page.getByText('This is page 500.')).toBeVisible();
  expect(await page.locator('canvas:not(.hiddenCanvasElement)').count()).toBeLessThan(12);
});

test('words that the next page repeats are not marked there, those that go on there are', async ({ page }) => {
  await openBench(page, bench);
  const lines = ['The keeper writes down each passing ship, its flag', 'and its heading, until the morning.'];
  const passages = [
    passage(0, KEEPER, 'page=1'),
    passage(1, `Ropes are counted at noon by two of us. ${KEEPER}`, 'page=2'),
  ];
  const content = pdfOf([lines, [...lines, 'Ropes are counted at noon by two of us.'], lines]);
  const markedPages = () =>
    page.evaluate(() =>
      [...(CSS.highlights.get('latelight-passage') ?? [])].map((range) => {
        return (range as Range).startContainer.parentElement?.closest<HTMLElement>('.sheet')?.dataset.page;
      }),
    );
  await show(page, { kind: 'pdf', path: 'a.pdf', content, passages, passage: 0 });
  await expect(page.locator('.text-layer')).toHaveCount(2);
  await expect.poll(markedPages).toEqual(['1', '1']);
  await page.getByRole('button', { name: 'Next passage' }).click();
  await expect.poll(async () => [...new Set(await markedPages())]).toEqual(['2', '3']);
});

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

const look = (page: Page, selector: string) =>
  page.locator(`.document ${selector}`).evaluateAll((elements) =>
    elements.map((element) => {
      const { direction, textAlign } = getComputedStyle(element);
      const lang = element.closest('[lang]')?.getAttribute('lang') ?? '';
      const first = document.createRange();
      first.selectNodeContents(element);
      const { left, right } = element.getBoundingClientRect();
      const text = first.getBoundingClientRect();
      const side = text.left - left < right - text.right ? 'left' : 'right';
      return `${element.localName} ${direction} ${textAlign} ${lang} ${side}`;
    }),
  );

test('a web page keeps its language and direction, also those of parts that are gone into', async ({ page }) => {
  await openBench(page, bench);
  const long = `<p>${'Rope. '.repeat(900)}</p>`;
  const content = `<!doctype html><html lang="he" dir="rtl"><body><p>server</p><div lang="en" dir="ltr"><p>Port</p>${long}</div></body></html>`;
  await show(page, { kind: 'html', path: 'a.html', content, passages: [] });
  await expect(page.locator('.document')).toHaveAttribute('dir', 'rtl');
  await expect(page.locator('.document')).toHaveAttribute('lang', 'he');
  expect((await look(page, 'p')).slice(0, 2)).toEqual(['p rtl start he right', 'p ltr start en left']);
  await show(page, { kind: 'text', path: 'a.txt', content: 'Rope.', passages: [] });
  await expect(page.locator('.document')).not.toHaveAttribute('dir');
  await expect(page.locator('.document')).not.toHaveAttribute('lang');
  const book = epubFile([{ body: '<p>Tau.</p>' }], { lang: 'de' });
  await show(page, { kind: 'epub', path: 'a.epub', content: [...book], passages: [] });
  await expect(page.locator('.document')).toHaveAttribute('lang', 'de');
});

test('text that states no direction has that of its words, block by block', async ({ page }) => {
  await openBench(page, bench);
  const hebrew = 'בעל הבית מתקן את החימום';
  const markdown = `---\nlang: he\n---\n# ${hebrew}\n\nserver.close()\n\n- ${hebrew}\n\n> ${hebrew}\n\n\`\`\`js\n// ${hebrew}\n\`\`\`\n`;
  await show(page, { kind: 'markdown', path: `${hebrew}.md`, content: markdown, passages: [] });
  await expect(page.locator('.document pre')).toBeVisible();
  expect(await look(page, ':is(h1, p, li, pre)')).toEqual([
    'h1 rtl start he right',
    'p ltr start he left',
    'li rtl start he right',
    'p rtl start he right',
    'pre ltr start he left',
  ]);
  await expect(page.getByRole('heading', { name: `${hebrew}.md` })).toHaveCSS('direction', 'rtl');

  const passages = [{ ...passage(0, `${hebrew} ${hebrew}`), headings: [hebrew] }];
  await show(page, { kind: 'text', path: 'a.txt', passages, passage: 0 });
  await expect(page.locator('.where')).toHaveCSS('direction', 'rtl');
  await expect(page.locator('.document h1')).toHaveCSS('direction', 'rtl');
  expect(await sideOfLine(page, '.passage', 0)).toBe('right');
  await show(page, { kind: 'text', path: 'a.txt', content: `${hebrew}\n\nserver.close()\n`, passages: [] });
  await expect(page.locator('.document pre')).toBeVisible();
  expect(await sideOfLine(page, 'pre', 0)).toBe('right');
  expect(await sideOfLine(page, 'pre', -1)).toBe('left');
});

/** At which side of its block a line of text stands. */
const sideOfLine = (page: Page, selector: string, line: number) =>
  page
    .locator(`.document ${selector}`)
    .first()
    .evaluate((block, line) => {
      const text = document.createRange();
      text.selectNodeContents(block);
      const bounds = block.getBoundingClientRect();
      const { left, right } = [...text.getClientRects()].filter(({ width }) => width > 20).at(line)!;
      return left - bounds.left < bounds.right - right ? 'left' : 'right';
    }, line);

test('lines of text and code follow each other without a gap, also where a slice ends', async ({ page }) => {
  await openBench(page, bench);
  const content = Array.from({ length: 400 }, (_, at) => `Line ${at} of the count of ropes and lanterns.`).join('\n');
  for (const kind of ['text', 'code'] as const) {
    await show(page, { kind, path: `a.${kind}`, content, passages: [] });
    const slices = page.locator('.slice');
    await expect(slices).toHaveCount(3);
    /** Pixels between the blocks of two slices, and between those of the second. */
    const gaps = () =>
      slices.nth(1).evaluate((slice) => {
        const blocks = [slice.previousElementSibling!.lastElementChild!, ...slice.children];
        // Only what is in view has its own height.
        blocks[1].scrollIntoView({ block: 'center' });
        const bounds = blocks.map((block) => block.getBoundingClientRect());
        return bounds.slice(1).map(({ top }, at) => Math.round(top - bounds[at].bottom));
      });
    await expect.poll(gaps, kind).toEqual([0, 0, 0]);
  }
});

test('links inside a document move the reader, not the page', async ({ page }) => {
  await openBench(page, bench);
  const content = `<p><a href="#far">Go</a> <a href="https://example.org/">Out</a></p>${'<p>Rope.</p>'.repeat(400)}<h2 id="far">Far away</h2>`;
  await show(page, { kind: 'html', path: 'a.html', content, passages: [] });
  const address = page.url();
  await page.getByRole('link', { name: 'Go' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Far away' })).toBeInViewport();
  await expect(page.getByRole('heading', { name: 'Far away' })).toBeFocused();
  expect(page.url()).toBe(address);
  await expect(page.getByRole('link', { name: 'Out' })).toHaveAttribute('target', '_blank');
});

test('a passage that is not there is said and shown at the top', async ({ page }) => {
  await openBench(page, bench);
  await show(page, {
    kind: 'text',
    path: 'a.txt',
    content: 'Other words.',
    passages: [passage(0, KEEPER)],
    passage: 0,
  });
  await expect(page.getByText('was not found in the document')).toBeInViewport();
  await expect(page.getByRole('blockquote')).toHaveText(KEEPER);
});

test('a file that cannot be read is replaced by its passages', async ({ page }) => {
  await openBench(page, bench);
  await show(page, {
    kind: 'pdf',
    path: 'a.pdf',
    content: 'no PDF',
    passages: [passage(0, KEEPER, 'page=1')],
    passage: 0,
  });
  await expect(page.getByRole('alert')).toContainText('cannot be shown');
  await expect.poll(() => marked(page, 'latelight-passage')).toContain('The keeper');
});

test('pages of a PDF that cannot be drawn are told of, with the text of the passage; the others are drawn', async ({
  page,
}) => {
  const problems: Error[] = [];
  page.on('pageerror', (error) => problems.push(error));
  // Of sheets in a landscape format alone.
  await page.addInitScript(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...args: [never]) {
      if (this.width > this.height && this.width > 400) throw new RangeError('no canvas of this size');
      return getContext.apply(this, args);
    } as typeof getContext;
  });
  await openBench(page, bench);
  let at = 0;
  const text = String.fromCharCode(...pdfOf([['First.'], [KEEPER], ['Third.'], ['Fourth.']]));
  const turned = text.replace(/612 792/g, (size) => (++at % 2 === 0 ? '792 612' : size));
  const passages = [passage(0, KEEPER, 'page=2')];
  await show(page, { kind: 'pdf', path: 'a.pdf', content: [...Buffer.from(turned, 'latin1')], passages, passage: 0 });
  await expect(page.getByRole('alert')).toHaveText('Page 2 cannot be shown (no canvas of this size).');
  await expect(page.getByRole('blockquote')).toHaveText(KEEPER);
  await expect(page.getByText('Third.')).toBeVisible();
  await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
  await expect(page.getByRole('alert')).toHaveText('Some pages cannot be shown (no canvas of this size).');
  expect(problems).toEqual([]);
});

test('a document without a file is its passages under their headings', async ({ page }) => {
  await openBench(page, bench);
  const passages = [passage(0, 'Ropes are counted.'), passage(1, KEEPER)];
  await show(page, { kind: 'html', path: 'a.html', passages, passage: 1 });
  await expect(page.getByRole('region', { name: 'Document text' }).getByRole('heading')).toHaveText([
    'Harbour',
    'Night',
  ]);
  await expect.poll(() => marked(page, 'latelight-passage')).toContain('The keeper');
  await expect(page.getByRole('button', { name: 'Download' })).toHaveCount(0);
});

test('focus, copying, moving on and Escape', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openBench(page, bench);
  await page.evaluate(() => {
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    for (const type of ['reader-place', 'reader-close'])
      document.addEventListener(type, (event) => heard.push([type, (event as CustomEvent).detail]));
  });
  const passages = [passage(0, KEEPER), passage(1, 'Ropes are counted. At noon.')];
  await show(page, {
    kind: 'text',
    path: 'logs/a.txt',
    content: `${KEEPER}\nRopes are counted. At noon.`,
    passages,
    passage: 0,
  });
  await expect(page.locator('.paragraph')).toBeFocused();
  await page.getByRole('button', { name: 'Next passage' }).press('Enter');
  await expect.poll(() => marked(page, 'latelight-passage')).toBe('Ropes are counted. At noon.');
  await page.getByRole('button', { name: 'Copy citation' }).click();
  await expect(page.getByRole('status')).toHaveText('Citation copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    'a.txt, Harbour › Night, “Ropes are counted.”, logs/a.txt',
  );
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('a.txt');
  // Of an input method, as Safari sends it after the composition; then one that is not.
  await page.getByRole('button', { name: 'Download' }).evaluate((button) => {
    button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', keyCode: 229, bubbles: true, composed: true }));
  });
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([
    ['reader-place', 1],
    ['reader-close', null],
  ]);
});

test('an opened passage has focus, unless somebody went elsewhere; moving on says which it is', async ({ page }) => {
  await openBench(page, bench);
  const passages = [
    passage(0, 'Ropes are counted. At noon.', 'page=1'),
    passage(1, KEEPER, 'page=2'),
    passage(2, 'Lanterns are lit at dusk.', 'page=3'),
  ];
  const lines = passages.map(({ text }) => text);
  const focused = () =>
    page.locator('latelight-reader').evaluate((reader) => reader.shadowRoot?.activeElement?.textContent);
  const status = page.getByRole('status');
  const contents = {
    text: lines.join('\n\n'),
    code: lines.join('\n'),
    html: `<p>Before.</p>${lines.map((line) => `<p><em>${line.slice(0, 5)}</em>${line.slice(5)}</p>`).join('')}`,
    pdf: pdfOf(lines.map((line) => [line])),
  };
  for (const kind of ['text', 'code', 'html', 'pdf'] as const) {
    await show(page, { kind, path: `a.${kind}`, content: contents[kind], passages, passage: 1 });
    await expect.poll(async () => (await focused())?.trim(), kind).toBe(KEEPER);
    const next = page.getByRole('button', { name: 'Next passage' });
    await next.press('Enter');
    await expect(status).toHaveText('Passage 3 of 3, page 3');
    await expect(status).toHaveCSS('opacity', '0');
    await expect.poll(() => marked(page, 'latelight-passage')).toMatch(/^Lante.?rns/);
    // Where it can be pressed again.
    await expect(next).toBeFocused();
    await page.getByRole('button', { name: 'Passage 3 of 3, go to it' }).press('Enter');
    await expect.poll(focused, kind).toContain('Lanterns');
    await page.getByRole('button', { name: 'Copy text' }).focus();
    // The place that the page keeps comes back as an object of its own.
    await page.evaluate(async () => {
      const reader = document.querySelector('latelight-reader')!;
      reader.place = { ...reader.place };
      await reader.updateComplete;
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    });
    await expect(page.getByRole('button', { name: 'Copy text' })).toBeFocused();
    // From then on it is a hit of the passage that reading on has led to.
    await page.evaluate(() => {
      const reader = document.querySelector('latelight-reader')!;
      reader.place = { ...reader.place };
    });
    await expect.poll(focused, kind).toContain('Lanterns');
  }

  // The next hit of the same document, opened from outside the reader.
  await page.evaluate(() => {
    document.querySelector('latelight-reader')!.place = { passage: 0, words: [] };
  });
  await expect.poll(focused).toContain('Ropes');
  await page.evaluate(async () => {
    const reader = document.querySelector('latelight-reader')!;
    const { view } = reader as unknown as { view: DocumentView };
    const show = view.show.bind(view);
    const showing = new Promise((resolve) => {
      view.show = (...passage) => {
        const outcome = show(...passage);
        resolve(outcome);
        return outcome;
      };
    });
    reader.place = { passage: 2, words: [] };
    await reader.updateComplete;
    reader.shadowRoot!.querySelector<HTMLElement>('.close')!.focus();
    // It is in view; in the next task the reader has given it focus, or has not.
    await showing;
    await new Promise((resolve) => setTimeout(resolve));
  });
  expect(await marked(page, 'latelight-passage')).toContain('Lanterns');
  await expect(page.getByRole('button', { name: 'Close' })).toBeFocused();
});

test('a passage that is gone to twice has focus as well', async ({ page }) => {
  await openBench(page, bench);
  const passages = [passage(0, KEEPER)];
  for (const [kind, content] of [['text', KEEPER] as const, ['pdf', pdfOf([[KEEPER]])] as const]) {
    await show(page, { kind, path: `a.${kind}`, content, passages, passage: 0 });
    const text = page.locator('.paragraph, .text-layer > [tabindex]');
    await expect(text).toBeFocused();
    const button = page.getByRole('button', { name: 'Passage 1 of 1, go to it' });
    await button.focus();
    await button.evaluate((button: HTMLElement) => {
      button.click();
      button.click();
    });
    await expect(text, kind).toBeFocused();
  }
});

test('the next hit of a PDF has focus though the page that had it was freed on the way', async ({ page }) => {
  await openBench(page, bench);
  const content = pdfOf(Array.from({ length: 60 }, (_, at) => [`This is page ${at + 1} of many.`]));
  const passages = [3, 50].map((at, i) => passage(i, `This is page ${at} of many.`, `page=${at}`));
  await show(page, { kind: 'pdf', path: 'a.pdf', content, passages, passage: 0 });
  const focused = page.locator('.text-layer > :focus');
  await expect(focused).toHaveText('This is page 3 of many.');
  await page.evaluate(() => {
    document.querySelector('latelight-reader')!.place = { passage: 1, words: [] };
  });
  await expect(focused).toHaveText('This is page 50 of many.');
});

test('a document has focus at its name, a passage that is not in it in the notice', async ({ page }) => {
  await openBench(page, bench);
  await show(page, { kind: 'text', path: 'a.txt', content: 'Other.', passages: [passage(0, KEEPER)] });
  await expect(page.locator('.document pre')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'a.txt' })).toBeFocused();
  await show(page, { kind: 'text', path: 'a.txt', content: 'Other.', passages: [passage(0, KEEPER)], passage: 0 });
  await expect(page.locator('.missing')).toBeFocused();
});

test('focus in a page of a PDF that goes out of sight stays in the document', async ({ page }) => {
  await openBench(page, bench);
  const content = pdfOf(Array.from({ length: 60 }, (_, at) => [`This is page ${at + 1}.`, 'Nothing else.']));
  const passages = [passage(0, 'This is page 3. Nothing else.', 'page=3')];
  await show(page, { kind: 'pdf', path: 'a.pdf', content, passages, passage: 0 });
  await expect(page.locator('.text-layer :focus')).toHaveText('This is page 3.');
  await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
  await expect(page.getByText('This is page 60.')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Page 3', exact: true })).toBeFocused();
});

test('Escape in the page’s field gives up what was typed, then closes', async ({ page }) => {
  await openBench(page, bench);
  await page.evaluate(() => document.addEventListener('reader-close', () => document.body.append('closed')));
  await show(page, { kind: 'pdf', path: 'a.pdf', content: pdfOf([['One.'], ['Two.']]), passages: [] });
  const field = page.getByRole('textbox', { name: 'Page' });
  await field.fill('99');
  // Of an input method, as Safari sends it after the composition.
  await field.evaluate((field) => {
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', keyCode: 229, bubbles: true, composed: true }));
  });
  await expect(field).toHaveValue('99');
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('1');
  await expect(field).toBeFocused();
  await expect(page.getByText('closed')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByText('closed')).toHaveCount(1);
});

test('the toolbar’s ring does not fade where there is no further passage, nor is it said to have arrow keys', async ({
  page,
}) => {
  await openBench(page, bench);
  await show(page, { kind: 'text', path: 'a.txt', content: KEEPER, passages: [passage(0, KEEPER)], passage: 0 });
  const group = page.getByRole('group', { name: 'Document' });
  const next = group.getByRole('button', { name: 'Next passage' });
  await expect(next).toHaveAttribute('aria-disabled', 'true');
  await expect(next).toHaveCSS('opacity', '1');
  await expect(next.locator('svg')).toHaveCSS('opacity', '0.4');
});

test('a passage of a PDF is not shown twice in forced colours', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await openBench(page, bench);
  const passages = [passage(0, KEEPER, 'page=1')];
  await show(page, { kind: 'pdf', path: 'a.pdf', content: pdfOf([[KEEPER]]), passages, passage: 0, words: ['flag'] });
  await expect.poll(() => marked(page, 'latelight-words')).toBe('flag');
  const colors = await page
    .getByText(KEEPER)
    .evaluate((line) =>
      ['passage', 'words'].map((name) => getComputedStyle(line, `::highlight(latelight-${name})`).color),
    );
  expect(colors).toEqual(['rgba(0, 0, 0, 0)', 'rgba(0, 0, 0, 0)']);
});

test('where scrollbars take room, a PDF is in the middle of what they leave', async () => {
  const browser = await chromium.launch({ ...(await chromiumLaunch()), ignoreDefaultArgs: ['--hide-scrollbars'] });
  try {
    const page = await browser.newPage({ viewport: { width: 700, height: 600 } });
    await openBench(page, bench);
    const pages = Array.from({ length: 9 }, (_, at) => [`This is page ${at + 1}.`]);
    await show(page, { kind: 'pdf', path: 'a.pdf', content: pdfOf(pages), passages: [] });
    await expect(page.getByText('This is page 1.')).toBeVisible();
    const places = () =>
      page.locator('.scroll').evaluate((scroll) => {
        const middle = ({ left, width }: DOMRect) => left + width / 2;
        const [sheet] = scroll.querySelectorAll('.sheet');
        const { left } = scroll.getBoundingClientRect();
        return {
          bar: scroll.getBoundingClientRect().width - scroll.clientWidth > 0,
          beyond: scroll.scrollWidth - scroll.clientWidth,
          offCentre: Math.round(middle(sheet.getBoundingClientRect()) - left - scroll.clientWidth / 2),
          toolbar: Math.round(scroll.querySelector('.top')!.getBoundingClientRect().width - scroll.clientWidth),
        };
      });
    await expect.poll(places).toEqual({ bar: true, beyond: 0, offCentre: 0, toolbar: 0 });
    await page.setViewportSize({ width: 390, height: 600 });
    await expect.poll(places).toEqual({ bar: true, beyond: 0, offCentre: 0, toolbar: 0 });
    // Wider than the view: the toolbar stays where it is.
    for (let times = 0; times < 3; times++) await page.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(async () => (await places()).beyond).toBeGreaterThan(0);
    await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(scroll.scrollWidth, 0));
    await expect(page.getByRole('button', { name: 'Close' })).toBeInViewport({ ratio: 1 });
    expect((await places()).toolbar).toBe(0);
  } finally {
    await browser.close();
  }
});

test('nothing is cut off at 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  await openBench(page, bench);
  const content = `| ${'wide column | '.repeat(12)}\n|${'---|'.repeat(12)}\n\n${'x'.repeat(300)}`;
  await show(page, {
    kind: 'markdown',
    path: 'a-very-long-name-of-a-file.md',
    content,
    passages: [passage(0, KEEPER)],
    passage: 0,
  });
  await expect(page.locator('.slice')).toHaveCount(1);
  expect(await page.locator('.scroll').evaluate((scroll) => scroll.scrollWidth - scroll.clientWidth)).toBe(0);
});
