// 200 files that are not what they should be: seeded, so that a failure can be had again. No Node APIs: pages read them too.

import { seededRandom } from '../codec/random.ts';
import {
  bytesOf,
  docxFile,
  docxFiles,
  epubFile,
  epubFiles,
  oleFile,
  pageOf,
  pdfFile,
  zipFile,
} from './documents.fixture.ts';

export interface MalformedFile {
  path: string;
  bytes: Uint8Array;
}

/** Exactly 200. Some 30 MB in all, made anew by each call. */
export function malformedFiles(): MalformedFile[] {
  return [
    ...cutOff(),
    ...flipped(),
    ...brokenPdfs(),
    ...brokenDocx(),
    ...brokenEpubs(),
    ...misnamed(),
    ...random(),
    ...endless(),
  ];
}

const SENTENCES = [
  'The lighthouse keeper wrote down every ship that passed, with its flag and its course.',
  'Nobody read the book until the winter in which the lamp went out for three nights.',
  'Then it turned out that the ships had been the same four, again and again.',
];

const outline = [
  { title: 'The keeper', page: 0, children: [{ title: 'His book', page: 1 }] },
  { title: 'The lamp', page: 2 },
];
const goodPdf = () =>
  pdfFile({
    pages: Array.from({ length: 6 }, (_, page) => pageOf('The Keeper', ...SENTENCES, `Page ${page + 1}`)),
    title: 'The Keeper',
    outline,
  });
const goodDocx = () =>
  docxFile(
    SENTENCES.flatMap((text, i) => [{ text: `Part ${i + 1}`, heading: 1 }, { text }]),
    { title: 'The Keeper' },
  );
const goodEpub = () => epubFile(SENTENCES.map((text, i) => ({ body: `<h1>Part ${i + 1}</h1><p>${text}</p>` })));
const goodBooks = (): [string, Uint8Array][] => [
  ['pdf', goodPdf()],
  ['docx', goodDocx()],
  ['epub', goodEpub()],
];

/** 54: each kind at eighteen lengths. */
function cutOff(): MalformedFile[] {
  return goodBooks().flatMap(([kind, bytes]) =>
    Array.from({ length: 18 }, (_, i) => ({
      path: `cut/${i}.${kind}`,
      bytes: bytes.slice(0, Math.floor((bytes.length * (i + 0.5)) / 18)),
    })),
  );
}

/** 48: each kind with 1 to 200 bits turned. */
function flipped(): MalformedFile[] {
  return goodBooks().flatMap(([kind, bytes]) =>
    Array.from({ length: 16 }, (_, i) => {
      const random = seededRandom(1000 + i);
      const copy = bytes.slice();
      for (let n = 0; n < Math.ceil(1.37 ** i); n++)
        copy[Math.floor(random() * copy.length)] ^= 1 << Math.floor(random() * 8);
      return { path: `flipped/${i}.${kind}`, bytes: copy };
    }),
  );
}

/** 16 */
function brokenPdfs(): MalformedFile[] {
  const good = latin1(goodPdf());
  const page = [pageOf(...SENTENCES)];
  const edited: [string, string][] = [
    ['xref-loop', good.replace(/trailer\n<</, `trailer\n<< /Prev ${good.indexOf('xref\n0')}`)],
    ['no-xref', good.replace(/xref\n0[\s\S]*trailer/, 'trailer')],
    ['no-trailer', good.slice(0, good.indexOf('trailer'))],
    ['startxref-beyond', good.replace(/startxref\n\d+/, 'startxref\n99999999')],
    ['wrong-offsets', good.replace(/^\d{10} 00000 n/gm, '0000000009 00000 n')],
    ['count-lies', good.replace(/\/Count 6/, '/Count 1000000000')],
    ['count-negative', good.replace(/\/Count 6/, '/Count -6')],
    ['length-lies', good.replace(/\/Length \d+/g, '/Length 99999999')],
    ['length-own', good.replace(/\/Length \d+/g, '/Length 4 0 R')],
    [
      'outline-loop',
      good.replace(/\/Next \d+ 0 R/, (next) => `${next} /First 1 0 R`).replace(/\/First \d+ 0 R/g, '/First 18 0 R'),
    ],
    ['deep-arrays', good.replace('/Kids [', `/Kids ${'['.repeat(50_000)}`)],
    ['header-only', '%PDF-1.7\n'],
    ['junk-before', `${'junk '.repeat(100)}${good}`],
  ];
  return [
    ...edited.map(([name, text]) => ({ path: `pdf/${name}.pdf`, bytes: fromLatin1(text) })),
    { path: 'pdf/kids-loop.pdf', bytes: pdfFile({ pages: page, kids: '2 0 R' }) },
    { path: 'pdf/kids-loops.pdf', bytes: pdfFile({ pages: page, kids: '2 0 R '.repeat(500) }) },
    { path: 'pdf/encrypted.pdf', bytes: pdfFile({ pages: page, encrypted: true }) },
  ];
}

