// <latelight-reader> alone, under the library's Content-Security-Policy: it finds passages, shows what it cannot, holds a thousand pages.

import { chromium, expect, type Page, test } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { epubFile } from '../src/ingest/documents.fixture.ts';
import {
  type Bench,
  isInView,
  KEEPER,
  marked,
  openBench,
  passage,
  pdfOf,
  serveBench,
  show,
} from './library-reader-page.ts';

let bench: Bench;
test.beforeAll(async () => {
  bench = await serveBench();
});
test.afterAll(() => bench.close());

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
