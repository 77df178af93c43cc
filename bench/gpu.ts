// Serves the GPU benchmark page: `npm run bench:gpu` prints its address, to be opened in any browser on this machine.
// `--headless` runs it in Chromium on whatever adapter that has, a software one if need be, and prints the tables; with `--json`
// the report; with `--assert` it fails unless every score equals WASM.

import { chromium } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import type { GpuReport } from './gpu/run.ts';
import { servePage } from './gpu/serve-page.ts';
import { toMarkdown } from './gpu/tables.ts';
import { describeMachine, machineLine } from './machine.ts';

const TIMEOUT_MS = 600_000;
const has = (flag: string) => process.argv.includes(flag);
const machine = describeMachine();
const server = await servePage(machine.commit);

if (has('--headless')) {
  const browser = await chromium.launch(await chromiumLaunch('--enable-unsafe-webgpu'));
  try {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    await page.goto(server.address);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('button', { name: 'Start again' }).waitFor({ timeout: TIMEOUT_MS });
    const copy = page.getByRole('button', { name: 'Copy as JSON' });
    if (await copy.isDisabled()) throw new Error(await page.getByRole('status').innerText());
    await copy.click();
    const report: GpuReport = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    if (has('--json')) console.log(JSON.stringify({ machine, ...report }, null, 2));
    else console.log(`${machineLine(machine)}\n\n${toMarkdown(report)}`);
    if (has('--assert') && !report.allEqual) process.exitCode = 1;
  } finally {
    await browser.close();
    await server.close();
  }
} else {
  console.log(`Open ${server.address} in the browser to be measured. End with Ctrl+C.`);
}
