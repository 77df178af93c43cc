// package.json says what the sources need: every package that is imported, and generators of the versions that examples are built with.

import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { expect, it } from 'vitest';
import { packageRoot } from '../cli/package-files.ts';

type Versions = Record<string, string>;
const { dependencies, devDependencies, peerDependencies, sideEffects } = JSON.parse(
  await readFile(join(packageRoot, 'package.json'), 'utf8'),
) as Record<'dependencies' | 'devDependencies' | 'peerDependencies', Versions> & { sideEffects: string[] };

/** Packages that the TypeScript files of a folder import, types too. */
async function importedBy(folder: string): Promise<Set<string>> {
  const imported = new Set<string>();
  for (const name of await readdir(join(packageRoot, folder), { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const text = await readFile(join(packageRoot, folder, name), 'utf8');
    const { staticImports, staticExports, dynamicImports } = parseSync(name, text).module;
    const requests = [
      ...staticImports.map(({ moduleRequest }) => moduleRequest.value),
      ...staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value ?? '')),
      ...dynamicImports.map(
        ({ moduleRequest }) => /^['"](.+)['"]$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[1] ?? '',
      ),
    ];
    for (const request of requests) {
      const [found] = /^(?:@[\w.-]+\/)?[\w][\w.-]*/.exec(request) ?? [];
      if (found !== undefined && !isBuiltin(request)) imported.add(found);
    }
  }
  return imported;
}

it('every package that is imported is declared', async () => {
  const imported = await importedBy('src');
  expect(imported).toContain('lit');
  const known = { ...dependencies, ...devDependencies, ...peerDependencies };
  expect([...imported].filter((name) => !(name in known))).toEqual([]);
});

it('the sources count as modules with effects, since our own builds ask package.json too', () => {
  expect(sideEffects).toContain('./src/**');
});

it('the lock file has the same dependencies', async () => {
  const lock = JSON.parse(await readFile(join(packageRoot, 'package-lock.json'), 'utf8'));
  expect(lock.packages['']).toMatchObject({ dependencies, devDependencies, peerDependencies });
});

it.each([
  ['vitepress', 'examples/vitepress'],
  ['vite', 'examples/vitepress'],
  ['vite', 'examples/astro'],
  ['vite', '.'],
  ['astro', 'examples/astro'],
  ['@11ty/eleventy', 'examples/eleventy'],
  ['@docusaurus/core', 'examples/docusaurus'],
])('the range of %s has the version in %s, and ends', async (peer, folder) => {
  const lock = JSON.parse(await readFile(join(packageRoot, folder, 'package-lock.json'), 'utf8'));
  const [major] = lock.packages[`node_modules/${peer}`].version.split('.');
  const ranges = peerDependencies[peer].split(' || ');
  for (const range of ranges) expect(range).toMatch(/^\^\d+\.0\.0$/);
  expect(ranges).toContain(`^${major}.0.0`);
});
