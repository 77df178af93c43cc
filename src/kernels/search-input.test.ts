// What no scorer is given. That each of them asks: src/engine/scorers.test.ts.

import { expect, it } from 'vitest';
import { extremeCodec, extremeQuery } from '../engine/scorers.fixture.ts';
import { checkQueryCodes } from './search-input.ts';

it.each([
  [64, 2],
  [128, 4],
] as const)(
  'query tokens of %i dimensions are as long as the codec was checked for, and no longer',
  (dim, subspaceDim) => {
    const codec = extremeCodec(dim, subspaceDim);
    const { codes, ...shape } = extremeQuery(dim, 3);
    checkQueryCodes({ codes, ...shape }, codec);
    const last = codes.length - 1;
    const longer = codes.with(last, codes[last] + Math.sign(codes[last]));
    expect(() => checkQueryCodes({ codes: longer, ...shape }, codec)).toThrow(/no longer than .*, got/);
  },
);
