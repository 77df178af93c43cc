// Any file to a page or a reason: which reader gets it, and what the caller's options change.

import { describe, expect, it } from 'vitest';
import type { DocumentLimits } from './document-limits.ts';
import { bytesOf, docxFile, epubFile, oleFile, pageOf, pdfFile, zipFile } from './documents.fixture.ts';
import { parseDocument } from './parse-document.ts';

async function textOf(path: string, content: string | Uint8Array, limits?: DocumentLimits): Promise<string> {
  const outcome = await parseDocument(path, typeof content === 'string' ? bytesOf(content) : content, limits);
  if ('skipped' in outcome) return `skipped: ${outcome.skipped}`;
  return outcome.page.sections.flatMap(({ blocks }) => blocks.map(({ text }) => text)).join('\n');
}

describe('a page that asks not to be found', () => {
  const pages: [string, string, string][] = [
    ['noindex.html', '<meta name="robots" content="noindex"><main><p>Kept for later.</p></main>', 'robots noindex'],
    ['moved.html', '<meta http-equiv="refresh" content="0; url=x"><p>Kept for later.</p>', 'redirects to another page'],
    ['draft.md', '---\ndraft: true\n---\nKept for later.\n', 'draft in front matter'],
  ];
  it.each(pages)('is skipped by default, as in a site: %s', async (path, content, reason) => {
    expect(await textOf(path, content)).toBe(`skipped: ${reason}`);
    expect(await textOf(path, content, { readUnlisted: false })).toBe(`skipped: ${reason}`);
  });
  it.each(pages)('is read with readUnlisted, as in a library: %s', async (path, content) => {
    expect(await textOf(path, content, { readUnlisted: true })).toBe('Kept for later.');
  });
});

it('a page in XHTML is read as that: a title or script that closes itself holds nothing', async () => {
  const page = '<html><head><title/><script src="x.js"/></head><body><p>Kept <i/>for later.</p></body></html>';
  expect(await textOf('a.xhtml', page)).toBe('Kept for later.');
  expect(await textOf('A.XHTML', page)).toBe('Kept for later.');
});

describe('a file', () => {
  const pdf = pdfFile({ pages: [pageOf('Said in a PDF.')] });
  const docx = docxFile([{ text: 'Said in a DOCX.' }]);
  const epub = epubFile([{ body: '<p>Said in an EPUB.</p>' }]);

  it('is read as what its bytes are, whatever its name says', async () => {
    for (const path of ['a.pdf', 'a.txt', 'a.docx', 'no-extension'])
      expect(await textOf(path, pdf)).toBe('Said in a PDF.');
    for (const path of ['a.docx', 'a.epub', 'a.zip']) expect(await textOf(path, docx)).toBe('Said in a DOCX.');
    for (const path of ['a.epub', 'a.docx', 'a.bin']) expect(await textOf(path, epub)).toBe('Said in an EPUB.');
  });

  it('is read as well when it comes as a Buffer of Node, which is left as it was', async () => {
    for (const bytes of [pdf, docx, epub]) {
      const buffer = Buffer.from(bytes);
      expect(await textOf('a.bin', buffer)).toMatch(/^Said in /);
      expect(buffer.equals(bytes)).toBe(true);
    }
  });

  it.each<[string, string | Uint8Array, string]>([
    ['a.pdf', 'plain words', 'named .pdf, but seems to be plain text'],
    ['a.docx', '<!doctype html><p>x', 'named .docx, but seems to be an HTML page'],
    ['a.docx', oleFile('EncryptedPackage'), 'encrypted Office document: it needs a password'],
    [
      'a.doc',
      oleFile('WordDocument'),
      'old binary Word document (DOC): open it in Word or LibreOffice and save it as DOCX',
    ],
    [
      'a.txt',
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10),
      'binary content: named .txt, but seems to be a PNG picture',
    ],
    ['a.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'a PNG picture, which is not read: HTML, Markdown,'],
    ['a.zip', zipFile({ 'a.txt': 'x' }), 'a ZIP archive, which is not read: HTML, Markdown,'],
    ['a.xyz', 'words', 'a kind of file that is not read: HTML, Markdown,'],
    ['a.epub', zipFile({ 'a.txt': 'x' }), 'damaged EPUB: the list of its chapters is missing'],
    ['a.docx', zipFile({ 'a.txt': 'x' }), 'damaged DOCX: there is no document in it'],
    ['a.pdf', '', 'empty file'],
    ['a.docx', docxFile([]), 'no text in it'],
  ])('that cannot be read is told why: %s', async (path, content, reason) => {
    expect(await textOf(path, content)).toContain(`skipped: ${reason}`);
  });

  it('is given up when the signal fires, which alone is thrown', async () => {
    await expect(parseDocument('a.pdf', pdf, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});
