// What stays of a PDF: pages as addresses, bookmarks as headings, paragraphs as they were written; and of one that cannot be read, why.

import { describe, expect, it, vi } from 'vitest';
import { type PdfLineSpec, type PdfSpec, pageOf, pdfFile } from './documents.fixture.ts';
import { parsePdf } from './pdf.ts';
import { type PdfTextItem, pdfLines } from './pdf-lines.ts';
import { pdfParagraphs } from './pdf-paragraphs.ts';

const parse = (spec: PdfSpec) => parsePdf('shelf/sea-log.pdf', pdfFile(spec));
const textsOf = async (...pages: PdfLineSpec[][]) =>
  (await parse({ pages })).sections.map(({ blocks }) => blocks.map(({ text }) => text));
/** Paragraphs of one page. */
const paragraphsOf = async (...lines: PdfLineSpec[]) => (await textsOf(lines))[0];

const LONG = [
  'The keeper wrote down every ship that passed, with its flag and its course, and the',
  'weather of the morning. Nobody read the book until the winter in which the lamp went',
  'out for three nights.',
];

describe('the pages of a PDF', () => {
  it('are addresses that viewers understand, also after an empty one', async () => {
    const { sections } = await parse({ pages: [pageOf('One is here.'), [], pageOf('Three is here.')] });
    expect(sections.map(({ anchor, blocks }) => [anchor, blocks.map(({ text }) => text)])).toEqual([
      ['page=1', ['One is here.']],
      ['page=3', ['Three is here.']],
    ]);
  });

  it('stand below the bookmark that leads to them, or the last one before them', async () => {
    const { sections } = await parse({
      pages: [1, 2, 3, 4, 5].map((n) => pageOf(`This is page ${'abcde'[n - 1]}.`)),
      outline: [
        { title: 'The  keeper', page: 1, children: [{ title: 'His book', page: 2 }] },
        { title: 'The lamp', page: 4 },
      ],
    });
    expect(sections.map(({ anchor, level, headings }) => [anchor, level, ...headings])).toEqual([
      ['page=1', 0],
      ['page=2', 1, 'The keeper'],
      ['page=3', 2, 'The keeper', 'His book'],
      ['page=4', 2, 'The keeper', 'His book'],
      ['page=5', 1, 'The lamp'],
    ]);
  });

  it('of two bookmarks on a page the first names it and the last goes on', async () => {
    const { sections } = await parse({
      pages: [pageOf('This is page a.'), pageOf('This is page b.')],
      outline: [
        { title: 'The keeper', page: 0 },
        { title: 'The lamp', page: 0 },
      ],
    });
    expect(sections.map(({ headings }) => headings)).toEqual([['The keeper'], ['The lamp']]);
  });
});

describe('its title', () => {
  const heading = { text: 'The Lamp', size: 24, y: 760 };
  const titleOf = async (title: string | undefined, ...lines: PdfLineSpec[]) => {
    const page = await parse({ pages: [[...lines, ...pageOf(...LONG)]], title });
    return [page.title, page.titleIsFileName];
  };

  it('is that of its metadata', async () => {
    expect(await titleOf("The Keeper's Book", heading)).toEqual(["The Keeper's Book", false]);
    expect(await titleOf('Microsoft Word - The Book', heading)).toEqual(['The Book', false]);
  });
  it.each(['untitled', 'report-final.docx', 'Microsoft Word - Document1', 'scan_20240117', '---', undefined])(
    'is the largest text of page one where the metadata has none: %s',
    async (title) => {
      expect(await titleOf(title, heading)).toEqual(['The Lamp', false]);
    },
  );
  it('is the name of the file when no text stands out', async () => {
    expect(await titleOf(undefined)).toEqual(['sea log', true]);
    expect(await titleOf(undefined, { text: 'The keeper speaks.', y: 760 })).toEqual(['sea log', true]);
  });
  it('is the only text of a title page', async () => {
    const alone = async (...lines: string[]) => (await parse({ pages: [pageOf(...lines), pageOf(...LONG)] })).title;
    expect(await alone('The Lamp')).toBe('The Lamp');
    expect(await alone('The keeper speaks.')).toBe('sea log');
    expect(await alone(...LONG.slice(0, 2))).toBe('sea log');
  });
});

