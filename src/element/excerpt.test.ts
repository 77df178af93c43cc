import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mark } from '../types.ts';
import { markLevel, segmentExcerpt } from './excerpt.ts';

const mark = (start: number, end: number, queryWord = 0, strength = 1): Mark => ({ start, end, queryWord, strength });
/** `plain[marked:word]plain` */
const show = (excerpt: string, ...marks: Mark[]) =>
  segmentExcerpt(excerpt, marks)
    .map(({ text, mark }) => (mark ? `[${text}:${mark.queryWord}]` : text))
    .join('');

describe('segmentExcerpt', () => {
  it('gives one plain run without marks, and none for no text', () => {
    expect(segmentExcerpt('coral reef', [])).toEqual([{ text: 'coral reef' }]);
    expect(segmentExcerpt('', [mark(0, 3)])).toEqual([]);
  });

  it('cuts at marks in any order', () => {
    expect(show('the coral reef dies', mark(10, 14, 1), mark(4, 9, 0))).toBe('the [coral:0] [reef:1] dies');
  });

  it('marks the first and the last character', () => {
    expect(show('reef', mark(0, 1, 0), mark(3, 4, 1))).toBe('[r:0]ee[f:1]');
  });

  it('keeps adjacent marks of different words apart and joins those that look alike', () => {
    expect(show('seawater', mark(0, 3, 0), mark(3, 8, 1))).toBe('[sea:0][water:1]');
    expect(show('seawater', mark(0, 3, 2), mark(3, 8, 2))).toBe('[seawater:2]');
  });

  it('shows the stronger of overlapping marks, whatever their order', () => {
    const weak = mark(0, 8, 0, 0.5);
    const strong = mark(3, 5, 1, 0.9);
    expect(show('abcdefgh', weak, strong)).toBe('[abc:0][de:1][fgh:0]');
    expect(show('abcdefgh', strong, weak)).toBe('[abc:0][de:1][fgh:0]');
  });

  it('shows the first of overlapping marks that are equally strong', () => {
    expect(show('abcd', mark(0, 3, 0), mark(1, 4, 1))).toBe('[abc:0][d:1]');
  });

  it('clips marks to the excerpt', () => {
    expect(show('abcd', mark(-5, 2, 0), mark(3, 99, 1))).toBe('[ab:0]c[d:1]');
    expect(show('abcd', mark(-9, -2), mark(7, 12))).toBe('abcd');
  });

  it('leaves out marks that are empty, reversed or not numbers', () => {
    expect(show('abcd', mark(2, 2), mark(3, 1), mark(Number.NaN, 2), mark(0, Number.POSITIVE_INFINITY))).toBe('abcd');
    expect(show('abcd', mark(0, 2, 0, Number.NaN))).toBe('abcd');
  });

  it('never loses or invents a character', () => {
    const anyMark = fc.record({
      start: fc.integer({ min: -5, max: 40 }),
      end: fc.integer({ min: -5, max: 40 }),
      queryWord: fc.nat(3),
      strength: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.array(anyMark, { maxLength: 8 }), (excerpt, marks) => {
        const segments = segmentExcerpt(excerpt, marks);
        expect(segments.map(({ text }) => text).join('')).toBe(excerpt);
        expect(segments.every(({ text }) => text.length > 0)).toBe(true);
      }),
      { seed: 11 },
    );
  });
});

describe('markLevel', () => {
  it('grows with strength', () => {
    expect([0, 0.59, 0.6, 0.8, 0.92, 1].map(markLevel)).toEqual([1, 1, 2, 3, 4, 4]);
  });
});
