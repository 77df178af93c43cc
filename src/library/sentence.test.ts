import { expect, test } from 'vitest';
import { sentence } from './sentence.ts';

test('a reason becomes a sentence, and stays one', () => {
  expect(['encrypted PDF: it needs a password', 'The file is empty.', ''].map(sentence)).toEqual([
    'Encrypted PDF: it needs a password.',
    'The file is empty.',
    '',
  ]);
});
