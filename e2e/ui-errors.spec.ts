// A failure is said where the results would be, and "Try again" opens the index again.

import { expect, type Page, test } from '@playwright/test';

test.use({ serviceWorkers: 'block' });

/** Pages found; their further passages are links too. */
const hits = (page: Page) => page.getByRole('region', { name: 'Results' }).getByRole('heading').getByRole('link');
const alert = (page: Page) => page.getByRole('alert');

test('a download that fails is named, and works when tried again', async ({ page }) => {
  await page.route('**/manifest.json', (route) => route.fulfill({ status: 503 }));
  await page.goto('./#q=timeout');
  await expect(alert(page)).toContainText('Part of the search could not be downloaded.');
  await expect(alert(page)).toContainText('503');
  await expect(alert(page)).not.toContainText('offline');
  await page.unroute('**/manifest.json');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(hits(page)).toHaveCount(10);
  await expect(alert(page)).toHaveCount(0);
  await expect(page.getByRole('searchbox')).toBeFocused();
});

test('the script of the engine that fails to load once is there when tried again', async ({ page }) => {
  await page.route('**/assets/client-*', (route) => route.abort(), { times: 1 });
  await page.goto('./#q=timeout');
  await expect(alert(page)).toContainText('Part of the search could not be downloaded.');
  // By another address: not every browser asks for a script again that it could not have.
  const again = page.waitForRequest(/\/assets\/client-[^/]+\.js\?again=1$/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await again;
  await expect(hits(page)).toHaveCount(10);
  await expect(alert(page)).toHaveCount(0);
});

test('a browser with WebAssembly switched off is told so, not to try again', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
  await page.goto('./?q=timeout');
  await expect(alert(page)).toContainText('needs WebAssembly, which is switched off');
  await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(0);
});

test('changed bytes are refused, and typing on does not download them again', async ({ page }) => {
  let requests = 0;
  await page.route('**/shards/**', async (route) => {
    requests++;
    const response = await route.fetch();
    const body = await response.body();
    body[body.length - 1] ^= 1;
    await route.fulfill({ response, body });
  });
  await page.goto('./');
  await expect(alert(page)).toContainText('not the one this site published');
  const before = requests;
  await page.getByRole('searchbox').pressSequentially('timeout');
  await expect(alert(page)).toBeVisible();
  await expect(hits(page)).toHaveCount(0);
  expect(requests).toBe(before);
});

test('an offline device gets a hint', async ({ page, context }) => {
  let fail = () => {};
  const held = new Promise<void>((resolve) => {
    fail = resolve;
  });
  await page.route('**/manifest.json', async (route) => {
    await held;
    await route.abort('internetdisconnected');
  });
  const asked = page.waitForRequest('**/manifest.json');
  await page.goto('./');
  await asked;
  await expect(page.getByRole('progressbar')).toBeVisible();
  await context.setOffline(true);
  fail();
  await expect(alert(page)).toContainText('This device seems to be offline');
});

test('so does one that was offline before the search worker was there', async ({ page, context }) => {
  await page.route(/worker[^/]*\.js$/, async (route) => {
    await context.setOffline(true);
    await route.abort('internetdisconnected');
  });
  await page.goto('./');
  await expect(alert(page)).toContainText('Part of the search could not be downloaded.');
  await expect(alert(page)).toContainText('This device seems to be offline');
  await page.unroute(/worker[^/]*\.js$/);
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await expect(alert(page)).toHaveCount(0);
});

test('errors are events too, and an aborted search is none', async ({ page }) => {
  await page.goto('./');
  await page.evaluate(() => {
    addEventListener('latelight-error', (event) => {
      document.body.dataset.errors = `${document.body.dataset.errors ?? ''} ${(event as CustomEvent<{ code: string }>).detail.code}`;
    });
  });
  await page.getByRole('searchbox').pressSequentially('set a request timeout');
  await expect(hits(page)).toHaveCount(10);
  await expect(page.locator('body')).not.toHaveAttribute('data-errors');
});
