// The documentation as files, as a reader on a code host has it. As a site: e2e/docs.spec.ts.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import GithubSlugger from 'github-slugger';
import { glob } from 'tinyglobby';
import { expect, it } from 'vitest';
import { ERROR_CODES } from '../errors.ts';
import { packageRoot } from '../node/package-files.ts';

const textOf = (path: string): Promise<string> => readFile(join(packageRoot, path), 'utf8');

it('every `open` names the same errors', async () => {
  const codesOf = async (path: string) => {
    const [, thrown] = /@throws (.*?)\*\/\nexport async function open\(/s.exec(await textOf(path)) ?? [];
    return ERROR_CODES.filter((code) => thrown.includes(`\`${code}\``));
  };
  const codes = await codesOf('src/open.ts');
  expect(codes).toContain('no-webassembly');
  expect(await codesOf('src/package/index-script.ts')).toEqual(codes);
});

async function pages(): Promise<Map<string, string>> {
  // docs/node_modules, where the site was built, has a link to this very repository.
  const paths = await glob('docs/**/*.md', {
    cwd: packageRoot,
    ignore: '**/node_modules/**',
    followSymbolicLinks: false,
  });
  return new Map(await Promise.all(['README.md', ...paths].map(async (path) => [path, await textOf(path)] as const)));
}

/** Addresses of a page's links, without those to elsewhere. */
function linksOf(markdown: string): string[] {
  const links = Array.from(markdown.matchAll(/\]\(([^)\s]+)\)/g), ([, address]) => address);
  return links.filter((address) => !/^[a-z]+:/.test(address));
}

function anchorsOf(markdown: string): string[] {
  const slugger = new GithubSlugger();
  const headings = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.*)$/gm);
  return Array.from(headings, ([, heading]) => slugger.slug(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')));
}

it('has no link that leads to no file or no heading', async () => {
  const all = await pages();
  expect(all.size).toBeGreaterThan(30);
  const dead: string[] = [];
  for (const [page, markdown] of all) {
    for (const link of linksOf(markdown)) {
      const [path, anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path).replaceAll('\\', '/');
      const text = all.get(target) ?? (await textOf(target).catch(() => undefined));
      const isFolder = text === undefined && (await readdir(join(packageRoot, target)).catch(() => undefined));
      if (text === undefined && !isFolder) dead.push(`${page}: ${link}`);
      else if (anchor && text !== undefined && !anchorsOf(text).includes(anchor)) dead.push(`${page}: ${link}`);
    }
  }
  expect(dead).toEqual([]);
});

it('names no part in CSS that the element has not', async () => {
  const all = await pages();
  const [, listed] = /^### Parts\n+(.*)$/m.exec(all.get('docs/reference/options.md') ?? '') ?? [];
  const parts = listed.match(/[a-z-]+/g);
  const named = [...all].flatMap(([page, markdown]) =>
    Array.from(markdown.matchAll(/::part\(([\w-]+)\)/g), ([, part]) => `${page}: ${part}`),
  );
  expect(named).toContain('docs/guide/widget.md: hit');
  expect(named.filter((name) => !parts?.includes(name.split(': ')[1]))).toEqual([]);
});

it('has no link in the package to a file that is not in it', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: packageRoot,
    shell: process.platform === 'win32',
    maxBuffer: 16 * 1024 * 1024,
  });
  const packed: string[] = JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path);
  const texts = packed.filter((path) => path.endsWith('.md'));
  expect(texts.length).toBeGreaterThan(30);
  const missing: string[] = [];
  for (const page of texts) {
    for (const link of linksOf(await textOf(page))) {
      const [path] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path).replaceAll('\\', '/').replace(/\/$/, '');
      if (!packed.some((file) => file === target || file.startsWith(`${target}/`))) missing.push(`${page}: ${link}`);
    }
  }
  expect(missing).toEqual([]);
});

it('shows code of the options page as it is, not escaped where Markdown decodes nothing', async () => {
  const lines = (await textOf('docs/reference/options.md')).split('\n');
  const spans = lines.flatMap((line) => line.split('`').filter((_, i) => i % 2 === 1));
  expect(spans).toContain("{ site: ['Blog'] }");
  expect(spans.filter((span) => /&#?\w+;/.test(span))).toEqual([]);
});

it.each(['generate-options.js', 'generate-cli.js'])(
  'has reference pages that follow the source: %s',
  async (script) => {
    const checking = promisify(execFile)(process.execPath, [join(packageRoot, 'scripts', script), '--check']);
    await expect(checking).resolves.toMatchObject({ stderr: '' });
  },
);
