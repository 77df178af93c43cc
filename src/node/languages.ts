// Which pages are of which language, and which manifest is whose: docs/FORMAT.md, "Languages".

import { nearestTag, sameOrMoreGeneralTag } from '../format/manifest.ts';
import { byCodeUnits } from '../ingest/ingest-pages.ts';
import type { IndexedPage } from './page-set.ts';

/** Also of a site whose root page is a Markdown file. */
const ROOT_PAGE = /^(\.\/)?(index\.(html?|xhtml|md|mdx|markdown))?$/i;

export interface LanguageGroup {
  /** BCP 47, canonical; '' when no page names a language. */
  language: string;
  /** File name of its manifest. */
  manifest: string;
  pages: IndexedPage[];
}

/** `en-us` and `en_US` are `en-US`; what is no tag at all is ''. */
export function canonicalLanguage(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag.trim().replaceAll('_', '-'))[0] ?? '';
  } catch {
    return '';
  }
}

/** What a site generator calls its language; nothing where that is no tag, as names of locales need not be: the pages then say it. */
export function languageOfSite(name: string | undefined): string | undefined {
  return canonicalLanguage(name ?? '') || undefined;
}

/** The language of most pages, as they name it; of equals the root page's, else the first in code units; '' when none names one. */
export function mostCommonLanguage(pages: IndexedPage[]): string {
  const counts = new Map<string, number>();
  for (const { lang } of pages) if (lang) counts.set(lang, (counts.get(lang) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const equals = [...counts.keys()].filter((lang) => counts.get(lang) === most).sort(byCodeUnits);
  const root = pages.find(({ url }) => ROOT_PAGE.test(url))?.lang;
  return (root && equals.includes(root) ? root : equals[0]) ?? '';
}

/**
 * Pages by language, the default one first, then in code-unit order. Pages that name no language are the default's.
 * @param language the default, or what is nearest to it among the pages' own; absent, or near to none: that of most pages
 */
export function groupByLanguage(pages: IndexedPage[], language?: string): LanguageGroup[] {
  const tagged = pages.map((page) => ({ ...page, lang: canonicalLanguage(page.lang) }));
  const first = defaultLanguage(tagged, language);
  const groups = new Map<string, IndexedPage[]>();
  for (const page of tagged) {
    const tag = page.lang || first;
    const group = groups.get(tag);
    if (group) group.push(page);
    else groups.set(tag, [page]);
  }
  const others = [...groups.keys()].filter((tag) => tag !== first).sort(byCodeUnits);
  return [first, ...others].map((tag) => ({
    language: tag,
    manifest: tag === first ? 'manifest.json' : `manifest.${tag}.json`,
    pages: groups.get(tag) ?? [],
  }));
}

/** Generators name `en-US` where their pages say `en`; what no page is in can only be the default of pages that name none. */
function defaultLanguage(pages: IndexedPage[], language: string | undefined): string {
  if (language === undefined) return mostCommonLanguage(pages);
  const asked = canonicalLanguage(language);
  const tags = pages.map(({ lang }) => lang).filter((lang) => lang !== '');
  const general = sameOrMoreGeneralTag(tags, asked);
  if (general !== undefined) return general;
  // Pages that name none are in what was named, not in that language elsewhere or in another script.
  return tags.length < pages.length ? asked : (nearestTag(tags, asked) ?? mostCommonLanguage(pages));
}

/** Language -> file name of its manifest, as the first manifest names them. */
export function manifestNames(groups: LanguageGroup[]): Record<string, string> {
  return Object.fromEntries(groups.map(({ language, manifest }) => [language, manifest]));
}
