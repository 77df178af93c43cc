// A text file as people and programs write them: wrapped, listed, logged, tabled, in old encodings.

import { describe, expect, it } from 'vitest';
import { bytesOf } from './documents.fixture.ts';
import { parsePlainText } from './plain-text.ts';

const parse = (text: string | Uint8Array, path = 'notes/sea-log.txt') =>
  parsePlainText(path, typeof text === 'string' ? bytesOf(text) : text);
const textsOf = (text: string | Uint8Array, path?: string) =>
  parse(text, path).sections.flatMap(({ blocks }) => blocks.map(({ text }) => text));

const WRAPPED = [
  'The keeper wrote down every ship that passed, with its flag and its',
  'course, and the weather of the morning. Nobody read the book until the',
  'winter in which the lamp went out.',
];

describe('paragraphs', () => {
  it('are parted by empty lines, with or without spaces in them, and by any line ends', () => {
    for (const newline of ['\n', '\r\n', '\r'])
      expect(textsOf(['One.', '', 'Two.', ' \t', '', 'Three.', ''].join(newline))).toEqual(['One.', 'Two.', 'Three.']);
  });
  it('that were wrapped by hand are one line again', () => {
    expect(textsOf(`${WRAPPED.join('\n')}\n\n${WRAPPED.join('\n')}`)).toEqual([WRAPPED.join(' '), WRAPPED.join(' ')]);
  });
  it('keep their lines when they are a list, a poem or a log', () => {
    const list = WRAPPED.map((line) => `- ${line}`).join('\n');
    const numbered = WRAPPED.map((line, i) => `${i + 1}. ${line}`).join('\n');
    const poem = 'The lamp is out\nand nobody, nobody in all this house\nknows';
    const log = [1, 2, 3].map((n) => `2026-01-0${n} 12:00:00 INFO ${'ship passed '.repeat(10)}`.trim()).join('\n');
    for (const text of [list, numbered, poem, log]) expect(textsOf(text)).toEqual([text]);
  });
  it('of many lines are cut into pieces that no passage takes long to cut', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `ship ${i}`);
    const texts = textsOf(lines.join('\n'));
    expect(texts.map((text) => text.split('\n').length)).toEqual([40, 40, 20]);
    expect(texts.join('\n')).toBe(lines.join('\n'));
  });
  it('of rules and dots are nothing', () => {
    expect(textsOf('One.\n\n----------\n\n* * *\n\nTwo.')).toEqual(['One.', 'Two.']);
  });
  it('that end in a colon lead on to the next', () => {
    expect(parse('Bring:\n\nOil.').sections[0].blocks.map(({ leadsOn }) => Boolean(leadsOn))).toEqual([true, false]);
  });
});

it('a table is a row a line, without a title of its own', () => {
  const page = parse('ship,flag\r\nAnna,blue\r\n\r\n"Elsa, the old",red\r\n', 'data/ships.csv');
  expect(page.sections[0].blocks).toEqual([
    { kind: 'row', text: 'ship,flag' },
    { kind: 'row', text: 'Anna,blue' },
    { kind: 'row', text: '"Elsa, the old",red' },
  ]);
  expect(page).toMatchObject({ title: 'ships.csv', titleIsFileName: true });
});

describe('the title', () => {
  const titleOf = (text: string) => {
    const { title, titleIsFileName } = parse(text);
    return [title, titleIsFileName];
  };
  it('is the first line', () => {
    expect(titleOf('\n\n  The  Lamp \n\nIt burns oil.')).toEqual(['The Lamp', false]);
    expect(titleOf('The Lamp\nIt burns oil, nine litres of it every week, and the keeper carries it.')).toEqual([
      'The Lamp',
      false,
    ]);
  });
  it("is the file's name when that line is long, a rule, or the beginning of a wrapped paragraph", () => {
    expect(titleOf(`${'It burns oil and '.repeat(7)}.`)).toEqual(['sea log', true]);
    expect(titleOf('=====\nThe Lamp')).toEqual(['sea log', true]);
    expect(titleOf(WRAPPED.join('\n'))).toEqual(['sea log', true]);
  });
});

describe('an encoding', () => {
  const text = 'Łódź, Köln: “lamp” – 9 €';
  const utf16be = Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
  it.each<[string, Uint8Array]>([
    ['UTF-8', bytesOf(text)],
    ['UTF-8 with BOM', bytesOf(`\uFEFF${text}`)],
    ['UTF-16, as Windows writes it', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, the other way round', utf16be],
  ])('that the file tells is obeyed: %s', (_, bytes) => {
    expect(parse(bytes)).toMatchObject({ title: text, warnings: [] });
    expect(textsOf(bytes)).toEqual([text]);
  });
  it('that is neither is the one of old Windows and Latin-1, with a warning', () => {
    const page = parse(Uint8Array.from([0x4b, 0xf6, 0x6c, 0x6e, 0x20, 0x93, 0x6c, 0x93, 0x20, 0x80]));
    expect(page.title).toBe('Köln “l“ €');
    expect(page.warnings).toEqual(['not valid UTF-8: read as windows-1252']);
  });
  it('of a terminal with colours is its text alone', () => {
    expect(textsOf('\u001b[31mERROR\u001b[0m lamp out')).toEqual(['ERROR lamp out']);
    expect(textsOf('\u001b[38;5;196m\u001b[1mE\u001b[22;39mRROR\u001b[K \u001b[?25lout\u001b(B')).toEqual([
      'ERROR out',
    ]);
    const link = '\u001b]8;;https://a.example/\u001b\\log\u001b]8;;\u001b\\';
    expect(textsOf(`\u001b]0;make\u0007See the ${link}: \u001b7lamp\u001b8 out\u001bM`)).toEqual([
      'See the log: lamp out',
    ]);
  });
  it('of a terminal that was cut off keeps its lines', () => {
    expect(textsOf('\u001b]0;never closed\nlamp \u001b[\nout')).toEqual([']0;never closed\nlamp [\nout']);
  });
});

describe('what is no text', () => {
  it('is not a log with a stray NUL in it', () => {
    const line = `Lamp lit at dusk${', and again'.repeat(5)}.`;
    expect(textsOf(`${line}\n\n\0Lamp out.`)).toEqual([line, 'Lamp out.']);
  });

  it.each<[string, Uint8Array | string, string]>([
    ['NUL characters', 'a\0b', 'binary content (NUL characters)'],
    ['white space', ' \n\t\n', 'empty file'],
    ['control characters', Uint8Array.from({ length: 300 }, (_, i) => 1 + (i % 31)), 'binary content, not text'],
  ])('is refused: %s', (_, content, reason) => {
    expect(() => parse(content)).toThrow(reason);
  });
});