it('its language is that of its catalogue', async () => {
  expect((await parse({ pages: [pageOf('Text.')], lang: 'nl-BE' })).lang).toBe('nl-BE');
  expect((await parse({ pages: [pageOf('Text.')] })).lang).toBe('');
});

describe('a paragraph', () => {
  it('is its lines together', async () => {
    expect(await paragraphsOf(...pageOf(...LONG))).toEqual([LONG.join(' ')]);
  });

  it('ends where there is more space, after a short last line, before an indent, and where letters change size', async () => {
    const [one, two, three] = LONG;
    const at = (text: string, y: number, more: Partial<PdfLineSpec> = {}) => ({ text, y, ...more });
    expect(await paragraphsOf(at(one, 700), at(two, 686), at(three, 660))).toEqual([`${one} ${two}`, three]);
    expect(await paragraphsOf(at(one, 700), at('course. It was so.', 686), at(two, 672), at(three, 658))).toEqual([
      `${one} course. It was so.`,
      `${two} ${three}`,
    ]);
    const full = `${one.slice(0, -4)}.`;
    expect(await paragraphsOf(at(one, 700), at(full, 686), at(two, 672, { x: 90 }), at(three, 658))).toEqual([
      `${one} ${full}`,
      `${two} ${three}`,
    ]);
    expect(await paragraphsOf(at('The Lamp', 700, { size: 18 }), at(one, 684), at(two, 670))).toEqual([
      'The Lamp',
      `${one} ${two}`,
    ]);
  });

  it('is an item of a list, each on its own', async () => {
    const items = ['Bring for a week on the rock, and for every guest:', '1. Oil, nine litres', 'a) Wicks', '* Bread'];
    expect(await paragraphsOf(...pageOf(...items))).toEqual(items);
  });

  it('has words whole that were hyphenated at the end of a line, but keeps hyphens that the document writes in mid-line', async () => {
    expect(
      await paragraphsOf(...pageOf('The light-', 'house has a well-', 'known lamp, and its well-known keeper')),
    ).toEqual(['The lighthouse has a well-known lamp, and its well-known keeper']);
    expect(await paragraphsOf(...pageOf('He went to Baden-', 'Baden in the years 1914-', '1918 by train'))).toEqual([
      'He went to Baden-Baden in the years 1914- 1918 by train',
    ]);
  });

  it('goes on in the next column, unless a sentence has ended', async () => {
    const column = (x: number, ...lines: string[]) => lines.map((text, i) => ({ text, x, y: 700 - 14 * i }));
    const left = column(
      72,
      'The keeper wrote down every ship',
      'that passed, with its flag and its',
      'course, and he never once',
    );
    const right = column(
      320,
      'forgot the weather of the day.',
      'Nobody read the book until winter',
      'in the year of the storm.',
    );
    const together = (lines: PdfLineSpec[]) => lines.map(({ text }) => text).join(' ');
    expect(await paragraphsOf(...left, ...right)).toEqual([together([...left, ...right])]);
    const ended = [...left, { text: 'forgot a ship until he was gone.', x: 72, y: 658 }];
    const next = [{ text: 'The weather is in the other book', x: 320, y: 700 }];
    expect(await paragraphsOf(...ended, ...next)).toEqual([together(ended), together(next)]);
  });
});

describe('headers, footers and page numbers', () => {
  const body = [
    'The keeper wrote it down.',
    'A ship came by at noon.',
    'The lamp went out again.',
    'Nobody read the book.',
  ];
  const withEdges = (text: string, page: number) => [
    { text: 'THE KEEPER', y: 800 },
    { text, y: 600 },
    { text: `It was the ${'abcd'[page]} in the row.`, y: 560 },
    { text: `Page ${page + 9} of 80`, y: 40 },
  ];

  it('are dropped once they come on three pages', async () => {
    const [, , third] = await textsOf(...body.map(withEdges));
    expect(third.join(' ')).toBe('The lamp went out again. It was the c in the row.');
  });
  it('stay on fewer: there they may be the text', async () => {
    expect((await textsOf(...body.slice(0, 2).map(withEdges))).flat()).toContain('THE KEEPER');
  });
  it('are not lines in the middle of a page, however often they come', async () => {
    const chorus = body.map((text) => [
      { text: `${text} First.`, y: 800 },
      { text: `${text} Second.`, y: 780 },
      { text: 'And the lamp burned on.', y: 500 },
      { text: `${text} Third.`, y: 60 },
      { text: `${text} Fourth.`, y: 40 },
    ]);
    expect((await textsOf(...chorus)).flat().filter((text) => text.includes('And the lamp burned on.'))).toHaveLength(
      4,
    );
  });
  it('stay when nothing else is there', async () => {
    expect(await textsOf(...[1, 2, 3, 4].map(() => [{ text: 'THE KEEPER', y: 800 }]))).toHaveLength(4);
  });
});

