import { expect, it } from 'vitest';
import { canonicalLanguage, groupByLanguage } from './languages.ts';

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
