// E2E on the built page. The server serves files and nothing else, as any static host would.

import { defineConfig } from '@playwright/test';
import { findChromium } from './scripts/install.js';

const port = 4871;

export default defineConfig({
  testDir: 'e2e',
  timeout: 60_000,
  expect: { timeout: 20_000 },
  retries: 0,
  // Two cores are the least we ask for, and a test here runs a model: side by side they would only wait for each other.
  workers: 1,
  // `npm test` adds up the totals of all runners from the report.
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    baseURL: `http://localhost:${port}/`,
    launchOptions: {
      executablePath: await findChromium(),
      args: [
        '--enable-unsafe-webgpu',
        '--no-sandbox',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: [
    serve('demo/search', port),
    // A smaller index at an origin of its own, for tests on the software GPU adapter and for breaking things.
    serve('demo/small', 4872),
  ],
});

function serve(folder: string, at: number) {
  return {
    command: `node bin/latelight.js serve ${folder} --port ${at}`,
    url: `http://localhost:${at}/manifest.json`,
    reuseExistingServer: false,
  };
}
