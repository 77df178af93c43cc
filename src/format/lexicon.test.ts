import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areForms, dottedNumbers, formPrefix, lexicalWords } from './lexical-words.ts';
import { chunkOf, lexiconKey, type Postings, readLexiconChunk, writeLexicon } from './lexicon.ts';

/** What all chunks of a lexicon hold. */
function contents(texts: string[]): Map<string, Postings> {
  const chunks = [...writeLexicon(texts)];
  return new Map(chunks.flatMap(({ content }) => [...readLexiconChunk(content, texts.length)]));
}

describe('lexicalWords', () => {
  const keys = (text: string) => lexicalWords(text).map(({ key }) => key);

  it('cuts at everything but letters, digits and underscores', () => {
    expect(keys('Set work_mem to 64MB; see fs.mkdtempSync()')).toEqual([
      'set',
      'work_mem',
      'to',
      '64mb',
      'see',
      'fs',
      'mkdtempsync',
    ]);
    expect(keys('v1.2.3-rc1 don’t')).toEqual(['v1', '2', '3', 'rc1', 'don', 't']);
  });

  it('gives each character of a script without spaces, and folds widths and case', () => {
    expect(keys('日本語 ok')).toEqual(['日', '本', '語', 'ok']);
    expect(keys('ＡＢＣ Straße Ñandú')).toEqual(['abc', 'straße', 'ñandú']);
  });

  it('takes half-width katakana for full-width, sound marks with what they follow', () => {
    expect(keys('ｶﾞｲﾄﾞ')).toEqual(keys('ガイド'));
    expect(keys('ﾊﾟｰｿﾅﾙ ｻｰﾊﾞｰ')).toEqual(keys('パーソナル サーバー'));
    expect(keys('カ\u3099イト\u3099')).toEqual(keys('ガイド'));
  });

  it('gives offsets in the text', () => {
    const text = '« Größe: 日本 ｶﾞｲ»';
    expect(lexicalWords(text).map(({ start, end }) => text.slice(start, end))).toEqual(['Größe', '日', '本', 'ｶﾞ', 'ｲ']);
  });
});

describe('areForms', () => {
  it('takes words that begin alike and go on a little for forms of one', () => {
    for (const [a, b] of [
      'thick thicker',
      'rope ropes',
      'tie ties',
      'tighten tightening',
      'schreiben schreibt',
      'über überm',
    ].map((pair) => pair.split(' '))) {
      expect(areForms(a, b), `${a} ${b}`).toBe(true);
      expect(areForms(b, a)).toBe(true);
      expect(b.startsWith(formPrefix(a)!), `${a} ${b}`).toBe(true);
      expect(a.startsWith(formPrefix(b)!)).toBe(true);
    }
  });

  it('leaves others alone, and numbers, names with digits and short words', () => {
    for (const [a, b] of [
      'thick thickness',
      'rope road',
      'connect container',
      'utf8 utf16',
      'as ass',
      '日 日本',
      '12345 12346',
    ].map((pair) => pair.split(' ')))
      expect(areForms(a, b), `${a} ${b}`).toBe(false);
    expect(formPrefix('utf8')).toBeUndefined();
    expect(formPrefix('as')).toBeUndefined();
  });
});

