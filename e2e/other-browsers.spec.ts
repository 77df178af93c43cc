// What users of other browsers do, in Firefox and in WebKit, the engine of Safari, as distributions ship them. Skipped, and counted as
// such, where they are not installed: `npm test` installs them where it can.

import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { findFirefox, findWebKit } from '../scripts/install.js';
import { docxFile, epubFile, pageOf, pdfFile } from '../src/ingest/documents.fixture.ts';
import { gotoBlank, openAndSearch, SMALL, smallFolder, textKept } from './engine.ts';
import { type SiteServer, serveSite } from './example-sites.ts';
import { addFiles, firstHit, type LibraryElement, listed, settled } from './library-page.ts';
import type { OtherBrowser } from './other-browsers/browser.ts';
import { openFirefox } from './other-browsers/firefox.ts';
import { openWebKit } from './other-browsers/webkit.ts';
import { SITE_PAGE } from './site-page.ts';

const demoFolder = join(import.meta.dirname, '../demo/search');
const [firefox, webKit] = [findFirefox(), findWebKit()];

const BROWSERS: [string, (() => Promise<OtherBrowser>) | undefined][] = [
  ['Firefox', firefox ? () => openFirefox(firefox) : undefined],
  ['WebKit', webKit ? () => openWebKit(webKit) : undefined],
];

