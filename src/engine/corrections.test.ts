import { expect, it } from 'vitest';
import { corrected, offsetAsAsked } from './corrections.ts';

const query = 'vaildation of scehma, in retr';
const replaced = [
  { from: 'vaildation', to: 'validation', start: 0, end: 10, kind: 'spelling' as const },
  { from: 'scehma', to: 'schemas', start: 14, end: 20, kind: 'spelling' as const },
  { from: 'retr', to: 'retries', start: 25, end: 29, kind: 'completion' as const },
];

it('puts words in the place of others, and leaves the rest', () => {
  expect(corrected(query, replaced)).toBe('validation of schemas, in retries');
  expect(corrected(query, [])).toBe(query);
});

it('says where a word stands in what was asked', () => {
  const text = corrected(query, replaced);
  const asAsked = (word: string) => {
    const start = text.indexOf(word);
    const span = [start, start + word.length].map((offset) => offsetAsAsked(replaced, offset));
    return query.slice(...span);
  };
  expect(['validation', 'of', 'schemas', 'schemas,', 'in', 'retries'].map(asAsked)).toEqual([
    'vaildation',
    'of',
    'scehma',
    'scehma,',
    'in',
    'retr',
  ]);
});
