// Files that say one short thing very often: time and memory stay in proportion to their length. Each took from ten seconds to hours
// once, and of an index the whole, since one page of one contributor is enough.

import { expect, it } from 'vitest';
import { bytesOf } from './documents.fixture.ts';
import { ingestPages } from './ingest-pages.ts';

const MOST_SECONDS = 8;

/** Texts of the passages; fails if they take a time that only repeated looking at the same characters needs. */
async function read(path: string, text: string): Promise<string[]> {
  const bytes = bytesOf(text);
  const start = process.cpuUsage();
  const { passages } = await ingestPages([{ path, read: async () => bytes }], {
    countTokens: (text) => Math.ceil(text.length / 4),
    maxTokens: 250,
  });
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(MOST_SECONDS);
  return passages.map(({ title, headings, text }) => [title, ...headings, text].join(' | '));
}

it.each([
  ['empty lines at the end of a text', 'a.txt', `hello world${'\n'.repeat(200_000)}`, 'hello world | hello world'],
  ['#s of a heading', 'a.html', `<h1>${'#'.repeat(200_000)}x</h1><p>text here</p>`, /#x \| text here$/],
  ['separators of a title', 'a.html', `<title>a${' -'.repeat(200_000)} b</title><p>text here</p>`, /- b \| text here$/],
])('%s', { timeout: 600_000 }, async (_name, path, text, expected) => {
  const [first] = await read(path, text);
  if (typeof expected === 'string') expect(first).toBe(expected);
  else expect(first).toMatch(expected);
});

it('abbreviations after each other are one sentence, cut where it must be', { timeout: 600_000 }, async () => {
  const texts = await read('a.md', 'A. '.repeat(60_000));
  expect(texts.join('').match(/A\./g)!.length).toBeGreaterThanOrEqual(60_000);
});

it.each([
  [
    'cells that span columns and rows',
    `<tr>${'<td colspan=100 rowspan=100>x'.repeat(40_000)}${'<tr><td>y'.repeat(100)}`,
  ],
  ['a long cell that spans rows', `<tr><td rowspan=100>${'word '.repeat(100_000)}${'<tr><td>y'.repeat(100)}`],
  ['a long header over many rows', `<thead><tr><th>${'word '.repeat(20_000)}</thead>${'<tr><td>y'.repeat(20_000)}`],
  ['rows of headers under a wide one', `<tr>${'<th>x'.repeat(60_000)}${'<tr><th>y<th>z'.repeat(60_000)}`],
])('%s fill no memory', { timeout: 600_000 }, async (_name, rows) => {
  const table = `<table>${rows}</table>`;
  const texts = await read('a.html', table);
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  expect(length).toBeGreaterThan(1000);
  expect(length).toBeLessThan(40 * table.length);
});
