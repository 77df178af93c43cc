// <latelight-reader> alone: documents that are left, overtaken by another, or wait for what does not come.

import { chromium, expect, type Page, test } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import type { PdfPage } from '../src/library/reader/pdf-page.ts';
import type { PdfView } from '../src/library/reader/pdf-view.ts';
import type { scrollTo as ScrollTo } from '../src/library/reader/scroll-to.ts';
import { type Bench, KEEPER, marked, openBench, passage, pdfOf, serveBench, show } from './library-reader-page.ts';

let bench: Bench;
test.beforeAll(async () => {
  bench = await serveBench();
});
test.afterAll(() => bench.close());

interface Held {
  /** Messages to workers, kept back from them. */
  held: { message: { data?: { pageIndex?: number } }; send: () => void }[];
  /** Whether such a message is kept back: a worker that hears nothing is as one that hangs. */
  isHeld: (message: Held['held'][number]['message']) => boolean;
}

/** Before the page is opened. */
const holdMessages = (page: Page, fromStart: boolean) =>
  page.addInitScript((fromStart) => {
    const state: Held = { held: [], isHeld: () => fromStart };
    Object.assign(window, state);
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (this: Worker, ...args: [never]) {
      const send = () => postMessage.apply(this, args);
      const { held, isHeld } = window as unknown as Held;
      if (isHeld(args[0])) held.push({ message: args[0], send });
      else send();
    } as typeof postMessage;
  }, fromStart);

/** @param but index of the page of a PDF whose messages are still kept back */
const sendHeld = (page: Page, but = -1) =>
  page.evaluate((but) => {
    const state = window as unknown as Held;
    state.isHeld = ({ data }) => data?.pageIndex === but;
    const sent = state.held.filter(({ message }) => !state.isHeld(message));
    state.held = state.held.filter(({ message }) => state.isHeld(message));
    for (const { send } of sent) send();
  }, but);

const pdfWorkers = (page: Page) => page.workers().filter((worker) => worker.url().includes('pdf-worker')).length;
const pdf = { kind: 'pdf', path: 'a.pdf', content: pdfOf([['One.'], ['Two.']]), passages: [] } as const;
const text = { kind: 'text', path: 'a.txt', content: KEEPER, passages: [passage(0, KEEPER)], passage: 0 } as const;

test('a PDF that is left while it loads takes nothing from the document after it', async ({ page }) => {
  await holdMessages(page, true);
  await openBench(page, bench);
  await show(page, { ...pdf, passages: [] });
  await expect.poll(() => pdfWorkers(page)).toBe(1);
  await show(page, { ...text, passages: [...text.passages] });
  await expect.poll(() => marked(page, 'latelight-passage')).toBe(KEEPER);
  await sendHeld(page);
  await expect.poll(() => pdfWorkers(page)).toBe(0);
  expect(await marked(page, 'latelight-passage')).toBe(KEEPER);
  await expect(page.locator('.document')).toHaveText(KEEPER);
});

test('the worker of a PDF ends when that is left, also while it hangs', async ({ page }) => {
  await holdMessages(page, true);
  await openBench(page, bench);
  await show(page, { ...pdf, passages: [] });
  await expect.poll(() => pdfWorkers(page)).toBe(1);
  await show(page, { ...text, passages: [] });
  await expect.poll(() => pdfWorkers(page)).toBe(0);

  await sendHeld(page);
  await show(page, { ...pdf, passages: [] });
  await expect(page.getByText('One.')).toBeVisible();
  await page.evaluate(() => {
    (window as unknown as Held).isHeld = () => true;
  });
  await show(page, { ...text, passages: [] });
  await expect.poll(() => pdfWorkers(page)).toBe(0);
});

test('without the browser’s highlights the passage before loses its tint', async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(CSS, 'highlights');
  });
  await openBench(page, bench);
  const passages = [passage(0, KEEPER), passage(1, 'Ropes are counted at noon.')];
  await show(page, {
    kind: 'text',
    path: 'a.txt',
    content: passages.map(({ text }) => text).join('\n\n'),
    passages,
    passage: 0,
  });
  const tinted = page.locator('[data-passage]');
  await expect(tinted).toHaveText([KEEPER]);
  await page.getByRole('button', { name: 'Next passage' }).click();
  await expect(tinted).toHaveText(['Ropes are counted at noon.']);
});

test('a passage is found on a page of a PDF whose drawing another size overtook', async ({ page }) => {
  await holdMessages(page, false);
  await openBench(page, bench);
  const lines = Array.from({ length: 60 }, (_, at) => [`This is page ${at + 1} of the harbour’s log.`]);
  lines[59] = [KEEPER];
  const passages = [passage(0, KEEPER, 'page=60')];
  await show(page, { kind: 'pdf', path: 'a.pdf', content: pdfOf(lines), passages });
  const inView = <T>(ask: (view: PdfView) => T) =>
    page.evaluate(`(${ask})(document.querySelector('latelight-reader').view)`) as Promise<T>;
  await expect(page.getByText('This is page 1 of')).toBeVisible();
  // So small that the last page is not the one that is drawn first.
  await inView((view) => view.setZoom(0.25));
  await expect(page.locator('.text-layer').nth(4)).toBeVisible();
  await page.evaluate(() => {
    (window as unknown as Held).isHeld = () => true;
    document.querySelector('latelight-reader')!.place = { passage: 0, words: [] };
  });
  // The last page waits for its text, and so does one that is drawn because it is near.
  await expect
    .poll(() =>
      page.evaluate(
        () => new Set((window as unknown as Held).held.flatMap(({ message }) => message.data?.pageIndex ?? [])).size,
      ),
    )
    .toBeGreaterThan(1);
  await inView((view) => view.setZoom(0.5));
  await sendHeld(page, 59);
  await expect
    .poll(() => inView((view) => (view as unknown as { pages: readonly PdfPage[] }).pages[59].isDrawnAt(view.scale)))
    .toBe(true);
  await sendHeld(page);
  await expect.poll(() => marked(page, 'latelight-passage')).toBe(KEEPER);
  await expect(page.locator('.text-layer :focus')).toHaveText(KEEPER);
  await expect(page.locator('.missing')).toHaveCount(0);
});

