// The model card of the model in the package says what the folder holds and what was measured.

import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultModelFolder, packageRoot } from '../node/package-files.ts';

/** Cells of the rows of Markdown tables, by the first one, without emphasis. */
function tableRows(markdown: string): Map<string, string[]> {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| '));
  return new Map(
    rows.map((row) => {
      const [name, ...cells] = row.split('|').slice(1, -1);
      return [name.replace(/\*\*|\(shipped\)/g, '').trim(), cells.map((cell) => cell.trim())];
    }),
  );
}

let card: string;
beforeAll(async () => {
  card = await readFile(join(defaultModelFolder, 'README.md'), 'utf8');
});

describe('the model card', () => {
  it('is that of this model', () => {
    expect(card).toContain(`\n# ${basename(defaultModelFolder)}\n`);
    expect(card).toMatch(/^---\nlicense: apache-2\.0\n/);
  });

  it('has the figures of docs/quality.md', async () => {
    const measured = tableRows(await readFile(join(packageRoot, 'docs/quality.md'), 'utf8').then(firstTable));
    const figures = [...tableRows(card)].filter(([, cells]) => cells.length === 4 && /^\d\.\d{4}$/.test(cells[0]));
    expect(figures.length).toBeGreaterThan(0);
    for (const [name, cells] of figures) expect(measured.get(name)?.slice(0, 4), name).toEqual(cells);
  });

  it('names every file, with its size', async () => {
    const found = await readdir(defaultModelFolder, { recursive: true, withFileTypes: true });
    const files = found
      .filter((entry) => entry.isFile() && entry.name !== 'README.md')
      .map(({ parentPath, name }) => relative(defaultModelFolder, join(parentPath, name)).replaceAll(sep, '/'));
    const named = [...tableRows(card)].filter(([name]) => name.startsWith('`'));
    const mentionedBy = (names: string) => files.filter((file) => patternsOf(names).some((one) => fits(one, file)));
    expect(named.flatMap(([names]) => mentionedBy(names)).sort()).toEqual(files.sort());
    for (const [names, cells] of named) {
      const mentioned = mentionedBy(names);
      expect(mentioned.length, names).toBeGreaterThan(0);
      if (!cells[1]) continue;
      const sizes = await Promise.all(mentioned.map(async (file) => (await stat(join(defaultModelFolder, file))).size));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect((total / 1e6).toFixed(1), names).toBe(cells[1]);
    }
  });
});

/** `a.json`, `b-*.llc` -> a.json, b-*.llc */
const patternsOf = (names: string) => [...names.matchAll(/`([^`]+)`/g)].map(([, pattern]) => pattern);

const fits = (pattern: string, file: string) =>
  pattern.includes('*')
    ? file.startsWith(pattern.split('*')[0]) && file.endsWith(pattern.split('*')[1])
    : pattern === file;

const firstTable = (markdown: string) => markdown.slice(0, markdown.indexOf('MRR@10'));
