// Small real documents made by code, for tests in Node and in browsers: no binary files in git, no Node APIs.

import { strToU8, type Zippable, zipSync } from 'fflate';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface PdfLineSpec {
  text: string;
  /** Default 11. */
  size?: number;
  x?: number;
  y: number;
}

export interface PdfSpec {
  pages: PdfLineSpec[][];
  title?: string;
  lang?: string;
  /** Title and page index of bookmarks, one level. */
  outline?: { title: string; page: number; children?: { title: string; page: number }[] }[];
  encrypted?: boolean;
  /** Replaces the list of the page tree's children, to make loops. */
  kids?: string;
}

/** A PDF with a cross-reference table, a letter a byte. @param objects the catalogue first @param trailer what more the trailer says */
export function pdfOfObjects(objects: readonly string[], { version = '1.4', trailer = '' } = {}): string {
  let text = `%PDF-${version}\n`;
  const offsets = objects.map((body, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const size = objects.length + 1;
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  return `${text}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R${trailer} >>\nstartxref\n${text.length}\n%%EOF\n`;
}

/** A PDF 1.4 with Helvetica and one content stream per page. */
export function pdfFile({ pages, title, lang, outline = [], encrypted = false, kids }: PdfSpec): Uint8Array {
  const objects: string[] = [];
  const add = (body: string): number => objects.push(body);
  add('');
  add('');
  const font = add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  const pageNumbers = pages.map((lines) => {
    const content = lines
      .map(({ text, size = 11, x = 72, y }) => `BT /F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm (${escaped(text)}) Tj ET`)
      .join('\n');
    const stream = add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
    return add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${stream} 0 R /Resources << /Font << /F1 ${font} 0 R >> >> >>`,
    );
  });
  const bookmarks = outline.length > 0 ? addOutline(outline) : undefined;
  objects[0] = `<< /Type /Catalog /Pages 2 0 R${lang ? ` /Lang (${lang})` : ''}${bookmarks ? ` /Outlines ${bookmarks} 0 R` : ''} >>`;
  objects[1] = `<< /Type /Pages /Count ${pages.length} /Kids [${kids ?? pageNumbers.map((n) => `${n} 0 R`).join(' ')}] >>`;
  const info = title === undefined ? undefined : add(`<< /Title (${escaped(title)}) >>`);
  const lock = encrypted
    ? add(`<< /Filter /Standard /V 1 /R 2 /P -4 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> >>`)
    : undefined;

  const locked = lock ? ` /Encrypt ${lock} 0 R /ID [<${'43'.repeat(16)}> <${'43'.repeat(16)}>]` : '';
  const text = pdfOfObjects(objects, { trailer: `${info ? ` /Info ${info} 0 R` : ''}${locked}` });
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));

  function addOutline(items: NonNullable<PdfSpec['outline']>): number {
    const root = add('');
    const numbers = addItems(items, root);
    objects[root - 1] =
      `<< /Type /Outlines /First ${numbers[0]} 0 R /Last ${numbers[numbers.length - 1]} 0 R /Count ${numbers.length} >>`;
    return root;
  }

  function addItems(items: NonNullable<PdfSpec['outline']>, parent: number): number[] {
    const numbers = items.map(() => add(''));
    items.forEach((item, i) => {
      const below = item.children ? addItems(item.children, numbers[i]) : [];
      const links = [
        i > 0 ? `/Prev ${numbers[i - 1]} 0 R` : '',
        i < items.length - 1 ? `/Next ${numbers[i + 1]} 0 R` : '',
        below.length > 0 ? `/First ${below[0]} 0 R /Last ${below[below.length - 1]} 0 R /Count ${below.length}` : '',
      ].join(' ');
      objects[numbers[i] - 1] =
        `<< /Title (${escaped(item.title)}) /Parent ${parent} 0 R /Dest [${pageNumbers[item.page]} 0 R /Fit] ${links} >>`;
    });
    return numbers;
  }
}

/** Lines from the top of a page, 14 points apart. */
export function pageOf(...lines: string[]): PdfLineSpec[] {
  return lines.map((text, index) => ({ text, y: 720 - 14 * index }));
}

export function zipFile(files: Record<string, string | Uint8Array>, level: 0 | 6 = 6): Uint8Array {
  const entries: Zippable = {};
  for (const [name, content] of Object.entries(files))
    entries[name] = [typeof content === 'string' ? strToU8(content) : content, { level, mtime: '2026-01-01' }];
  return zipSync(entries);
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const RELATIONSHIPS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

export interface DocxParagraph {
  text: string;
  /** Heading 1..6. */
  heading?: number;
}

export function docxFiles(
  paragraphs: readonly DocxParagraph[],
  { title, lang }: { title?: string; lang?: string } = {},
): Record<string, string> {
  const body = paragraphs
    .map(({ text, heading }) => {
      const style = heading ? `<w:pPr><w:pStyle w:val="Heading${heading}"/></w:pPr>` : '';
      return `<w:p>${style}<w:r><w:t xml:space="preserve">${xml(text)}</w:t></w:r></w:p>`;
    })
    .join('');
  const styles = [1, 2, 3]
    .map((n) => `<w:style w:type="paragraph" w:styleId="Heading${n}"><w:name w:val="heading ${n}"/></w:style>`)
    .join('');
  const language = lang
    ? `<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="${lang}"/></w:rPr></w:rPrDefault></w:docDefaults>`
    : '';
  return {
    '[Content_Types].xml':
      '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    '_rels/.rels': `<?xml version="1.0"?><Relationships ${RELATIONSHIPS}><Relationship Id="r1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/_rels/document.xml.rels': `<?xml version="1.0"?><Relationships ${RELATIONSHIPS}><Relationship Id="s1" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    'word/styles.xml': `<?xml version="1.0"?><w:styles ${W}>${language}${styles}</w:styles>`,
    'word/document.xml': `<?xml version="1.0"?><w:document ${W}><w:body>${body}</w:body></w:document>`,
    ...(title === undefined
      ? {}
      : {
          'docProps/core.xml': `<?xml version="1.0"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${xml(title)}</dc:title></cp:coreProperties>`,
        }),
  };
}

export function docxFile(...args: Parameters<typeof docxFiles>): Uint8Array {
  return zipFile(docxFiles(...args));
}

export interface EpubChapter {
  /** Inside `<body>`. */
  body: string;
  navTitle?: string;
  head?: string;
}

/** An EPUB 3 whose OPF lies in a folder of its own, as it mostly does. */
export function epubFiles(
  chapters: readonly EpubChapter[],
  { title = 'A Book', lang = 'en' }: { title?: string; lang?: string } = {},
): Record<string, string> {
  const names = chapters.map((_, index) => `text/ch%20${index + 1}.xhtml`);
  const files: Record<string, string> = {
    mimetype: 'application/epub+zip',
    'META-INF/container.xml':
      '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
    'OEBPS/book.opf': `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${xml(title)}</dc:title><dc:language>${lang}</dc:language></metadata><manifest><item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>${names.map((name, i) => `<item id="c${i}" href="${name}" media-type="application/xhtml+xml"/>`).join('')}</manifest><spine>${names.map((_, i) => `<itemref idref="c${i}"/>`).join('')}</spine></package>`,
    'OEBPS/nav.xhtml': `<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol>${chapters.map(({ navTitle }, i) => (navTitle ? `<li><a href="${names[i]}">${xml(navTitle)}</a></li>` : '')).join('')}</ol></nav></body></html>`,
  };
  chapters.forEach(({ body, head = '<title/>' }, i) => {
    files[`OEBPS/${names[i].replace('%20', ' ')}`] =
      `<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head>${head}</head><body>${body}</body></html>`;
  });
  return files;
}

export function epubFile(...args: Parameters<typeof epubFiles>): Uint8Array {
  return zipFile(epubFiles(...args));
}

/** The header of an OLE compound file and the name of one stream in it. */
export function oleFile(stream: string): Uint8Array {
  const bytes = new Uint8Array(2048);
  bytes.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  [...stream].forEach((letter, index) => {
    bytes[1024 + 2 * index] = letter.charCodeAt(0);
  });
  return bytes;
}

function escaped(text: string): string {
  return text.replace(/[\\()]/g, '\\$&');
}

function xml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
