// Nothing that a file holds throws, hangs or is passed over in silence.

import { expect, it } from 'vitest';
import { documentKind } from './document-kind.ts';
import { malformedFiles } from './malformed.fixture.ts';
import { parseDocument } from './parse-document.ts';

const files = malformedFiles();
const MAX_MS = 10_000;

it('there are 200 malformed files, of every kind, under 200 names', () => {
  expect(files.length).toBe(200);
  expect(new Set(files.map(({ path }) => path)).size).toBe(200);
  const kinds = new Set(files.map(({ path }) => documentKind(path)));
  expect(kinds).toEqual(new Set(['html', 'markdown', 'text', 'code', 'pdf', 'docx', 'epub', undefined]));
});

it('the files are the same each time', () => {
  const again = malformedFiles();
  expect(again.every(({ bytes }, i) => Buffer.compare(bytes, files[i].bytes) === 0)).toBe(true);
});

it('each is a page or a reason, within ten seconds', { timeout: 200 * MAX_MS }, async () => {
  const answers: { path: string; ms: number; said: string }[] = [];
  for (const { path, bytes } of files) {
    const copy = bytes.slice();
    const started = performance.now();
    const outcome = await parseDocument(path, bytes);
    const ms = performance.now() - started;
    const said = 'skipped' in outcome ? outcome.skipped : `page of ${outcome.page.sections.length} sections`;
    answers.push({ path, ms, said });
    expect(said.trim(), path).not.toBe('');
    expect(said, path).not.toContain('\n');
    expect(ms, `${path}: ${said}`).toBeLessThan(MAX_MS);
    expect(Buffer.compare(bytes, copy), `${path} was changed`).toBe(0);
  }
  const [slowest, ...others] = answers.sort((a, b) => b.ms - a.ms);
  for (const { path, ms, said } of [slowest, ...others.slice(0, 4)])
    console.log(`${Math.round(ms)} ms ${path}: ${said}`);
  if (process.env.SHOW_ALL) for (const { path, said } of answers) console.log(`${path}: ${said}`);
});
