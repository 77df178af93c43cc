import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textDirective } from './text-fragment.ts';

describe('textDirective', () => {
  it('takes the whole of a short line', () => {
    expect(textDirective('Close the server first.')).toBe('text=Close%20the%20server%20first');
  });

  it('takes the first and the last words of a long one, without the punctuation around them', () => {
    const line = '“Close the server first, then wait for what is under way, and end the process (at last).”';
    expect(textDirective(line)).toBe('text=Close%20the%20server%20first,the%20process%20(at%20last');
  });

  it('cuts each end from one line, and leaves out labels and the marks of a cut', () => {
    const excerpt = '… Note\nClose the server first of all.\nexit\nThen end the process at last …';
    expect(textDirective(excerpt)).toBe('text=Close%20the%20server%20first,the%20process%20at%20last');
  });

  it('takes one cell of a row of a table, whose names are not on the page as they are written here', () => {
    const row = 'Code: UND_ERR_ABORTED; Description: the request has been aborted by the user for good reasons.';
    expect(textDirective(row)).toBe('text=the%20request%20has%20been,user%20for%20good%20reasons');
  });

  it('begins with the words up to the strongest mark, which tell a section from others that begin alike', () => {
    const excerpt =
      'Type: boolean\nWhether the tool is where the server listens. It can be set in a file, and applies to all builds.';
    const mark = (word: string, strength: number) => {
      const start = excerpt.indexOf(word);
      return { start, end: start + word.length, strength };
    };
    const marks = [mark('boolean', 0.5), mark('listens', 1), mark('set', 1)];
    expect(textDirective(excerpt, marks)).toBe('text=where%20the%20server%20listens,applies%20to%20all%20builds');
    expect(textDirective(excerpt, [mark('Whether', 1)])).toBe(
      'text=Whether%20the%20tool%20is,applies%20to%20all%20builds',
    );
    expect(textDirective(excerpt, [mark('applies', 1)])).toBe('text=a%20file%2C%20and%20applies%20to%20all%20builds');
  });

  it('takes the cell of a row that has the strongest mark', () => {
    const row =
      'Option: hash_mem_multiplier; Description: how much memory a hash may take, as a multiple of another setting.';
    const start = row.indexOf('hash_mem');
    const marks = [{ start, end: start + 'hash_mem_multiplier'.length, strength: 1 }];
    expect(textDirective(row, marks)).toBe('text=hash_mem_multiplier');
  });

  it('encodes what has a meaning in a directive', () => {
    expect(textDirective('a-b, c&d and e=f')).toBe('text=a%2Db%2C%20c%26d%20and%20e%3Df');
  });

  it('finds words in text without spaces', () => {
    const directive = textDirective('サーバーを閉じてから進行中の処理が終わるのを待ちます。');
    expect(directive).toMatch(/^text=[^,]+,[^,]+$/);
    const [start, end] = directive.slice(5).split(',').map(decodeURIComponent);
    expect('サーバーを閉じてから進行中の処理が終わるのを待ちます。'.startsWith(start)).toBe(true);
    expect('サーバーを閉じてから進行中の処理が終わるのを待ちます'.endsWith(end)).toBe(true);
  });

  it('is empty for text without words', () => {
    expect(['', '…', '\n\n', '--- *** --- ***', 'too short'].map((excerpt) => textDirective(excerpt))).toEqual([
      '',
      '',
      '',
      '',
      '',
    ]);
  });

  it('always is one that can be decoded to text of the excerpt', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', ' ', '-', ',', '&', '\n', '…', '字', '\ud800', '%', '#'),
      maxLength: 80,
    });
    fc.assert(
      fc.property(text, (excerpt) => {
        const directive = textDirective(excerpt);
        if (!directive) return;
        expect(directive).toMatch(/^text=[^,&#-]+(,[^,&#-]+)?$/);
        for (const part of directive.slice(5).split(','))
          expect(excerpt.replace(/\p{Surrogate}/gu, '')).toContain(decodeURIComponent(part));
      }),
      { seed: 5 },
    );
  });
});
