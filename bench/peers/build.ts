// Each tool's index, built as its documentation says, into a folder that a site would deploy. Timed by the caller.

import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, insertMultiple, save } from '@orama/orama';
import MiniSearch from 'minisearch';
import * as pagefind from 'pagefind';
import { build } from 'vite';
import { CONTEXT_TOKENS } from '../../src/indexing/encode-passage.ts';
import { ingestDirectory } from '../../src/ingest/directory.ts';
import { openModel } from '../../src/model-files/model.ts';
import { defaultModelFolder, packageRoot } from '../../src/node/package-files.ts';
import { INDEX_FILE, type KeywordDocument, MINISEARCH, ORAMA } from './keyword-settings.ts';

/** The manual's links to the pages before and after, which every page repeats at both ends. */
const PAGE_LINKS = ['.navheader', '.navfooter'];

/** Pagefind on the HTML, told what its documentation says to leave out. Its output holds its own interface too. */
export async function buildPagefind(documents: string, folder: string): Promise<void> {
  const { index } = checked(await pagefind.createIndex({ excludeSelectors: PAGE_LINKS }));
  checked(await index!.addDirectory({ path: documents }));
  checked(await index!.writeFiles({ outputPath: join(folder, 'pagefind') }));
  await pagefind.close();
}

export async function buildMiniSearch(documents: string, folder: string): Promise<void> {
  const index = new MiniSearch(MINISEARCH);
  index.addAll(await keywordDocuments(documents));
  await writeFile(join(folder, INDEX_FILE), JSON.stringify(index));
}

export async function buildOrama(documents: string, folder: string): Promise<void> {
  const db = create(ORAMA);
  await insertMultiple(db, await keywordDocuments(documents));
  await writeFile(join(folder, INDEX_FILE), JSON.stringify(save(db)));
}

/** The scripts of the pages in pages/, bundled, and an HTML file for each. */
export async function buildPage(tool: string, folder: string): Promise<void> {
  await build({
    root: packageRoot,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2022',
      rollupOptions: {
        input: join(packageRoot, 'bench/peers/pages', `${tool}.ts`),
        output: { entryFileNames: 'page.js' },
      },
    },
  });
  const html = `<!doctype html>\n<html lang="en"><title>${tool}</title><script type="module" src="page.js"></script></html>\n`;
  await writeFile(join(folder, 'index.html'), html);
}

/** Bytes of the files in a folder whose path passes. */
export async function folderBytes(folder: string, wanted = (_path: string) => true): Promise<number> {
  let total = 0;
  for (const path of await readdir(folder, { recursive: true })) {
    const found = await stat(join(folder, path));
    if (found.isFile() && wanted(path)) total += found.size;
  }
  return total;
}

/** The passages that Latelight would index, cut by the same ingest with the same budget of tokens. */
async function keywordDocuments(documents: string): Promise<KeywordDocument[]> {
  const { tokenizer } = (await openModel(defaultModelFolder)).folder;
  const { passages } = await ingestDirectory(documents, {
    countTokens: (text) => tokenizer.count(text),
    maxTokens: tokenizer.documentBudget - CONTEXT_TOKENS,
  });
  return passages.map(({ url, title, headings, text }, id) => ({
    id: String(id),
    url,
    title: headings.at(-1) ?? title,
    titles: [title, ...headings.slice(0, -1)].join(' '),
    text,
  }));
}

function checked<T extends { errors: string[] }>(answer: T): T {
  if (answer.errors.length > 0) throw new Error(`pagefind: ${answer.errors.join('; ')}`);
  return answer;
}
