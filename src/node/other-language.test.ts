import { expect, it } from 'vitest';
import type { Passage } from '../shared-types.ts';
import { otherLanguageWarning } from './other-language.ts';
import type { IndexedPage } from './page-set.ts';

const ENGLISH = 'The harbour has ships, and one word of Greek: λιμάνι.';
const JAPANESE = '港には船がいます。Ships.';
const page = (url: string, lang: string, text = ENGLISH): IndexedPage => ({
  url,
  path: url,
  lang,
  hasBodyMark: undefined,
  passages: [{ text } as Passage],
});
const said = (pages: IndexedPage[], language?: string) => otherLanguageWarning(pages, language);

it('counts pages by the language that they name, whatever its region', () => {
  const pages = [page('a', 'ja-JP'), page('b', 'ja'), page('c', 'zh-Hans'), page('d', 'en-GB')];
  expect(said(pages)).toBe(
    'warning: 3 of 4 pages are in ja, zh; the default model is trained on English and finds little by meaning there. Name a model of that language (--model, or the option model).',
  );
});

it('goes by their letters where they name none, or English', () => {
  expect(said([page('a', '', JAPANESE), page('b', 'en', JAPANESE), page('c', '')])).toContain(
    '2 of 3 pages are in another script than Latin;',
  );
  expect(said([page('a', '', JAPANESE), page('b', 'de')])).toContain('2 of 2 pages are in de, another script;');
});

it('takes the language that pages are said to be in where they name none', () => {
  expect(said([page('a', '')], 'de')).toContain('1 of 1 pages is in de;');
  expect(said([page('a', 'en')], 'de')).toBeUndefined();
});

it('says nothing when half of the pages are in English, or may be, and counts parts of a page once', () => {
  expect(said([page('a', 'ja'), page('b', '')])).toBeUndefined();
  expect(said([page('a', ''), page('b', 'not a tag')])).toBeUndefined();
  expect(said([page('a', 'ja'), page('a#x', 'ja'), page('b', ''), page('c', 'en')])).toBeUndefined();
  expect(said([page('a', '', '1, 2, 3')])).toBeUndefined();
});
