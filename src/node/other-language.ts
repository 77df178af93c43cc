// Pages in a language that the default model was not trained on, which are found by their words alone: said before they are encoded.

import { canonicalLanguage } from './languages.ts';
import { countPages, type IndexedPage } from './page-set.ts';

const TRAINED_ON = 'en';
const LANGUAGES_NAMED = 3;
/** Letters that are looked at of a page. */
const MOST_TEXT = 2000;

/**
 * @param language of pages that name none, if that is known
 * @returns nothing when at least half of the pages are in English, or may be
 */
export function otherLanguageWarning(pages: readonly IndexedPage[], language = ''): string | undefined {
  const named = new Map<string, IndexedPage[]>();
  const inScript: IndexedPage[] = [];
  for (const page of pages) {
    const [primary] = canonicalLanguage(page.lang || language).split('-');
    const isOther = primary !== '' && primary !== 'und' && primary !== TRAINED_ON;
    if (!isOther) {
      if (isOutsideLatin(page)) inScript.push(page);
      continue;
    }
    if (!named.has(primary)) named.set(primary, []);
    named.get(primary)!.push(page);
  }
  const count = countPages([...[...named.values()].flat(), ...inScript]);
  const all = countPages(pages);
  if (count * 2 <= all) return undefined;
  const languages = [...named].sort(([, a], [, b]) => b.length - a.length).map(([tag]) => tag);
  const list = [
    ...languages.slice(0, LANGUAGES_NAMED),
    ...(languages.length > LANGUAGES_NAMED ? ['others'] : []),
    ...(inScript.length > 0 ? [languages.length > 0 ? 'another script' : 'another script than Latin'] : []),
  ];
  return (
    `warning: ${count} of ${all} pages ${count === 1 ? 'is' : 'are'} in ${list.join(', ')}; the default model is trained on English and finds ` +
    'little by meaning there. Name a model of that language (--model, or the option model).'
  );
}

/** Whether more than half of a page's letters are. */
function isOutsideLatin({ passages }: IndexedPage): boolean {
  let text = '';
  for (const passage of passages) if (text.length < MOST_TEXT) text += passage.text.slice(0, MOST_TEXT);
  const letters = text.match(/\p{L}/gu) ?? [];
  return letters.filter((letter) => !/\p{Script=Latin}/u.test(letter)).length * 2 > letters.length;
}
