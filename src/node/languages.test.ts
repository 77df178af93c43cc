import { expect, it } from 'vitest';
import { canonicalLanguage, groupByLanguage, languageOfSite } from './languages.ts';

const page = (url: string, lang: string) => ({ url, path: url, lang, hasBodyMark: false, passages: [] });

it('writes tags as BCP 47 does, and takes what is none for no language', () => {
  expect(['en-us', 'en_US', ' FR ', 'zh-hant-tw', '', 'no language', '../x'].map(canonicalLanguage)).toEqual([
    'en-US',
    'en-US',
    'fr',
    'zh-Hant-TW',
    '',
    '',
    '',
  ]);
});

it('leaves the language to the pages where a generator names its own as no tag', () => {
  expect(['pt_BR', 'site de base', '', undefined].map(languageOfSite)).toEqual([
    'pt-BR',
    undefined,
    undefined,
    undefined,
  ]);
});

it('takes the language of the root page where as many pages are in another, and the first in code units without one', () => {
  const firstOf = (...pages: ReturnType<typeof page>[]) => groupByLanguage(pages)[0].language;
  expect(firstOf(page('./', 'en'), page('b', 'de'))).toBe('en');
  expect(firstOf(page('index.md', 'en'), page('b', 'de'))).toBe('en');
  expect(firstOf(page('./', 'EN'), page('b', 'de'), page('c', 'de'))).toBe('de');
  expect(firstOf(page('./', 'fr'), page('a', 'en'), page('b', 'en'), page('c', 'de'), page('d', 'de'))).toBe('de');
  expect(firstOf(page('./', ''), page('a', 'en'), page('guide/', 'de'))).toBe('de');
});

it('puts the language of most pages first, unless another is named, and pages without one into it', () => {
  const pages = [page('a', 'fr'), page('b', 'en'), page('c', 'EN'), page('d', ''), page('e', 'de')];
  const shape = (language?: string) =>
    groupByLanguage(pages, language).map(({ language, manifest, pages }) => [
      language,
      manifest,
      pages.map(({ url }) => url).join(''),
    ]);
  expect(shape()).toEqual([
    ['en', 'manifest.json', 'bcd'],
    ['de', 'manifest.de.json', 'e'],
    ['fr', 'manifest.fr.json', 'a'],
  ]);
  expect(shape('fr')).toEqual([
    ['fr', 'manifest.json', 'ad'],
    ['de', 'manifest.de.json', 'e'],
    ['en', 'manifest.en.json', 'bc'],
  ]);
});

it('makes the language that is nearest to the one named the default, and that of most pages where none is near', () => {
  const pages = [page('a', 'de'), page('b', 'en'), page('c', 'en'), page('d', 'fr-CA')];
  const first = (language: string, more: ReturnType<typeof page>[] = []) => {
    const [group] = groupByLanguage([...pages, ...more], language);
    return [group.language, group.manifest, group.pages.map(({ url }) => url).join('')];
  };
  expect(first('en-US')).toEqual(['en', 'manifest.json', 'bc']);
  expect(first('fr')).toEqual(['fr-CA', 'manifest.json', 'd']);
  expect(first('ja')).toEqual(['en', 'manifest.json', 'bc']);
  // Pages that name no language are the default's.
  expect(first('en-US', [page('e', '')])).toEqual(['en', 'manifest.json', 'bce']);
  expect(first('ja', [page('e', '')])).toEqual(['ja', 'manifest.json', 'e']);
  // They are in what was named, not in that language elsewhere.
  expect(first('fr', [page('e', '')])).toEqual(['fr', 'manifest.json', 'e']);
});
