// What the adapters work out from a generator's configuration. Whole sites are built in e2e/adapters.spec.ts.

import { describe, expect, it } from 'vitest';
import { indexFolderName, siteRootOf } from '../node/index-site.ts';
import { scriptTag } from '../vite/plugin.ts';
import { siteRoot } from './docusaurus.ts';
import { localeOf, pageAddress } from './vitepress.ts';

describe('every plugin', () => {
  it('puts the index into a folder inside the site, and leads back from it', () => {
    expect(
      [undefined, 'search', '/assets/search/']
        .map((outDir) => indexFolderName(outDir))
        .map((name) => [name, siteRootOf(name)]),
    ).toEqual([
      ['latelight', '../'],
      ['search', '../'],
      ['assets/search', '../../'],
    ]);
    for (const outDir of ['', '/', '..', '../x', 'a/../../b', '.hidden', 'C:\\x']) {
      expect(() => indexFolderName(outDir), outDir).toThrow(/expected outDir to be a folder inside the site/);
    }
  });
});

describe('Vite', () => {
  it('names the script from the base, and relative to the page where the base is relative', () => {
    const src = (base: string, path: string) => scriptTag(base, 'latelight', path).attrs?.src;
    expect(src('/', '/index.html')).toBe('/latelight/latelight.js');
    expect(src('/docs/', '/guide/setup.html')).toBe('/docs/latelight/latelight.js');
    expect(src('./', '/index.html')).toBe('./latelight/latelight.js');
    expect(src('', '/guide/deep/setup.html')).toBe('../../latelight/latelight.js');
    expect(src('https://cdn.example/x/', '/index.html')).toBe('https://cdn.example/x/latelight/latelight.js');
  });
});

describe('VitePress', () => {
  const site = { lang: 'en-US', locales: { root: { lang: 'en' }, fr: { lang: 'fr-FR' } } };

  it('knows where its dev server has the page of a file', () => {
    const rewrites = { map: { 'packages/a/intro.md': 'a/index.md' } };
    const address = (path: string, cleanUrls: boolean) => pageAddress(path, { rewrites, cleanUrls });
    expect(
      ['index.md', 'guide/index.md', 'guide/setup.md', 'packages/a/intro.md', 'a b?.md'].map((path) =>
        address(path, false),
      ),
    ).toEqual(['./', 'guide/', 'guide/setup.html', 'a/', 'a%20b%3F.html']);
    expect(address('guide/setup.md', true)).toBe('guide/setup');
  });

  it('takes the language of a file from the locale whose folder it is in', () => {
    expect(['index.md', 'fr/index.md', 'french.md'].map((path) => localeOf(path, { site }))).toEqual([
      'en',
      'fr-FR',
      'en',
    ]);
    expect(localeOf('index.md', { site: { lang: 'de', locales: {} } })).toBe('de');
  });
});

describe('Docusaurus', () => {
  it('finds the site of the default locale above that of another, unless that one is built alone', () => {
    const i18n = { currentLocale: 'fr', defaultLocale: 'en', locales: ['en', 'fr'], localeConfigs: {} };
    expect(siteRoot({ outDir: '/x/build/fr', baseUrl: '/docs/fr/', i18n })).toEqual({
      outDir: '/x/build',
      baseUrl: '/docs/',
    });
    expect(siteRoot({ outDir: '/x/build', baseUrl: '/docs/', i18n })).toEqual({
      outDir: '/x/build',
      baseUrl: '/docs/',
    });
    const english = { ...i18n, currentLocale: 'en' };
    expect(siteRoot({ outDir: '/x/build', baseUrl: '/docs/en/', i18n: english })).toEqual({
      outDir: '/x/build',
      baseUrl: '/docs/en/',
    });
  });
});
