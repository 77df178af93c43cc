// Where pdfjs-dist keeps its character maps and fonts on this machine. Node only; a page gives URLs instead.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PdfAssets } from './document-limits.ts';

export function packagePdfAssets(): PdfAssets {
  const folder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  return { cMapUrl: `${join(folder, 'cmaps')}/`, standardFontDataUrl: `${join(folder, 'standard_fonts')}/` };
}
