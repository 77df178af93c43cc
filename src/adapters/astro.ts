// `latelight/astro`: an integration that indexes what Astro builds and serves the last build's index in development. Pages say
// where the search is: <latelight-search> in a layout; its script comes by itself.

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { projectCachePath } from '../node/cache-path.ts';
import * as rule from '../node/check-options.ts';
import { checkSiteOptions, indexFolderName, indexSite, type SiteIndexOptions } from '../node/index-site.ts';
import { languageOfSite } from '../node/languages.ts';
import { serveLive } from '../vite/plugin.ts';
import { ServedIndexes } from '../vite/served-indexes.ts';

export interface AstroOptions extends SiteIndexOptions {
  /** Folder of pages for the dev server, relative to the project. Default: what the last build made. */
  pages?: string;
  /** Whether pages that hold a `<latelight-search>` load its script by themselves. Default true. */
  inject?: boolean;
}

/** What is used of Astro's config and hooks; its own types would make Astro's version part of ours. */
interface AstroConfig {
  base: string;
  root: URL;
  outDir: URL;
  build: { client: URL };
  i18n?: { defaultLocale: string; locales: (string | { path: string; codes: string[] })[] };
}

interface ConfigDone {
  config: AstroConfig;
  /** Asks Astro: a page that is rendered on demand, or an adapter that comes later, makes it `server`. */
  readonly buildOutput: 'static' | 'server' | undefined;
}

interface Integration {
  name: string;
  hooks: {
    'astro:config:setup': (setup: {
      config: AstroConfig;
      command: string;
      updateConfig: (config: never) => unknown;
      injectScript: (stage: 'page', content: string) => void;
    }) => void;
    'astro:config:done': (done: ConfigDone) => void;
    'astro:build:done': (done: { dir: URL; logger: { info: (line: string) => void } }) => Promise<void>;
  };
}

export default function latelight(options: AstroOptions = {}): Integration {
  checkSiteOptions('latelight/astro', options, { pages: rule.filledText, inject: rule.flag });
  const { pages, inject = true, ...site } = options;
  const name = indexFolderName(site.outDir);
  let config: AstroConfig;
  let done: ConfigDone | undefined;
  /** Of the pages that a build makes. */
  const built = () => fileURLToPath(done?.buildOutput === 'server' ? config.build.client : config.outDir);
  const settings = (): SiteIndexOptions => ({
    splitByLang: (config.i18n?.locales.length ?? 0) > 1,
    language: languageOfSite(config.i18n?.defaultLocale),
    ...site,
  });

  function devServer(): Plugin {
    const served = new ServedIndexes();
    return {
      name: 'latelight:astro',
      configureServer(server) {
        const index = serveLive(server, {
          name,
          folder: resolve(server.config.root, pages ?? built()),
          site: settings(),
        });
        served.add(server, index);
      },
      closeBundle() {
        return served.close(this.environment);
      },
    };
  }

  return {
    name: 'latelight',
    hooks: {
      'astro:config:setup': (setup) => {
        config = setup.config;
        if (inject) setup.injectScript('page', loader(`${config.base.replace(/\/?$/, '/')}${name}/latelight.js`));
        if (setup.command === 'dev') setup.updateConfig({ vite: { plugins: [devServer()] } } as never);
      },
      // Integrations listed later change the config too: Starlight's locales are there at the end alone.
      'astro:config:done': (hook) => {
        done = hook;
        config = hook.config;
      },
      'astro:build:done': async ({ dir, logger }) => {
        const folder = fileURLToPath(dir);
        await indexSite({
          folder,
          output: join(folder, name),
          cachePath: projectCachePath(fileURLToPath(config.root)),
          options: settings(),
          log: (line) => logger.info(line),
        });
      },
    },
  };
}

/** Runs on every page, also on those that view transitions bring. */
function loader(script: string): string {
  return `const load = () => {
  if (customElements.get('latelight-search') || !document.querySelector('latelight-search')) return;
  document.head.append(Object.assign(document.createElement('script'), { type: 'module', src: ${JSON.stringify(script)} }));
};
load();
document.addEventListener('astro:page-load', load);
`;
}
