import { beforeEach, expect, it } from 'vitest';
import type { Language } from './languages.ts';
import { SpokenLanguage } from './spoken-language.ts';

let lang: string;
let languages: Record<string, Language>;
let spoken: SpokenLanguage;

beforeEach(() => {
  lang = 'nl-BE';
  languages = { en: {} };
  const host = { addController: () => undefined, closest: () => ({ getAttribute: () => lang }) };
  spoken = new SpokenLanguage(host as unknown as ConstructorParameters<typeof SpokenLanguage>[0]);
  expect(spoken.follow(languages, undefined)).toBeUndefined();
});

it('a language that is added later takes the place of English', () => {
  expect([spoken.wording.say('label'), spoken.isForeign]).toEqual(['Search', true]);
  languages.nl = { label: 'Zoeken' };
  spoken.follow(languages, undefined);
  expect([spoken.wording.say('label'), spoken.isForeign]).toEqual(['Zoeken', false]);
  languages['nl-be'] = { label: 'Opzoeken' };
  spoken.follow(languages, undefined);
  expect(spoken.wording.say('label')).toBe('Opzoeken');
});

it('one that is fetched is fetched once, whatever words the page puts in their place', async () => {
  let fetches = 0;
  languages.nl = async () => {
    fetches++;
    return { label: 'Zoeken', clear: 'Wissen' };
  };
  await spoken.follow(languages, undefined);
  expect(spoken.follow(languages, undefined)).toBeUndefined();
  expect(spoken.follow(languages, { label: 'Vinden' })).toBeUndefined();
  expect([spoken.wording.say('label'), spoken.wording.say('clear'), fetches]).toEqual(['Vinden', 'Wissen', 1]);
});

it('one that cannot be fetched leaves English, which is said', async () => {
  languages.nl = () => Promise.reject(new Error('gone'));
  await spoken.follow(languages, undefined);
  expect([spoken.wording.say('label'), spoken.isForeign]).toEqual(['Search', true]);
});
