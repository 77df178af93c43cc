// What the adapters work out from a generator's configuration. Whole sites are built in e2e/adapters.spec.ts.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { indexFolderName, siteRootOf } from '../node/index-site.ts';
import { scriptTag, latelight as vite } from '../vite/plugin.ts';
import astro from './astro.ts';
import docusaurus, { siteRoot } from './docusaurus.ts';
import eleventy from './eleventy.ts';
import { localeOf, pageAddress, latelight as vitepress } from './vitepress.ts';
import { describedPages } from './vitepress-front-matter.ts';
import { slugOf } from './vitepress-slug.ts';

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

  const i18n = { currentLocale: 'en', defaultLocale: 'en', locales: ['en'], localeConfigs: {} };
  const context = { siteDir: '/x', outDir: '/x/build', baseUrl: '/', siteConfig: { title: 'X' }, i18n };
  const eleventyConfig = { on: () => undefined, addShortcode: () => undefined, getFilter: (() => undefined) as never };
  const plugins: Record<string, (options?: object) => unknown> = {
    vite,
    vitepress,
    astro,
    eleventy: (options) => eleventy(eleventyConfig, options),
    docusaurus: (options) => docusaurus(context, options),
  };

  it.each(Object.entries(plugins))('of %s refuses options that are wrong when it is called', (name, plugin) => {
    const refused: [object, string][] = [
      [{ exlude: 'a' }, 'expected only the options model, '],
      [{ exlude: 'a' }, ', outDir, exclude, '],
      [{ exclude: [7] }, 'expected exclude to be a glob or a list of globs, got [7].'],
      [{ outDir: 7 }, 'expected outDir to be a string, got 7.'],
      [{ siteRoot: 'docs/' }, 'expected siteRoot to be left to the plugin, got "docs/".'],
      [{ onMessage: () => undefined }, 'expected onMessage to be left to the plugin, got a function.'],
      [{ signal: new AbortController().signal }, 'expected signal to be left to the plugin, got {}.'],
      [null as never, 'expected its options to be an object, got null.'],
    ];
    for (const [options, message] of refused)
      expect(() => plugin(options), message).toThrow(
        expect.objectContaining({
          code: 'bad-option',
          message: expect.stringMatching(new RegExp(`^latelight/${name}: .*${message.replace(/[.[\]{}]/g, '\\$&')}`)),
        }),
      );
    expect(() => plugin({ exlude: 'a' })).not.toThrow(/siteRoot/);
    expect(() => plugin({ shape: { dims: 64 } })).toThrow(`latelight/${name} shape: expected only the options dim, `);
    const allowed = { title: 'X', exclude: ['a/**'], cache: false, webgpu: false, shape: { dim: 64 } };
    for (const options of [undefined, {}, allowed]) plugin(options);
  });

  it('takes its own options, and those that generators hand on with them', () => {
    plugins.vite({ src: 'a', pages: 'b', inject: true, urls: { cleanUrls: true } });
    plugins.vitepress({ attributes: { mode: 'modal' }, navBar: false });
    plugins.astro({ pages: 'a', inject: false });
    plugins.eleventy({ cleanUrls: true, shortcode: 'find', immediate: true });
    plugins.docusaurus({ attributes: {}, id: 'default' });
    expect(() => plugins.vite({ urls: { cleanURLs: true } })).toThrow(/^latelight\/vite urls: .*got cleanURLs/);
    expect(() => plugins.astro({ cleanUrls: true })).toThrow('expected cleanUrls to be left to the plugin, got true');
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

  it.each([
    ["What's new", 'what-s-new'],
    ['1. Install', '_1-install'],
    ['a.b()', 'a-b'],
    ['Über “uns” – & mehr!', 'uber-uns-–-mehr'],
    ['--flag=<value>', 'flag-value'],
    ['日本語 ガイド', '日本語-ガイド'.normalize('NFKD')],
    ['C++/C#', 'c-c'],
    ['½ full', '_1⁄2-full'],
    ['!?', ''],
  ])('gives the heading %j the id that VitePress does', (heading, id) => {
    expect(slugOf({})(heading)).toBe(id);
  });

  it('takes ids from the rule of the site, where it has one', () => {
    expect(slugOf({ markdown: { anchor: { slugify: () => 'own' } } })('Heading')).toBe('own');
    expect(slugOf({ markdown: { anchor: {} } })("Let's go")).toBe('let-s-go');
  });

  it('takes the language of a file from the locale whose folder it is in', () => {
    const rewrites = { map: {} };
    expect(['index.md', 'fr/index.md', 'french.md'].map((path) => localeOf(path, { site, rewrites }))).toEqual([
      'en',
      'fr-FR',
      'en',
    ]);
    expect(localeOf('index.md', { site: { lang: 'de', locales: {} }, rewrites })).toBe('de');
  });

  it('takes it from where rewrites put the file, and from any folder there, as VitePress does', () => {
    const rewrites = { map: { 'src/french/a.md': 'fr/a.md', 'fr/english.md': 'english.md' } };
    const languages = ['src/french/a.md', 'fr/english.md', 'packages/fr/a.md'].map((path) =>
      localeOf(path, { site, rewrites }),
    );
    expect(languages).toEqual(['fr-FR', 'en', 'fr-FR']);
  });
});

