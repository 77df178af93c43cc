// Every example site, built by its own generator with its adapter, searched in a browser below a base path.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, type Page, test } from '@playwright/test';
import { parseManifest } from '../src/format/manifest.ts';
import {
  ask,
  buildExample,
  exampleFolder,
  followFirstHit,
  type SiteServer,
  serveSite,
  startExample,
} from './example-sites.ts';

interface Example {
  name: string;
  /** Of the built site, in the example's folder. */
  built: string;
  base: string;
  /** For its build. */
  args?: string[];
  question: string;
  /** Where the answer is, below the base. */
  answer: string;
  /** From a page in a folder, where a relative address would go wrong. */
  deep: { page: string; question: string; answer: string };
}

const EXAMPLES: Example[] = [
  {
    name: 'vitepress',
    built: '.vitepress/dist',
    base: '/bread/',
    question: 'why is my bread so heavy inside',
    answer: 'baking#dense-crumb',
    deep: {
      page: 'loaves/rye',
      question: 'how do I know that it has risen long enough',
      answer: 'shaping#the-finger-test',
    },
  },
  {
    name: 'astro',
    built: 'dist',
    base: '/cycling/',
    question: 'my brakes make a loud noise',
    answer: 'repairs/brakes/#squealing',
    deep: { page: 'repairs/puncture/', question: 'how many bar of air on asphalt', answer: 'tyres/#pressure' },
  },
  {
    name: 'eleventy',
    built: '_site',
    base: '/night/',
    question: 'stars that flicker',
    answer: 'sky/planets/#telling-a-planet-from-a-star',
    deep: { page: 'sky/satellites/', question: 'why is the moon red in an eclipse', answer: 'sky/moon/#eclipses' },
  },
  {
    name: 'docusaurus',
    built: 'build',
    base: '/knots/',
    // Half of its build would be minification.
    args: ['--no-minify'],
    question: 'tighten the ropes of my tent',
    answer: 'hitches/#taut-line-hitch',
    deep: { page: 'bends/reef-knot/', question: 'tie thick and thin cord together', answer: 'bends/sheet-bend/' },
  },
];

for (const { name, built, base, args = [], question, answer, deep } of EXAMPLES) {
  test.describe(name, () => {
    let site: SiteServer;

    test.beforeAll(async () => {
      await buildExample(name, ...args);
      site = await serveSite(join(exampleFolder(name), built), base);
    });
    test.afterAll(() => site?.close());

    test(`${name}: a question asked on the first page leads to the section that answers it`, async ({ page }) => {
      const failed: string[] = [];
      page.on('response', (response) => response.status() >= 400 && failed.push(response.url()));
      await page.goto(site.url);
      expect((await followFirstHit(page, question)).href).toBe(site.url + answer);
      expect(failed).toEqual([]);
    });

    test(`${name}: so does one asked on a page in a folder`, async ({ page }) => {
      await page.goto(site.url + deep.page);
      expect((await followFirstHit(page, deep.question)).href).toBe(site.url + deep.answer);
    });
  });
}

for (const plugin of ['', 'HtmlBasePlugin']) {
  test(`eleventy: script and element have the path prefix once, ${plugin ? 'also with' : 'without'} HtmlBasePlugin`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latelight-eleventy-'));
    const packages = join(exampleFolder('eleventy'), 'node_modules');
    await symlink(packages, join(folder, 'node_modules'), 'junction');
    await writeFile(join(folder, 'index.njk'), '<html><body>{% latelight %}<a href="/sky/">Sky</a></body></html>');
    await writeFile(
      join(folder, 'eleventy.config.mjs'),
      `import * as eleventy from '@11ty/eleventy';
import latelight from 'latelight/eleventy';
export default (config) => {
  config.addPlugin(latelight);
  if ('${plugin}') config.addPlugin(eleventy['${plugin}']);
};
export const config = { pathPrefix: '/night/' };
`,
    );
    const command = [join(packages, '@11ty/eleventy/cmd.cjs'), '--to=json', '--quiet'];
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: folder });
    await rm(folder, { recursive: true });
    const [{ content }] = JSON.parse(stdout);
    expect(Array.from(content.matchAll(/(?:src|href)="([^"]*)"/g), ([, address]) => address)).toEqual([
      '/night/latelight/latelight.js',
      '/night/latelight/',
      plugin ? '/night/sky/' : '/sky/',
    ]);
  });
}