describe('lexicon', () => {
  it('finds the passages of every word of any texts', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 40 }), (texts) => {
        const expected = new Map<string, number[]>();
        texts.forEach((text, id) => {
          for (const key of new Set(
            [...lexicalWords(text).map((word) => word.key), ...dottedNumbers(text)].map(lexiconKey),
          )) {
            expected.set(key, [...(expected.get(key) ?? []), id]);
          }
        });
        const found = contents(texts);
        expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [key, ids] of expected) expect([...(found.get(key) as Uint32Array)]).toEqual(ids);
      }),
    );
  });

  it('has numbers with dots whole, beside their parts', () => {
    const found = contents(['Needs v9.6.24 or 10. See 3.', 'Needs 9.6, not 24.']);
    expect(found.get('9.6.24')).toEqual(Uint32Array.of(0));
    expect(found.get('9.6')).toEqual(Uint32Array.of(1));
    expect(found.get('24')).toEqual(Uint32Array.of(0, 1));
    expect(found.has('3.')).toBe(false);
  });

  it('cuts chunks whose first words find theirs', () => {
    const texts = Array.from({ length: 9000 }, (_, id) => `w${id * 7919} shared${id % 40} every`);
    const chunks = [...writeLexicon(texts)];
    expect(chunks.length).toBeGreaterThan(2);
    const firsts = chunks.map(({ first }) => first);
    const lookUp = (word: string) => readLexiconChunk(chunks[chunkOf(firsts, word)].content, 9000).get(word);
    expect(lookUp('w7919')).toEqual(Uint32Array.of(1));
    expect(lookUp('shared3')).toHaveLength(225);
    expect(lookUp('every')).toBe('common');
    expect(chunks.flatMap(({ common }) => common)).toEqual(['every']);
    expect(chunks[chunkOf(firsts, 'every')].common).toEqual(['every']);
    expect(lookUp('w79191')).toBeUndefined();
    expect(chunkOf(firsts, '!')).toBe(-1);
    for (const { content } of chunks) expect(content.length).toBeLessThanOrEqual(16 * 1024);
  });

  it('cuts long words at a whole character', () => {
    const long = 'é'.repeat(50);
    expect(lexiconKey(long)).toBe('é'.repeat(32));
    expect(lexiconKey(`a${long}`)).toBe(`a${'é'.repeat(31)}`);
    expect(contents([long]).get(lexiconKey(long))).toEqual(Uint32Array.of(0));
  });

  it('refuses words that are not ascending, twice the same word, and bytes after the last word', () => {
    const [{ content }] = writeLexicon(['alpha beta']);
    const [alpha, beta] = ['alpha', 'beta'].map((word) => [...new TextEncoder().encode(word)]);
    /** A chunk of words that share nothing with the one before, each in passage 0. */
    const chunkOfWords = (...words: number[][]) => {
      const header = content.slice(0, 16);
      header[12] = words.length;
      return Uint8Array.from([...header, ...words.flatMap((word) => [0, word.length, ...word, 1, 0])]);
    };
    expect([...readLexiconChunk(chunkOfWords(alpha, beta), 1).keys()]).toEqual(['alpha', 'beta']);
    for (const words of [
      [beta, alpha],
      [alpha, alpha],
    ])
      expect(() => readLexiconChunk(chunkOfWords(...words), 1)).toThrow(/expected ascending words/);
    const longer = Uint8Array.from([...content, 0]);
    expect(() => readLexiconChunk(longer, 1)).toThrow(`expected ${content.length} bytes, got ${longer.length}`);
  });

  it('refuses more passages of a word than there are, and words of more than 64 bytes', () => {
    const [{ content }] = writeLexicon(['word']);
    const chunk = (letters: number, ...ids: number[]) => {
      const word = new Array(letters).fill(0x61);
      return Uint8Array.from([...content.subarray(0, 12), 1, 0, 0, 0, 0, letters, ...word, ids.length, ...ids]);
    };
    expect(readLexiconChunk(chunk(64, 0, 0), 2)).toEqual(new Map([['a'.repeat(64), Uint32Array.of(0, 1)]]));
    expect(() => readLexiconChunk(chunk(64, 0, 0, 0), 2)).toThrow('at most 2 passages of a word, got 3');
    expect(() => readLexiconChunk(chunk(65, 0), 2)).toThrow('expected words that fit');
  });

  it('reads numbers of up to 32 bits, in at most five bytes', () => {
    const [{ content }] = writeLexicon(['word']);
    /** A chunk whose first word says of its first number that it is these bytes. */
    const chunk = (...number: number[]) => Uint8Array.of(...content.subarray(0, 12), 1, 0, 0, 0, ...number, 0, 0);
    for (const [number, message] of [
      [[0xff, 0xff, 0xff, 0xff, 0x0f], 'words that fit'],
      [[0x80, 0x80, 0x80, 0x80, 0x10], 'a number of at most 32 bits'],
      [[0xff, 0xff, 0xff, 0xff, 0x7f], 'a number of at most 32 bits'],
      [[0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 'a number of at most 32 bits'],
    ] as const)
      expect(() => readLexiconChunk(chunk(...number), 3), String(number)).toThrow(`expected ${message}`);
  });

  it('refuses every damaged byte that it cannot read, and never ids beyond the index', () => {
    const [{ content }] = writeLexicon(['alpha beta gamma', 'beta delta', 'gamma']);
    for (let at = 0; at < content.length; at++) {
      for (const value of [0, 1, 127, 128, 255]) {
        const damaged = content.slice();
        damaged[at] = value;
        let found: Map<string, Postings>;
        try {
          found = readLexiconChunk(damaged, 3);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-fragment' });
          continue;
        }
        for (const ids of found.values()) if (ids !== 'common') expect(ids.every((id) => id < 3)).toBe(true);
      }
    }
    for (let length = 0; length < content.length; length++) {
      expect(() => readLexiconChunk(content.subarray(0, length), 3)).toThrow(/lexicon/);
    }
  });
});