describe('a line', () => {
  const item = (
    str: string,
    more: Partial<PdfTextItem> & { x?: number; y?: number; slope?: number } = {},
  ): PdfTextItem => ({
    str,
    transform: [10, more.slope ?? 0, 0, 10, more.x ?? 72, more.y ?? 700],
    width: 5 * str.length,
    height: more.height ?? 10,
    hasEOL: more.hasEOL ?? false,
  });
  const texts = (...items: PdfTextItem[]) => pdfLines(items).map(({ text }) => text);

  it('is its pieces, with raised numbers, until its end or another height on the page', () => {
    expect(
      texts(item('The lamp'), item('2', { y: 704, height: 6 }), item(' burns', { hasEOL: true }), item('Oil')),
    ).toEqual(['The lamp2 burns', 'Oil']);
    expect(texts(item('Over'), item('under', { y: 650 }))).toEqual(['Over', 'under']);
  });
  it('is apart from text that stands upright in the margin', () => {
    const lines = pdfLines([item('The lamp'), item('STAMP', { slope: 10 }), item('burns')]);
    expect(lines.map(({ text, isUpright }) => [text, isUpright])).toEqual([
      ['The lamp', true],
      ['STAMP', false],
      ['burns', true],
    ]);
    expect(pdfParagraphs(lines).map(({ text }) => text)).toEqual(['The lamp', 'STAMP', 'burns']);
  });
  it('that ends in a soft hyphen goes on in the next one', () => {
    const lines = pdfLines([item('The light\u00AD', { hasEOL: true }), item('house', { y: 688 })]);
    expect(pdfParagraphs(lines).map(({ text }) => text)).toEqual(['The lighthouse']);
  });
  it('of Chinese or Japanese is joined without a space', () => {
    const lines = pdfLines([item('灯台の灯は三', { hasEOL: true }), item('晩消えていた', { y: 688 })]);
    expect(pdfParagraphs(lines).map(({ text }) => text)).toEqual(['灯台の灯は三晩消えていた']);
  });
});

describe('a PDF that cannot be read says why', () => {
  const reasonOf = (file: Uint8Array) =>
    parsePdf('a.pdf', file).then(
      () => 'read',
      (error) => `${error.code}: ${error.message}`,
    );

  it('when it is encrypted', async () => {
    expect(await reasonOf(pdfFile({ pages: [pageOf('Secret.')], encrypted: true }))).toBe(
      'ingest-failed: encrypted PDF: it needs a password',
    );
  });
  it('when it is a scan, with a way on', async () => {
    expect(await reasonOf(pdfFile({ pages: [[], []] }))).toMatch(/PDF without text: its pages are pictures.*OCR/);
  });
  it('when it is damaged', async () => {
    expect(await reasonOf(Buffer.from('%PDF-1.4\nnothing'))).toMatch(/^ingest-failed: damaged PDF: \S/);
  });
  it('when none of its pages can be read, and whose fault that is', async () => {
    const file = pdfFile({ pages: [pageOf('Text.'), pageOf('More.')] });
    const text = Buffer.from(file).toString('latin1');
    const lost = Buffer.from(text.replaceAll('<< /Type /Page ', '(( /Type /Page '), 'latin1');
    const damaged = await parsePdf('a.pdf', lost).catch((error) => error);
    expect(damaged).toMatchObject({ message: 'damaged: none of its pages can be read', cause: expect.any(Error) });
    const iterate = vi.spyOn(ReadableStream.prototype, Symbol.asyncIterator).mockImplementation(() => {
      throw new TypeError('stream is not iterable');
    });
    const own = await parsePdf('a.pdf', file).catch((error) => error);
    iterate.mockRestore();
    expect(own).toMatchObject({
      message: 'none of its pages could be read: stream is not iterable',
      cause: expect.any(TypeError),
    });
  });
  it('and is given up when the signal fires', async () => {
    const file = pdfFile({ pages: [pageOf('Text.')] });
    await expect(parsePdf('a.pdf', file, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  });
});
