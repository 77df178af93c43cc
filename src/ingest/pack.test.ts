// Sections to passages: nothing lost, nothing too long, nothing cut where it need not be.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packSections } from './pack.ts';
import type { Block, Section } from './parsed-page.ts';
import { splitSentences } from './sentences.ts';

const countWords = (text: string) => text.match(/\S+/g)?.length ?? 0;
// Counts more for the whole than for its parts, as a tokenizer may.
const countLetters = (text: string) => Math.ceil(text.length / 3);

function section(headings: string[], blocks: (string | Block)[], level = headings.length): Section {
  const anchor = headings.at(-1)?.toLowerCase();
  const made = blocks.map((block): Block => (typeof block === 'string' ? { kind: 'prose', text: block } : block));
  return { headings, level, anchor, blocks: made, onlyContents: false };
}

const words = (count: number, word = 'word') => Array.from({ length: count }, (_, i) => `${word}${i}`).join(' ');
const sentence = (count: number, name = 'w') => `The ${words(count - 1, name)}.`;
const pack = (sections: Section[], options = {}) =>
  packSections(sections, { countTokens: countWords, maxTokens: 60, targetTokens: 40, tinyTokens: 5, ...options });

describe('packing', () => {
  it('puts small blocks of one section together', () => {
    expect(pack([section(['A'], [words(10), words(10), words(10)])])).toMatchObject([{ headings: ['A'], anchor: 'a' }]);
  });

  it('makes passages of about equal length, with no leftover', () => {
    const counts = pack([
      section(
        ['A'],
        Array.from({ length: 9 }, () => words(10)),
      ),
    ]).map(({ text }) => countWords(text));
    expect(counts).toHaveLength(2);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(10);
  });

  it('keeps a block whole when it fits, though it is over the target', () => {
    expect(pack([section(['A'], [words(55)])])).toHaveLength(1);
  });

  it('keeps a line that announces the next block with it', () => {
    const announcement: Block = { kind: 'prose', text: 'For example, a lantern that turns by itself:', leadsOn: true };
    const passages = pack([section(['A'], [words(30), announcement, { kind: 'code', text: words(38, 'code') }])]);
    expect(passages.map(({ text }) => text.split('\n')[0])).toEqual([words(30), announcement.text]);
  });

  it('repeats nothing where a passage begins with a new paragraph, though both are long', () => {
    const long = (name: string) => Array.from({ length: 8 }, (_, i) => sentence(10, `${name}${i}x`)).join(' ');
    const passages = pack([section(['A'], [long('p'), long('q')])]);
    expect(passages.map(({ text }) => text.slice(4, 7))).toEqual(['p0x', 'p3x', 'q0x', 'q3x']);
  });

  it('cuts a long paragraph between sentences and repeats one of them', () => {
    const sentences = Array.from({ length: 10 }, (_, i) => sentence(9, `s${i}x`));
    const passages = pack([section(['A'], [sentences.join(' ')])]);
    expect(passages.length).toBeGreaterThan(1);
    passages.forEach(({ text }, i) => {
      const parts = splitSentences(text, 'en').map((part) => part.trim());
      expect(sentences).toEqual(expect.arrayContaining(parts));
      if (i > 0)
        expect(parts[0]).toBe(
          splitSentences(passages[i - 1].text, 'en')
            .at(-1)
            ?.trim(),
        );
    });
  });

  it('repeats nothing between paragraphs, nor a sentence that is a large part of a passage', () => {
    const paragraphs = pack([
      section(
        ['A'],
        Array.from({ length: 9 }, (_, i) => sentence(12, `p${i}x`)),
      ),
    ]);
    expect(countWords(paragraphs.map(({ text }) => text).join(' '))).toBe(9 * 12);
    const long = pack([section(['A'], [Array.from({ length: 6 }, (_, i) => sentence(25, `s${i}x`)).join(' ')])]);
    expect(countWords(long.map(({ text }) => text).join(' '))).toBe(6 * 25);
  });

  it('cuts a sentence that is too long by itself at its commas, and one without commas at words', () => {
    const clauses = Array.from({ length: 8 }, (_, i) => words(15, `c${i}x`)).join(', ');
    for (const { text } of pack([section(['A'], [`${clauses}.`])])) expect(text).toMatch(/[,.]$/);
    for (const { text } of pack([section(['A'], [words(200)])])) expect(text).toMatch(/^word\d+( word\d+)*$/);
  });

  it('cuts code at line ends and keeps the indentation of lines', () => {
    const code = Array.from({ length: 40 }, (_, i) => `${i % 2 ? '  ' : ''}line ${i} of code`).join('\n');
    const passages = pack([section(['A'], [{ kind: 'code', text: code }])]);
    expect(passages.length).toBeGreaterThan(1);
    expect(passages.map(({ text }) => text).join('\n')).toBe(code);
  });

  it('cuts Japanese and Chinese, which have no spaces, between sentences', () => {
    const text = 'これは灯台です。港の入口に立っています。夜になると光ります。'.repeat(5);
    for (const passage of pack([section(['A'], [text])], { countTokens: (part: string) => part.length, lang: 'ja' })) {
      expect(passage.text).toMatch(/。$/);
    }
  });
});

