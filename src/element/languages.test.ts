import { describe, expect, it } from 'vitest';
import { en, type Message } from './languages/en.ts';
import { LANGUAGES, languageOf } from './languages.ts';
import type { Messages } from './messages.ts';

/** Names in braces, of all forms together. */
function names(message: Message): string[] {
  const forms = typeof message === 'string' ? [message] : Object.values(message);
  return [...new Set(forms.flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort();
}

describe.each(Object.keys(LANGUAGES))('%s', (tag) => {
  async function load(): Promise<Messages> {
    const language = LANGUAGES[tag];
    return (typeof language === 'function' ? await language() : language) as Messages;
  }

  it('has every message, and no other', async () => {
    expect(Object.keys(await load()).sort()).toEqual(Object.keys(en).sort());
  });

  it('fills in the same names as English, in the form for many', async () => {
    const messages = await load();
    for (const key of Object.keys(en) as (keyof Messages)[]) {
      const message = messages[key];
      const other = typeof message === 'string' ? message : message.other;
      expect([key, names(other)]).toEqual([key, names(en[key])]);
    }
  });

  it('has no name that English has not', async () => {
    const messages = await load();
    for (const key of Object.keys(en) as (keyof Messages)[])
      expect(names(en[key])).toEqual(expect.arrayContaining(names(messages[key])));
  });
});

it('takes the language of a tag, the closest first, and English for others', () => {
  expect(['pt', 'pt-BR', 'PT-br', 'zh_TW', 'nl', '', 'constructor'].map((tag) => languageOf(tag, LANGUAGES))).toEqual([
    'pt',
    'pt',
    'pt',
    'zh',
    'en',
    'en',
    'en',
  ]);
  expect(languageOf('pt-BR', { ...LANGUAGES, 'pt-br': {} })).toBe('pt-br');
});
