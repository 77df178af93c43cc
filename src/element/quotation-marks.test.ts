import { expect, it } from 'vitest';
import { exactTerms } from '../engine/exact-terms.ts';
import { withoutQuotationMarks } from './quotation-marks.ts';

const isPhrase = (query: string) => exactTerms(query, () => false).some(({ quoted }) => quoted);

it('no pair of marks that makes a phrase is left', () => {
  const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
  const marks = characters.filter((character) =>
    /["'`]|\p{Pi}|\p{Pf}|\p{Ps}|\p{Pe}|\p{Quotation_Mark}/u.test(character),
  );
  const pairs = marks.flatMap((opening) => marks.map((closing) => [opening, closing]));
  const phrases = pairs.map(([opening, closing]) => `see ${opening}main reef${closing} now`).filter(isPhrase);
  expect(phrases).toEqual(
    expect.arrayContaining(['see "main reef" now', 'see „main reef“ now', 'see 『main reef』 now']),
  );
  expect(phrases.map(withoutQuotationMarks).filter(isPhrase)).toEqual([]);
  expect(new Set(phrases.map(withoutQuotationMarks))).toEqual(new Set(['see main reef now']));
});
