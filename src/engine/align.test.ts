import { describe, expect, it } from 'vitest';
import type { Codec } from '../codec/codec.ts';
import { packBlocks } from '../codec/encode-rows.ts';
import { packWords } from '../format/fragment.ts';
import { Aligner, weakenCommonWords } from './align.ts';
import { cutExcerpt, EXCERPT_CHARACTERS } from './excerpt.ts';

/** Eight dimensions in subspaces of 4; code c of a subspace is 100 in dimension c & 3 (codes above 3 repeat). */
const codec: Codec = {
  dim: 8,
  subspaceDim: 4,
  subspaceCount: 2,
  rotation: Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : 0)),
  codewords: Int8Array.from({ length: 2 * 16 * 4 }, (_, i) => ((i >> 2) % 4 === i % 4 ? 100 : 0)),
  codewordScale: 100,
  queryScale: 127,
};
// Rows [0,1], [2,3], [1,1].
const blocks = packBlocks(Uint8Array.of(0, 1, 2, 3, 1, 1), 3, 2);
/** As long as the query scale, up to rounding. */
const query = { codes: Int8Array.from([90, 0, 0, 0, 0, 90, 0, 0, 0, 0, 90, 0, 0, 0, 0, 90]), tokenCount: 2, dim: 8 };

describe('Aligner', () => {
  it('gives each word of the best rows the query word it answers', () => {
    const alignment = {
      words: [
        { start: 0, end: 1 },
        { start: 2, end: 3 },
      ],
      wordOfToken: Int32Array.of(0, 1),
    };
    const matches = new Aligner(codec, query, alignment).matches(blocks, [[0, 3], [1], [2]]);
    expect(matches.map(({ word, queryWord }) => [word, queryWord])).toEqual([
      [0, 0],
      [1, 1],
      [3, 0],
    ]);
    // Rows of length sqrt(2), in the query tokens' own directions.
    for (const { similarity } of matches) expect(similarity).toBeCloseTo(Math.SQRT2, 5);
    // A word that tells less is marked less, but not below half.
    for (const [share, marked] of [
      [0.8, 0.8],
      [0.2, 0.5],
    ]) {
      const weak = { ...query, codes: query.codes.map((value, i) => (i < 8 ? share * value : value)) };
      const found = new Aligner(codec, weak, alignment).matches(blocks, [[0, 3], [1], [2]]);
      expect(found.map(({ word, similarity }) => [word, similarity / Math.SQRT2])).toEqual(
        [
          [0, marked],
          [1, 1],
          [3, marked],
        ].map(([word, similarity]) => [word, expect.closeTo(similarity, 2)]),
      );
    }
    const silent = { ...query, codes: query.codes.map((value, i) => (i < 8 ? 0 : value)) };
    expect(new Aligner(codec, silent, alignment).matches(blocks, [[0, 3], [1], [2]])).toMatchObject([{ word: 1 }]);
  });

  it('gives cosines of every word of the passage and every word of the query, however long a row of the query is', () => {
    const word = { start: 0, end: 1 };
    const alignment = { words: [word, word, word], wordOfToken: Int32Array.of(0, 1) };
    const weak = { ...query, codes: query.codes.map((value, i) => (i < 8 ? value / 4 : value)) };
    for (const codes of [query, weak]) {
      const found = new Aligner(codec, codes, alignment).similarities(blocks, [[0, 3], [1], [2]], 5);
      // Rows [0,1], [2,3], [1,1] against [0,1] and [2,3]; the last word of each has none.
      const expected = [
        [2, 0, 1, 2, 0],
        [0, 2, 0, 0, 0],
        [0, 0, 0, 0, 0],
      ]
        .flat()
        .map((score) => score / Math.SQRT2);
      expect([...found]).toEqual(expected.map((similarity) => expect.closeTo(similarity, 5)));
    }
  });

  it('leaves out what is hardly alike, sooner for a word that tells little', () => {
    const alignment = { words: [{ start: 0, end: 1 }], wordOfToken: Int32Array.of(0) };
    // Cosine of .8 with a row of length 1 in dimension 0: above the least, half of it below.
    const row = packBlocks(Uint8Array.of(0, 4), 1, 2);
    const codes = Int8Array.from([101, 76, 0, 0, 0, 0, 0, 0]);
    const flat = { ...codec, codewords: codec.codewords.map((value, i) => (i < 64 ? value : 0)) };
    const found = (share: number) =>
      new Aligner(flat, { codes: codes.map((value) => share * value), tokenCount: 1, dim: 8 }, alignment).matches(row, [
        [0],
      ]);
    expect(found(1)).toHaveLength(1);
    expect(found(0.5)).toHaveLength(0);
  });

  it('leaves out tokens without a word, and a passage without rows', () => {
    const alignment = { words: [], wordOfToken: Int32Array.of(-1, -1) };
    expect(new Aligner(codec, query, alignment).matches(blocks, [[0], [1], [2]])).toEqual([]);
    expect(new Aligner(codec, query, alignment).matches(blocks, [])).toEqual([]);
  });
});

