// axe finds nothing in any state, in light and dark, wide and at 320 px (1280 px at 400%).

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';

/** Pages found; their further passages are links too. */
const hits = (page: Page) => page.getByRole('region', { name: 'Results' }).getByRole('heading').getByRole('link');

/** @param isOverlaid where one thing lies over another, axe cannot tell the contrast of what is below */
async function expectNoViolations(page: Page, isOverlaid = false): Promise<void> {
  await page.evaluate(async () => {
    // Colours in the middle of a transition are nobody's colours, and over a gradient axe cannot tell contrast.
    document.body.style.backgroundImage = 'none';
    // A document's list leaves out what moves inside shadow trees; what never ends (a sweep) changes no text.
    const roots = [document, document.querySelector('latelight-search')!.shadowRoot!];
    const ending = roots
      .flatMap((root) => root.getAnimations())
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.all(ending.map((animation) => animation.finished.catch(() => null)));
  });
  const { violations, incomplete } = await new AxeBuilder({ page }).analyze();
  const found = [...violations, ...incomplete.filter(({ id }) => id === 'color-contrast' && !isOverlaid)];
  expect(found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(excess).toBeLessThanOrEqual(0);
}

/** Small things are hard to hit: everything one can press is 44 px high, and wide where it stands alone. */
async function expectLargeTargets(page: Page): Promise<void> {
  for (const target of await page.locator('button:visible, summary:visible, input:visible').all()) {
    const bounds = await target.boundingBox();
    expect(Math.min(bounds!.width, bounds!.height), await target.innerHTML()).toBeGreaterThanOrEqual(44);
  }
}

/** Holds files back until the returned function is called. */
async function hold(page: Page, files: string): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(files, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 320]) {
    test.describe(`${colorScheme}, ${width} px`, () => {
      test.use({ colorScheme, viewport: { width, height: 800 }, serviceWorkers: 'block', reducedMotion: 'reduce' });

      test('empty', async ({ page }) => {
        await page.goto('./');
        await expect(page.getByText(/^[\d,]+ passages$/)).toBeVisible();
        await expectNoViolations(page);
        await expectNoSidewaysScroll(page);
        await expectLargeTargets(page);
      });

      test('loading', async ({ page }) => {
        const release = await hold(page, '**/models/*.llq');
        await page.goto('./#q=timeout');
        await expect(page.getByRole('progressbar')).toBeVisible();
        await expect(page.getByText(/^Downloading .* of .* MB, once\. Your search runs/)).toBeVisible();
        await expectNoViolations(page);
        await expectNoSidewaysScroll(page);
        release();
        await expect(hits(page)).toHaveCount(10);
        await expect(page.getByRole('progressbar')).toHaveCount(0);
      });

      test('quick results while the model is on its way', async ({ page }) => {
        const release = await hold(page, '**/models/*.onnx');
        await page.goto('./#q=timeout');
        await expect(hits(page)).toHaveCount(10);
        await expect(page.getByText(/^Quick results; better ones after .* of .* MB\.$/)).toBeVisible();
        await expectNoViolations(page);
        await expectNoSidewaysScroll(page);
        release();
        await expect(page.getByText(/^The best 10 of/)).toBeVisible();
        await expect(page.getByRole('progressbar')).toHaveCount(0);
      });

      test('results, a chip pressed, details open', async ({ page }) => {
        await page.goto('./#q=set a request timeout');
        await expect(page.getByText(/^The best 10 of/)).toBeVisible();
        await expectNoViolations(page);
        await expectNoSidewaysScroll(page);
        await expectLargeTargets(page);
        await page.getByRole('toolbar').getByRole('button').last().click();
        await expectNoViolations(page);
        await page.getByText(/· \d+ ms/).click();
        await expect(page.getByText('Finding what matched')).toBeVisible();
        await expectNoViolations(page, true);
        await expectNoSidewaysScroll(page);
      });

      test('no results', async ({ page }) => {
        await page.goto('./');
        // An index without a passage: handed in, because `latelight index` rightly makes none.
        await page.evaluate(() => {
          const timings = { encodeMs: 1, scoreMs: 0, fetchMs: 0, alignMs: 0, totalMs: 1 };
          const empty = { hits: [], words: [], backend: 'wasm', encoder: 'wasm', passageCount: 0, timings };
          const search = document.querySelector('latelight-search') as unknown as { engine: object; query: string };
          search.engine = {
            siteRoot: location.href,
            notice: '',
            search: (query: string) => Promise.resolve({ query, ...empty }),
          };
          search.query = 'anything';
        });
        await expect(page.getByRole('region', { name: 'Results' })).toContainText('No results for anything');
        await expectNoViolations(page);
        await expectNoSidewaysScroll(page);
      });

      test('error', async ({ page }) => {
        await page.route('**/manifest.json', (route) => route.fulfill({ status: 503 }));
        await page.goto('./#q=timeout');
        await expect(page.getByRole('alert')).toBeVisible();
        await expectNoViolations(page);
        await expectNoSidewaysScroll(page);
        await expectLargeTargets(page);
      });
    });
  }
}

test('axe sees poor contrast inside the element', async ({ page }) => {
  await page.goto('./#q=set a request timeout');
  await expect(hits(page)).toHaveCount(10);
  await page.locator('latelight-search').evaluate((search) => search.style.setProperty('--latelight-muted', '#bbb'));
  await expect(expectNoViolations(page)).rejects.toThrow('color-contrast');
});

test.describe('forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('marks can be read, and the pressed chip told from the others', async ({ page }) => {
    await page.goto('./#q=set a request timeout');
    await expect(hits(page)).toHaveCount(10);
    await page.getByRole('toolbar').getByRole('button').last().click();
    const colours = await page.locator('mark').evaluateAll((marks) =>
      marks.map((mark) => {
        const { color, backgroundColor } = getComputedStyle(mark);
        return { color, backgroundColor, isDim: mark.hasAttribute('data-dim') };
      }),
    );
    expect(
      colours.filter(({ color, backgroundColor }) => color === backgroundColor || /^rgba/.test(backgroundColor)),
    ).toEqual([]);
    const shown = colours.find(({ isDim }) => !isDim);
    const dim = colours.find(({ isDim }) => isDim);
    expect(shown?.backgroundColor).not.toBe(dim?.backgroundColor);
    const chips = await page
      .locator('.chip > span[dir]')
      .evaluateAll((labels) => labels.map((label) => getComputedStyle(label).backgroundColor));
    expect(chips.at(-1)).not.toBe(chips[0]);
  });
});

test('a page can choose the colour scheme of the element', async ({ page }) => {
  await page.goto('./');
  const search = page.locator('latelight-search');
  const colour = () => page.getByRole('searchbox').evaluate((box) => getComputedStyle(box).color);
  const light = await colour();
  await search.evaluate((element) => element.style.setProperty('color-scheme', 'dark'));
  await expect.poll(colour).not.toBe(light);
});
