// axe finds nothing in any state, in light and dark, wide and at 320 px (1280 px at 400%).

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';

const hits = (page: Page) => page.getByRole('region', { name: 'Results' }).getByRole('link');

async function expectNoViolations(page: Page): Promise<void> {
  // Colours in the middle of a transition are nobody's colours.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null))),
  );
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
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
        let release = () => {};
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        await page.route('**/models/**', async (route) => {
          await held;
          await route.continue();
        });
        await page.goto('./?q=timeout');
        await expect(page.getByRole('progressbar')).toBeVisible();
        await expect(page.getByText(/^Downloading .* of .* MB, once\. Your search runs/)).toBeVisible();
        await expectNoViolations(page);
        await expectNoSidewaysScroll(page);
        release();
        await expect(hits(page)).toHaveCount(10);
        await expect(page.getByRole('progressbar')).toHaveCount(0);
      });

      test('results, a chip pressed, details open', async ({ page }) => {
        await page.goto('./?q=set a request timeout');
        await expect(hits(page)).toHaveCount(10);
        await expectNoViolations(page);
        await expectNoSidewaysScroll(page);
        await expectLargeTargets(page);
        await page.getByRole('toolbar').getByRole('button').last().click();
        await expectNoViolations(page);
        await page.getByText(/· \d+ ms/).click();
        await expect(page.getByText('Finding what matched')).toBeVisible();
        await expectNoViolations(page);
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
        await expect(page.getByRole('region', { name: 'Results' })).toHaveText('No results for anything');
        await expectNoViolations(page);
        await expectNoSidewaysScroll(page);
      });

      test('error', async ({ page }) => {
        await page.route('**/manifest.json', (route) => route.fulfill({ status: 503 }));
        await page.goto('./?q=timeout');
        await expect(page.getByRole('alert')).toBeVisible();
        await expectNoViolations(page);
        await expectNoSidewaysScroll(page);
        await expectLargeTargets(page);
      });
    });
  }
}
