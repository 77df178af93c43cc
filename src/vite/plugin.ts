// The Vite plugin: `vite build` indexes what it built, `vite dev` serves an index that follows the pages as they change.

import { existsSync, type FSWatcher, watch } from 'node:fs';
import { extname, join, relative, resolve, sep } from 'node:path';
import type { HtmlTagDescriptor, Plugin, ResolvedConfig, ViteDevServer } from 'vite';
import { LatelightError } from '../errors.ts';
import * as rule from '../node/check-options.ts';
import { checkSiteOptions, indexFolderName, indexSite, type SiteIndexOptions } from '../node/index-site.ts';
import type { AddDirectoryOptions } from '../node/options.ts';
import { LiveIndex } from './live-index.ts';
import { serveIndex } from './serve-index.ts';
import { type ServedIndex, ServedIndexes } from './served-indexes.ts';

export interface LatelightPluginOptions extends SiteIndexOptions {
  /** Folder of the built pages, relative to Vite's root. Default `build.outDir`. The index of a build goes to `<build.outDir>/<outDir>`. */
  src?: string;
  /** For the dev server: folder of built or source pages, HTML or Markdown, relative to Vite's root. Default `src`. */
  pages?: string;
  /** How addresses of pages are made; default: files' names are addresses. */
  urls?: Pick<AddDirectoryOptions, 'cleanUrls' | 'markdownUrl' | 'language' | 'slug'>;
  /** Adds the script that defines `<latelight-search>` to every HTML entry. Default false. */
  inject?: boolean;
}

/** Sent to the page over Vite's HMR when the dev server has a new index: `import.meta.hot.on('latelight:update', ...)`. */
export const UPDATE_EVENT = 'latelight:update';

const PAGE_FILE = /^\.(html?|xhtml|md|mdx|markdown)$/i;
/** Editors save in bursts, generators write page after page. */
const DEBOUNCE_MS = 300;

export function latelight(options: LatelightPluginOptions = {}): Plugin {
  checkSiteOptions('latelight/vite', options, {
    src: rule.filledText,
    pages: rule.filledText,
    urls: rule.anyObject,
    inject: rule.flag,
  });
  const { src, pages, urls, inject = false, ...site } = options;
  rule.checkOptions('latelight/vite urls', urls ?? {}, {
    cleanUrls: rule.flag,
    markdownUrl: rule.call,
    language: rule.call,
    slug: rule.call,
  });
  const name = indexFolderName(site.outDir);
  let config: ResolvedConfig;
  let hasWritten = false;
  const served = new ServedIndexes();
  const folder = (path: string) => resolve(config.root, path);
  const built = () => folder(src ?? config.build.outDir);

  return {
    name: 'latelight',

    configResolved(resolved) {
      config = resolved;
    },

    writeBundle() {
      // Vite 6 and later build client and server in one go, with the same plugins.
      if (this.environment?.config.consumer !== 'server') hasWritten = true;
    },

    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        await served.close(this.environment);
        // Also called for server builds, and after a build that failed.
        if (!hasWritten || config.command !== 'build' || config.build.ssr) return;
        hasWritten = false;
        await indexSite({
          folder: built(),
          output: join(folder(config.build.outDir), name),
          cachePath: cachePath(config, 'build', name),
          options: site,
          pages: urls,
          log: (line) => config.logger.info(line),
        });
      },
    },

    configureServer(server) {
      const index = serveLive(server, {
        name,
        folder: folder(pages ?? src ?? config.build.outDir),
        site,
        urls,
      });
      served.add(server, index);
    },

    transformIndexHtml: {
      order: 'post',
      handler: (_, { path }) => (inject ? [scriptTag(config.base, name, path)] : []),
    },
  };
}

interface LiveSite {
  /** Of the index folder. */
  name: string;
  /** Pages to index, absolute. */
  folder: string;
  site: SiteIndexOptions;
  urls?: LatelightPluginOptions['urls'] & Pick<AddDirectoryOptions, 'describe'>;
}

/** Serves an index of a folder's pages below the server's base, and makes it again when they change. The caller closes it. */
export function serveLive(server: ViteDevServer, { name, folder, site, urls }: LiveSite): ServedIndex {
  const { logger, cacheDir, base } = server.config;
  const live = new LiveIndex({
    parent: join(cacheDir, 'latelight'),
    debounceMs: DEBOUNCE_MS,
    make: async (output, signal) => {
      if (!existsSync(folder)) {
        throw new LatelightError(
          'ingest-failed',
          `latelight: expected pages in ${folder}, found no such folder. Build the site once, or name a folder of pages with the option pages.`,
        );
      }
      const log = (line: string) => logger.info(line, { timestamp: true });
      const written = await indexSite({
        folder,
        output,
        // Of its own: a build may run beside it.
        cachePath: cachePath(server.config, 'dev', name),
        options: { ...site, cache: true },
        pages: urls,
        signal,
        log,
      });
      if (written) return;
      throw new LatelightError('ingest-failed', `latelight: every page in ${folder} asks not to be found.`);
    },
    onIndexed: () => server.ws.send({ type: 'custom', event: UPDATE_EVENT }),
    onError: (error) =>
      logger.error(error instanceof LatelightError ? error.message : String(error), { timestamp: true }),
  });
  server.middlewares.use(`${base}${name}`, serveIndex(live));
  const onChange = (inside: string) => {
    if (PAGE_FILE.test(extname(inside)) && !inside.startsWith('..') && !inside.startsWith(name + sep)) live.changed();
  };
  server.watcher.add(folder);
  server.watcher.on('all', (_, path) => onChange(relative(folder, path)));
  // Vite's own watcher leaves out the folder that a build would empty, where built pages are by default.
  const outDir = resolve(server.config.root, server.config.build.outDir);
  let watcher: FSWatcher | undefined;
  if (existsSync(folder) && (folder === outDir || folder.startsWith(outDir + sep))) {
    watcher = watch(folder, { recursive: true }, (_, path) => path && onChange(path));
    watcher.on('error', (error) => logger.warn(`latelight: changes in ${folder} are not seen: ${error}`));
  }
  server.httpServer?.once('listening', () => live.start());
  return {
    // Not with the HTTP server, which is another's in middleware mode.
    close: () => {
      watcher?.close();
      return live.close();
    },
  };
}

/** Of each index its own: with each other's they would throw out what the other needs. @param name of the index folder */
export function cachePath(
  { cacheDir }: Pick<ResolvedConfig, 'cacheDir'>,
  command: 'build' | 'dev',
  name: string,
): string {
  return join(cacheDir, 'latelight', `${command}.${name.replaceAll('/', '+')}.jsonl`);
}

/** @param path of the HTML file, from the site's root */
export function scriptTag(base: string, name: string, path: string): HtmlTagDescriptor {
  const isRelative = base === '' || base === './';
  const root = isRelative ? '../'.repeat(path.replace(/^\//, '').split('/').length - 1) || './' : base;
  return { tag: 'script', attrs: { type: 'module', src: `${root}${name}/latelight.js` }, injectTo: 'head' };
}
