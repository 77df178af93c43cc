// TOML as front matter has it. Python's tomllib reads the same from these, but that it has types for numbers and dates, and lists of `[[m]]`.

import { describe, expect, it } from 'vitest';
import { readToml, TomlError } from './toml.ts';

describe('TOML', () => {
  it.each([
    [`a = "b"`, { a: 'b' }],
    [`"quoted key" = 1\n'other' = 2\n3-_ = 3`, { 'quoted key': '1', other: '2', '3-_': '3' }],
    [`a = true # c\nb=false`, { a: true, b: false }],
    [`a = "true"`, { a: 'true' }],
    [`a = "C:\\\\x \\"y\\" \\u00E9\\U0001F600\\t#"`, { a: 'C:\\x "y" é😀\t#' }],
    [`a = 'C:\\x "y" #'`, { a: 'C:\\x "y" #' }],
    [`a = """\nRoses\nare "red" \\\n   \n  and blue"""`, { a: 'Roses\nare "red" and blue' }],
    [`a = """"To be""""`, { a: '"To be"' }],
    [`a = '''\nno \\n\n'it''''\nb = ''`, { a: "no \\n\n'it'", b: '' }],
    [
      'a = 1979-05-27 07:32:00Z\nb = 1979-05-27\nc = 07:32:00\nd = -1_000.5e+3',
      { a: '1979-05-27 07:32:00Z', b: '1979-05-27', c: '07:32:00', d: '-1_000.5e+3' },
    ],
    [`a = [ "x", # one\n  'y',\n\n ["z", 1], ]\nb = []`, { a: ['x', 'y', ['z', '1']], b: [] }],
    [`a = { b = 1, c.d = "e" }`, { a: { b: '1', c: { d: 'e' } } }],
    [`a.b = 1\na . c = 2\n[x.y]\nz = 3\n[ x ]\nw = 4`, { a: { b: '1', c: '2' }, x: { y: { z: '3' }, w: '4' } }],
    [`[[m]]\nn = 1\n[[m]]\no = 2`, { m: { o: '2' } }],
    ['', {}],
    ['# only\n\n  # comments', {}],
  ])('%j is read', (text, values) => {
    expect(readToml(text)).toEqual(values);
  });

  it('in a string is text, not lines', () => {
    expect(readToml(`a = """\ndraft = true\n[b]\n"""\nc = 1`)).toEqual({ a: 'draft = true\n[b]\n', c: '1' });
  });

  it.each([
    ['a', 1, '='],
    ['a = 1\nb = ', 2, 'a value'],
    ['a = 1 b = 2', 1, 'the end of the line'],
    ['a = "open\nb = 1', 1, 'a closing "'],
    ['a = """open\n\n', 1, 'a closing """'],
    ['a = [1\nb = 2]', 2, ','],
    ['a = [1', 1, ','],
    ['a = { b = 1', 1, ','],
    ['\n[a\nb = 1', 2, ']'],
    ['= 1', 1, 'a name'],
    ['title: yaml', 1, '='],
  ])('%j is refused at its line', (text, line, expected) => {
    expect(() => readToml(text)).toThrow(TomlError);
    expect(() => readToml(text)).toThrow(`expected ${expected} at line ${line}, got `);
  });

  it('cannot be used to change prototypes', () => {
    const values = readToml('__proto__.draft = true\n[constructor]\nprototype = 1');
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
    expect(values.draft).toBeUndefined();
    expect(Object.keys(values)).toEqual(['__proto__', 'constructor']);
  });

  // Sizes at which going back for each character takes minutes, or a call for each takes the stack.
  it.each([
    ['open brackets', `a = ${'['.repeat(500_000)}`],
    ['dots', `a${'.a'.repeat(500_000)} = 1`],
    ['quotes', `a = ${'"'.repeat(500_001)}`],
    ['blank comments', `${'#\n'.repeat(500_000)}!`],
    ['spaces', `a = 1${' '.repeat(500_000)}!`],
    ['backslashes', `a = "${'\\'.repeat(500_001)}`],
    ['tables', `${'[a]\n'.repeat(200_000)}!`],
  ])('goes through %s once, and says what is wrong', { timeout: 20_000 }, (_, text) => {
    expect(() => readToml(text)).toThrow(TomlError);
  });
});