for (const [name, open] of BROWSERS) {
  test.describe(name, () => {
    test.skip(!open, `${name} is not installed`);
    let browser: OtherBrowser;
    let site: SiteServer;

    test.beforeEach(async () => {
      browser = await open!();
      test.info().annotations.push({ type: 'browser', description: browser.version });
    });
    test.afterEach(async () => {
      await browser?.close();
      await site?.close();
    });

    test('opens with a key, searches, goes to a hit by arrow, gives focus back', async () => {
      site = await serveSite(smallFolder, '/', { 'site.html': SITE_PAGE });
      await browser.goto(`${site.url}site.html`);
      await browser.evaluate(() => document.querySelector('button')!.focus());
      await browser.press('Enter');
      await expect.poll(() => focused(browser)).toBe('INPUT');
      await browser.type('hide passwords in the log');
      await expect.poll(() => stage(browser)).toBe('full');
      const strongMark = await browser.evaluate((name) => {
        const marks = document.querySelector(name)!.shadowRoot!.querySelectorAll<HTMLElement>('mark[data-level]');
        const mark = [...marks].sort((a, b) => Number(b.dataset.level) - Number(a.dataset.level))[0];
        const { textDecorationLine: line, textDecorationThickness: thickness } = getComputedStyle(mark);
        return { level: Number(mark.dataset.level), line, thickness };
      }, inElement);
      expect(strongMark.level).toBeGreaterThan(2);
      expect(strongMark).toMatchObject({ line: 'underline', thickness: `${strongMark.level - 1}px` });
      await browser.press('ArrowDown');
      await expect.poll(() => focused(browser)).toBe('A');
      // From the hit to the box, from the box's text to none, from the dialog to the page.
      for (let times = 0; times < 3; times++) await browser.press('Escape');
      await expect
        .poll(() =>
          browser.evaluate(() => {
            const dialog = document.querySelector('latelight-search')!.shadowRoot!.querySelector('dialog')!;
            return [dialog.open, document.activeElement?.textContent];
          }),
        )
        .toEqual([false, 'Search here']);
    });

    test('Back leads to the page as it was left, and to the engine that it had', async () => {
      // Not from `serveSite`, which sends `no-store`: Firefox keeps no such page.
      await browser.goto(SMALL);
      await ask(browser, 'close the server');
      await browser.evaluate((name) => {
        const root = document.querySelector(name)!.shadowRoot!;
        const box = root.querySelector('input')!;
        // WebKit resets a field of a page that it kept, in a task after the event.
        window.addEventListener('pageshow', ({ persisted }) =>
          setTimeout(() => Object.assign(window, { back: { persisted, query: box.value } })),
        );
        [...root.querySelectorAll<HTMLElement>('h3 a')].at(-1)!.focus();
      }, inElement);
      // Firefox keeps no page with a lock, and the worker may be warming up.
      const locks = () => navigator.locks.query().then(({ held, pending }) => [held?.length, pending?.length]);
      await expect.poll(() => browser.evaluate(locks)).toEqual([0, 0]);
      // WebKit scrolls to what has the focus a little later.
      await expect.poll(() => whereabouts(browser).then(({ scrollY }) => scrollY)).toBeGreaterThan(0);
      const left = await whereabouts(browser);
      expect(left).toMatchObject({ query: 'close the server', focus: expect.stringMatching(/./) });
      await browser.press('Enter');
      await expect.poll(() => browser.url()).toMatch(/:\d+\/docs\//);
      await browser.back();
      await expect
        .poll(() => browser.evaluate(() => (window as { back?: object }).back))
        .toEqual({ persisted: true, query: left.query });
      expect(await whereabouts(browser)).toEqual(left);
      const found = await firstHitText(browser);
      await browser.evaluate((name) => {
        globalThis.Worker = class {
          constructor() {
            throw new Error('expected the worker that was there');
          }
        } as never;
        document.querySelector(name)!.shadowRoot!.querySelector('input')!.select();
      }, inElement);
      await browser.type('write logs to a file');
      await expect.poll(() => firstHitText(browser)).not.toBe(found);
      expect(await stage(browser)).toBe('full');
    });

    test('finds what Chromium finds, score for score', async ({ page }) => {
      const queries = ['close the server', 'hide passwords in log output', 'v4.27 setErrorHandler'].map((text) => {
        return { text, limit: 20 };
      });
      await gotoBlank(page);
      await gotoBlank(browser);
      const [here, there] = [
        await openAndSearch(page, 'wasm', queries),
        await openAndSearch(browser, 'auto', queries),
      ] as const;
      expect(there).toHaveProperty('found');
      if (!('found' in here && 'found' in there)) return;
      const told = ({ found }: typeof here) => found.map(({ urls, scores }) => ({ urls, scores }));
      expect(told(there)).toEqual(told(here));
    });

    test('searches without a network after one visit', async () => {
      site = await serveSite(demoFolder, '/');
      await browser.goto(site.url);
      await ask(browser, 'retry failed requests');
      await browser.evaluate(async () => void (await navigator.serviceWorker.ready));
      await textKept(browser, site.url);
      await site.close();
      await browser.goto(site.url);
      expect(await ask(browser, 'hide passwords in log output')).toMatch(/redact/i);
    });

    test('keeps a library: documents of four kinds, found and read after the page was left, without a network', async () => {
      site = await serveSite(join(demoFolder, 'library'), '/');
      await openLibrary(browser, site.url);
      await addFiles(browser, DOCUMENTS);
      await settled(browser);
      const done = DOCUMENTS.map(({ path }) => [path, 'done', '']);
      const states = async () => (await listed(browser)).map(({ path, state, reason }) => [path, state, reason ?? '']);
      expect(await states()).toEqual(done);
      await browser.evaluate(async () => void (await navigator.serviceWorker.ready));
      await site.close();
      await openLibrary(browser, site.url);
      expect(await states()).toEqual(done);
      for (const { question, answer } of DOCUMENTS) {
        const { url } = await firstHit(browser, question);
        await browser.evaluate((address) => {
          location.hash = new URL(address, location.href).hash;
        }, url);
        await expect.poll(() => marked(browser), { message: question }).toContain(answer);
      }
    });
  });
}

test('a private window of Firefox keeps a library while it is open, and says for how long', async () => {
  test.skip(!firefox, 'Firefox is not installed');
  const browser = await openFirefox(firefox!, { 'browser.privatebrowsing.autostart': true });
  const site = await serveSite(join(demoFolder, 'library'), '/');
  try {
    await openLibrary(browser, site.url);
    await addFiles(browser, DOCUMENTS.slice(0, 1));
    await settled(browser);
    await openLibrary(browser, site.url);
    expect((await listed(browser)).map(({ path, state }) => [path, state])).toEqual([[DOCUMENTS[0].path, 'done']]);
    const notices = () =>
      browser.evaluate(
        () => document.querySelector('latelight-library')!.shadowRoot!.querySelector('.notices')!.textContent,
      );
    expect(await notices()).toContain('what you add is gone when it is closed');
  } finally {
    await browser.close();
    await site.close();
  }
});

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

const DOCUMENTS = [
  {
    path: 'garden/frost.md',
    text: '# Frost\n\nCover tomato seedlings before the first cold night.',
    question: 'protect plants from frost',
    answer: 'seedlings',
  },
  {
    path: 'letters/lease.pdf',
    base64: base64(pdfFile({ pages: [pageOf('The landlord pays for the new boiler.')] })),
    question: 'who has to pay for heating repairs',
    answer: 'boiler',
  },
  {
    path: 'bread.docx',
    base64: base64(docxFile([{ text: 'Knead the dough for ten minutes and let it rise.' }])),
    question: 'how long to work the dough',
    answer: 'Knead',
  },
  {
    path: 'books/bees.epub',
    base64: base64(epubFile([{ body: '<p>A swarm leaves the hive in May.</p>' }])),
    question: 'when do bees leave',
    answer: 'swarm',
  },
];

async function openLibrary(browser: OtherBrowser, url: string): Promise<void> {
  await browser.goto(url);
  await expect
    .poll(() => browser.evaluate(() => Boolean(document.querySelector<LibraryElement>('latelight-library')?.library)))
    .toBe(true);
}

/** What the reader has marked as the passage. */
function marked(browser: OtherBrowser): Promise<string> {
  return browser.evaluate(() => [...(CSS.highlights.get('latelight-passage') ?? [])].map(String).join(' '));
}

const inElement = 'latelight-search';

/** Tag of what has the focus in the element. */
function focused(browser: OtherBrowser): Promise<string | undefined> {
  return browser.evaluate((name) => document.querySelector(name)?.shadowRoot?.activeElement?.tagName, inElement);
}

/** What a visitor who comes back expects to find. */
function whereabouts(browser: OtherBrowser) {
  return browser.evaluate((name) => {
    const root = document.querySelector(name)!.shadowRoot!;
    return { query: root.querySelector('input')!.value, focus: root.activeElement?.textContent, scrollY };
  }, inElement);
}

function firstHitText(browser: OtherBrowser): Promise<string | undefined> {
  return browser.evaluate(
    (name) => document.querySelector(name)?.shadowRoot?.querySelector<HTMLElement>('.results li')?.innerText,
    inElement,
  );
}

function stage(browser: OtherBrowser): Promise<string | undefined> {
  return browser.evaluate(
    (name) => document.querySelector(name)?.shadowRoot?.querySelector<HTMLElement>('.results')?.dataset.stage,
    inElement,
  );
}

/** Types a question into the page's box and waits for the full stage. Returns the first hit's text. */
async function ask(browser: OtherBrowser, question: string): Promise<string | undefined> {
  await expect
    .poll(() =>
      browser.evaluate((name) => Boolean(document.querySelector(name)?.shadowRoot?.querySelector('input')), inElement),
    )
    .toBe(true);
  await browser.evaluate(
    (name) => document.querySelector(name)?.shadowRoot?.querySelector('input')?.focus(),
    inElement,
  );
  await browser.type(question);
  await expect.poll(() => stage(browser)).toBe('full');
  return firstHitText(browser);
}