/** 14 */
function brokenDocx(): MalformedFile[] {
  const files = docxFiles([{ text: SENTENCES[0] }]);
  const document = (xml: string) => zipFile({ ...files, 'word/document.xml': xml });
  const whole = files['word/document.xml'];
  const { 'word/document.xml': _document, ...withoutDocument } = files;
  const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  const made: [string, Uint8Array][] = [
    ['no-document', zipFile(withoutDocument)],
    ['empty-document', document('')],
    ['not-xml', document('{"json": true}')],
    ['cut-xml', document(whole.slice(0, whole.length / 2))],
    ['other-root', document('<html><body>hello</body></html>')],
    ['entity-bomb', document(whole.replace('?>', `?>${entityBomb('w:document')}`).replace(SENTENCES[0], '&lol9;'))],
    [
      'external-entity',
      document(
        whole.replace('?>', '?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>').replace(SENTENCES[0], '&x;'),
      ),
    ],
    [
      'deep',
      document(`<w:document ${W}><w:body>${'<w:p>'.repeat(60_000)}${'</w:p>'.repeat(60_000)}</w:body></w:document>`),
    ],
    ['bomb', document(whole.replace(SENTENCES[0], ' '.repeat(40_000_000)))],
    ['bomb-that-lies', withSmallSizes(document(whole.replace(SENTENCES[0], 'a'.repeat(40_000_000))))],
    ['sizes-lie', withSmallSizes(docxFile([{ text: SENTENCES[0] }]))],
    [
      'relations-loop',
      zipFile({ ...files, '_rels/.rels': files['_rels/.rels'].replace('word/document.xml', '_rels/.rels') }),
    ],
    ['escaping-names', zipFile({ ...files, '../../etc/passwd': 'x', '/absolute': 'y' })],
    ['encrypted', oleFile('EncryptedPackage')],
  ];
  return made.map(([name, bytes]) => ({ path: `docx/${name}.docx`, bytes }));
}

/** 14 */
function brokenEpubs(): MalformedFile[] {
  const files = epubFiles([{ body: `<p>${SENTENCES[0]}</p>` }]);
  const opf = files['OEBPS/book.opf'];
  const chapter = 'OEBPS/text/ch 1.xhtml';
  const { 'META-INF/container.xml': container, ...withoutContainer } = files;
  const encrypted = (algorithm: string) =>
    `<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="${algorithm}"/></EncryptedData></encryption>`;
  const made: [string, Record<string, string | Uint8Array>][] = [
    ['no-container', withoutContainer],
    [
      'container-escapes',
      { ...files, 'META-INF/container.xml': container.replace('OEBPS/book.opf', '../../../etc/passwd') },
    ],
    ['no-opf', { ...files, 'META-INF/container.xml': container.replace('book.opf', 'other.opf') }],
    ['empty-spine', { ...files, 'OEBPS/book.opf': opf.replace(/<itemref[^>]*>/g, '') }],
    ['missing-chapter', { ...files, 'OEBPS/book.opf': opf.replace('text/ch', 'text/no') }],
    [
      'escaping-chapter',
      { ...files, 'OEBPS/book.opf': opf.replace('text/ch%201.xhtml', '../../../../etc/passwd.xhtml') },
    ],
    ['chapter-again', { ...files, 'OEBPS/book.opf': opf.replace(/<itemref[^>]*>/, (item) => item.repeat(3000)) }],
    [
      'opf-entity-bomb',
      { ...files, 'OEBPS/book.opf': opf.replace('?>', `?>${entityBomb('package')}`).replace('A Book', '&lol9;') },
    ],
    ['deep-chapter', { ...files, [chapter]: `<html><body>${'<div>'.repeat(100_000)}${SENTENCES[0]}` }],
    ['deep-opf', { ...files, 'OEBPS/book.opf': `${'<package>'.repeat(100_000)}` }],
    ['bomb', { ...files, [chapter]: `<p>${'a '.repeat(20_000_000)}` }],
    ['drm', { ...files, 'META-INF/encryption.xml': encrypted('http://www.w3.org/2001/04/xmlenc#aes128-cbc') }],
    ['picture-as-chapter', { ...files, [chapter]: png() }],
    ['nested', { ...files, [chapter]: zipFile(files) }],
  ];
  return made.map(([name, content]) => ({ path: `epub/${name}.epub`, bytes: zipFile(content) }));
}

