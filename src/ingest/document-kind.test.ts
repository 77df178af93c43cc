// What a name says of a file.

import { expect, it } from 'vitest';
import { documentKind, isBook } from './document-kind.ts';

it.each([
  ['html', 'index.html a/b.HTM c.xhtml'],
  ['markdown', 'README.md a/b.MDX c.markdown'],
  ['text', 'robots.txt notes.TEXT server.log table.csv table.tsv paper.tex guide.rst guide.adoc todo.org'],
  ['code', 'a.ts a.d.ts a/b.test.tsx x.py x.R x.cpp x.wgsl style.css package.json config.yaml a.toml run.sh'],
  ['code', 'Makefile app/Dockerfile build.makefile web.dockerfile CMakeLists.txt.cmake'],
  ['pdf', 'a.pdf A.PDF a.b/c.pdf'],
  ['docx', 'a.docx A.Docx'],
  ['epub', 'a.epub A.EPUB'],
] as const)('%s: %s', (kind, paths) => {
  for (const path of paths.split(' ')) expect(documentKind(path), path).toBe(kind);
});

it.each([
  'a',
  'a/b',
  'pdf',
  'docs/html',
  'a.pdf/b',
  'a.png',
  'a.doc',
  'a.zip',
  'a.pdf.bak',
  'a.pdfx',
  'a.',
  '.ts/a',
  '',
  'notMakefile',
])('none: %s', (path) => expect(documentKind(path)).toBe(undefined));

it('books are PDF, DOCX and EPUB', () => {
  expect(
    ['a.pdf', 'b/a.DOCX', 'a.epub', 'a.txt', 'a.html', 'a.pdf.txt', 'pdf'].filter((path) => isBook(documentKind(path))),
  ).toEqual(['a.pdf', 'b/a.DOCX', 'a.epub']);
});
