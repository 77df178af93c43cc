// What stays of a book: chapters in reading order, their names, the book's title and language; and of one that cannot be read, why.

import { describe, expect, it } from 'vitest';
import { epubFile, epubFiles, zipFile } from './documents.fixture.ts';
import { epubHtml, parseEpub } from './epub.ts';

const OPF = 'OEBPS/book.opf';

/** A book with some of its files written anew; one that is given as undefined is missing. */
function bookWith(
  chapters: Parameters<typeof epubFiles>[0],
  edit: (files: Record<string, string>) => Record<string, string | undefined>,
): Uint8Array {
  const files = epubFiles(chapters);
  const edited = Object.entries({ ...files, ...edit(files) });
  return zipFile(Object.fromEntries(edited.filter((entry): entry is [string, string] => entry[1] !== undefined)));
}

const parse = (file: Uint8Array) => parseEpub('shelf/sea-book.epub', file);
const outline = async (file: Uint8Array) =>
  (await parse(file)).sections.map(({ anchor, headings, blocks }) =>
    [anchor, ...headings, ...blocks.map(({ text }) => `"${text}"`)].join(' '),
  );

const two = [{ body: '<h1>The lamp</h1><p>It burns oil.</p>' }, { body: '<h1>The log</h1><p>Ships.</p>' }];

describe('an EPUB', () => {
  it('is its chapters in the order of the spine, not of the archive or the manifest', async () => {
    const file = bookWith(two, (files) => ({
      [OPF]: files[OPF].replace(
        '<itemref idref="c0"/><itemref idref="c1"/>',
        '<itemref idref="c1"/><itemref idref="c0"/>',
      ),
    }));
    expect(await outline(epubFile(two))).toEqual(['chapter-1 The lamp "It burns oil."', 'chapter-2 The log "Ships."']);
    expect(await outline(file)).toEqual(['chapter-1 The log "Ships."', 'chapter-2 The lamp "It burns oil."']);
  });

  it('is all content: a chapter of which a part is an article is read whole', async () => {
    const body = '<p>Before.</p><article><h1>The lamp</h1><p>It burns oil.</p></article><aside>A note.</aside>';
    expect(await outline(epubFile([{ body }]))).toEqual([
      'chapter-1 "Before."',
      'chapter-1 The lamp "It burns oil." "A note."',
    ]);
  });

  it('has each chapter once, however often the spine lists it', async () => {
    const file = bookWith(two, (files) => ({
      [OPF]: files[OPF].replace('<itemref idref="c1"/>', '<itemref idref="c1"/><itemref idref="c0"/>'.repeat(1000)),
    }));
    expect(await outline(file)).toEqual(['chapter-1 The lamp "It burns oil."', 'chapter-2 The log "Ships."']);
  });

  it('calls a chapter without headings what its table of contents does, and one with headings what it says itself', async () => {
    const file = epubFile([
      { body: '<p>It burns oil.</p>', navTitle: 'The  lamp' },
      { body: '<h2>The log</h2><p>Ships.</p>', navTitle: 'Two' },
      { body: '<p>Nameless.</p>' },
    ]);
    expect(await outline(file)).toEqual([
      'chapter-1 The lamp "It burns oil."',
      'chapter-2 The log "Ships."',
      'chapter-3 "Nameless."',
    ]);
  });

  it('finds names in the NCX of EPUB 2 too', async () => {
    const file = bookWith([{ body: '<p>It burns oil.</p>' }], (files) => ({
      [OPF]: files[OPF].replace(
        /<item id="nav"[^>]*>/,
        '<item id="x" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
      ),
      'OEBPS/nav.xhtml': undefined,
      'OEBPS/toc.ncx':
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>The lamp</text></navLabel><content src="text/ch%201.xhtml#top"/></navPoint></navMap></ncx>',
    }));
    expect(await outline(file)).toEqual(['chapter-1 The lamp "It burns oil."']);
  });

  it('keeps headings below headings, lists, tables and notes in aside', async () => {
    const body =
      '<header><h1>The lamp</h1></header><h2>Wicks</h2><ul><li>Two of them</li></ul><table><tr><td>Oil</td><td>9 litres</td></tr></table><aside><p>A note.</p></aside>';
    const { sections } = await parse(epubFile([{ body }]));
    expect(sections.at(-1)?.headings).toEqual(['The lamp', 'Wicks']);
    expect(sections.at(-1)?.blocks.map(({ text }) => text)).toEqual(['Two of them', 'Oil; 9 litres.', 'A note.']);
  });

  it('is called as the book says, else by its first heading, else by its file', async () => {
    const titleOf = async (file: Uint8Array) => {
      const { title, titleIsFileName, lang } = await parse(file);
      return [title, titleIsFileName, lang];
    };
    const nameless = { title: '', lang: '' };
    expect(await titleOf(epubFile(two, { title: 'The Keeper & his Book', lang: 'en-GB' }))).toEqual([
      'The Keeper & his Book',
      false,
      'en-GB',
    ]);
    expect(await titleOf(epubFile(two, nameless))).toEqual(['The lamp', false, '']);
    expect(await titleOf(epubFile([{ body: '<p>It burns.</p>' }], nameless))).toEqual(['sea book', true, '']);
  });

  it('reads XHTML as XHTML: an empty title or script tag swallows nothing', async () => {
    const file = epubFile([{ head: '<title/><script src="x.js"/>', body: '<p>Before.</p><a id="n1"/><p>After.</p>' }]);
    expect(await outline(file)).toEqual(['chapter-1 "Before." "After."']);
  });

  it('reads chapters in the encoding that they name', async () => {
    const files: Record<string, string | Uint8Array> = epubFiles([{ body: '' }]);
    files['OEBPS/text/ch 1.xhtml'] = Buffer.from('\uFEFF<html><body><p>Köln, Łódź</p></body></html>', 'utf16le');
    expect(await outline(zipFile(files))).toEqual(['chapter-1 "Köln, Łódź"']);
  });

  it('is read without a chapter that is damaged, which a warning names', async () => {
    const file = epubFile(two);
    file[Buffer.from(file).lastIndexOf('OEBPS/text/ch 1.xhtml') - 30] ^= 1;
    const page = await parse(file);
    expect(page.sections.map(({ anchor }) => anchor)).toEqual(['chapter-2']);
    expect(page.warnings).toEqual([expect.stringMatching(/^chapter-1 could not be read: .*wrong checksum/)]);
  });

  it('leaves out what the spine names and the archive has not, and keeps the numbers of the others', async () => {
    expect(await outline(bookWith(two, () => ({ 'OEBPS/text/ch 1.xhtml': undefined })))).toEqual([
      'chapter-2 The log "Ships."',
    ]);
  });
});

