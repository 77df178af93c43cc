// A source file: pieces that begin where a reader would begin, each with the line it is at.

import { describe, expect, it } from 'vitest';
import { parseCodeFile } from './code-file.ts';
import { bytesOf } from './documents.fixture.ts';

const parse = (code: string, path = 'src/lamp.ts') => parseCodeFile(path, bytesOf(code));
const blocksOf = (code: string) => parse(code).sections.flatMap(({ blocks }) => blocks);
const pieces = (code: string) => blocksOf(code).map(({ anchor, text }) => `${anchor} ${text}`);

describe('a source file', () => {
  it('is cut at empty lines, with the number of the first line that is not empty', () => {
    expect(pieces('\n\nfill(a);\ntrim(b);\n\n\n// The lamp.\nlight(a);\n')).toEqual([
      'L3 fill(a);\ntrim(b);',
      'L7 // The lamp.\nlight(a);',
    ]);
  });

  it('is cut where a definition follows on one that ended, with no empty line between', () => {
    expect(pieces('function a() {\n  return 1;\n}\nexport function b() {\n  return 2;\n}\n')).toEqual([
      'L1 function a() {\n  return 1;\n}',
      'L4 export function b() {\n  return 2;\n}',
    ]);
    expect(pieces('def a\n  1\nend\ndef b\n  2\nend')).toHaveLength(2);
    expect(pieces('#include <x>\nstruct lamp {\n  int oil;\n};\nstruct wick {\n};')).toHaveLength(2);
  });

  it('is not cut inside of a definition, nor between one and its comment or decorator', () => {
    expect(pieces('class A {\n  a() {\n  }\n  static b() {\n  }\n}')).toHaveLength(1);
    expect(pieces('// About a.\n@decorated\nclass A {\n}')).toHaveLength(1);
    expect(pieces('/** About a. */\nexport const a = 1')).toHaveLength(1);
  });

  it('keeps indentation, which means something in Python and YAML, also of a piece that begins inside', () => {
    expect(
      blocksOf('class A:\n\tdef a(self):\n\t\treturn 1\n\n\tdef b(self):\n\t\treturn 2').map(({ text }) => text),
    ).toEqual(['class A:\n  def a(self):\n    return 1', '  def b(self):\n    return 2']);
  });

  it('has long pieces cut, so that each address is near what it says', () => {
    const lines = Array.from({ length: 60 }, (_, i) => `call(${i})`);
    expect(blocksOf(lines.join('\n')).map(({ anchor, text }) => [anchor, text.split('\n').length])).toEqual([
      ['L1', 24],
      ['L25', 24],
      ['L49', 12],
    ]);
  });

  it('leaves out pieces of signs alone, and counts their lines', () => {
    expect(pieces('a();\n\n}\n\n//////\n\nb();')).toEqual(['L1 a();', 'L7 b();']);
  });

  it('has lines that count the same whatever ends them', () => {
    for (const newline of ['\n', '\r\n', '\r'])
      expect(pieces(['a();', '', 'b();'].join(newline))).toEqual(['L1 a();', 'L3 b();']);
  });

  it('is code to the packer, and is called by its file', () => {
    const page = parse('a();', 'src/deep/lamp-light.test.ts');
    expect(page).toMatchObject({ title: 'lamp-light.test.ts', titleIsFileName: true, lang: '' });
    expect(page.sections[0].blocks.every(({ kind }) => kind === 'code')).toBe(true);
  });
});

describe('what no one reads', () => {
  it('is refused: minified code', () => {
    const minified = `var a=1;${'function b(){return a}'.repeat(100)}`;
    expect(() => parse(`/* licence */\n${minified}`)).toThrow('minified code or data');
    const lines = Array.from({ length: 300 }, (_, i) => `call(${i}); // a line of people`);
    expect(parse(`${lines.join('\n')}\n${minified}`).sections).toHaveLength(1);
  });
  it('is refused: bytes that are no text', () => {
    expect(() => parse('a\0b')).toThrow('binary content');
    expect(() => parse('\n')).toThrow('empty file');
  });
});
