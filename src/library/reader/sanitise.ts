// A document's HTML -> blocks that can be shown, one after another, each cleaned on its own so that no task is long. The HTML is
// parsed into a document without a window: nothing in it runs or loads there.

import createDOMPurify, { type WindowLike } from 'dompurify';
import type { Content } from './content.ts';
import { DOMPURIFY_CONFIG, isAllowedAttribute, linkOf } from './html-policy.ts';
import { setDirections } from './text-direction.ts';

/** Elements that only hold others, and are gone into when they hold more than this. */
const HOLDER = /^(body|main|article|section|div)$/;
const HOLDER_CHARACTERS = 4000;
/** What a page has around its content. */
const AROUND =
  'nav, [role=navigation], [role=search], [hidden]:not([hidden="until-found"]), script, style, template, noscript';

const purifier = createDOMPurify(window as WindowLike);
purifier.addHook('uponSanitizeAttribute', (element, attribute) => {
  if (!isAllowedAttribute(element.localName, attribute.attrName, attribute.attrValue)) attribute.keepAttr = false;
});

/** @param slug ids for headings that have none */
export function htmlContent(html: string, slug?: (heading: string) => string): Content {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const mains = parsed.querySelectorAll('main, [role=main]');
  const root = mains.length === 1 ? mains[0] : parsed.body;
  for (const element of root.querySelectorAll(AROUND)) element.remove();
  const lang = stated(root, 'lang');
  const dir = stated(root, 'dir');
  return { lang, dir, pieces: htmlPieces(root, { lang, dir }, slug) };
}

/** @param of what the whole document is, which its blocks need not say */
function* htmlPieces(
  root: Element,
  of: { lang: string; dir: string },
  slug: ((heading: string) => string) | undefined,
): Generator<Node> {
  for (const piece of blocks(root)) {
    if (!(piece instanceof Element)) {
      yield document.createTextNode(piece.textContent ?? '');
      continue;
    }
    for (const name of ['lang', 'dir'] as const) {
      // Of a holder that was gone into.
      const value = stated(piece, name);
      if (value && value !== of[name]) piece.setAttribute(name, value);
    }
    const clean = cleaned(piece, slug);
    if (!of.dir) setDirections(clean.children);
    yield clean;
  }
}

/** An attribute of the element, or of the nearest one around it that has it. */
function stated(element: Element, name: string): string {
  return element.closest(`[${name}]`)?.getAttribute(name) ?? '';
}

function* blocks(holder: Element): Generator<Node> {
  for (const node of [...holder.childNodes]) {
    const isLarge = node instanceof Element && HOLDER.test(node.localName) && isLonger(node);
    if (isLarge) {
      // An empty stand-in, so that links to the holder still lead to its start.
      if (node.id) yield node.cloneNode(false);
      yield* blocks(node);
    } else if (node.nodeType === Node.ELEMENT_NODE || node.nodeType === Node.TEXT_NODE) yield node;
  }
}

function isLonger(element: Element): boolean {
  return (element.textContent?.length ?? 0) > HOLDER_CHARACTERS;
}

function cleaned(node: Node, slug: ((heading: string) => string) | undefined): DocumentFragment {
  const fragment = purifier.sanitize(node, DOMPURIFY_CONFIG);
  for (const link of fragment.querySelectorAll('a')) setLink(link);
  for (const image of fragment.querySelectorAll('img')) setImage(image);
  for (const heading of fragment.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    // As in the index, one that has an id of its own is not counted among those of the same text.
    const id = heading.id ? '' : slug?.(heading.textContent?.trim() ?? '');
    if (id) heading.id = id;
  }
  return fragment;
}

function setLink(link: HTMLAnchorElement): void {
  const target = linkOf(link.getAttribute('href') ?? '');
  const { name } = link;
  link.removeAttribute('href');
  link.removeAttribute('name');
  if (name && !link.id) link.id = name;
  if (target?.to === 'place') {
    link.dataset.to = target.id;
    link.setAttribute('role', 'link');
    link.tabIndex = 0;
  } else if (target) {
    link.href = target.address;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    link.referrerPolicy = 'no-referrer';
  }
}

/** An image from elsewhere is not fetched; what it shows is said. */
function setImage(image: HTMLImageElement): void {
  if (image.hasAttribute('src')) {
    image.decoding = 'async';
    image.loading = 'lazy';
    return;
  }
  const words = document.createElement('span');
  words.className = 'no-image';
  words.textContent = image.alt ? `Image: ${image.alt}` : 'Image, not part of the file';
  image.replaceWith(words);
}
