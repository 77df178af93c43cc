// The GPU benchmark page, on whatever adapter this browser has: it ends, its scores are right, its result can be copied.

import { expect, test } from '@playwright/test';
import type { KernelRow } from '../bench/gpu/measure-kernel.ts';
import type { GpuReport } from '../bench/gpu/run.ts';
import { type PageServer, servePage } from '../bench/gpu/serve-page.ts';
import { hasAdapter } from './engine.ts';

let server: PageServer;

test.beforeAll(async () => {
  server = await servePage('tested');
});

test.afterAll(() => server.close());

test('measures, finds every score equal, and gives a result to copy', async ({ page, context }) => {
  test.setTimeout(900_000); // on a software adapter, with every variant to compile
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('console', (message) => message.type() === 'error' && failures.push(message.text()));
  await page.goto(server.address);
  const adapter = await hasAdapter(page);
  if (process.env.REQUIRE_GPU) expect(adapter, 'REQUIRE_GPU is set, and there is no WebGPU adapter').toBe(true);
  test.skip(!adapter, 'no WebGPU adapter');

  const [copyJson, copyMarkdown] = ['JSON', 'Markdown'].map((as) =>
    page.getByRole('button', { name: `Copy as ${as}` }),
  );
  await expect(copyJson).toBeDisabled();
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('status')).toHaveText('Done. Every score equals WebAssembly.', { timeout: 880_000 });
  await expect(page.getByRole('progressbar')).toHaveAttribute('value', '1');
  await expect(page.getByRole('region', { name: 'The kernel', exact: true }).getByRole('row')).toHaveCount(9);

  await copyJson.click();
  await expect(page.getByRole('status')).toHaveText('Copied.');
  const report: GpuReport = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(report).toMatchObject({ commit: 'tested', allEqual: true });
  expect(report.adapter.vendor).not.toBe('');
  expect(report.timedBy).toBe(report.adapter.features.includes('timestamp-query') ? 'timestamp-query' : 'queue');
  for (const rate of [report.roofline.readGBs, report.roofline.copyGBs, report.roofline.floatGdots]) {
    expect(rate).toBeGreaterThan(0);
  }
  expect(report.shapes.map((row) => [row.rowBytes, row.tokenCount])).toEqual(
    [32, 16].flatMap((rowBytes) => [12, 32, 12, 32].map((tokenCount) => [rowBytes, tokenCount])),
  );
  expect(report.searches).toHaveLength(8);
  const withSubgroups = report.variants.map((row) => row.subgroups);
  expect(withSubgroups).toContain(false);
  expect(withSubgroups.includes(true)).toBe(report.adapter.features.includes('subgroups'));
  for (const row of [...report.shapes, ...report.variants]) expectPlausible(row);

  await copyMarkdown.click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('| passages | bytes a row |');
  expect(failures).toEqual([]);
});

function expectPlausible(row: KernelRow): void {
  expect(row.scoresChecked).toBe(row.passageCount);
  expect(row.scoresDifferent).toBe(0);
  expect(row.minMs).toBeGreaterThan(0);
  expect(row.medianMs).toBeGreaterThanOrEqual(row.minMs);
  expect(row.share).toBeCloseTo(Math.max(row.bytesBoundMs, row.dotsBoundMs) / row.minMs, 6);
  expect(row.bound).toBe(row.bytesBoundMs > row.dotsBoundMs ? 'bytes' : 'dots');
}

test('says in words that there is no WebGPU', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
  await page.goto(server.address);
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('status')).toContainText('This browser offers no WebGPU here.');
  await expect(page.getByRole('button', { name: 'Copy as JSON' })).toBeDisabled();
});

test('says in words that no adapter was found, and can be started again', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'gpu', { value: { requestAdapter: async () => null } });
  });
  await page.goto(server.address);
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('status')).toContainText('WebGPU found no adapter.');
  await expect(page.getByRole('button', { name: 'Start again' })).toBeEnabled();
});
