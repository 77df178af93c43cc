// The library's page alone: what is in sight and can be told apart, and what axe finds in each state.

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { bench, rows, search, searchBox, serveLibraryUi, show } from './library-ui-page.ts';

serveLibraryUi();

test('focus is not hidden behind the indexing bar', async ({ page }) => {
  await show(page, 'few');
  await bench(page, (library) => {
    const rate = { passagesPerSecond: undefined, secondsLeft: undefined };
    library.change({ progress: { passagesDone: 1, passagesTotal: 9, documentsWaiting: 6, ...rate } });
  });
  await search(page);
  const bar = page.getByRole('region', { name: 'Indexing' });
  /** Of what has focus, the pixels below the bar's upper edge. */
  const hidden = () =>
    bar.evaluate((bar) => {
      let focused = document.activeElement!;
      while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
      const isOfBar = bar.contains(focused);
      return isOfBar ? 0 : Math.max(0, focused.getBoundingClientRect().bottom - bar.getBoundingClientRect().top);
    });
  for (const height of [560, 600, 640, 680]) {
    await page.setViewportSize({ width: 900, height });
    await page.evaluate(() => scrollTo(0, 0));
    await searchBox(page).focus();
    for (let at = 0; at < 6; at++) {
      await page.keyboard.press('ArrowDown');
      expect(await hidden(), `hit ${at} at ${height} px`).toBe(0);
    }
    for (let at = 0; at < 30; at++) {
      await page.keyboard.press('Tab');
      expect(await hidden(), `stop ${at} at ${height} px`).toBe(0);
    }
  }
  // Where the bar does not stay, and without it, there is nothing to keep clear of.
  const padding = () => page.evaluate(() => document.documentElement.style.scrollPaddingBlockEnd);
  expect(await padding()).toMatch(/px$/);
  await page.setViewportSize({ width: 900, height: 400 });
  await expect.poll(padding).toBe('');
  await page.setViewportSize({ width: 900, height: 600 });
  await expect.poll(padding).toMatch(/px$/);
  await bench(page, (library) => library.change({ progress: undefined }));
  await expect.poll(padding).toBe('');
});

test('a long path is shown whole, a name of the other direction keeps to its side, and rings fit in the row', async ({
  page,
}) => {
  await page.setViewportSize({ width: 480, height: 800 });
  await show(page, 'few');
  await bench(page, (library) => {
    const path = `${'a-very-long-folder-name'.repeat(6)}/x.md`;
    library.put({ title: 'חוזה השכירות', path });
    library.put({ title: 'averylongtitle'.repeat(8), path: 'b.md' });
    library.change({});
  });
  const row = rows(page).filter({ hasText: 'חוזה' });
  const side = (text: string) =>
    row.evaluate((row, text) => {
      const range = document.createRange();
      range.selectNodeContents(row.querySelector(text)!);
      return range.getBoundingClientRect().left;
    }, text);
  expect(await side('.title')).toBe(await side('.facts'));
  const outside = await rows(page).evaluateAll((all) =>
    all.flatMap((row) => {
      const { left, right } = row.getBoundingClientRect();
      return [...row.querySelectorAll('.title, .path, input, .acts button')].flatMap((part) => {
        const range = document.createRange();
        range.selectNodeContents(part);
        const isText = part.matches('.title, .path');
        const bounds = (isText ? range : part).getBoundingClientRect();
        // A box's ring is 4 pixels outside of it; that of a button is 4 inside.
        const ring = part.localName === 'input' ? 4 : part.localName === 'button' ? -4 : 0;
        return bounds.left - ring < left || bounds.right + ring > right ? part.outerHTML : [];
      });
    }),
  );
  expect(outside).toEqual([]);
});

test('in forced colours what is done of a bar differs from what is not', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await show(page, 'indexing');
  await page.locator('latelight-search').evaluate((search) => {
    const bar = Object.assign(document.createElement('progress'), { className: 'bytes', max: 2, value: 1 });
    search.shadowRoot!.querySelector('.frame')!.append(bar);
  });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const bars = await page.getByRole('progressbar').evaluateAll((all) =>
      all.map((bar) => {
        const { backgroundColor, color, borderTopWidth } = getComputedStyle(bar);
        const light = (of: string) => {
          const [r, g, b] = of.match(/[\d.]+/g)!.map((value) => {
            const part = Number(value) / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
        };
        const [a, b] = [light(backgroundColor), light(color)];
        return { contrast: Math.max(a, b) / Math.min(a, b), edge: borderTopWidth, high: bar.clientHeight };
      }),
    );
    expect(bars.length).toBeGreaterThan(3);
    for (const { contrast, edge, high } of bars) {
      expect(contrast).toBeGreaterThan(3);
      expect(edge).toBe('1px');
      expect(high).toBeGreaterThanOrEqual(6);
    }
  }
});

const STATES: [string, (page: Page) => Promise<void>][] = [
  ['empty', async () => undefined],
  ['indexing', async () => undefined],
  ['failures', (page) => page.getByRole('checkbox', { name: 'Select logo.psd' }).check()],
  ['other-tab', (page) => page.getByText('Privacy', { exact: true }).click()],
  ['few', search],
  ['few', (page) => rows(page).first().getByRole('link').click()],
  ['few', (page) => page.getByRole('button', { name: /^Remove Lights/ }).click()],
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 320]) {
    test.describe(`${colorScheme}, ${width} px`, () => {
      test.use({ colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' });

      test('axe finds nothing, nothing is too wide or too small to press, the policy is kept', async ({ page }) => {
        const refused: string[] = [];
        page.on('console', (message) => {
          if (message.text().includes('Content Security Policy')) refused.push(message.text());
        });
        for (const [state, act] of STATES) {
          await show(page, state);
          await act(page);
          // The reader has its own tests: what stands for it here has no looks.
          const { violations } = await new AxeBuilder({ page }).exclude('latelight-reader').analyze();
          expect(
            violations.map(({ id, nodes }) => `${state} ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
          ).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
          expect(await tooSmall(page), state).toEqual([]);
        }
        expect(refused).toEqual([]);
      });
    });
  }
}

function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const library = document.querySelector('latelight-library')!.shadowRoot!;
    const roots = [library, library.querySelector('latelight-documents')?.shadowRoot];
    const targets = roots.flatMap((root) => [
      ...(root?.querySelectorAll('button, summary, select, .pick, .filter') ?? []),
    ]);
    return targets
      .map((target) => ({ html: target.outerHTML, bounds: target.getBoundingClientRect() }))
      .filter(({ bounds }) => bounds.width > 0 && Math.min(bounds.width, bounds.height) < 43.9)
      .map(({ html }) => html);
  });
}
