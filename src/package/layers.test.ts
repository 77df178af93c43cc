// Imports point inward: a file imports from its own layer and from those before it.

import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { glob } from 'tinyglobby';
import { expect, it } from 'vitest';
import { packageRoot } from '../node/package-files.ts';

/** Folders and files of src, innermost first. */
const LAYERS = [
  ['errors.ts', 'types.ts', 'shared-types.ts', 'format-bytes.ts'],
  ['format'],
  ['codec'],
  ['kernels', 'encoder', 'ingest'],
  ['engine'],
  ['indexing'],
  ['worker'],
  ['open.ts', 'highlight.ts'],
  ['element'],
  ['engine-api.ts'],
  ['latelight.ts'],
  ['library', 'package', 'page', 'playground'],
  ['model-files'],
  ['node'],
  ['cli', 'vite', 'adapters'],
];

/** Folders of src/library. The files beside them are of no layer: some are what all share, some what starts the workers. */
const LIBRARY_LAYERS = [['storage', 'documents'], ['archive'], ['worker'], ['reader', 'shell'], ['app'], ['page']];

it('imports of src point inward, and everything there has its layer', async () => {
  expect(await outward('src', LAYERS)).toEqual([]);
});

it('imports of the library point inward', async () => {
  expect(await outward('src/library', LIBRARY_LAYERS, /^[^/]+$/)).toEqual([]);
});

/** @param free files that may import and be imported, relative to `root` */
async function outward(root: string, layers: string[][], free = /^$/): Promise<string[]> {
  const ranks = new Map(layers.flatMap((names, rank) => names.map((name) => [name, rank])));
  const rankOf = (file: string) => ranks.get(file.split('/')[0]);
  const cwd = posix.join(packageRoot, root);
  const files = await glob('**/*.ts', { cwd, ignore: ['**/*.test.ts', '**/*.fixture.ts'] });
  const found: string[] = [];
  for (const file of files.filter((file) => !free.test(file))) {
    const rank = rankOf(file);
    if (rank === undefined) found.push(`${file} has no layer`);
    const source = await readFile(posix.join(cwd, file), 'utf8');
    for (const [, path] of source.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)) {
      const imported = posix.join(posix.dirname(file), path);
      if ((rankOf(imported) ?? -1) > (rank ?? Number.POSITIVE_INFINITY)) found.push(`${file} -> ${path}`);
    }
  }
  return found;
}
