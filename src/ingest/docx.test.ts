// What stays of a Word document: headings, lists, tables, title and language; and what is said of one that cannot be read.

import { describe, expect, it } from 'vitest';
import { docxFile, docxFiles, zipFile } from './documents.fixture.ts';
import { docxHtml, parseDocx } from './docx.ts';
import type { ParsedPage } from './parsed-page.ts';

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const run = (text: string) => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (text: string, style = '') => `<w:p>${style && `<w:pPr>${style}</w:pPr>`}${run(text)}</w:p>`;
const item = (text: string) =>
  paragraph(text, '<w:pStyle w:val="ListParagraph"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>');
const row = (...cells: string[]) => `<w:tr>${cells.map((text) => `<w:tc>${paragraph(text)}</w:tc>`).join('')}</w:tr>`;

/** A document whose body is written by hand. */
function docxOf(body: string, more: Record<string, string | Uint8Array> = {}): Uint8Array {
  return zipFile({
    ...docxFiles([]),
    'word/document.xml': `<?xml version="1.0"?><w:document ${W}><w:body>${body}</w:body></w:document>`,
    ...more,
  });
}

const blocksOf = (page: ParsedPage) => page.sections.flatMap(({ blocks }) => blocks.map(({ text }) => text));

describe('a DOCX', () => {
  it('has a section for each heading, under the headings above it', async () => {
    const file = docxFile([
      { text: 'Before all.' },
      { text: 'The lamp', heading: 1 },
      { text: 'It burns oil.' },
      { text: 'Wicks', heading: 2 },
      { text: 'Trim them daily.' },
      { text: 'The log', heading: 1 },
      { text: 'Every ship is written down.' },
    ]);
    const page = await parseDocx('a.docx', file);
    expect(
      page.sections.map(({ level, headings, blocks }) => [level, headings, blocks.map(({ text }) => text)]),
    ).toEqual([
      [0, [], ['Before all.']],
      [1, ['The lamp'], ['It burns oil.']],
      [2, ['The lamp', 'Wicks'], ['Trim them daily.']],
      [1, ['The log'], ['Every ship is written down.']],
    ]);
  });

  it('is called by its properties, else by its first heading, else by its file', async () => {
    const heading = { text: 'The lamp', heading: 1 };
    const titleOf = async (file: Uint8Array) => {
      const { title, titleIsFileName } = await parseDocx('notes/sea-log.docx', file);
      return [title, titleIsFileName];
    };
    expect(await titleOf(docxFile([heading], { title: "The  Keeper's\nBook" }))).toEqual(["The Keeper's Book", false]);
    expect(await titleOf(docxFile([heading], { title: ' ' }))).toEqual(['The lamp', false]);
    expect(await titleOf(docxFile([{ text: 'Plain.' }]))).toEqual(['sea log', true]);
  });

  it('has the language of its properties, else that of its default style', async () => {
    const properties =
      '<?xml version="1.0"?><p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:language>nl</dc:language></p>';
    const german = docxFiles([{ text: 'Text.' }], { lang: 'de-DE' });
    expect((await parseDocx('a.docx', zipFile(german))).lang).toBe('de-DE');
    expect((await parseDocx('a.docx', zipFile({ ...german, 'docProps/core.xml': properties }))).lang).toBe('nl');
    expect((await parseDocx('a.docx', docxFile([{ text: 'Text.' }]))).lang).toBe('');
  });

  it.each([
    ['The lamp burns oil.', 'w:val="en-US" w:eastAsia="ja-JP" w:bidi="ar-SA"', 'en-US'],
    ['東京の灯台は油で燃える。See API.', 'w:val="en-US" w:eastAsia="ja-JP" w:bidi="ar-SA"', 'ja-JP'],
    ['المصباح يحترق بالزيت', 'w:val="en-US" w:eastAsia="en-US" w:bidi="ar-SA"', 'ar-SA'],
    ['המנורה בוערת בשמן', 'w:val="en-US" w:eastAsia="en-US" w:bidi="he-IL"', 'he-IL'],
    // The template's, which is no language of this text.
    ['המנורה בוערת בשמן', 'w:val="en-US" w:eastAsia="en-US" w:bidi="ar-SA"', ''],
    ['โคมไฟใช้น้ำมัน See API.', 'w:val="en-US" w:eastAsia="en-US" w:bidi="th-TH"', 'th-TH'],
    ['दीपक तेल से जलता है', 'w:val="en-US" w:eastAsia="en-US" w:bidi="hi-IN"', 'hi-IN'],
    ['விளக்கு எண்ணெயில் எரிகிறது', 'w:val="ta-IN"', 'ta-IN'],
    ['दीपक तेल से जलता है', 'w:val="en-US" w:eastAsia="en-US" w:bidi="th-TH"', ''],
    ['Лампа горит маслом', 'w:val="en-US" w:eastAsia="en-US" w:bidi="ar-SA"', ''],
    ['Лампа горит маслом', 'w:val="ru-RU" w:eastAsia="en-US" w:bidi="ar-SA"', 'ru-RU'],
    ['Die Lampe brennt mit Öl.', 'w:val="de-DE" w:eastAsia="en-US" w:bidi="en-US"', 'de-DE'],
    ['サーバーはローカルデータベースを使う', 'w:val="en-US" w:eastAsia="ja-JP" w:bidi="ar-SA"', 'ja-JP'],
    ['1 + 1 = 2', 'w:val="en-GB" w:eastAsia="ja-JP" w:bidi="ar-SA"', 'en-GB'],
    ['등대는 기름을 태운다', 'w:val="ko"', 'ko'],
    ['등대는 기름을 태운다', 'w:val="en-US" w:eastAsia="no tag"', ''],
  ])('of the languages of its default style has the one of its letters: %s, %s', async (text, languages, lang) => {
    const styles = `<?xml version="1.0"?><w:styles ${W}><w:docDefaults><w:rPrDefault><w:rPr><w:lang ${languages}/></w:rPr></w:rPrDefault></w:docDefaults></w:styles>`;
    expect((await parseDocx('a.docx', docxOf(paragraph(text), { 'word/styles.xml': styles }))).lang).toBe(lang);
  });

  it('keeps the text of lists and tables, a block for each item and row', async () => {
    const numbering = `<?xml version="1.0"?><w:numbering ${W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`;
    const relationships = docxFiles([])['word/_rels/document.xml.rels'].replace(
      '</Relationships>',
      '<Relationship Id="n1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering" Target="numbering.xml"/></Relationships>',
    );
    const page = await parseDocx(
      'a.docx',
      docxOf(
        `${paragraph('Bring:')}${item('Oil for a week')}${item('Two wicks')}<w:tbl>${row('Ship', 'Flag')}${row('Anna', 'blue')}</w:tbl>${paragraph('That is all.')}`,
        { 'word/numbering.xml': numbering, 'word/_rels/document.xml.rels': relationships },
      ),
    );
    expect(blocksOf(page)).toEqual([
      'Bring:',
      'Oil for a week',
      'Two wicks',
      'Ship; Flag.',
      'Anna; blue.',
      'That is all.',
    ]);
    expect(page.sections[0].blocks[0].leadsOn).toBe(true);
  });

  it('keeps words whole that Word cut into runs, what was inserted, and not what was deleted', async () => {
    const page = await parseDocx(
      'a.docx',
      docxOf(
        `<w:p>${run('light')}${run('house')}<w:del w:id="1" w:author="x"><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins w:id="2" w:author="x">${run(' stays')}</w:ins></w:p>`,
      ),
    );
    expect(blocksOf(page)).toEqual(['lighthouse stays']);
  });

  it('keeps the words of fields, of a direction of their own, and those below readings, without the readings', async () => {
    const ruby = (base: string, reading: string) =>
      `<w:r><w:ruby><w:rubyPr><w:lid w:val="ja-JP"/></w:rubyPr><w:rt>${run(reading)}</w:rt><w:rubyBase>${run(base)}</w:rubyBase></w:ruby></w:r>`;
    const body = `<w:p>${run('See ')}<w:fldSimple w:instr=" REF lamp ">${run('chapter 4')}</w:fldSimple></w:p>
      <w:p>${ruby('東京', 'とうきょう')}${run('の灯台')}</w:p>
      <w:p><w:dir w:val="rtl">${run('one')}</w:dir><w:bdo w:val="ltr">${run(' two')}</w:bdo><w:r><w:footnoteReference w:id="2"/></w:r></w:p>`;
    const footnotes = `<?xml version="1.0"?><w:footnotes ${W}><w:footnote w:id="2"><w:p><w:fldSimple w:instr=" QUOTE ">${run('A note.')}</w:fldSimple></w:p></w:footnote></w:footnotes>`;
    const file = docxOf(body, { 'word/footnotes.xml': footnotes });
    const texts = blocksOf(await parseDocx('a.docx', file)).join(' | ');
    expect(texts).toMatch(/^See chapter 4 \| 東京の灯台 \| one two.* \| A note\./);
    expect(await docxHtml(file)).toContain('東京の灯台');
  });

  it('is a page like any other to a set of pages: nothing in it asks to be left out', async () => {
    expect(await parseDocx('a.docx', docxFile([{ text: 'Text.' }]))).toMatchObject({
      hasBodyMark: undefined,
      exclusion: undefined,
    });
  });
});

