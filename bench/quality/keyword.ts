// What people use otherwise, on the same passages: MiniSearch's BM25 and Pagefind's own ranking, each as it comes.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import MiniSearch from 'minisearch';
import { close, createIndex } from 'pagefind';
import { chromiumLaunch } from '../../scripts/install.js';
import { folderBytes } from '../peers/build.ts';
import { isStopWord, withoutStopWords } from '../peers/stop-words.ts';
import { serveFolders } from '../static-server.ts';

export interface Ranked {
  /** Documents of each query by index, best first; fewer or none where the tool finds no more. */
  rankings: number[][];
  /** Of the index as it is deployed. */
  bytes: number;
}

/**
 * BM25+ with MiniSearch's defaults: k 1.2, b 0.7, d 0.5, any word may match, no stemming, whole words. `tuned` is plain BM25 (d 0)
 * with stop words left out of index and query.
 */
export function rankWithMiniSearch(documents: string[], queries: string[], depth: number, tuned: boolean): Ranked {
  const index = new MiniSearch<{ id: number; text: string }>({
    fields: ['text'],
    ...(tuned && {
      processTerm: (term: string) => (isStopWord(term) ? null : term.toLowerCase()),
      searchOptions: { bm25: { k: 1.2, b: 0.75, d: 0 } },
    }),
  });
  index.addAll(documents.map((text, id) => ({ id, text })));
  const rankings = queries.map((query) =>
    index
      .search(query)
      .slice(0, depth)
      .map(({ id }) => id as number),
  );
  return { rankings, bytes: Buffer.byteLength(JSON.stringify(index)) };
}

/** How Pagefind is asked: it has no "any of these words". */
const PAGEFIND_WAYS: Record<string, (query: string) => string[]> = {
  'as asked': (query) => [query],
  'without stop words': (query) => [withoutStopWords(query)],
  'a word at a time, scores added': (query) => [...new Set(withoutStopWords(query).split(/\s+/))],
};

/**
 * Pagefind with its defaults, one record a document, searched in Chromium, where its search runs. Only documents with all words
 * of a query are found (words that no document has are left out), so a long question often finds none, which counts as 0.
 */
export async function rankWithPagefind(
  documents: string[],
  queries: string[],
  depth: number,
): Promise<Record<string, Ranked>> {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-pagefind-'));
  const server = await serveFolders({ pagefind: folder });
  const browser = await chromium.launch(await chromiumLaunch());
  try {
    const { index } = await createIndex();
    for (const [id, content] of documents.entries()) {
      const { errors } = await index!.addCustomRecord({ url: String(id), content, language: 'en' });
      if (errors.length > 0) throw new Error(`pagefind: document ${id}: ${errors.join('; ')}`);
    }
    await index!.writeFiles({ outputPath: folder });
    await close();
    const bytes = await folderBytes(folder);
    const documentOf = await recordUrls(join(folder, 'fragment'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Pagefind</title>');
    const page = await browser.newPage();
    await page.goto(`${server.base}pagefind/`);
    const rank = (parts: string[][]) =>
      page.evaluate(
        async ({ parts, depth, script }) => {
          const pagefind = await import(/* @vite-ignore */ script);
          await pagefind.init();
          const all: string[][] = [];
          for (const texts of parts) {
            const scores = new Map<string, number>();
            for (const text of texts) {
              const { results } = await pagefind.search(text);
              for (const { id, score } of results) scores.set(id, (scores.get(id) ?? 0) + score);
            }
            // Stable, so that one text keeps Pagefind's own order.
            all.push(
              [...scores]
                .sort(([, a], [, b]) => b - a)
                .slice(0, depth)
                .map(([id]) => id),
            );
          }
          return all;
        },
        { parts, depth, script: `${server.base}pagefind/pagefind.js` },
      );
    const ranked: Record<string, Ranked> = {};
    for (const [way, partsOf] of Object.entries(PAGEFIND_WAYS)) {
      const ids = await rank(queries.map(partsOf));
      ranked[way] = { rankings: ids.map((row) => row.map((id) => documentOf.get(id)!)), bytes };
    }
    return ranked;
  } finally {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The number of the document that each fragment file is of: gzip, a short mark, JSON. */
async function recordUrls(folder: string): Promise<Map<string, number>> {
  const urls = new Map<string, number>();
  for (const file of await readdir(folder)) {
    const text = gunzipSync(await readFile(join(folder, file))).toString();
    const { url } = JSON.parse(text.slice(text.indexOf('{'))) as { url: string };
    urls.set(file.replace(/\.pf_fragment$/, ''), Number(url.replace(/^\//, '')));
  }
  return urls;
}
