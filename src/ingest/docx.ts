// A DOCX -> HTML (mammoth) -> the same path as a web page. mammoth gets an archive of what was unpacked and counted here, so
// that its own unpacking can meet nothing else.

import { zipSync } from 'fflate';
import type mammoth from 'mammoth';
import { oneLine } from './clean-text.ts';
import { type DocumentLimits, MAX_MARKUP_BYTES } from './document-limits.ts';
import { firstElement, isElement, localName, parseXml, textOf, walk } from './dom.ts';
import { parseHtml } from './html.ts';
import type { ParsedPage, Section } from './parsed-page.ts';
import { shortMessage, UnreadableDocument } from './unreadable.ts';
import { ZipArchive } from './zip-archive.ts';

/** Pictures of a document shown in the reader, as they are in the file; those beyond are left out. */
const MAX_PICTURE_BYTES = 32 * 1024 * 1024;
// xmldom and mammoth call themselves for each level. A document of people has some dozens.
const MAX_DEPTH = 400;

/** @throws UnreadableDocument */
export async function parseDocx(path: string, bytes: Uint8Array, limits: DocumentLimits = {}): Promise<ParsedPage> {
  const archive = openDocx(bytes, limits);
  const html = await toHtml(archive, 0);
  const { title, lang } = coreProperties(archive);
  const page = parseHtml(html, { path, title });
  return { ...page, lang: lang || styleLanguage(archive, page.sections), hasBodyMark: undefined, exclusion: undefined };
}

/** For the reader: paragraphs, headings, lists, tables, pictures as data: URLs. Links may lead anywhere: clean it before it is shown. */
export async function docxHtml(bytes: Uint8Array): Promise<string> {
  return toHtml(openDocx(bytes, {}), MAX_PICTURE_BYTES);
}

function openDocx(bytes: Uint8Array, limits: DocumentLimits): ZipArchive {
  const archive = new ZipArchive(bytes, limits);
  if (!archive.names.some((name) => /(^|\/)document\d*\.xml$/.test(name)))
    throw new UnreadableDocument('damaged DOCX: there is no document in it');
  return archive;
}

async function toHtml(archive: ZipArchive, maxPictureBytes: number): Promise<string> {
  const files: Record<string, Uint8Array> = {};
  let picturesLeft = maxPictureBytes;
  for (const name of archive.names) {
    if (/\.(xml|rels)$/i.test(name)) {
      const xml = archive.read(name, MAX_MARKUP_BYTES);
      if (!xml) continue;
      expectShallow(xml);
      files[name] = TEXT_PART.test(name) ? withKnownTags(xml) : xml;
    } else if (/(^|\/)media\//.test(name)) {
      files[name] = picturesLeft > 0 ? readPicture(archive, name, picturesLeft) : new Uint8Array();
      picturesLeft -= files[name].length;
    }
  }
  const { default: converter } = await import('mammoth');
  const { buffer } = zipSync(files, { level: 0 });
  try {
    const { value } = await converter.convertToHtml(inputOf(buffer), {
      includeEmbeddedStyleMap: false,
      convertImage: converter.images.imgElement(async (image) => ({ src: await pictureUrl(image) })),
    });
    return value;
  } catch (error) {
    throw new UnreadableDocument(`damaged DOCX: ${shortMessage(error)}`, { cause: error });
  }
}

const TEXT_PART = /(^|\/)(document|footnotes|endnotes)\d*\.xml$/i;
// What is around text, of which mammoth passes over all that it does not know: simple fields, the words below readings (`w:rt`, which
// stay unread), and a direction of their own. It reads what is in a `w:smartTag`.
const AROUND_TEXT = /(<\/?w:)(?:fldSimple|ruby|rubyBase|dir|bdo)(?=[\s/>])/g;

function withKnownTags(xml: Uint8Array): Uint8Array {
  const isUtf16 = (xml[0] === 0xff && xml[1] === 0xfe) || (xml[0] === 0xfe && xml[1] === 0xff);
  if (isUtf16) return xml;
  const text = new TextDecoder().decode(xml);
  const known = text.replace(AROUND_TEXT, '$1smartTag');
  return known === text ? xml : new TextEncoder().encode(known);
}

/** Nothing of one that is damaged or too large: the text does not depend on it. */
function readPicture(archive: ZipArchive, name: string, maxBytes: number): Uint8Array {
  try {
    return archive.read(name, maxBytes) ?? new Uint8Array();
  } catch {
    return new Uint8Array();
  }
}

