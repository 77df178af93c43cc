// E2E on the built page. The server serves files and nothing else, as any static host would.

import { defineConfig } from '@playwright/test';
import { DEMO_PORT, SMALL_PORT } from './e2e/ports.ts';
import { chromiumLaunch } from './scripts/install.js';

export default defineConfig({
  testDir: 'e2e',
  // Several times what a quick machine takes: some have no VNNI or a neighbour, and the software GPU adapter is theirs too.
  timeout: 240_000,
  expect: { timeout: 45_000 },
  retries: 0,
  // Two cores are the least we ask for, and a test here runs a model: side by side they would only wait for each other.
  workers: 1,
  // `npm test` adds up the totals of all runners from the report.
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    baseURL: `http://localhost:${DEMO_PORT}/`,
    launchOptions: await chromiumLaunch('--enable-unsafe-webgpu'),
  },
  webServer: [
    serve('demo/search', DEMO_PORT),
    // A smaller index at an origin of its own, for tests on the software GPU adapter and for breaking things.
    serve('demo/small', SMALL_PORT),
  ],
});

function serve(folder: string, at: number) {
  return {
    command: `node bin/latelight.js serve ${folder} --port ${at}`,
    url: `http://localhost:${at}/manifest.json`,
    reuseExistingServer: false,
  };
}