describe('for the reader', () => {
  const picture = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3);
  const drawing =
    '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><wp:docPr id="1" name="p" descr="A lamp"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip r:embed="p1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>';
  const file = (more: Record<string, string> = {}) =>
    docxOf(paragraph('Look:') + drawing, {
      'word/media/lamp.png': picture,
      'word/_rels/document.xml.rels': docxFiles([])['word/_rels/document.xml.rels'].replace(
        '</Relationships>',
        '<Relationship Id="p1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/lamp.png"/></Relationships>',
      ),
      ...more,
    });

  it('pictures stand in the text as data', async () => {
    const html = await docxHtml(file());
    expect(html).toContain('<p>Look:</p>');
    expect(html).toContain(`src="data:image/png;base64,${Buffer.from(picture).toString('base64')}"`);
  });

  it('a drawing, which may take hours to draw, is its words alone', async () => {
    const types = docxFiles([])['[Content_Types].xml'].replace('image/png', 'image/svg+xml');
    const html = await docxHtml(file({ '[Content_Types].xml': types }));
    expect(html).toContain('alt="A lamp"');
    expect(html).not.toContain('base64');
  });

  it('one that is damaged is left out', async () => {
    // Its checksum, 30 bytes before its name in the directory, is wrong, which unpacking finds.
    const broken = file();
    broken[Buffer.from(broken).lastIndexOf('word/media/lamp.png') - 30] ^= 1;
    expect(blocksOf(await parseDocx('a.docx', broken))).toEqual(['Look:', '[A lamp]']);
    const html = await docxHtml(broken);
    expect(html).toContain('<p>Look:</p>');
    expect(html).not.toContain('base64');
  });

  it('none is unpacked where only the text is wanted', async () => {
    const large = zipFile({ 'word/media/lamp.png': new Uint8Array(500_000), ...docxFiles([{ text: 'Look:' }]) });
    expect(blocksOf(await parseDocx('a.docx', large, { maxUnpackedBytes: 100_000 }))).toEqual(['Look:']);
  });
});

