// `latelight/eleventy`: a plugin that indexes the output folder after every build, so the dev server has the index too, and a
// shortcode for the search box.

import { resolve } from 'node:path';
import { projectCachePath } from '../node/cache-path.ts';
import * as rule from '../node/check-options.ts';
import { checkSiteOptions, indexFolderName, indexSite, type SiteIndexOptions } from '../node/index-site.ts';

export interface EleventyOptions extends SiteIndexOptions {
  /** `guide.html` is served as `guide`. Default false. */
  cleanUrls?: boolean;
  /** Name of the shortcode that gives script and search box. Default `latelight`. */
  shortcode?: string;
}

/** What is used of Eleventy's configuration object. */
interface EleventyConfig {
  on: (event: 'eleventy.after', run: (after: AfterEvent) => Promise<void>) => void;
  addShortcode: (name: string, render: (attributes?: Record<string, string>) => string) => void;
  getFilter: {
    (name: 'url'): (path: string) => string;
    /** Undefined without HtmlBasePlugin. */
    (name: 'htmlBaseUrl'): ((this: object, path: string) => string) | undefined;
  };
}

interface AfterEvent {
  directories?: { output: string };
  dir: { output: string };
  outputMode: 'fs' | 'json' | 'ndjson';
}

export default function latelight(
  eleventyConfig: EleventyConfig,
  options: EleventyOptions & { immediate?: boolean } = {},
): void {
  checkSiteOptions('latelight/eleventy', options, {
    cleanUrls: rule.flag,
    shortcode: rule.filledText,
    immediate: rule.flag,
  });
  // `immediate` is for addPlugin, which hands it on.
  const { cleanUrls = false, shortcode = 'latelight', immediate: _, ...site } = options;
  const name = indexFolderName(site.outDir);

  eleventyConfig.on('eleventy.after', async ({ directories, dir, outputMode }) => {
    if (outputMode !== 'fs') return;
    const folder = resolve(directories?.output ?? dir.output);
    await indexSite({
      folder,
      output: resolve(folder, name),
      cachePath: projectCachePath(process.cwd()),
      options: site,
      pages: { cleanUrls },
      log: (line) => console.log(line),
    });
  });

  eleventyConfig.addShortcode(shortcode, (attributes = {}) => {
    const path = `/${name}/`;
    // The filter knows the path prefix.
    const folder = eleventyConfig.getFilter('url')(path);
    // HtmlBasePlugin puts the prefix before addresses of scripts in finished pages, but not before our element's.
    const isPrefixedLater = (eleventyConfig.getFilter('htmlBaseUrl')?.call({}, path) ?? path) !== path;
    const scriptFolder = isPrefixedLater ? path : folder;
    const given = Object.entries({ src: folder, ...attributes }).filter(([key]) => key !== '__keywords');
    const written = given.map(([key, value]) => ` ${key}="${escaped(String(value))}"`).join('');
    return `<script type="module" src="${escaped(scriptFolder)}latelight.js"></script><latelight-search${written}></latelight-search>`;
  });
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
