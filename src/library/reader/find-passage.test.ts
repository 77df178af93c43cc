import { afterEach, describe, expect, test, vi } from 'vitest';
import { findPassage } from './find-passage.ts';
import { FoldedText, fold } from './folded-text.ts';

function folded(...parts: string[]): FoldedText {
  const text = new FoldedText();
  for (const part of parts) text.append(part);
  return text;
}

async function found(text: string, passage: string, nearby = 0): Promise<string | undefined> {
  const place = await findPassage(folded(text), passage, nearby);
  return place && text.slice(place.start, place.end);
}

afterEach(() => vi.restoreAllMocks());

describe('a folded text', () => {
  test('has letters and digits alone, in lower case', () => expect(fold('It’s  R2-D2!\n')).toBe('itsr2d2'));
  test('has no hyphens, soft ones included', () => expect(fold('exam-\nple co\u00ADop')).toBe('examplecoop'));
  test('has ligatures as letters', () => expect(fold('ﬁrst oﬃce')).toBe('firstoffice'));
  test('has no accents, however they were written', () => expect(fold('caf\u00e9')).toBe(fold('cafe\u0301')));
  test('keeps letters of every script', () => expect(fold('漢字、ไทย и 𝐀')).toBe('漢字ไทยиa'));
  test('knows where each letter came from, over several parts', () => {
    const text = folded('a ﬃ', '  bc');
    expect(text.letters).toBe('affibc');
    expect(text.range(1, 4)).toEqual({ start: 2, end: 3 });
    expect(text.range(4, 6)).toEqual({ start: 5, end: 7 });
    expect([0, 1, 3, 6, 99].map((offset) => text.lettersBefore(offset))).toEqual([0, 1, 4, 5, 6]);
  });
  test('grows with the letters appended, asked in between', () => {
    const text = folded('one');
    expect(text.letters).toBe('one');
    text.append('two'.repeat(1000));
    expect(text.letters.length).toBe(3003);
    expect(text.range(3000, 3003)).toEqual({ start: 3000, end: 3003 });
  });
});

describe('a passage', () => {
  const passage = 'The lighthouse keeper writes down each passing ship, its flag and its heading, until the morning.';

  test('is found whatever its white space', async () => {
    expect(await found(`Before. ${passage.replaceAll(' ', '\n   ')} After.`, passage)).toContain(
      'lighthouse\n   keeper',
    );
  });
  test('is found hyphenated', async () => {
    expect(await found(`x ${passage.replace('lighthouse', 'light-\nhouse')} y`, passage)).toMatch(
      /^The light-\nhouse.*morning$/s,
    );
  });
  test('is whole only when nothing is missing', async () => {
    expect(await findPassage(folded(passage), passage)).toMatchObject({ isWhole: true });
    expect(await findPassage(folded(passage.replace('flag', 'colours')), passage)).toMatchObject({ isWhole: false });
  });
  test('is found with a page footer in its midst', async () => {
    const text = `Title ${passage.replace('ship,', 'ship, 12 Harbour Handbook 2026')} And more.`;
    expect(await found(text, passage)).toMatch(/^The lighthouse.*Handbook.*morning$/s);
  });
  test('is found by its longest run when most of it is elsewhere', async () => {
    expect(await found('a b c writes down each passing ship its flag d e f', passage)).toBe(
      'writes down each passing ship its flag',
    );
  });
  test('is not found by a few common words', async () => {
    expect(await found('The lighthouse stood there, and its heading was lost.', passage)).toBeUndefined();
  });
  test('that repeats is the first from where it is expected', async () => {
    const text = `${passage} ${passage}`;
    expect(await findPassage(folded(text), passage, 10)).toMatchObject({ start: passage.length + 1 });
  });
  test('before its anchor is found all the same', async () => {
    expect(await findPassage(folded(`${passage} tail`), passage, passage.length)).toMatchObject({ start: 0 });
  });
  test('shorter than a seed must be there whole', async () => {
    expect(await found('say hello world', 'Hello, world')).toBe('hello world');
    expect(await found('say hello word', 'Hello, world')).toBeUndefined();
  });
  test('without letters is not found', async () => expect(await found('{ } ...', '{ }')).toBeUndefined());
  test('that is nowhere costs a pass over the text for every eight letters, and the page draws between any few', async () => {
    const text = folded('lorem ipsum dolor sit amet consectetur '.repeat(100));
    const absent = passage.repeat(20);
    const pass = vi.spyOn(String.prototype, 'indexOf');
    const passes = () => pass.mock.contexts.filter((searched) => searched === text.letters).length;
    const passMs = 5;
    vi.spyOn(performance, 'now').mockImplementation(() => passes() * passMs);
    const drawnAfter: number[] = [];
    const { setTimeout: inTime } = globalThis;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((...task) => {
      drawnAfter.push(passes());
      return inTime(...task);
    });
    expect(await findPassage(text, absent)).toBeUndefined();
    const between = [...drawnAfter, passes()].map((count, turn) => count - (drawnAfter[turn - 1] ?? 0));
    expect(Math.max(...between) * passMs).toBeLessThanOrEqual(20);
    expect(passes()).toBeLessThanOrEqual(fold(absent).length / 8 + 1);
  });
});
