// Which language an element speaks. English is part of the element; each other language is a chunk of its own, fetched only by
// pages in that language: together they weigh about as much as the rest of the element.

import { en } from './languages/en.ts';
import type { Messages, Translations } from './messages.ts';

export type Language = Translations | (() => Promise<Translations>);

/** Languages by primary subtag. A site can add its own, or replace one. */
export const LANGUAGES: Record<string, Language> = {
  en: en satisfies Messages,
  fr: () => import('./languages/fr.ts').then(({ fr }) => fr),
  de: () => import('./languages/de.ts').then(({ de }) => de),
  es: () => import('./languages/es.ts').then(({ es }) => es),
  pt: () => import('./languages/pt.ts').then(({ pt }) => pt),
  zh: () => import('./languages/zh.ts').then(({ zh }) => zh),
  ja: () => import('./languages/ja.ts').then(({ ja }) => ja),
  ar: () => import('./languages/ar.ts').then(({ ar }) => ar),
};

/** The key in `languages` that suits a tag best: `pt-BR` takes `pt-BR` before `pt`; nothing that is there takes `en`. */
export function languageOf(tag: string, languages: Record<string, Language>): string {
  const wanted = tag.toLowerCase();
  const keys = Object.keys(languages);
  const find = (subtag: string) => keys.find((key) => key.toLowerCase() === subtag);
  return find(wanted) ?? find(wanted.split(/[-_]/)[0]) ?? 'en';
}

/** The `lang` that holds for an element, also one inside shadow trees; empty when no one says. */
export function inheritedLang(element: Element): string {
  for (let node: Element | null = element; node; ) {
    const found: Element | null = node.closest('[lang]');
    if (found) return found.getAttribute('lang') ?? '';
    const root = node.getRootNode();
    node = root instanceof ShadowRoot ? root.host : null;
  }
  return '';
}