describe('an EPUB that cannot be read says why', () => {
  const encryption = (algorithm: string) => ({
    'META-INF/encryption.xml': `<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/></enc:EncryptedData></encryption>`,
  });

  it('when it is copy-protected; scrambled fonts are no lock', async () => {
    const locked = bookWith(two, () => encryption('http://www.w3.org/2001/04/xmlenc#aes128-cbc'));
    await expect(parse(locked)).rejects.toThrow('EPUB with copy protection (DRM)');
    const fonts = bookWith(two, () => encryption('http://www.idpf.org/2008/embedding'));
    expect(await outline(fonts)).toHaveLength(2);
  });

  it('when its list of chapters, or all of them, are missing', async () => {
    await expect(parse(bookWith(two, () => ({ [OPF]: undefined })))).rejects.toThrow(
      'the list of its chapters is missing',
    );
    const missing = { 'OEBPS/text/ch 1.xhtml': undefined, 'OEBPS/text/ch 2.xhtml': undefined };
    await expect(parse(bookWith(two, () => missing))).rejects.toThrow('none of its chapters is in it');
  });

  it('when it unpacks to more than the limit, also if a chapter could still be read', async () => {
    const bomb = epubFile([...two, { body: `<p>${'x'.repeat(500_000)}</p>` }]);
    await expect(parseEpub('a.epub', bomb, { maxUnpackedBytes: 400_000 })).rejects.toThrow('too large once unpacked');
    expect((await parseEpub('a.epub', bomb)).sections).toHaveLength(3);
  });

  it('and stops between chapters when the signal fires', async () => {
    await expect(parseEpub('a.epub', epubFile(two), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});

describe('for the reader', () => {
  it('chapters are sections, links lead to them or to the web, and nothing runs or loads', async () => {
    const body =
      '<h1 style="color:red" onclick="steal()">The lamp</h1><p><a href="ch%202.xhtml#n">next</a> <a href="https://example.org/">web</a> <a href="javascript:steal()">bad</a> <a href="../../../etc/passwd">out</a></p><script>steal()</script><iframe src="https://example.org/"></iframe><img src="https://example.org/x.png" alt="far"/><img src="../lamp.png" alt="lamp"/><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="../lamp.png"/></svg>';
    const files = epubFiles([{ body, head: '<title/><style>p{}</style>' }, two[1]]);
    const { html } = await epubHtml(zipFile({ ...files, 'OEBPS/lamp.png': Uint8Array.of(1, 2, 3) }));
    expect(html).toMatch(/^<section id="chapter-1"><h1>The lamp<\/h1>.*<section id="chapter-2"><h1>The log<\/h1>/s);
    expect(html).toContain(
      '<a href="#chapter-2">next</a> <a href="https://example.org/">web</a> <a>bad</a> <a>out</a>',
    );
    expect(html).toContain('<img alt="far">');
    expect(html).toContain('<img alt="lamp" src="data:image/png;base64,AQID"><img src="data:image/png;base64,AQID">');
    expect(html).not.toMatch(/steal|style|iframe|x\.png/);
  });

  it('the language of the book comes with it, so that it is opened once', async () => {
    expect(await epubHtml(epubFile(two, { lang: 'de' }))).toMatchObject({ lang: 'de' });
    expect(await epubHtml(epubFile(two, { lang: '' }))).toMatchObject({ lang: '' });
  });

  it('a chapter of thousands of formulas and drawings is shown with all of them', async () => {
    const body = `${'<math><mi>x</mi></math>'.repeat(2000)}${'<svg></svg>'.repeat(4000)}${'<svg><image href="../lamp.png"/></svg>'.repeat(2000)}<p>The lamp.</p>`;
    const files = { ...epubFiles([{ body }]), 'OEBPS/lamp.png': Uint8Array.of(1) };
    const { html } = await epubHtml(zipFile(files));
    expect(html.match(/<span>x<\/span>/g)).toHaveLength(2000);
    expect(html.match(/<img src="data:/g)).toHaveLength(2000);
    expect(html).toContain('<p>The lamp.</p>');
  });

  it('a chapter of nested tags without end is shown with its text, in fewer of them', async () => {
    const body = `${'<aside>'.repeat(50_000)}The lamp.${'</aside>'.repeat(50_000)}`;
    const { html } = await epubHtml(zipFile(epubFiles([{ body }, two[1]])));
    expect(html).toContain('The lamp.');
    expect(html.match(/<aside>/g)?.length).toBeLessThanOrEqual(1500);
  });
});
