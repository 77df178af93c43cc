// What first bytes say of a file, and that words never say anything.

import { describe, expect, it } from 'vitest';
import { bytesOf, docxFile, epubFile, oleFile, pageOf, pdfFile, zipFile } from './documents.fixture.ts';
import { fileSignature, hasLatePdfHeader } from './file-signature.ts';

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('a document', () => {
  const epub = epubFile([{ body: '<p>x</p>' }]);
  const docx = docxFile([{ text: 'x' }]);
  it.each<[string, Uint8Array]>([
    ['pdf', pdfFile({ pages: [pageOf('x')] })],
    ['pdf', bytesOf('\uFEFF%PDF-1.7')],
    ['pdf', bytesOf('\r\n%PDF-1.7')],
    ['docx', docx],
    ['docx', docx.subarray(0, docx.length - 200)],
    ['docx', zipFile({ 'word/document2.xml': 'x' })],
    ['epub', epub],
    ['epub', epub.subarray(0, 500)],
    ['epub', zipFile({ 'META-INF/container.xml': '' }, 0)],
    [
      'docx',
      zipFile(
        { 'padding.bin': Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) >> 3), 'word/document.xml': 'x' },
        0,
      ),
    ],
  ])('is known as %s', (kind, bytes) => {
    expect(fileSignature(bytes)?.kind).toBe(kind);
  });
  it('of another sort is told apart from the ones that are read', () => {
    const seems = (name: string) => fileSignature(zipFile({ [name]: 'x' }));
    expect(seems('xl/workbook.xml')).toEqual({ seems: 'an Excel workbook' });
    expect(seems('ppt/presentation.xml')).toEqual({ seems: 'a PowerPoint presentation' });
    expect(seems('a.txt')).toEqual({ seems: 'a ZIP archive' });
    expect(fileSignature(zipFile({ mimetype: 'application/vnd.oasis.opendocument.text' }, 0))?.seems).toBe(
      'an OpenDocument file',
    );
  });
  it('of old Office says what to do', () => {
    expect(fileSignature(oleFile('WordDocument'))?.reason).toMatch(/old binary Word document.*save it as DOCX/);
    expect(fileSignature(oleFile('EncryptedPackage'))?.reason).toMatch(/it needs a password/);
    expect(fileSignature(oleFile('Workbook'))?.reason).toMatch(/old binary Office document/);
  });
});

it.each<[string, Uint8Array]>([
  ['a PNG picture', latin1('\x89PNG\r\n\x1a\n')],
  ['a JPEG picture', latin1('\xff\xd8\xff\xe0')],
  ['a GIF picture', latin1('GIF89a\x10\0\x10\0\xf0\0\0')],
  ['a RIFF file (picture, sound or film)', latin1('RIFF\x24\0\0\0WAVEfmt ')],
  ['a gzip archive', latin1('\x1f\x8b\x08')],
  ['a 7-Zip archive', latin1('7z\xbc\xaf\x27\x1c')],
  ['a RAR archive', latin1('Rar!\x1a\x07\x01\0')],
  ['a program', latin1('\x7fELF\x02')],
  ['an RTF document', latin1('{\\rtf1\\ansi')],
  ['a Mobipocket book', latin1(`A_Book${'\0'.repeat(54)}BOOKMOBI\0\0`)],
])('%s is known', (seems, bytes) => {
  expect(fileSignature(bytes)).toEqual({ seems });
});

it.each([
  '',
  'P',
  'plain words',
  'PK is a name',
  'GIF89a is a format of pictures',
  'RIFF means Resource Interchange File Format',
  'Rar! What a rare sight',
  '<!doctype html>',
  '% PDF is a comment',
  `The header is ${'%PDF-'}`,
  'BOOKMOBI is what e-books begin with, some letters later',
  '\uFEFFwords',
])('words are nobody’s signature: %s', (text) => {
  expect(fileSignature(bytesOf(text))).toBe(undefined);
});

it('text in UTF-16 is nobody’s signature', () => {
  expect(fileSignature(Buffer.from('\uFEFFGIF89a', 'utf16le'))).toBe(undefined);
});

it('a PDF may begin late, within the first kilobyte', () => {
  expect(hasLatePdfHeader(bytesOf(`${'junk '.repeat(100)}%PDF-1.4`))).toBe(true);
  expect(hasLatePdfHeader(bytesOf(`${'junk '.repeat(300)}%PDF-1.4`))).toBe(false);
});