/** 16: names that say what the bytes are not. */
function misnamed(): MalformedFile[] {
  const books = goodBooks();
  const html = bytesOf(`<!doctype html><html><p>${SENTENCES[0]}</p></html>`);
  return [
    ...books.map(([, bytes], i) => ({ path: `named/book-${i}.txt`, bytes })),
    ...books.map(([, bytes], i) => ({ path: `named/book-${i}`, bytes })),
    { path: 'named/pdf.docx', bytes: goodPdf() },
    { path: 'named/docx.epub', bytes: goodDocx() },
    { path: 'named/html.pdf', bytes: html },
    { path: 'named/text.docx', bytes: bytesOf(SENTENCES.join('\n')) },
    { path: 'named/picture.pdf', bytes: png() },
    { path: 'named/picture.md', bytes: png() },
    { path: 'named/zip.docx', bytes: zipFile({ 'a.txt': 'hello' }) },
    { path: 'named/old.doc', bytes: oleFile('WordDocument') },
    { path: 'named/old.docx', bytes: oleFile('WordDocument') },
    { path: 'named/film.mp4', bytes: randomBytes(77, 3000) },
  ];
}

/** 14 empty, 16 random. */
function random(): MalformedFile[] {
  const kinds = ['pdf', 'docx', 'epub', 'txt', 'ts', 'md', 'html', 'bin'];
  return [
    ...[...kinds, 'csv', 'rst', 'json', 'py', 'go', 'tex'].map((kind) => ({
      path: `empty/empty.${kind}`,
      bytes: new Uint8Array(),
    })),
    ...kinds.map((kind, i) => ({ path: `random/short.${kind}`, bytes: randomBytes(i, 300) })),
    ...kinds.map((kind, i) => ({ path: `random/long.${kind}`, bytes: randomBytes(i, 200_000) })),
  ];
}

/** 8 that go on and on. */
function endless(): MalformedFile[] {
  return [
    { path: 'endless/line.txt', bytes: bytesOf('word '.repeat(600_000)) },
    { path: 'endless/letters.txt', bytes: bytesOf('x'.repeat(3_000_000)) },
    { path: 'endless/line.js', bytes: bytesOf('a=1;'.repeat(500_000)) },
    { path: 'endless/line.md', bytes: bytesOf('word *and* '.repeat(100_000)) },
    { path: 'endless/lines.log', bytes: bytesOf('2026-01-01 started\n'.repeat(100_000)) },
    { path: 'endless/brackets.md', bytes: bytesOf('['.repeat(50_000)) },
    { path: 'endless/deep.html', bytes: bytesOf('<div>'.repeat(200_000) + SENTENCES[0]) },
    { path: 'endless/entities.html', bytes: bytesOf(`${entityBomb('html')}<p>&lol9; ${SENTENCES[0]}</p>`) },
  ];
}

function entityBomb(root: string): string {
  const entities = Array.from({ length: 9 }, (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i};`.repeat(10)}">`);
  return `<!DOCTYPE ${root} [<!ENTITY lol0 "lol">${entities.join('')}]>`;
}

/** The sizes in all headers say 10 bytes unpacked. */
function withSmallSizes(zip: Uint8Array): Uint8Array {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  for (let at = 0; at < zip.length - 46; at++) {
    const signature = view.getUint32(at, true);
    if (signature === 0x04034b50) view.setUint32(at + 22, 10, true);
    if (signature === 0x02014b50) view.setUint32(at + 24, 10, true);
  }
  return zip;
}

function png(): Uint8Array {
  const bytes = randomBytes(5, 500);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return bytes;
}

function randomBytes(seed: number, length: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