describe('sections', () => {
  it('are not mixed, whatever their level, when each says something', () => {
    const passages = pack([
      section(['A'], [words(8)]),
      section(['A', 'B'], [words(8)]),
      section(['A', 'B', 'C'], [words(8)]),
    ]);
    expect(passages.map(({ anchor }) => anchor)).toEqual(['a', 'b', 'c']);
  });

  it('join when both are tiny, with their headings in the text and the path they share', () => {
    const passages = pack([
      section(['A', 'B', 'C'], ['Returns: void']),
      section(['A', 'B', 'D'], ['Returns: string']),
      section(['A', 'B', 'E'], [words(12)]),
    ]);
    expect(passages).toMatchObject([
      { headings: ['A', 'B'], anchor: 'c', text: 'C\nReturns: void\nD\nReturns: string' },
      { headings: ['A', 'B', 'E'], anchor: 'e' },
    ]);
  });

  it('join their first subsection from h3 down when they are tiny', () => {
    const tiny = (headings: string[]) => section(headings, ['See here.']);
    expect(pack([tiny(['A', 'B']), section(['A', 'B', 'C'], [words(12)])])).toHaveLength(1);
    expect(pack([tiny(['A']), section(['A', 'B'], [words(12)])])).toHaveLength(2);
  });

  it('across chapters join two tiny ones, not a row of them', () => {
    const tiny = Array.from({ length: 6 }, (_, i) => section(['A', `B${i}`], ['See here.']));
    expect(pack(tiny)).toHaveLength(3);
  });

  it('without text are passages only when the heading says something, or there is nothing else', () => {
    const passages = pack([
      section(['A'], []),
      section(['A', 'Is there a free plan?'], []),
      section(['A', 'Fixed'], []),
      { ...section(['A', 'A list of what is here'], []), onlyContents: true },
      section(['A', 'B'], [words(12)]),
    ]);
    expect(passages.map(({ text }) => text)).toEqual(['Is there a free plan?', words(12)]);
    expect(pack([section(['Only'], [])])).toMatchObject([{ text: 'Only', headings: ['Only'] }]);
  });

  it('point at the nearest anchor inside them, and start again at terms that have one', () => {
    const term = (name: string): Block => ({
      kind: 'prose',
      text: `${name}()`,
      anchor: name,
      startsEntry: true,
      leadsOn: true,
    });
    const passages = pack([section(['A'], [words(8), term('open'), words(8), term('close'), words(8)])]);
    expect(passages.map(({ anchor }) => anchor)).toEqual(['a', 'open', 'close']);
  });
});

describe('sentences', () => {
  it('do not end at abbreviations, versions or initials', () => {
    const text = 'Use e.g. Node v1.2 or later. Dr. J. Smith agrees, cf. Fig. 3. Done.';
    expect(splitSentences(text, 'en').map((part) => part.trim())).toEqual([
      'Use e.g. Node v1.2 or later.',
      'Dr. J. Smith agrees, cf. Fig. 3.',
      'Done.',
    ]);
  });

  // To cut all of such a text at once takes Intl.Segmenter minutes.
  it('are the same in a long text as in a short one', { timeout: 60_000 }, () => {
    const text = 'One sentence here. Another one there! '.repeat(60_000);
    expect(splitSentences(text, 'en')).toHaveLength(120_000);
  });

  it('do not need a language that exists', () => {
    expect(splitSentences('A b. C d.', 'not a tag!')).toHaveLength(2);
  });
});

describe('whatever the text', () => {
  const word = fc.oneof(
    fc.stringMatching(/^[a-z]{1,9}[.,;:!?]?$/),
    fc.constantFrom('e.g.', '長い', '🏖️', 'été—', '(x)', '1.5'),
  );
  const text = fc.array(word, { minLength: 1, maxLength: 80 }).map((parts) => parts.join(' '));
  const block = fc.oneof(
    text.map((value): Block => ({ kind: 'prose', text: value })),
    fc.array(text, { minLength: 1, maxLength: 6 }).map((lines): Block => ({ kind: 'code', text: lines.join('\n') })),
    fc.record({
      kind: fc.constantFrom<Block['kind']>('prose', 'row'),
      text,
      leadsOn: fc.boolean(),
      startsEntry: fc.boolean(),
    }),
  );
  const sections = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.array(block, { maxLength: 6 })), { maxLength: 6 })
    .map((list) =>
      list.map(([level, blocks], i) =>
        section(
          Array.from({ length: level }, (_, depth) => (depth === level - 1 ? `H${i}` : `P${depth}`)),
          blocks,
          level,
        ),
      ),
    );
  const sizes = fc.record({
    maxTokens: fc.integer({ min: 8, max: 90 }),
    targetTokens: fc.integer({ min: 4, max: 90 }),
    tinyTokens: fc.integer({ min: 0, max: 30 }),
    countTokens: fc.constantFrom(countWords, countLetters),
  });

  it('no passage is over the limit', () => {
    fc.assert(
      fc.property(sections, sizes, (input, options) => {
        for (const { text } of packSections(input, options))
          expect(options.countTokens(text)).toBeLessThanOrEqual(options.maxTokens);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('no character is lost and the order is kept', () => {
    fc.assert(
      fc.property(sections, sizes, (input, options) => {
        // Every block's text must be found, in order, in what the passages say one after the other. Repeated sentences and
        // headings of joined sections only add to that.
        const all = packSections(input, options)
          .map(({ text }) => text.replace(/\s+/g, ''))
          .join('');
        let at = 0;
        for (const character of input
          .flatMap(({ blocks }) => blocks.map((part) => part.text))
          .join('')
          .replace(/\s+/g, '')) {
          at = all.indexOf(character, at) + 1;
          expect(at).toBeGreaterThan(0);
        }
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('a sentence that fits is never cut', () => {
    const sentences = fc
      .array(fc.integer({ min: 2, max: 12 }), { minLength: 1, maxLength: 60 })
      .map((lengths) => lengths.map((n, i) => sentence(n, `s${i}x`)));
    fc.assert(
      fc.property(sentences, (list) => {
        const parts = pack([section(['A'], [list.join(' ')])]).flatMap(({ text }) =>
          splitSentences(text, 'en').map((part) => part.trim()),
        );
        expect([...new Set(parts)]).toEqual(list);
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});
