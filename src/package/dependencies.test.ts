// package.json says what the sources need: every package that is imported, the Node that all of them run on, and generators of the versions
// that examples are built with.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseSync } from 'vite';
import { expect, it } from 'vitest';
import { isNodeUsable, NODE_VERSIONS } from '../../bin/node-version.js';
import { packageRoot } from '../node/package-files.ts';

type Versions = Record<string, string>;
const { dependencies, devDependencies, peerDependencies, engines, sideEffects } = JSON.parse(
  await readFile(join(packageRoot, 'package.json'), 'utf8'),
) as Record<'dependencies' | 'devDependencies' | 'peerDependencies' | 'engines', Versions> & { sideEffects: string[] };

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
  expect(lock.packages['']).toMatchObject({ dependencies, devDependencies, peerDependencies, engines });
});

/** Ranges as packages here write theirs: `^20.19.0 || >=24`, `>= 14.6`, `>=20.x`. Throws at others; what it takes is enough without semver. */
function admits(range: string, version: string): boolean {
  const numbers = (text: string): number[] => text.split('.').map((part) => Number(part.replace(/^[x*]$/, '0')));
  const isAtLeast = ([major, minor, patch]: number[], [a, b = 0, c = 0]: number[]): boolean =>
    major > a || (major === a && (minor > b || (minor === b && patch >= c)));
  return range.split('||').some((alternative) => {
    const [, operator, least] = /^(\^|>=|)\s*v?((?:\d+)(?:\.(?:\d+|[x*])){0,2}|\*)$/.exec(alternative.trim()) ?? [];
    if (least === undefined) throw new Error(`expected a range of ^, >= and ||, got ${range}`);
    const wanted = numbers(least);
    const got = numbers(version);
    const isSame =
      operator === '^' ? got[0] === wanted[0] : operator === '>=' || wanted.every((part, i) => part === got[i]);
    return isSame && isAtLeast(got, wanted);
  });
}

// The edges of our own range, and what lies between its parts.
const NODES = [
  '18.20.8',
  '20.18.3',
  '20.19.0',
  '20.20.2',
  '21.7.3',
  '22.0.0',
  '22.12.0',
  '22.13.0',
  '23.0.0',
  '24.0.0',
  '26.1.0',
];

it('every package that is installed for users runs on every Node that package.json admits', async () => {
  const lock = JSON.parse(await readFile(join(packageRoot, 'package-lock.json'), 'utf8'));
  const packages = Object.entries(lock.packages as Record<string, { dev?: true; peer?: true; engines?: Versions }>);
  const installed = packages.filter(([path, { dev, peer, engines }]) => path !== '' && !dev && !peer && engines?.node);
  expect(installed.map(([path]) => path)).toContain('node_modules/html-encoding-sniffer');
  const ours = NODES.filter((version) => admits(engines.node, version));
  expect(ours).toEqual(['20.19.0', '20.20.2', '22.13.0', '24.0.0', '26.1.0']);
  const refused = installed.flatMap(([path, entry]) =>
    ours.filter((version) => !admits(entry.engines!.node, version)).map((version) => `${path} on ${version}`),
  );
  expect(refused).toEqual([]);
});

it.each(NODES)('the command and npm agree on Node %s', (version) => {
  expect(isNodeUsable(`v${version}`)).toBe(admits(engines.node, version));
});

it('the command says on an older Node which it wants, before anything is imported', async () => {
  const pretend = "Object.defineProperty(process, 'version', { value: 'v22.12.0' })";
  const bin = join(packageRoot, 'bin/latelight.js');
  const failed = promisify(execFile)(process.execPath, ['--import', `data:text/javascript,${pretend}`, bin, '--help']);
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: `latelight: expected ${NODE_VERSIONS}, got v22.12.0.\n`,
  });
});

it('a command that waits for what never comes does not end as if it had gone well', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-bin-'));
  try {
    await cp(join(packageRoot, 'bin'), join(folder, 'bin'), { recursive: true });
    await mkdir(join(folder, 'dist/cli'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'dist/cli/main.js'), 'await new Promise(() => {});');
    const run = promisify(execFile)(process.execPath, [join(folder, 'bin/latelight.js'), '--help']);
    await expect(run).rejects.toMatchObject({ code: 13 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it.each(['README.md', 'docs/guide/start.md', 'docs/guide/node-api.md'])('%s names the same versions', async (page) => {
  expect(await readFile(join(packageRoot, page), 'utf8')).toContain(NODE_VERSIONS);
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
