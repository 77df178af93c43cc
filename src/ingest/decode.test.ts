// Bytes to text: what names the encoding, and what happens when nothing does or it is wrong.

import { describe, expect, it } from 'vitest';
import { decodeHtml, decodeMarkdown } from './decode.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(bytes.buffer);
  [0xfeff, ...Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))].forEach((unit, i) => {
    view.setUint16(2 * i, unit, littleEndian);
  });
  return bytes;
}

describe('decodeHtml', () => {
  it('reads windows-1252 with its curly quotes and euro sign', () => {
    const page = ascii('<meta charset="windows-1252"><p>\x93na\xefve\x94 \x80 5</p>');
    expect(decodeHtml(page).text).toContain('“naïve” € 5');
  });

  it('decodes every byte of windows-1252 to a character of its own', () => {
    const all = decodeHtml(
      Uint8Array.from([...ascii('<meta charset=windows-1252>'), ...Array.from({ length: 256 }, (_, i) => i)]),
    );
    expect(new Set(all.text.slice(-256)).size).toBe(256);
    expect(all.text.at(-1)).toBe('ÿ');
  });

  it('takes a page that names no encoding as UTF-8 when its bytes are UTF-8, else as windows-1252', () => {
    expect(decodeHtml(utf8('<p>Größe – 東京')).text).toBe('<p>Größe – 東京');
    expect(decodeHtml(ascii('<p>Gr\xf6\xdfe'))).toMatchObject({ text: '<p>Größe', encoding: 'windows-1252' });
  });

  it('obeys a byte order mark before the meta element, and drops it', () => {
    expect(decodeHtml(utf8('\uFEFF<meta charset="windows-1252"><p>é')).text).toBe('<meta charset="windows-1252"><p>é');
    expect(decodeHtml(utf16('<p>été', true)).text).toBe('<p>été');
    expect(decodeHtml(utf16('<p>été', false)).text).toBe('<p>été');
  });

  it('reads other encodings that the meta element names', () => {
    const page = Uint8Array.from([...ascii('<meta charset=shift_jis><p>'), 0x93, 0x8c, 0x8b, 0x9e]);
    expect(decodeHtml(page).text).toContain('東京');
  });

  it('reads the encoding that an XML declaration names, where nothing else names one', () => {
    const xml = (label: string, rest: number[], head = '') =>
      decodeHtml(
        Uint8Array.from([...ascii(`<?xml version="1.0" encoding="${label}"?>\n<html>${head}<p>`), ...rest]),
      ).text.replace(/^[\s\S]*<p>/, '');
    expect(xml('windows-1251', [0xec, 0xe0, 0xff, 0xea])).toBe('маяк');
    expect(xml('ISO-8859-1', [0x93, 0xe9])).toBe('“é');
    expect(xml('windows-1251', [0xec], '<meta charset="windows-1252"/>')).toBe('ì');
    expect(xml('UTF-8', [0xe9])).toBe('é');
    expect(xml('UTF-16', [...utf8('é')])).toBe('é');
    expect(xml('klingon', [...utf8('é')])).toBe('é');
  });

  it('warns about invalid bytes of a page that says it is UTF-8', () => {
    const decoded = decodeHtml(ascii('<meta charset=utf-8><p>caf\xe9'));
    expect(decoded.text).toContain('caf\uFFFD');
    expect(decoded.warnings).toEqual(['invalid UTF-8 bytes replaced']);
  });

  it('does not throw on an encoding it cannot decode', () => {
    expect(decodeHtml(ascii('<meta charset="iso-2022-kr"><p>a')).warnings).toHaveLength(1);
  });
});

describe('decodeMarkdown', () => {
  it('ignores a meta element that is only an example in the text', () => {
    expect(decodeMarkdown(utf8('`<meta charset="windows-1252">` é')).text).toContain('é');
  });

  it('falls back to windows-1252 with a warning', () => {
    expect(decodeMarkdown(ascii('caf\xe9'))).toMatchObject({
      text: 'café',
      warnings: ['not valid UTF-8: read as windows-1252'],
    });
  });
});
