// What every document of a library can be filtered by: itself, the folders it is in, its kind.

import { type DocumentKind, documentKind } from '../ingest/document-kind.ts';

const KIND_NAMES: Record<DocumentKind, string> = {
  html: 'HTML',
  markdown: 'Markdown',
  text: 'Text',
  code: 'Code',
  pdf: 'PDF',
  docx: 'Word',
  epub: 'EPUB',
};

/** @param path `/`-separated; `papers/2026/zero.pdf` is in the folders `papers` and `papers/2026` */
export function libraryFilters(path: string): Record<string, string[]> {
  const segments = path.split('/').slice(0, -1);
  const folders = segments.map((_, depth) => segments.slice(0, depth + 1).join('/'));
  const kind = documentKind(path);
  return {
    document: [path],
    ...(folders.length > 0 ? { folder: folders } : {}),
    ...(kind ? { type: [KIND_NAMES[kind]] } : {}),
  };
}
