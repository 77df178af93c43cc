// What a file is, by its first bytes and, for archives, the names in it. Says only what is certain; text is nobody's signature.

export interface Signature {
  kind?: 'pdf' | 'docx' | 'epub';
  /** For people: `a PNG picture`. */
  seems: string;
  /** Why it cannot be read, where there is more to say than what it is. */
  reason?: string;
}

const OLE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
// A file of text may begin with any of these words, but has no NUL near them.
const NUL_WITHIN = 80;
const OTHERS: [seems: string, magic: readonly number[] | string, at?: number][] = [
  ['a PNG picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG picture', [0xff, 0xd8, 0xff]],
  ['a GIF picture', 'GIF8'],
  ['a RIFF file (picture, sound or film)', 'RIFF'],
  ['a gzip archive', [0x1f, 0x8b]],
  ['a 7-Zip archive', [0x37, 0x7a, 0xbc, 0xaf]],
  ['a RAR archive', 'Rar!'],
  ['a program', [0x7f, 0x45, 0x4c, 0x46]],
  ['an RTF document', [0x7b, 0x5c, 0x72, 0x74, 0x66]],
  ['a Mobipocket book', 'BOOKMOBI', 60],
];

export function fileSignature(bytes: Uint8Array): Signature | undefined {
  if (latin1(bytes, 0, 16).trimStart().replace('ï»¿', '').startsWith('%PDF-')) return { kind: 'pdf', seems: 'a PDF' };
  if (startsWith(bytes, [0x50, 0x4b, 3, 4]) || startsWith(bytes, [0x50, 0x4b, 5, 6])) return archive(bytes);
  if (startsWith(bytes, OLE)) return compoundFile(bytes);
  const hasNul = bytes.subarray(0, NUL_WITHIN).includes(0);
  const other = OTHERS.find(
    ([, magic, at]) => (hasNul || typeof magic !== 'string') && startsWith(bytes.subarray(at), magic),
  );
  return other && { seems: other[0] };
}

/** Readers of PDF accept junk before the header. Not asked of files named as text, which may well speak of it. */
export function hasLatePdfHeader(bytes: Uint8Array): boolean {
  return latin1(bytes, 0, 1024).includes('%PDF-');
}

/** By names near the start and the end, where the directory is: also when the archive is cut off. */
function archive(bytes: Uint8Array): Signature {
  const names = latin1(bytes, 0, 4096) + latin1(bytes, Math.max(4096, bytes.length - 65_536), bytes.length);
  if (/application\/epub\+zip|META-INF\/container\.xml/.test(names)) return { kind: 'epub', seems: 'an EPUB' };
  if (/word\/document\d*\.xml/.test(names)) return { kind: 'docx', seems: 'a DOCX' };
  if (names.includes('xl/workbook')) return { seems: 'an Excel workbook' };
  if (names.includes('ppt/presentation')) return { seems: 'a PowerPoint presentation' };
  if (names.includes('application/vnd.oasis.opendocument')) return { seems: 'an OpenDocument file' };
  return { seems: 'a ZIP archive' };
}

function compoundFile(bytes: Uint8Array): Signature {
  if (hasWide(bytes, 'EncryptedPackage'))
    return { seems: 'an encrypted Office document', reason: 'encrypted Office document: it needs a password' };
  if (hasWide(bytes, 'WordDocument'))
    return {
      seems: 'an old Word document',
      reason: 'old binary Word document (DOC): open it in Word or LibreOffice and save it as DOCX',
    };
  return {
    seems: 'an old Office document',
    reason: 'old binary Office document: save it in the current format of its program, or as PDF',
  };
}

/** UTF-16, as names in compound files are. */
function hasWide(bytes: Uint8Array, name: string): boolean {
  const first = name.charCodeAt(0);
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    let i = 0;
    while (i < name.length && bytes[at + 2 * i] === name.charCodeAt(i) && bytes[at + 2 * i + 1] === 0) i++;
    if (i === name.length) return true;
  }
  return false;
}

function startsWith(bytes: Uint8Array, magic: readonly number[] | string): boolean {
  const codes = typeof magic === 'string' ? [...magic].map((letter) => letter.charCodeAt(0)) : magic;
  return codes.every((code, index) => bytes[index] === code);
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Array.from(bytes.subarray(start, end), (byte) => String.fromCharCode(byte)).join('');
}
