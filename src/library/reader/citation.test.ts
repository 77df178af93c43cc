import { expect, test } from 'vitest';
import type { DocumentPassage, LibraryDocument } from '../types.ts';
import { citation, firstSentence, pageOf } from './citation.ts';

const document = { title: 'Harbour Handbook', path: 'ports/handbook.pdf' } as LibraryDocument;
const passage: DocumentPassage = {
  number: 3,
  text: 'Ships wait\n outside. They say "hello" first.',
  headings: ['Harbour Handbook', 'Arrival', 'Waiting'],
  anchor: 'page=12',
};

test('a passage of a PDF is cited by its page', () => {
  expect(citation(document, passage)).toBe('Harbour Handbook, page 12, “Ships wait outside.”, ports/handbook.pdf');
});

test('any other is cited by its headings, without repeating the title', () => {
  expect(citation(document, { ...passage, anchor: 'waiting' })).toBe(
    'Harbour Handbook, Arrival › Waiting, “Ships wait outside.”, ports/handbook.pdf',
  );
});

test('one without headings is cited by its title alone', () => {
  expect(citation(document, { ...passage, anchor: '', headings: [] })).toBe(
    'Harbour Handbook, “Ships wait outside.”, ports/handbook.pdf',
  );
});

test('quotes inside the quote do not end it', () => {
  expect(citation(document, { ...passage, text: 'He said "go".' })).toContain("“He said 'go'.”");
});

test('a text without a full stop is its own first sentence', () => expect(firstSentence(' no stop ')).toBe('no stop'));

test('an anchor is a page only when it says so', () => {
  expect(['page=12', 'page=0', 'page=', 'page=1x', 'page-12', ''].map(pageOf)).toEqual([
    12,
    ...Array(5).fill(undefined),
  ]);
});
