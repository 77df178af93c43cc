// Bytes of a file -> string. Never throws: what cannot be decoded is decoded as well as can be, with a warning.

import htmlEncodingSniffer from 'html-encoding-sniffer';

export interface Decoded {
  text: string;
  encoding: string;
  warnings: string[];
}

/**
 * A BOM wins, then `<meta charset>`, then `<?xml encoding="...">`. A page that names nothing is UTF-8 if its bytes are valid UTF-8 (its server most likely
 * says so in a header this code cannot see), otherwise windows-1252 as the HTML standard has it.
 */
export function decodeHtml(bytes: Uint8Array): Decoded {
  const sniffed = htmlEncodingSniffer(bytes, { defaultEncoding: 'x-user-defined' });
  if (sniffed !== 'x-user-defined') return decodeAs(sniffed, bytes);
  const declared = xmlEncoding(bytes);
  if (declared) return decodeAs(declared, bytes);
  return isUtf8(bytes) ? decodeAs('UTF-8', bytes) : decodeAs('windows-1252', bytes);
}

/** Of an XML declaration. Nothing for UTF-8, which its bytes tell better, and for what its own letters show that it is not (UTF-16). */
function xmlEncoding(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 200));
  const label = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1];
  try {
    const encoding = label && new TextDecoder(label).encoding;
    return encoding && !encoding.startsWith('utf-') ? encoding : undefined;
  } catch {
    return undefined;
  }
}

/** Markdown has no way to name an encoding: a BOM, else UTF-8, else windows-1252. */
export function decodeMarkdown(bytes: Uint8Array): Decoded {
  const byBom = htmlEncodingSniffer(bytes, { xml: true, defaultEncoding: 'UTF-8' });
  if (byBom === 'UTF-8' && !isUtf8(bytes)) {
    const decoded = decodeAs('windows-1252', bytes);
    return { ...decoded, warnings: ['not valid UTF-8: read as windows-1252'] };
  }
  return decodeAs(byBom, bytes);
}

function decodeAs(encoding: string, bytes: Uint8Array): Decoded {
  if (encoding === 'windows-1252') return { text: decodeWindows1252(bytes), encoding, warnings: [] };
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding);
  } catch {
    // "replacement" and encodings a small-ICU build lacks.
    return { ...decodeAs('UTF-8', bytes), warnings: [`encoding ${encoding} is not supported here: read as UTF-8`] };
  }
  const text = decoder.decode(bytes);
  const warnings =
    text.includes('\uFFFD') && encoding === 'UTF-8' && !isUtf8(bytes) ? ['invalid UTF-8 bytes replaced'] : [];
  return { text, encoding, warnings };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

// Bytes 0x80..0x9F of windows-1252 (Encoding Standard). Not left to TextDecoder: Node 20.18.3 to 24 decode them as Latin-1
// control characters (nodejs/node#56542, #60888), which turns every curly quote into nothing.
const HIGH =
  '\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F' +
  '\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178';

function decodeWindows1252(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += 8192) {
    const codes = Array.from(bytes.subarray(start, start + 8192), (byte) =>
      byte >= 0x80 && byte <= 0x9f ? HIGH.charCodeAt(byte - 0x80) : byte,
    );
    parts.push(String.fromCharCode(...codes));
  }
  return parts.join('');
}