/** mammoth's build for Node wants `buffer`, the one for browsers `arrayBuffer`; JSZip takes the same for both. */
function inputOf(buffer: ArrayBufferLike): { arrayBuffer: ArrayBuffer } {
  const input = { arrayBuffer: buffer as ArrayBuffer, buffer };
  return input;
}

/** What every browser draws, and draws in bounded time: no SVG. */
const PICTURE_TYPE = /^image\/(png|jpe?g|gif|webp|avif|bmp)$/;

type Picture = Parameters<Parameters<typeof mammoth.images.imgElement>[0]>[0];

async function pictureUrl(image: Picture): Promise<string> {
  const base64 = await image.readAsBase64String();
  return base64 === '' || !PICTURE_TYPE.test(image.contentType) ? '' : `data:${image.contentType};base64,${base64}`;
}

/** One pass over the tags, which costs less than the stack overflow that it spares. */
function expectShallow(xml: Uint8Array): void {
  let depth = 0;
  for (let at = xml.indexOf(60); at !== -1; at = xml.indexOf(60, at + 1)) {
    const next = xml[at + 1];
    if (next === 47) depth--;
    else if (next !== 33 && next !== 63) {
      const end = xml.indexOf(62, at);
      if (end === -1) return;
      if (xml[end - 1] !== 47) depth++;
      at = end;
    }
    if (depth > MAX_DEPTH) throw new UnreadableDocument('damaged DOCX: its parts are nested without end');
  }
}

function coreProperties(archive: ZipArchive): { title: string; lang: string } {
  const properties = { title: '', lang: '' };
  const bytes = archive.read('docProps/core.xml', MAX_MARKUP_BYTES) ?? new Uint8Array();
  walk(parseXml(new TextDecoder().decode(bytes)), (node) => {
    if (!isElement(node)) return true;
    if (localName(node) === 'title') properties.title = oneLine(textOf(node)).slice(0, 300);
    if (localName(node) === 'language') properties.lang = oneLine(textOf(node));
    return true;
  });
  return properties;
}

/** Of languages that are written in more than one script, the scripts. */
const SCRIPTS_OF: Record<string, readonly string[]> = {
  Hans: ['Han'],
  Hant: ['Han'],
  Jpan: ['Han', 'Hiragana', 'Katakana'],
  Kore: ['Hangul', 'Han'],
};
/** Named in `w:val` alone; an empty `w:eastAsia` or `w:bidi` is often filled with the language of that. */
const PLAIN_SCRIPTS = /^(Latn|Cyrl|Grek)$/;

/**
 * Word writes languages into the default style of a document, whether or not the text has any of it: `w:eastAsia`, `w:bidi` for what
 * is written from the right and for other complex scripts (Thai, Devanagari, Tamil), `w:val` for the rest. Other programs write the
 * language of any text in `w:val`. One of another script than most of the letters is not the text's.
 */
function styleLanguage(archive: ZipArchive, sections: readonly Section[]): string {
  const bytes = archive.read('word/styles.xml', MAX_MARKUP_BYTES);
  const root = bytes && parseXml(new TextDecoder().decode(bytes));
  const lang = root && firstElement(root, (element) => element.tagName === 'w:lang');
  if (!lang) return '';
  const text = sections.flatMap(({ headings, blocks }) => [...headings, ...blocks.map(({ text }) => text)]).join('\n');
  const count = (letters: RegExp | undefined) => (letters && text.match(letters)?.length) ?? 0;
  const half = count(/\p{L}/gu) / 2;
  for (const tag of [lang.attribs['w:eastAsia'], lang.attribs['w:bidi']]) {
    const script = scriptOf(tag);
    if (tag && !PLAIN_SCRIPTS.test(script) && count(lettersOf(script)) > half) return tag;
  }
  const tag = lang.attribs['w:val'] ?? '';
  const letters = lettersOf(scriptOf(tag));
  return letters && count(letters) < half ? '' : tag;
}

/** Undefined for no script, and for one that is newer than the engine's Unicode. */
function lettersOf(script: string): RegExp | undefined {
  const names = SCRIPTS_OF[script] ?? [script];
  try {
    // Marks are no letters; a letter that scripts share is one of each.
    return new RegExp(`(?=\\p{L})[${names.map((name) => `\\p{Script_Extensions=${name}}`).join('')}]`, 'gu');
  } catch {
    return undefined;
  }
}

function scriptOf(tag: string | undefined): string {
  try {
    return (tag && new Intl.Locale(tag).maximize().script) || '';
  } catch {
    return '';
  }
}
