// What of a document's HTML is shown: which elements, which attributes, which addresses. A document is anyone's, so this is a list
// of what may stay; nothing in it loads from anywhere. Pure: sanitise.ts is where it is applied.

import { decoded } from '../decoded.ts';

const STRUCTURE =
  'address article aside blockquote br dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr li main ol p pre section summary ul wbr';
const WORDS =
  'a abbr b bdi bdo big center cite code del dfn em font i ins kbd mark q rp rt ruby s samp small span strike strong sub sup time tt u var';
const TABLES = 'caption col colgroup table tbody td tfoot th thead tr';
const FORMULAS =
  'math mfrac mi mmultiscripts mn mo mover mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none';

export const ALLOWED_TAGS: string[] = `${STRUCTURE} ${WORDS} ${TABLES} ${FORMULAS} img`.split(' ');

/** No `class`, `style`, `role`, `slot`, `part`, `tabindex`: a document must not look or act like the reader around it. */
export const ALLOWED_ATTRIBUTES: string[] =
  'alt colspan datetime dir headers height href id lang name open reversed rowspan scope span src start title value width'.split(
    ' ',
  );

export const DOMPURIFY_CONFIG = {
  ALLOWED_TAGS,
  ALLOWED_ATTR: ALLOWED_ATTRIBUTES,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOW_UNKNOWN_PROTOCOLS: false,
  // What an id hides in a document (`document.forms`), it does not hide from a shadow root, and headings have such ids.
  SANITIZE_DOM: false,
  // A fragment is never written out and read again, which is where markup changes its meaning.
  RETURN_DOM_FRAGMENT: true as const,
};

/** Addresses that only mean something on one element, and only some of them there. */
export function isAllowedAttribute(tag: string, attribute: string, value: string): boolean {
  switch (attribute) {
    case 'href':
      return tag === 'a' && linkOf(value) !== undefined;
    case 'src':
      return tag === 'img' && isOwnImage(value);
    case 'name':
      return tag === 'a';
    case 'width':
    case 'height':
      return tag === 'img' && /^\d{1,5}$/.test(value.trim());
    default:
      return true;
  }
}

/** Images that the document brings along. SVG as an image runs and loads nothing, but a few KB of it can take hours to draw. */
export function isOwnImage(address: string): boolean {
  return /^(data:image\/(png|jpeg|jpg|gif|webp|avif|bmp)[;,]|blob:)/i.test(address.trim());
}

export type DocumentLink = { to: 'place'; id: string } | { to: 'outside'; address: string };

/** Nothing for an address that leads nowhere a reader may go: scripts, data, and files beside the document. */
export function linkOf(address: string): DocumentLink | undefined {
  const trimmed = address.trim();
  if (trimmed.startsWith('#')) return trimmed.length > 1 ? { to: 'place', id: decoded(trimmed.slice(1)) } : undefined;
  if (!/^(https?:\/\/|mailto:)/i.test(trimmed) || !URL.canParse(trimmed)) return undefined;
  return { to: 'outside', address: new URL(trimmed).href };
}
