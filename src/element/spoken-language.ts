// The words an element shows: those of its language once they are there, with what the page put in their place.

import { inheritedLang, type Language, languageOf } from './languages.ts';
import { type Translations, Wording } from './messages.ts';

export class SpokenLanguage {
  wording = new Wording();
  /** Of the page, as it writes it. */
  tag: string | undefined;
  /** Whether the words are English though the page is not: none of its language are to be had, nor has it brought its own. */
  isForeign = false;
  private isFallback = false;
  private messages: Translations = {};
  private overrides: Translations | undefined;

  /**
   * Follows the `lang` that holds for the element. A language that cannot be had leaves English.
   * @returns a promise when the language has to be fetched: what is shown before would be in another
   */
  follow(
    element: Element,
    languages: Record<string, Language>,
    overrides: Translations | undefined,
  ): Promise<void> | undefined {
    const tag = inheritedLang(element) || 'en';
    if (tag === this.tag && overrides === this.overrides) return undefined;
    const isSame = tag === this.tag;
    this.tag = tag;
    this.overrides = overrides;
    const key = languageOf(tag, languages);
    if (!isSame) this.isFallback = key === 'en' && !/^en([-_]|$)/i.test(tag);
    const language = isSame ? this.messages : languages[key];
    if (typeof language !== 'function') {
      this.use(language);
      return undefined;
    }
    return language()
      .catch(() => {
        if (this.tag === tag) this.isFallback = true;
        return {};
      })
      .then((messages) => {
        if (this.tag === tag) this.use(messages);
      });
  }

  private use(messages: Translations): void {
    this.messages = messages;
    this.isForeign = this.isFallback && !this.overrides;
    this.wording = new Wording(this.tag, { ...messages, ...this.overrides });
  }
}
