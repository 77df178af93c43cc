// A strict Content-Security-Policy, sent as a header for page and worker alike.

import { expect, test } from '@playwright/test';
import { gotoBlank, openAndSearch, SMALL } from './engine.ts';

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'";

test.beforeEach(async ({ context }) => {
  await context.route(`${SMALL}**`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': POLICY } });
  });
});

// What the page fetches ahead may still be under way at the end.
test.afterEach(({ context }) => context.unrouteAll({ behavior: 'ignoreErrors' }));

test('the page searches under it, and nothing is reported', async ({ page }) => {
  const violations: string[] = [];
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) violations.push(message.text());
  });
  await page.goto(SMALL);
  const box = page.getByRole('searchbox', { name: 'Search' });
  await box.fill('redact passwords');
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('listitem').first()).toContainText(/redact/i);
  // All the way to the encoder, whose runtime is what a policy may stop.
  await expect(page.locator('.results[data-stage=full]')).toBeVisible();
  expect(violations).toEqual([]);
});

test('WebGPU says why it cannot', async ({ page }) => {
  await gotoBlank(page);
  expect(await openAndSearch(page, 'webgpu', [{ text: 'a' }])).toMatchObject({ code: 'no-webgpu' });
  const auto = await openAndSearch(page, 'auto', [{ text: 'logging' }]);
  expect(auto).toMatchObject({ found: [{ backend: 'wasm' }] });
});

// One policy for all that a site sends, as servers are set up; the page's own default policy does not reach into its workers.
const TRUSTED = `${POLICY}; require-trusted-types-for 'script'; trusted-types default lit-html`;

test('under require-trusted-types-for an index is searched by several workers', async ({ page, context }) => {
  await context.route(`${SMALL}**`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': TRUSTED } });
  });
  await context.route(`${SMALL}trusting.html`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: { 'content-security-policy': TRUSTED },
      body: '<!doctype html><script src="trusting.js"></script>',
    }),
  );
  await context.route(`${SMALL}trusting.js`, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: "trustedTypes.createPolicy('default', { createScriptURL: (url) => url });",
    }),
  );
  const reported: string[] = [];
  page.on('console', (message) => {
    if (/trusted/i.test(message.text())) reported.push(message.text());
  });
  await page.goto(`${SMALL}trusting.html`);
  const found = await page.evaluate(async () => {
    const { open } = (await import(
      new URL('latelight.js', location.href).href
    )) as typeof import('../src/engine-api.ts');
    const engine = await open('./', { device: 'wasm', workers: 2 });
    return (await engine.search('redact passwords', { limit: 5 })).hits.length;
  });
  expect(found).toBe(5);
  expect(page.workers().filter((worker) => worker.url().includes('score.worker'))).toHaveLength(1);
  expect(reported).toEqual([]);
});

test('no request leaves the origin', async ({ page }) => {
  const foreign: string[] = [];
  page.context().on('request', (request) => {
    if (!request.url().startsWith(SMALL) && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
  });
  await page.goto(SMALL);
  const box = page.getByRole('searchbox', { name: 'Search' });
  await box.fill('transport');
  await expect(page.locator('.results[data-stage=full]').getByRole('listitem').first()).toBeVisible();
  expect(foreign).toEqual([]);
});
