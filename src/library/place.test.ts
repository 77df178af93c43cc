import { expect, test } from 'vitest';
import { formatPlace, parsePlace } from './place.ts';

test('parsePlace inverts formatPlace', () => {
  for (const place of [
    { documentId: 12, passage: 3, words: ['redact', 'secrets'] },
    { documentId: 0, passage: 0, words: [] },
    { documentId: 7, passage: undefined, words: ['a,b', 'c&d=e', 'Größe', '100 %', '#'] },
  ])
    expect(parsePlace(formatPlace(place))).toEqual(place);
});

test('the address of a hit is a place', () => {
  expect(formatPlace({ documentId: 12, passage: 3, words: ['redact', 'secrets'] })).toBe(
    '#doc=12&passage=3&words=redact,secrets',
  );
});

test('a text directive behind the place is not part of it', () => {
  expect(parsePlace('#doc=1&words=a:~:text=some%20words')).toEqual({ documentId: 1, passage: undefined, words: ['a'] });
});

test('a hash that names no document is no place', () => {
  for (const hash of [
    '',
    '#',
    '#passage=3',
    '#doc=',
    '#doc=-1',
    '#doc=1.5',
    '#doc=x',
    '#document=1',
    '#doc',
    `#doc=${'9'.repeat(16)}`,
  ])
    expect(parsePlace(hash), hash).toBeUndefined();
});

test('broken parts are left out, broken escapes stay as they are', () => {
  expect(parsePlace('#doc=1&passage=x&words=,%E0%A4%A,,b')).toEqual({
    documentId: 1,
    passage: undefined,
    words: ['%E0%A4%A', 'b'],
  });
});
