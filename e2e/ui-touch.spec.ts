// Chips by touch and by mouse, where focus and hover come and go differently than by keys.

import { expect, type Page, test } from '@playwright/test';

const chip = (page: Page) => page.getByRole('toolbar').getByRole('button', { name: /^timeout\b/ });
const dim = (page: Page) => page.locator('mark[data-dim]');

async function searchFor(page: Page): Promise<void> {
  await page.goto('./#q=set a request timeout');
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('heading').getByRole('link')).toHaveCount(10);
}

test.describe('touch', () => {
  test.use({ hasTouch: true, viewport: { width: 375, height: 700 } });

  test('a tap shows the marks of a word alone, another tap all of them', async ({ page }) => {
    await searchFor(page);
    await chip(page).tap();
    await expect(chip(page)).toHaveAttribute('aria-pressed', 'true');
    await expect(dim(page)).not.toHaveCount(0);
    await chip(page).tap();
    await expect(chip(page)).toHaveAttribute('aria-pressed', 'false');
    await expect(dim(page)).toHaveCount(0);
  });
});

test('a chip that the mouse is over shows its marks until the mouse leaves', async ({ page }) => {
  await searchFor(page);
  await chip(page).hover();
  await expect(dim(page)).not.toHaveCount(0);
  await expect(chip(page)).toHaveAttribute('aria-pressed', 'false');
  await page.getByRole('heading', { level: 1 }).hover();
  await expect(dim(page)).toHaveCount(0);
});

test('the excerpt of a hit can be selected, and a click beside it opens the hit', async ({ page }) => {
  await searchFor(page);
  const hit = page.locator('latelight-search .hit').first();
  await hit.locator('p').dblclick({ position: { x: 40, y: 10 } });
  expect(await page.evaluate(() => getSelection()?.toString().trim())).not.toBe('');
  expect(new URL(page.url()).hash).toMatch(/^#q=/);
  const { href } = await hit.getByRole('link').evaluate((link: HTMLAnchorElement) => ({ href: link.href }));
  const bounds = (await hit.boundingBox())!;
  await page.mouse.click(bounds.x + bounds.width / 2, bounds.y + 8);
  await expect(page).toHaveURL(href.split(':~:')[0]);
});
