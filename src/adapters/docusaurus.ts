// `latelight/docusaurus`: a theme whose SearchBar is <latelight-search>, and which indexes what Docusaurus builds. Docusaurus
// builds each locale as a site of its own below the default one; all of them share one index folder at the root.

import { join } from 'node:path';
import { projectCachePath } from '../node/cache-path.ts';
import * as rule from '../node/check-options.ts';
import {
  checkSiteOptions,
  indexFolderName,
  indexSite,
  packageFolder,
  type SiteIndexOptions,
} from '../node/index-site.ts';
import { languageOfSite } from '../node/languages.ts';

export interface DocusaurusOptions extends SiteIndexOptions {
  /** Attributes of `<latelight-search>` in the navigation bar. Default `{ mode: 'modal' }`. */
  attributes?: Record<string, string>;
}

/** What is used of Docusaurus's context; its own types would make its version part of ours. */
interface Context {
  siteDir: string;
  outDir: string;
  baseUrl: string;
  siteConfig: { title: string; trailingSlash?: boolean };
  i18n: {
    currentLocale: string;
    defaultLocale: string;
    locales: string[];
    localeConfigs: Record<string, { htmlLang: string }>;
  };
}

interface DocusaurusPlugin {
  name: string;
  getThemePath: () => string;
  contentLoaded: (loaded: { actions: { setGlobalData: (data: unknown) => void } }) => void;
  postBuild: () => Promise<void>;
}

export default function latelight(
  context: Context,
  options: DocusaurusOptions & { id?: string } = {},
): DocusaurusPlugin {
  checkSiteOptions('latelight/docusaurus', options, { attributes: rule.textTable, id: rule.text });
  const { attributes = { mode: 'modal' }, id: _, ...site } = options;
  const { siteConfig, i18n } = context;
  const name = indexFolderName(site.outDir);
  const root = siteRoot(context);
  return {
    name: 'latelight',
    getThemePath: () => packageFolder('src/adapters/docusaurus-theme'),
    contentLoaded: ({ actions }) => actions.setGlobalData({ src: `${root.baseUrl}${name}/`, attributes }),
    postBuild: async () => {
      await indexSite({
        folder: root.outDir,
        output: join(root.outDir, name),
        cachePath: projectCachePath(context.siteDir),
        options: {
          title: siteConfig.title,
          splitByLang: i18n.locales.length > 1,
          language: languageOfSite(i18n.localeConfigs[i18n.defaultLocale]?.htmlLang),
          ...site,
          // Every locale has one.
          exclude: ['**/404.html', ...[site.exclude ?? []].flat()],
        },
        // With `trailingSlash: false` pages are files that hosts serve without their extension.
        pages: { cleanUrls: siteConfig.trailingSlash === false },
        log: (line) => console.log(line),
      });
    },
  };
}

/** Folder and address of the default locale's site, above that of the locale being built. */
export function siteRoot({ outDir, baseUrl, i18n }: Pick<Context, 'outDir' | 'baseUrl' | 'i18n'>) {
  const { currentLocale, defaultLocale } = i18n;
  const folder = outDir.replace(/[\\/]+$/, '');
  const isBelow =
    currentLocale !== defaultLocale &&
    baseUrl.endsWith(`/${currentLocale}/`) &&
    folder.slice(-currentLocale.length - 1).replace('\\', '/') === `/${currentLocale}`;
  if (!isBelow) return { outDir: folder, baseUrl };
  return {
    outDir: folder.slice(0, -currentLocale.length - 1),
    baseUrl: baseUrl.slice(0, -currentLocale.length - 1),
  };
}
