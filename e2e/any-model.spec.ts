// A model that is not the package's own, in the page: ModernBERT's shape, prompts and expanded queries. The weights are random and not in
// the repository; without them the tests are skipped and counted.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { type Found, gotoBlank, openAndSearch, readManifestFile } from './engine.ts';
import { DEMO_PORT } from './ports.ts';

const shared = join(import.meta.dirname, '../../shared/models/zero-shape-tiny');
const work = join(import.meta.dirname, '../node_modules/.any-model-e2e');
const cli = join(import.meta.dirname, '../bin/latelight.js');
const index = join(work, 'index');
/** Beside the ports of the other two servers. */
const PORT = DEMO_PORT + 3;
const base = `http://localhost:${PORT}/`;

const PAGES = ['The server closes slow clients', 'Bread is baked with flour and salt', 'Tomatoes want sun and water'];
let server: ChildProcess | undefined;

test.describe('a model with prompts and expansion', () => {
  test.skip(!existsSync(join(shared, 'model.onnx')), 'the random-weight model is not here');

  test.beforeAll(async () => {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(join(work, 'site'), { recursive: true });
    cpSync(shared, join(work, 'model'), { recursive: true });
    PAGES.forEach((text, i) => {
      writeFileSync(join(work, 'site', `${i}.md`), `# Page ${i}\n\n${text}.\n`);
    });
    const general = Array.from({ length: 120 }, (_, i) => ({ text: `${PAGES[i % 3]} number ${i}, said otherwise.` }));
    writeFileSync(join(work, 'general.jsonl'), general.map((line) => JSON.stringify(line)).join('\n'));
    latelight('fit-codec', join(work, 'general.jsonl'), '--model', join(work, 'model'));
    latelight('index', join(work, 'site'), '-o', index, '--model', join(work, 'model'), '--no-webgpu', '--no-cache');
    server = spawn(process.execPath, [cli, 'serve', index, '--port', String(PORT)]);
    await expect
      .poll(() =>
        fetch(`${base}manifest.json`).then(
          ({ ok }) => ok,
          () => false,
        ),
      )
      .toBe(true);
  });
  test.afterAll(() => {
    server?.kill();
    rmSync(work, { recursive: true, force: true });
  });

  test('gives every query the rows of its length, and finds the passage that says the same', async ({ page }) => {
    const { queryEncoder } = await readManifestFile(index);
    expect(queryEncoder.config).toMatchObject({ queryLength: 39, documentLength: 519, queryExpansion: true });
    expect(queryEncoder.config.prompts).toEqual({ query: 'search_query: ', document: 'search_document: ' });
    const found = await search(page, PAGES);
    found.forEach((result, i) => {
      expect(result.queryCodes).toMatchObject({ tokenCount: 39, dim: 128 });
      expect(result.urls[0]).toMatch(new RegExp(`^${i}\\.md`));
    });
  });

  test('finds in Chromium what the command line finds, with scores as near as floats allow', async ({ page }) => {
    for (const [i, result] of (await search(page, PAGES)).entries()) {
      const { hits } = JSON.parse(latelight('search', index, PAGES[i], '--json')) as {
        hits: { id: number; score: number }[];
      };
      expect(result.ids).toEqual(hits.map(({ id }) => id));
      hits.forEach(({ score }, rank) => {
        expect(Math.abs(result.scores[rank] / score - 1)).toBeLessThan(0.005);
      });
    }
  });

  test('obeys the prompt of the manifest: another one gives other rows', async ({ page }) => {
    const [own] = await search(page, [PAGES[0]]);
    const manifest = JSON.parse(readFileSync(join(index, 'manifest.json'), 'utf8'));
    manifest.queryEncoder.config.prompts.query = '';
    await page.context().route('**/manifest.json', (route) => route.fulfill({ json: manifest }));
    const [without] = await search(page, [PAGES[0]]);
    expect(without.queryCodes.tokenCount).toBe(39);
    expect(without.scores).not.toEqual(own.scores);
  });
});

async function search(page: Page, texts: string[]): Promise<Found[]> {
  await gotoBlank(page, base);
  const outcome = await openAndSearch(
    page,
    'wasm',
    texts.map((text) => ({ text })),
  );
  if (!('found' in outcome)) throw new Error(outcome.message);
  return outcome.found;
}

function latelight(...args: string[]): string {
  return execFileSync(process.execPath, [cli, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
