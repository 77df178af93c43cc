// An EPUB as one string of HTML for the reader: its chapters in order, pictures inlined, nothing that runs, styles or loads.

import type { CheerioAPI } from 'cheerio';
import { loadHtml } from './dom.ts';
import { markupOf, openEpub, resolvePath } from './epub-package.ts';
import { htmlOfXhtml } from './xhtml.ts';
import type { ZipArchive } from './zip-archive.ts';

/** Pictures of a book beyond this are left out, their alternative text stays. */
const MAX_PICTURE_BYTES = 32 * 1024 * 1024;
const PICTURE_TYPES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};
const REMOVED =
  'script, style, link, meta, base, title, template, iframe, object, embed, form, input, button, select, textarea, audio, video, canvas';
const KEPT_ATTRIBUTES = /^(alt|title|lang|dir|colspan|rowspan|start|href|src)$/;

export interface EpubHtml {
  html: string;
  /** As the book says; '' when it does not. */
  lang: string;
}

/** Each chapter is `<section id="chapter-3">`; links between chapters lead to these. @throws UnreadableDocument */
export async function epubHtml(bytes: Uint8Array): Promise<EpubHtml> {
  const { archive, chapters, lang } = openEpub(bytes);
  const anchors = new Map(chapters.map(({ path, anchor }) => [path, anchor]));
  const pictures = new Pictures(archive);
  const html = chapters
    .map(({ path, anchor }) => {
      const $ = loadHtml(htmlOfXhtml(markupOf(archive, path) ?? ''));
      clean($, path, anchors, pictures);
      return `<section id="${anchor}">${$('body').html() ?? ''}</section>`;
    })
    .join('\n');
  return { html, lang };
}

function clean($: CheerioAPI, path: string, anchors: ReadonlyMap<string, string>, pictures: Pictures): void {
  $(REMOVED).remove();
  // Covers are often an SVG around one picture.
  $('svg').each((_, svg) => {
    const image = $(svg).find('image').first();
    const source = image.attr('xlink:href') ?? image.attr('href');
    $(svg).replaceWith(source === undefined ? '' : $('<img>').attr('src', source));
  });
  $('math').each((_, math) => {
    $(math).replaceWith($('<span>').text($(math).text()));
  });
  $('body *').each((_, element) => {
    if (!('attribs' in element)) return;
    for (const name of Object.keys(element.attribs)) if (!KEPT_ATTRIBUTES.test(name)) delete element.attribs[name];
    const { href, src } = element.attribs;
    delete element.attribs.href;
    delete element.attribs.src;
    if (href !== undefined && element.tagName === 'a') {
      const target = /^(https?|mailto):/i.test(href.trim())
        ? href.trim()
        : `#${anchors.get(resolvePath(path, href) ?? '') ?? ''}`;
      if (target !== '#') element.attribs.href = target;
    }
    const url = src !== undefined && element.tagName === 'img' ? pictures.url(resolvePath(path, src)) : undefined;
    if (url) element.attribs.src = url;
  });
}

class Pictures {
  private readonly archive: ZipArchive;
  private readonly urls = new Map<string, string | undefined>();
  private bytesLeft = MAX_PICTURE_BYTES;

  constructor(archive: ZipArchive) {
    this.archive = archive;
  }

  url(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    if (!this.urls.has(path)) this.urls.set(path, this.read(path));
    const url = this.urls.get(path);
    // A picture that comes again is in the text again.
    if (!url || url.length > this.bytesLeft) return undefined;
    this.bytesLeft -= url.length;
    return url;
  }

  private read(path: string): string | undefined {
    const type = PICTURE_TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
    if (!type) return undefined;
    try {
      const bytes = this.archive.read(path, this.bytesLeft);
      return bytes && `data:${type};base64,${base64(bytes)}`;
    } catch {
      // A damaged picture costs no more than itself.
      return undefined;
    }
  }
}

function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += 8193)
    parts.push(btoa(String.fromCharCode(...bytes.subarray(start, start + 8193))));
  return parts.join('');
}
