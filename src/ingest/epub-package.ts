// The parts of an EPUB: container.xml -> OPF -> spine. Written here because all of it is four small XML files in a ZIP.

import { oneLine } from './clean-text.ts';
import { decodeHtml } from './decode.ts';
import { type DocumentLimits, MAX_MARKUP_BYTES } from './document-limits.ts';
import {
  attribute,
  type DocumentNode,
  type DomElement,
  firstElement,
  isElement,
  localName,
  parseXml,
  textOf,
  walk,
} from './dom.ts';
import { UnreadableDocument } from './unreadable.ts';
import { normalisedPath, ZipArchive } from './zip-archive.ts';

export interface Chapter {
  /** `chapter-3`: its place in the spine, from 1. */
  anchor: string;
  path: string;
  /** What the table of contents calls it; '' when it is not in there. */
  navTitle: string;
}

export interface EpubPackage {
  archive: ZipArchive;
  title: string;
  lang: string;
  chapters: Chapter[];
}

const MAX_CHAPTERS = 10_000;
// Fonts are scrambled in books that anyone may read; any other encryption keeps readers out.
const FONT_SCRAMBLING = /^http:\/\/(www\.idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc#RC)$/;

/** @throws UnreadableDocument */
export function openEpub(bytes: Uint8Array, limits: DocumentLimits = {}): EpubPackage {
  const archive = new ZipArchive(bytes, limits);
  expectReadable(archive);
  const container = markupOf(archive, 'META-INF/container.xml');
  const rootFile =
    container && elements(parseXml(container), 'rootfile').map((file) => attribute(file, 'full-path'))[0];
  const opfPath = rootFile && normalisedPath(rootFile);
  const opf = opfPath && markupOf(archive, opfPath);
  if (!opfPath || !opf) throw new UnreadableDocument('damaged EPUB: the list of its chapters is missing');
  const root = parseXml(opf);
  const items = new Map<string, DomElement>();
  for (const item of elements(root, 'item')) items.set(attribute(item, 'id') ?? '', item);
  const navTitles = readNavTitles(archive, opfPath, [...items.values()]);
  const listed = new Set<string>();
  const chapters = elements(root, 'itemref')
    .slice(0, MAX_CHAPTERS)
    .flatMap((reference, index): Chapter[] => {
      const item = items.get(attribute(reference, 'idref') ?? '');
      const path = item && resolvePath(opfPath, attribute(item, 'href') ?? '');
      if (!path || !isMarkup(item, path) || !archive.has(path)) return [];
      // A chapter has one place in the spine (EPUB 3.3, 5.7.2); a file that lists one thousands of times is a bomb of its own kind.
      if (listed.has(path)) return [];
      listed.add(path);
      return [{ anchor: `chapter-${index + 1}`, path, navTitle: navTitles.get(path) ?? '' }];
    });
  if (chapters.length === 0) throw new UnreadableDocument('damaged EPUB: none of its chapters is in it');
  return { archive, title: textOfFirst(root, 'title'), lang: textOfFirst(root, 'language'), chapters };
}

/** Text of an XML or HTML file of the book. */
export function markupOf(archive: ZipArchive, path: string): string | undefined {
  const bytes = archive.read(path, MAX_MARKUP_BYTES);
  return bytes && decodeHtml(bytes).text;
}

/** A reference in the file at `from`, without its fragment. Nothing for one that leads out of the book. */
export function resolvePath(from: string, href: string): string | undefined {
  const [path] = href.split(/[#?]/, 1);
  if (/^[a-z][a-z\d+.-]*:/i.test(path)) return undefined;
  if (path === '') return from;
  let plain = path;
  try {
    plain = decodeURIComponent(path);
  } catch {
    // A percent sign that means itself.
  }
  return normalisedPath(plain.startsWith('/') ? plain : `${from.slice(0, from.lastIndexOf('/') + 1)}${plain}`);
}

function expectReadable(archive: ZipArchive): void {
  const encryption = markupOf(archive, 'META-INF/encryption.xml');
  if (!encryption) return;
  const locked = elements(parseXml(encryption), 'EncryptedData').some((data) => {
    const method = firstElement(data, (element) => localName(element) === 'EncryptionMethod');
    return !FONT_SCRAMBLING.test((method && attribute(method, 'Algorithm')) ?? '');
  });
  if (locked)
    throw new UnreadableDocument('EPUB with copy protection (DRM): only the program it was bought for can read it');
}

/** Path of a chapter -> its first title in the navigation document (EPUB 3) or the NCX (EPUB 2). */
function readNavTitles(archive: ZipArchive, opfPath: string, items: readonly DomElement[]): Map<string, string> {
  const titles = new Map<string, string>();
  const nav = items.find((item) => /(^|\s)nav(\s|$)/.test(attribute(item, 'properties') ?? ''));
  const ncx = items.find((item) => attribute(item, 'media-type') === 'application/x-dtbncx+xml');
  for (const item of [nav, ncx]) {
    const path = item && resolvePath(opfPath, attribute(item, 'href') ?? '');
    const markup = path && markupOf(archive, path);
    if (!path || !markup) continue;
    let label = '';
    walk(parseXml(markup), (node) => {
      if (!isElement(node)) return true;
      const name = localName(node);
      if (name === 'navLabel') label = oneLine(textOf(node));
      if (name === 'a') add(path, attribute(node, 'href'), oneLine(textOf(node)));
      if (name === 'content') add(path, attribute(node, 'src'), label);
      return name !== 'navLabel';
    });
  }
  return titles;

  function add(from: string, href: string | undefined, title: string): void {
    const target = href === undefined ? undefined : resolvePath(from, href);
    if (target && title !== '' && !titles.has(target)) titles.set(target, title);
  }
}

function isMarkup(item: DomElement, path: string): boolean {
  return /x?html/.test(attribute(item, 'media-type') ?? '') || /\.x?html?$/i.test(path);
}

function elements(root: DocumentNode | DomElement, name: string): DomElement[] {
  const found: DomElement[] = [];
  walk(root, (node) => {
    if (isElement(node) && localName(node) === name) found.push(node);
    return true;
  });
  return found;
}

function textOfFirst(root: DocumentNode, name: string): string {
  const element = firstElement(root, (candidate) => localName(candidate) === name);
  return element ? oneLine(textOf(element)).slice(0, 300) : '';
}
