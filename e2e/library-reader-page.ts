// A dev server of the reader's bench page under the library's Content-Security-Policy.

import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { createServer } from 'vite';
import { pdfOfObjects } from '../src/ingest/documents.fixture.ts';
import type { Shown } from '../src/library/reader/bench/bench.ts';

const root = join(import.meta.dirname, '..');
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; font-src 'self' blob: data:; connect-src 'self'; worker-src 'self'";

export interface Bench {
  url: string;
  close(): Promise<void>;
}

export async function serveBench(): Promise<Bench> {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'warn',
    cacheDir: join(root, 'test-results/.vite-reader'),
    worker: { format: 'es' },
    optimizeDeps: {
      include: [
        'pdfjs-dist/legacy/build/pdf.mjs',
        'dompurify',
        'lit',
        'github-slugger',
        'markdown-it',
        'cheerio',
        'yaml',
      ],
    },
    server: {
      port: 0,
      host: 'localhost',
      hmr: false,
      headers: { 'content-security-policy': POLICY },
      fs: { allow: ['/'] },
    },
  });
  await server.listen();
  const { port } = server.httpServer!.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/src/library/reader/bench/index.html`,
    close: () => server.close(),
  };
}

export async function openBench(page: Page, bench: Bench): Promise<void> {
  await page.goto(bench.url);
  await page.waitForFunction(() => 'show' in window);
}

export async function show(page: Page, shown: Shown): Promise<void> {
  await page.evaluate((shown) => window.show(shown), shown);
}

/** A PDF of pages with a few lines each. */
export function pdfOf(pages: string[][]): number[] {
  const objects: string[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${4 + index * 2} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  pages.forEach((lines, index) => {
    const escaped = lines.map((line) => `(${line.replace(/[\\()]/g, '\\$&')}) Tj T*`).join(' ');
    const stream = `BT /F1 14 Tf 18 TL 60 740 Td ${escaped} ET`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
      `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    );
  });
  return [...Buffer.from(pdfOfObjects(objects), 'latin1')];
}

export const KEEPER = 'The keeper writes down each passing ship, its flag and its heading, until the morning.';
export const passage = (number: number, text: string, anchor = '') => ({
  number,
  text,
  anchor,
  headings: ['Harbour', 'Night'],
});

/** What the highlights of a name cover. */
export const marked = (page: Page, name: string) =>
  page.evaluate((name) => [...(CSS.highlights.get(name) ?? [])].map((range) => String(range)).join('|'), name);
export const isInView = (page: Page) =>
  page.evaluate(() => {
    const [range] = (CSS.highlights.get('latelight-passage') ?? []) as unknown as Iterable<Range>;
    const { top, bottom } = range.getBoundingClientRect();
    return top > 0 && bottom < innerHeight;
  });
