// The questions that tools are compared on, and how a ranking of pages is scored.

import identifiers from './postgresql-identifiers.json';
import questions from './postgresql-questions.json';

export interface Question {
  question: string;
  /**
   * `how`: as somebody asks who does not know the manual's words. `keyword`: a name out of it. `identifier`, `code` and `phrase`: what
   * must be found letter by letter: names in programs, error and version numbers, text in quotation marks.
   */
  kind: 'how' | 'keyword' | 'identifier' | 'code' | 'phrase';
  /** Pages that answer it, any of them. */
  pages: string[];
}

export const QUESTIONS = questions as Question[];
export const IDENTIFIERS = identifiers as Question[];

/** Where Debian's package postgresql-doc-15 puts the manual. */
export const DEFAULT_DOCUMENTS = '/usr/share/doc/postgresql-doc-15/html';
/** Pages looked at: none further down counts. */
const DEPTH = 10;

export interface Found {
  success1: number;
  success5: number;
  /** 1 / rank of the first right page within ten, else 0. */
  reciprocalRank: number;
}

/** The pages of ranked addresses, each at its first place. */
export function pagesOf(urls: string[]): string[] {
  return [...new Set(urls.map((url) => url.replace(/^\//, '').replace(/[#?].*/, '')))].slice(0, DEPTH);
}

export function scorePages(ranked: string[], question: Question): Found {
  const at = ranked.findIndex((page) => question.pages.includes(page));
  const within = (depth: number) => Number(at >= 0 && at < depth);
  return { success1: within(1), success5: within(5), reciprocalRank: within(DEPTH) && 1 / (at + 1) };
}