for (const [name, built, language, pages] of [
  ['vitepress', '.vitepress/dist', 'fr', { en: 6, other: 3 }],
  // Docusaurus falls back to the default language's page where there is no translation.
  ['docusaurus', 'build', 'de', { en: 5, other: 5 }],
] as const) {
  test(`${name}: each language has an index of its own pages, over shared files`, async () => {
    const folder = join(exampleFolder(name), built, 'latelight');
    const read = (file: string) => readFile(join(folder, file), 'utf8');
    const english = parseManifest(await read('manifest.json'));
    expect(english.languages).toEqual({ en: 'manifest.json', [language]: `manifest.${language}.json` });
    const other = parseManifest(await read(`manifest.${language}.json`));
    expect([english.language, english.pageCount]).toEqual(['en', pages.en]);
    expect([other.language, other.pageCount]).toEqual([language, pages.other]);
    expect(other.queryEncoder.weights).toEqual(english.queryEncoder.weights);
  });
}

/** What can be filtered and ordered by in the index of a VitePress site below an address. */
async function frontMatterOf(page: Page, address: string) {
  const read = async (file: string) => (await page.request.get(`${address}latelight/${file}`)).text();
  const { pageCount, filters, pages } = parseManifest(await read('manifest.json'));
  const { sorts } = JSON.parse(await read(pages.file));
  return { pageCount, filters: Object.keys(JSON.parse(await read(filters!.file)).tags), sorts: Object.keys(sorts) };
}

/** The page of examples/vitepress/drafts has `search: false`. */
const FRONT_MATTER = { pageCount: 6, filters: ['rye', 'tin'], sorts: ['date'] };

test('vitepress: front matter counts in the built site, whose HTML does not say it', async ({ page }) => {
  const site = await serveSite(join(exampleFolder('vitepress'), '.vitepress/dist'), '/bread/');
  try {
    expect((await page.request.get(`${site.url}planned/spelt`)).ok()).toBe(true);
    expect(await frontMatterOf(page, site.url)).toEqual(FRONT_MATTER);
  } finally {
    await site.close();
  }
});

test('vitepress: a page searches in its own language, also after it was changed in place', async ({ page }) => {
  const site = await serveSite(join(exampleFolder('vitepress'), '.vitepress/dist'), '/bread/');
  try {
    const paths = () =>
      page
        .locator('latelight-search')
        .getByRole('listitem')
        .getByRole('link')
        .evaluateAll((all) => all.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
    const isFrench = (path: string) => path.startsWith('/bread/fr/');
    await page.goto(`${site.url}fr/`);
    await ask(page, 'levain');
    expect((await paths()).length).toBeGreaterThan(0);
    expect((await paths()).filter((path) => !isFrench(path))).toEqual([]);
    // What a client-side router does when a visitor chooses another language.
    await page.evaluate(() => {
      document.documentElement.lang = 'en';
    });
    // What is on show was found for a page in French.
    await expect
      .poll(async () => {
        const found = await paths();
        return found.length > 0 && !found.some(isFrench);
      })
      .toBe(true);
    await ask(page, 'why is my bread so heavy inside');
    await expect.poll(async () => (await paths()).filter((path) => path === '/bread/baking').length).toBeGreaterThan(0);
    expect((await paths()).filter(isFrench)).toEqual([]);
  } finally {
    await site.close();
  }
});

test('vitepress: the dev server searches the Markdown, and hits lead to its pages', async ({ page }) => {
  const server = await startExample('vitepress', 'vitepress/bin/vitepress.js', 'dev');
  try {
    await page.goto(server.url);
    const found = await followFirstHit(page, 'why is my bread so heavy inside');
    expect(found.href).toBe(`${server.url}baking#dense-crumb`);
    // An id as VitePress makes it, which is not GitHub's.
    const sticky = await followFirstHit(page, 'dough clings to my hands');
    expect(sticky.href).toBe(`${server.url}shaping#if-the-dough-s-too-sticky`);
    // Neither the French pages nor the README, which the site's config excludes.
    expect(await frontMatterOf(page, server.url)).toEqual(FRONT_MATTER);
  } finally {
    await server.close();
  }
});