describe('front matter of VitePress', () => {
  it('is that of the pages which are built, where rewrites and dynamic routes put them', async () => {
    const srcDir = await mkdtemp(join(tmpdir(), 'latelight-vitepress-'));
    const write = async (path: string, ...lines: string[]) => {
      await mkdir(dirname(join(srcDir, path)), { recursive: true });
      await writeFile(join(srcDir, path), ['---', ...lines, '---', '# Title'].join('\n'));
    };
    const shown = ['title: Other', 'description: Other', 'image: ./a.png'];
    await write('index.md', 'tags: [a, b]', 'date: 2026-01-15', 'author: Ada', ...shown);
    await write('packages/x/notes.md', 'search: false');
    await write('packages/[name].md', 'draft: true');
    await writeFile(join(srcDir, 'plain.md'), '# Nothing said');
    const described = await describedPages({
      srcDir,
      pages: ['index.md', 'packages/x/notes.md', 'plain.md', 'packages/y.md', 'no-file.md'],
      rewrites: { map: { 'packages/x/notes.md': 'x/notes.md' } },
      dynamicRoutes: { routes: [{ path: 'packages/y.md', route: 'packages/[name].md' }] },
    });
    await rm(srcDir, { recursive: true });
    const nothing = { exclusion: undefined, meta: {}, filters: {} };
    expect(Object.fromEntries(described)).toEqual({
      'index.html': {
        exclusion: undefined,
        meta: { author: 'Ada', date: '2026-01-15' },
        filters: { tags: ['a', 'b'] },
        sort: { date: '2026-01-15' },
      },
      'x/notes.html': { ...nothing, exclusion: 'front matter asks not to be searched' },
      'plain.html': nothing,
      'packages/y.html': { ...nothing, exclusion: 'draft in front matter' },
    });
  });
});

describe('Eleventy', () => {
  /** The shortcode's HTML. @param htmlBase what HtmlBasePlugin makes of an address, if it is there */
  const rendered = (htmlBase?: (path: string) => string) => {
    let render = (): string => '';
    eleventy({
      on: () => undefined,
      addShortcode: (_name, shortcode) => {
        render = shortcode;
      },
      getFilter: ((name: string) => (name === 'url' ? (path: string) => `/night${path}` : htmlBase)) as never,
    });
    return render();
  };

  it('gives script and element the path prefix, and leaves that of the script to HtmlBasePlugin where it is added', () => {
    const element = '<latelight-search src="/night/latelight/"></latelight-search>';
    const script = (folder: string) => `<script type="module" src="${folder}latelight.js"></script>`;
    expect(rendered()).toBe(script('/night/latelight/') + element);
    expect(rendered((path) => `/night${path}`)).toBe(script('/latelight/') + element);
    // Added, but with a base of its own that changes nothing.
    expect(rendered((path) => path)).toBe(script('/night/latelight/') + element);
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
