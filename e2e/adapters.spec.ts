// Every example site, built by its own generator with its adapter, searched in a browser below a base path.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parseManifest } from '../src/format/manifest.ts';
import { buildExample, exampleFolder, followFirstHit, type SiteServer, serveSite } from './example-sites.ts';

interface Example {
  name: string;
  /** Of the built site, in the example's folder. */
  built: string;
  base: string;
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
    question: 'noise when I stop at a traffic light',
    answer: 'repairs/brakes/#squealing',
    deep: { page: 'repairs/puncture/', question: 'how hard should I pump', answer: 'tyres/#pressure' },
  },
  {
    name: 'eleventy',
    built: '_site',
    base: '/sky/',
    question: 'flickering points of light',
    answer: 'sky/planets/#telling-a-planet-from-a-star',
    deep: { page: 'sky/satellites/', question: 'copper coloured lunar disc', answer: 'sky/moon/#eclipses' },
  },
  {
    name: 'docusaurus',
    built: 'build',
    base: '/knots/',
    question: 'tighten the ropes of my tent',
    answer: 'hitches#taut-line-hitch',
    deep: { page: 'bends/reef-knot', question: 'tie thick and thin cord together', answer: 'bends/sheet-bend' },
  },
];

for (const { name, built, base, question, answer, deep } of EXAMPLES) {
  test.describe(name, () => {
    let site: SiteServer;

    test.beforeAll(async () => {
      test.setTimeout(240_000);
      await buildExample(name);
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

test('vitepress: each language has an index of its own pages, over shared files', async () => {
  const folder = join(exampleFolder('vitepress'), '.vitepress/dist/latelight');
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const { default: first, languages } = JSON.parse(await read('languages.json'));
  expect([first, languages]).toEqual(['en', { en: 'manifest.json', fr: 'manifest.fr.json' }]);
  const english = parseManifest(await read(languages.en));
  const french = parseManifest(await read(languages.fr));
  expect([english.language, english.pageCount, french.language, french.pageCount]).toEqual(['en', 6, 'fr', 3]);
  expect(french.queryEncoder.weights).toEqual(english.queryEncoder.weights);
});