describe('a DOCX that cannot be read says why', () => {
  const reasonOf = (file: Uint8Array, limits = {}) =>
    parseDocx('a.docx', file, limits).then(
      () => 'read',
      (error) => `${error.code}: ${error.message}`,
    );

  it('when nothing in it is a document', async () => {
    expect(await reasonOf(zipFile({ 'a.txt': 'x' }))).toBe('ingest-failed: damaged DOCX: there is no document in it');
  });
  it('when its XML breaks off', async () => {
    const { 'word/document.xml': document, ...files } = docxFiles([{ text: 'x' }]);
    expect(await reasonOf(zipFile({ ...files, 'word/document.xml': document.slice(0, -20) }))).toMatch(
      /damaged DOCX: \S/,
    );
  });
  it('when it is nested to overflow the stack', async () => {
    const deep = 5000;
    const body = `${'<w:sdt><w:sdtContent>'.repeat(deep)}${paragraph('x')}${'</w:sdtContent></w:sdt>'.repeat(deep)}`;
    expect(await reasonOf(docxOf(body))).toBe('ingest-failed: damaged DOCX: its parts are nested without end');
  });
  it('when it unpacks to more than the limit', async () => {
    const bomb = docxOf(paragraph('x'.repeat(500_000)));
    expect(bomb.length).toBeLessThan(10_000);
    expect(await reasonOf(bomb, { maxUnpackedBytes: 400_000 })).toMatch(/^ingest-failed: too large once unpacked: /);
    expect(await reasonOf(bomb, { maxUnpackedBytes: 600_000 })).toBe('read');
  });
});
