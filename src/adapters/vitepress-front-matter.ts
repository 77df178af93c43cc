// What VitePress's pages say in their front matter, which the HTML that is made of them does not: that a page is not to be found, its
// filters and what it can be ordered by.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeMarkdown } from '../ingest/decode.ts';
import { readFrontMatter } from '../ingest/front-matter.ts';
import type { PageDescription } from '../node/options.ts';

/** Metadata of the built page, which `transformPageData` may have changed, and where an image's address starts. The title is none. */
const OF_BUILT_PAGE = /^(description|image)$/;

/** What is used of VitePress's `SiteConfig`. */
export interface MarkdownPages {
  srcDir: string;
  /** Below `srcDir`, those of dynamic routes with their parameters filled in. */
  pages: string[];
  rewrites: { map: Record<string, string | undefined> };
  dynamicRoutes?: { routes: { path: string; route: string }[] };
}

/** @returns by path of the built page, `/`-separated: `guide/setup.html` */
export async function describedPages(site: MarkdownPages): Promise<Map<string, PageDescription>> {
  const templates = new Map(site.dynamicRoutes?.routes.map(({ path, route }) => [path, route]));
  const described = new Map<string, PageDescription>();
  for (const page of site.pages) {
    // Another plugin may make pages that are no files; those say nothing here.
    const source = await readFile(join(site.srcDir, templates.get(page) ?? page)).catch(() => undefined);
    if (!source) continue;
    const route = site.rewrites.map[page] ?? page;
    described.set(route.replace(/\.md$/, '.html'), describedBy(decodeMarkdown(source).text));
  }
  return described;
}

function describedBy(source: string): PageDescription {
  const { exclusion, meta, filters, sort } = readFrontMatter(source);
  const shown = [...meta].filter(([name]) => !OF_BUILT_PAGE.test(name));
  return {
    exclusion,
    meta: Object.fromEntries(shown),
    filters: Object.fromEntries(filters),
    ...(sort.size > 0 && { sort: Object.fromEntries(sort) }),
  };
}