describe('weakenCommonWords', () => {
  const words = (...text: string[]) => ({ words: text });

  it('weakens a query word that matches a little of everything, and no other', () => {
    const everywhere = Array.from({ length: 12 }, (_, word) => ({ word, queryWord: 0, similarity: 0.8 }));
    const hit = { matches: [...everywhere, { word: 12, queryWord: 1, similarity: 0.8 }], ...words(...'abcdefghijklm') };
    const [matches] = weakenCommonWords([hit]);
    expect(matches[0].similarity).toBeCloseTo(0.4);
    expect(matches[12].similarity).toBe(0.8);
  });

  it('weakens a word of the passages that stands in many places and matches in few, whatever its case', () => {
    const [first, second] = weakenCommonWords([
      {
        matches: [1, 2].map((word) => ({ word, queryWord: 0, similarity: 0.8 })),
        ...words('The', 'the', 'planner', 'the'),
      },
      { matches: [{ word: 0, queryWord: 0, similarity: 0.8 }], ...words('Planner', 'the') },
    ]);
    expect(first.map(({ similarity }) => similarity)).toEqual([0.4, 0.8]); // one of four places is half the share that tells
    expect(second[0].similarity).toBe(0.8);
  });
});

describe('cutExcerpt', () => {
  const sentence = 'Nothing of note stands in this sentence at all. ';
  const text = `${sentence.repeat(10)}Set the timeout here. ${sentence.repeat(10)}`;
  const at = text.indexOf('timeout');
  const words = packWords([{ start: at, end: at + 7 }]);

  it('shows the sentence around the strongest mark, with offsets that fit', () => {
    const { excerpt, marks } = cutExcerpt(text, words, [{ word: 0, queryWord: 2, similarity: 0.9 }], 0.9);
    expect(excerpt).toMatch(/^… .*Set the timeout here\./s);
    expect(excerpt.length).toBeLessThan(EXCERPT_CHARACTERS + 200);
    expect(excerpt.slice(marks[0].start, marks[0].end)).toBe('timeout');
    expect(marks[0]).toMatchObject({ queryWord: 2, strength: 1 });
  });

  it('shows what was found letter by letter, not what is only like it, and marks it more', () => {
    const codes = Array.from({ length: 40 }, (_, i) => `E${1000 + i} ends the run for reason number ${i}.`);
    const list = codes.join(' ');
    const span = (word: string) => ({ start: list.indexOf(word), end: list.indexOf(word) + word.length });
    const spans = codes.map((line) => span(line.slice(0, 5)));
    const likes = spans.map((_, word) => ({ word, queryWord: 0, similarity: 0.9 }));
    const exact = { ...span('E1034'), queryWord: 0, strength: 1 };
    const { excerpt, marks } = cutExcerpt(list, packWords(spans), likes, 0.9, [exact]);
    const strengths = new Map(marks.map(({ start, end, strength }) => [excerpt.slice(start, end), strength]));
    expect(strengths.get('E1034')).toBe(1);
    expect(strengths.get('E1035')).toBe(0.5);
  });

  /** The excerpt of a text whose only answers are these words. */
  const excerptOf = (of: string, ...answers: string[]) => {
    const spans = answers.map((word) => ({ start: of.indexOf(word), end: of.indexOf(word) + word.length }));
    const matches = spans.map((_, word) => ({ word, queryWord: word, similarity: 0.9 - word / 10 }));
    return cutExcerpt(of, packWords(spans), matches, 0.9).excerpt;
  };

  it('begins a row of a table with its first cell, and keeps the strongest answer in it', () => {
    const row = (name: string, what: string) => `Error: ${name}; Codes: ${name.repeat(6)}; Description: ${what}`;
    const rows = [
      row('First', 'nothing.'),
      row('BodyTimeout', `the socket is closed${' at once'.repeat(30)} on time.`),
    ];
    const table = [...rows, ...rows].join('\n');
    expect(excerptOf(table, 'closed')).toMatch(/^… Error: BodyTimeout; Codes: .* the socket is closed at once/);
    expect(excerptOf(table, 'closed', 'on time')).not.toContain('on time');
    // Too far back: the cell.
    const wide = [rows[0], row('BodyTimeout'.repeat(3), 'the socket is closed.'), row('Last', 'end. '.repeat(60))];
    expect(excerptOf(wide.join('\n'), 'closed')).toMatch(/^… Description: the socket is closed\./);
  });

  it('begins with a part of a sentence that begins too far back, and with a word where it has no parts', () => {
    const far =
      'It goes on for long before anything is said that would answer what was asked for here, as sentences do, ';
    const more = ' and so on'.repeat(40);
    expect(excerptOf(`${far}when it waits: the timeout ends it${more}`, 'timeout')).toMatch(/^… the timeout/);
    expect(excerptOf(`${far}when it waits and a timeout ends it${more}`, 'timeout')).toMatch(
      /^… as sentences do, when/,
    );
    expect(excerptOf(`${'with no end '.repeat(12)}a timeout ends it${more}`, 'timeout')).toMatch(/^… (with|no|end) /);
    const japanese = `${'これは長い文です'.repeat(12)}。待つ時間が過ぎると終わります。${'これは長い文です'.repeat(60)}`;
    expect(excerptOf(japanese, '時間')).toMatch(/^… 待つ時間が/);
  });

  it('keeps the marks it was chosen for when the sentence begins earlier', () => {
    const filler = 'and so on without an end '.repeat(20);
    const line = `${filler}. It begins some fifty characters before the first word alpha ${'beside many others '.repeat(14)}omega and ${filler}`;
    const span = (word: string) => ({ start: line.indexOf(word), end: line.indexOf(word) + word.length });
    const spans = [span('alpha'), span('omega')];
    const matches = spans.map((_, word) => ({ word, queryWord: word, similarity: 0.9 }));
    const { excerpt, marks } = cutExcerpt(line, packWords(spans), matches, 0.9);
    expect(marks.map(({ start, end }) => excerpt.slice(start, end))).toEqual(['alpha', 'omega']);
    expect(excerpt.startsWith('… It begins')).toBe(true);
  });

  // Minutes where every mark is held against every other.
  it('of a passage of tens of thousands of words that all answer is cut at once, around the strongest', {
    timeout: 30_000,
  }, () => {
    const count = 40_000;
    const many = 'a '.repeat(count);
    const spans = Array.from({ length: count }, (_, i) => ({ start: 2 * i, end: 2 * i + 1 }));
    const matches = spans.map((_, word) => ({ word, queryWord: word % 8, similarity: word === 30_000 ? 0.9 : 0.3 }));
    const exact = spans.map((span) => ({ ...span, queryWord: 9, strength: 1 }));
    const { excerpt, marks } = cutExcerpt(many, packWords(spans), matches, 0.9);
    expect(marks.map(({ strength }) => strength)).toContain(1);
    expect(excerpt.length).toBeLessThan(EXCERPT_CHARACTERS + 200);
    cutExcerpt(many, packWords(spans), matches, 0.9, exact);
    // All of them at one place, as a made-up word map can have them.
    cutExcerpt(many, new Array(2 * count).fill(0), matches, 0.9);
  });

  it.each([
    ['of two code units', '😀'],
    ['with its marks', 'g\u0308\u0327'],
    ['with marks beyond the first plane', '𝄆\u{1D165}'],
  ])('ends with a whole character %s where no space is near', (_, character) => {
    // Whichever of its code units the cut falls on.
    for (let lead = 0; lead < character.length; lead++) {
      const long = 'a'.repeat(lead) + character.repeat(400);
      const shown = cutExcerpt(long, [], [], 0).excerpt.replace(/ …$/, '');
      expect(shown.slice(lead).split(character).join('')).toBe('');
      expect(shown.length).toBeLessThan(EXCERPT_CHARACTERS + character.length);
    }
    const marksAlone = `a${'\u0308'.repeat(5000)}`;
    expect(cutExcerpt(marksAlone, [], [], 0).excerpt.length).toBeLessThan(EXCERPT_CHARACTERS + 200);
  });

  it('shows a short text whole and survives one without words', () => {
    expect(cutExcerpt('Short.', [], [], 0)).toEqual({ excerpt: 'Short.', marks: [] });
    expect(cutExcerpt('', [], [], 0)).toEqual({ excerpt: '', marks: [] });
  });
});
