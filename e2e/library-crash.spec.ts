// A tab that dies at any moment of indexing or deleting: the library opens again, every document is whole or goes on, nothing is left over.
// LATELIGHT_KILLS=50 is the figure we promise; fewer run with the others.

import { readFileSync } from 'node:fs';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import {
  addFiles,
  differences,
  type LibraryElement,
  listed,
  openLibraryPage,
  settled,
  stored,
} from './library-page.ts';

const KILLS = Number(process.env.LATELIGHT_KILLS ?? 8);
const DOCS = [
  'Guides/Getting-Started',
  'Guides/Serverless',
  'Guides/Testing',
  'Guides/Recommendations',
  'Reference/Reply',
];

/** mulberry32: the same moments in every run, as far as the machine allows. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Ends the tab's process with all of its workers. */
async function kill(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close();
}

async function reopened(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await openLibraryPage(page);
  return page;
}

test(`a tab killed ${KILLS} times while it indexes and deletes loses nothing and leaves nothing`, async ({
  context,
}) => {
  test.setTimeout(240_000 + KILLS * 20_000);
  const next = random(6);
  const contents = DOCS.map((name) => readFileSync(`demo/docs/fastify/${name}.html`, 'utf8'));
  let page = await reopened(context);
  let added = 0;
  /** Paths that must be there at the end. */
  const kept = new Set<string>();
  for (let round = 0; round < KILLS; round++) {
    const documents = await listed(page);
    expect(documents.filter(({ state }) => state === 'failed')).toEqual([]);
    const { missing } = differences(await stored(page));
    expect(missing, `named but not there, before kill ${round + 1}`).toEqual([]);
    const at = new Set(documents.map(({ path }) => path));
    expect([...kept].filter((path) => !at.has(path))).toEqual([]);

    // Something is always under way: new documents, and in every other round old ones that go.
    const files = contents.map((text, i) => ({ path: `round-${added}/${DOCS[i]}.html`, text })).slice(0, 2);
    added++;
    await addFiles(page, files);
    for (const { path } of files) kept.add(path);
    const victims = round % 2 === 1 ? documents.slice(0, 2) : [];
    for (const { path } of victims) kept.delete(path);
    if (victims.length > 0) {
      // Not waited for: the kill comes in the middle of it, or soon after.
      await page.evaluate(
        (ids) => {
          const { library } = document.querySelector<LibraryElement>('latelight-library')!;
          void library!.remove(ids).catch(() => undefined);
        },
        victims.map(({ id }) => id),
      );
    }
    await page.evaluate(
      (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      next() * (victims.length > 0 ? 400 : 4000),
    );
    await kill(page);
    page = await reopened(context);
  }
  // What is left goes on to its end.
  await settled(page);
  const documents = await listed(page);
  expect(documents.filter(({ state }) => state !== 'done')).toEqual([]);
  const at = new Set(documents.map(({ path }) => path));
  expect([...kept].filter((path) => !at.has(path))).toEqual([]);
  // Removals that the kill cut off before they began are no loss; what is there is whole.
  for (const { doneCount, passageCount } of documents) expect(doneCount).toBe(passageCount);
  await page.close();
  page = await reopened(context);
  await expect.poll(async () => differences(await stored(page))).toEqual({ orphans: [], missing: [] });
});

test('a document that a crash cut off goes on at the passage where it was', async ({ context }) => {
  let page = await reopened(context);
  const paragraph = (n: number) => `## Part ${n}\n\n${`Part ${n} tells of harbour number ${n * 3}. `.repeat(30)}\n\n`;
  const text = `# Harbours\n\n${Array.from({ length: 60 }, (_, n) => paragraph(n)).join('')}`;
  await addFiles(page, [{ path: 'harbours.md', text }]);
  await expect.poll(async () => (await listed(page))[0]?.doneCount, { intervals: [50] }).toBeGreaterThan(0);
  await kill(page);
  page = await context.newPage();
  await openLibraryPage(page);
  const [{ doneCount, passageCount, state }] = await listed(page);
  expect({ state, isCutOff: doneCount > 0 && doneCount < passageCount }).toEqual({ state: 'indexing', isCutOff: true });
  const least = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const { library } = document.querySelector<LibraryElement>('latelight-library')!;
        let fewest = Number.POSITIVE_INFINITY;
        library!.subscribe(({ documents }) => {
          const [document] = documents.values();
          fewest = Math.min(fewest, document.doneCount);
          if (document.state === 'done') resolve(fewest);
        });
      }),
  );
  expect(await least).toBeGreaterThanOrEqual(doneCount);
  expect((await listed(page))[0]).toMatchObject({ passageCount, doneCount: passageCount });
});
