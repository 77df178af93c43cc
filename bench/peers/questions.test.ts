import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEFAULT_DOCUMENTS, IDENTIFIERS, pagesOf, QUESTIONS, type Question, scorePages } from './questions.ts';

it('has 40 different questions, 25 in own words and 15 by name, and 30 of letters, each with pages that answer it', () => {
  expect(new Set(QUESTIONS.map(({ question }) => question.toLowerCase())).size).toBe(40);
  expect(QUESTIONS.length).toBe(40);
  expect(QUESTIONS.filter(({ kind }) => kind === 'how').length).toBe(25);
  expect(QUESTIONS.filter(({ kind }) => kind === 'keyword').length).toBe(15);
  expect(new Set(IDENTIFIERS.map(({ question }) => question)).size).toBe(30);
  for (const { question, pages } of [...QUESTIONS, ...IDENTIFIERS]) {
    expect(question.trim(), question).toBe(question);
    expect(pages.length, question).toBeGreaterThan(0);
    expect(new Set(pages).size, question).toBe(pages.length);
    for (const page of pages) expect(page).toMatch(/^[a-z0-9-]+\.html$/);
  }
});

it.skipIf(!existsSync(DEFAULT_DOCUMENTS))('names pages that the manual has', () => {
  const missing = [...QUESTIONS, ...IDENTIFIERS]
    .flatMap(({ pages }) => pages)
    .filter((page) => !existsSync(join(DEFAULT_DOCUMENTS, page)));
  expect(missing).toEqual([]);
});

it('counts a page once, at its best place, whatever the anchor', () => {
  expect(pagesOf(['/a.html#x', 'b.html', 'a.html', 'b.html?q=1#y'])).toEqual(['a.html', 'b.html']);
  expect(pagesOf(Array.from({ length: 30 }, (_, i) => `${i}.html`)).length).toBe(10);
});

it('scores the first right page', () => {
  const question: Question = { question: 'q', kind: 'how', pages: ['x.html', 'y.html'] };
  expect(scorePages(['x.html'], question)).toEqual({ success1: 1, success5: 1, reciprocalRank: 1 });
  expect(scorePages(['a', 'b', 'c', 'd', 'y.html', 'x.html'], question)).toEqual({
    success1: 0,
    success5: 1,
    reciprocalRank: 1 / 5,
  });
  expect(scorePages(['a', 'b', 'c', 'd', 'e', 'y.html'], question).success5).toBe(0);
  expect(scorePages(['a'], question)).toEqual({ success1: 0, success5: 0, reciprocalRank: 0 });
});