test('a PDF whose worker’s script cannot be had is replaced by its passages, until it can', async ({ page }) => {
  await page.route(/\/pdf-worker\.ts/, (route) => route.abort());
  await openBench(page, bench);
  const shown = { ...pdf, content: pdfOf([[KEEPER]]), passages: [passage(0, KEEPER, 'page=1')], passage: 0 };
  await show(page, shown);
  await expect(page.getByRole('alert')).toContainText('cannot be shown');
  await expect.poll(() => marked(page, 'latelight-passage')).toBe(KEEPER);
  await expect(page.locator('.document')).toHaveAttribute('aria-busy', 'false');
  await page.unroute(/\/pdf-worker\.ts/);
  await show(page, shown);
  await expect(page.locator('.text-layer')).toHaveText(KEEPER);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('passages that are found later are shown where the file cannot be', async ({ page }) => {
  await openBench(page, bench);
  await show(page, { kind: 'pdf', path: 'a.pdf', content: 'no PDF', passages: [], passage: 0 });
  await expect(page.getByRole('alert')).toContainText('cannot be shown');
  const passages = [passage(0, KEEPER, 'page=1')];
  await page.evaluate((passages) => {
    document.querySelector('latelight-reader')!.passages = passages;
  }, passages);
  await expect(page.getByRole('alert')).toContainText('This is the text that was found in it');
  await expect(page.locator('.passage')).toHaveText(KEEPER);
  await expect.poll(() => marked(page, 'latelight-passage')).toBe(KEEPER);
});

test('a view that is taken to one place and at once to another stays at that', async ({ page }) => {
  await openBench(page, bench);
  const content = Array.from({ length: 400 }, (_, at) => `Line ${at} of the count of ropes.`).join('\n');
  await show(page, { kind: 'code', path: 'a.ts', content, passages: [] });
  await expect(page.locator('.line')).toHaveCount(400);
  await page.evaluate(async () => {
    const module = '/src/library/reader/scroll-to.ts';
    const { scrollTo }: { scrollTo: typeof ScrollTo } = await import(module);
    const scroller = document.querySelector('latelight-reader')!.shadowRoot!.querySelector<HTMLElement>('.scroll')!;
    const lines = scroller.querySelectorAll('.line');
    const first = scrollTo(scroller, lines[300]);
    await new Promise(requestAnimationFrame);
    // Near where that has led to, so that it is scrolled to smoothly.
    await Promise.all([first, scrollTo(scroller, lines[312])]);
  });
  const offset = () =>
    page.locator('.scroll').evaluate((scroller) => {
      const { top } = scroller.querySelectorAll('.line')[312].getBoundingClientRect();
      return Math.round(Math.abs(top - scroller.getBoundingClientRect().top - scroller.clientHeight / 3) / 8);
    });
  await expect.poll(offset).toBe(0);
});

test('where scrollbars take room, a PDF that just fits comes to rest', async () => {
  const browser = await chromium.launch({ ...(await chromiumLaunch()), ignoreDefaultArgs: ['--hide-scrollbars'] });
  try {
    const page = await browser.newPage({ viewport: { width: 700, height: 1500 } });
    await openBench(page, bench);
    await show(page, { ...pdf, content: pdfOf([[KEEPER]]), passages: [] });
    await expect(page.getByText(KEEPER)).toBeVisible();
    // Of a view without a scrollbar a few pixels too high, with one less than the view.
    const height = await page.locator('.inner').evaluate((inner) => Math.ceil(inner.getBoundingClientRect().height));
    await page.setViewportSize({ width: 700, height: height - 6 });
    await expect(page.locator('.sheet canvas')).toBeVisible();
    const sizes = await page.locator('.document').evaluate(async (container) => {
      const seen: string[] = [];
      for (let frame = 0; frame < 40; frame++) {
        await new Promise(requestAnimationFrame);
        seen.push((container as HTMLElement).style.getPropertyValue('--scale'));
      }
      return seen.filter((scale, at) => scale !== seen[at - 1]).length;
    });
    expect(sizes).toBeLessThan(4);
  } finally {
    await browser.close();
  }
});

test('a passage is not said to be missing while it is looked for, because the one before was', async ({ page }) => {
  await holdMessages(page, false);
  await openBench(page, bench);
  const lines = Array.from({ length: 60 }, (_, at) => [`This is page ${at + 1} of the harbour’s log.`]);
  const passages = [passage(0, KEEPER, 'page=1'), passage(1, lines[59][0], 'page=60')];
  await show(page, { kind: 'pdf', path: 'a.pdf', content: pdfOf(lines), passages, passage: 0 });
  await expect(page.locator('.missing')).toBeFocused();
  await page.evaluate(() => {
    (window as unknown as Held).isHeld = () => true;
  });
  await page.getByRole('button', { name: 'Next passage' }).click();
  await expect(page.getByRole('textbox', { name: 'Page' })).toHaveValue('60');
  await expect(page.locator('.missing')).toHaveCount(0);
  await sendHeld(page);
  await expect.poll(() => marked(page, 'latelight-passage')).toContain('page 60');
});
