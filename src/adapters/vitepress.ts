// `latelight/vitepress`: a Vite plugin that indexes the site VitePress builds, and puts <latelight-search> where the default theme
// has its own search. Nothing else of the theme changes, and nothing of it is imported.

import { join } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';
import * as rule from '../node/check-options.ts';
import { checkSiteOptions, indexFolderName, indexSite, type SiteIndexOptions } from '../node/index-site.ts';
import { languageOfSite } from '../node/languages.ts';
import { cachePath, serveLive } from '../vite/plugin.ts';
import { ServedIndexes } from '../vite/served-indexes.ts';
import { describedPages, type MarkdownPages } from './vitepress-front-matter.ts';
import { type MarkdownConfig, slugOf } from './vitepress-slug.ts';

export interface VitePressOptions extends SiteIndexOptions {
  /** Attributes of `<latelight-search>` in the navigation bar. Default `{ mode: 'modal' }`. */
  attributes?: Record<string, string>;
  /** Whether to take the place of the default theme's search. Default true; false leaves the element to your own theme. */
  navBar?: boolean;
}

/** What is used of VitePress's `SiteConfig`, which it puts into Vite's config. */
interface SiteConfig extends MarkdownPages, MarkdownConfig {
  outDir: string;
  cleanUrls?: boolean;
  logger: { info: (line: string) => void };
  site: { base: string; lang: string; title?: string; locales: Record<string, { lang?: string }> };
  userConfig?: { srcExclude?: string[] };
  buildEnd?: (siteConfig: SiteConfig) => unknown;
}

// The theme imports this component by its file, which VitePress documents as the way to replace one.
const NAV_BAR_SEARCH = /\/VPNavBarSearch\.vue$/;
/** Such as templates of dynamic routes, and HTML beside the Markdown. */
const NO_PAGE = 'not one of the pages of VitePress';
const REPLACEMENT = '\0latelight:nav-bar-search';

export function latelight(options: VitePressOptions = {}): Plugin {
  checkSiteOptions('latelight/vitepress', options, { attributes: rule.textTable, navBar: rule.flag });
  const { attributes = { mode: 'modal' }, navBar = true, ...site } = options;
  const name = indexFolderName(site.outDir);
  let config: ResolvedConfig;
  let vitepress: SiteConfig;
  const served = new ServedIndexes();
  const settings = (): SiteIndexOptions => ({
    title: vitepress.site.title,
    splitByLang: Object.keys(vitepress.site.locales).length > 1,
    language: languageOfSite(vitepress.site.lang),
    ...site,
  });

  return {
    name: 'latelight:vitepress',
    enforce: 'pre',

    configResolved(resolved) {
      config = resolved;
      vitepress = siteConfigOf(resolved);
      if (resolved.command === 'build') afterBuild(vitepress, () => indexBuilt());
    },

    configureServer(server) {
      const index = serveLive(server, {
        name,
        folder: vitepress.srcDir,
        site: { ...settings(), exclude: [vitepress.userConfig?.srcExclude ?? [], site.exclude ?? []].flat() },
        urls: {
          markdownUrl: (path) => pageAddress(path, vitepress),
          language: (path) => localeOf(path, vitepress),
          slug: slugOf(vitepress),
          // VitePress's list follows files that come and go.
          describe: (path) => (vitepress.pages.includes(path) ? undefined : { exclusion: NO_PAGE }),
        },
      });
      served.add(server, index);
    },

    closeBundle() {
      return served.close(this.environment);
    },

    resolveId(id) {
      return navBar && NAV_BAR_SEARCH.test(id) ? REPLACEMENT : undefined;
    },

    load(id) {
      return id === REPLACEMENT ? navBarSearch(`${vitepress.site.base}${name}/`, attributes) : undefined;
    },
  };

  async function indexBuilt(): Promise<void> {
    const described = await describedPages(vitepress);
    await indexSite({
      folder: vitepress.outDir,
      output: join(vitepress.outDir, name),
      cachePath: cachePath(config, 'build', name),
      options: settings(),
      pages: { cleanUrls: vitepress.cleanUrls, describe: (path) => described.get(path) },
      log: (line) => vitepress.logger.info(line),
    });
  }
}

function siteConfigOf(config: ResolvedConfig): SiteConfig {
  const { vitepress } = config as ResolvedConfig & { vitepress?: SiteConfig };
  if (vitepress) return vitepress;
  throw new Error(
    'latelight/vitepress: expected to be a plugin of VitePress (vite.plugins in .vitepress/config), found a plain Vite. Use latelight/vite there.',
  );
}

const wrapped = new WeakSet<SiteConfig>();

/** VitePress renders its pages after Vite is done, and bundles twice: its own hook is the end. */
function afterBuild(siteConfig: SiteConfig, index: () => Promise<void>): void {
  if (wrapped.has(siteConfig)) return;
  wrapped.add(siteConfig);
  const own = siteConfig.buildEnd;
  siteConfig.buildEnd = async (config) => {
    await own?.(config);
    await index();
  };
}

/** Where VitePress's dev server has the page of a Markdown file. */
export function pageAddress(path: string, { rewrites, cleanUrls }: Pick<SiteConfig, 'rewrites' | 'cleanUrls'>): string {
  const route = (rewrites.map[path] ?? path)
    .replace(/(^|\/)index\.md$/, '$1')
    .replace(/\.md$/, cleanUrls ? '' : '.html');
  return route === '' ? './' : encodeURI(route).replace(/[?#]/g, encodeURIComponent);
}

/** Locales are folders of the page's address, which need not be those of its file; `root` is the rest. */
export function localeOf(
  path: string,
  { site, rewrites }: Pick<SiteConfig, 'rewrites'> & { site: Pick<SiteConfig['site'], 'lang' | 'locales'> },
): string {
  const route = `/${rewrites.map[path] ?? path}`;
  const locale = Object.keys(site.locales).find((name) => name !== 'root' && route.includes(`/${name}/`)) ?? 'root';
  return site.locales[locale]?.lang ?? site.lang;
}

/** A Vue component; the engine's script is fetched once it is on the page. */
function navBarSearch(folder: string, attributes: Record<string, string>): string {
  return `import { h, onMounted } from 'vue';
const folder = ${JSON.stringify(folder)};
export default {
  name: 'LatelightSearch',
  setup() {
    onMounted(() => {
      if (customElements.get('latelight-search')) return;
      document.head.append(Object.assign(document.createElement('script'), { type: 'module', src: folder + 'latelight.js' }));
    });
    return () => h('div', { class: 'VPNavBarSearch' }, h('latelight-search', { src: folder, ...${JSON.stringify(attributes)} }));
  },
};
`;
}
