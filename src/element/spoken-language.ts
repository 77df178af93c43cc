// The words an element shows: those of its language once they are there, with what the page put in their place.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { inheritedLang, LANGUAGES, type Language, languageOf } from './languages.ts';
import { type Translations, Wording } from './messages.ts';

type Speaker = ReactiveControllerHost & Element;

/** Elements on the page. */
const speakers = new Set<Speaker>();
const lookAgain = () => {
  for (const speaker of speakers) speaker.requestUpdate();
};
/** Routers change the page's language in place. */
let observer: MutationObserver | undefined;

/** What a page adds or replaces is spoken by elements that are there already. */
export const TRANSLATIONS = new Proxy(LANGUAGES, {
  set(languages, tag: string, language: Language) {
    languages[tag] = language;
    lookAgain();
    return true;
  },
});

export class SpokenLanguage implements ReactiveController {
  wording = new Wording();
  /** Of the page, as it writes it. */
  tag: string | undefined;
  /** Whether the words are English though the page is not: none of its language are to be had, nor has it brought its own. */
  isForeign = false;
  private isFallback = false;
  private messages: Translations = {};
  private language: Language | undefined;
  private overrides: Translations | undefined;
  private readonly host: Speaker;

  constructor(host: Speaker) {
    this.host = host;
    host.addController(this);
  }

  hostConnected(): void {
    speakers.add(this.host);
    if (observer) return;
    observer = new MutationObserver(lookAgain);
    observer.observe(document.documentElement, { attributeFilter: ['lang'] });
  }

  hostDisconnected(): void {
    speakers.delete(this.host);
  }

  /**
   * Follows the `lang` that holds for the element. A language that cannot be had leaves English.
   * @returns a promise when the language has to be fetched: what is shown before would be in another
   */
  follow(languages: Record<string, Language>, overrides: Translations | undefined): Promise<void> | undefined {
    const tag = inheritedLang(this.host) || 'en';
    const key = languageOf(tag, languages);
    const found = languages[key];
    // A page may add a language, or replace one, at any time.
    const isSame = tag === this.tag && found === this.language;
    if (isSame && overrides === this.overrides) return undefined;
    this.tag = tag;
    this.language = found;
    this.overrides = overrides;
    if (!isSame) this.isFallback = key === 'en' && !/^en([-_]|$)/i.test(tag);
    const language = isSame ? this.messages : found;
    if (typeof language !== 'function') {
      this.use(language);
      return undefined;
    }
    // Nothing else is followed meanwhile.
    return language()
      .catch(() => {
        this.isFallback = true;
        return {};
      })
      .then((messages) => this.use(messages));
  }

  private use(messages: Translations): void {
    this.messages = messages;
    this.isForeign = this.isFallback && !this.overrides;
    this.wording = new Wording(this.tag, { ...messages, ...this.overrides });
  }
}
