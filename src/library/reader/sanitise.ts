// A document's HTML -> what can be shown, part by part: each is parsed and cleaned on its own while the view asks for it, so that a task
// is as long as the largest part. They are parsed into documents without a window: nothing in them runs or loads there.

import createDOMPurify, { type WindowLike } from 'dompurify';
import type { HtmlParts } from '../documents/html-parts.ts';
import { DOMPURIFY_CONFIG, isAllowedAttribute, linkOf } from '../documents/html-policy.ts';
import type { Content } from './content.ts';
import { setDirections } from './text-direction.ts';

const purifier = createDOMPurify(window as WindowLike);
purifier.addHook('uponSanitizeAttribute', (element, attribute) => {
  if (!isAllowedAttribute(element.localName, attribute.attrName, attribute.attrValue)) attribute.keepAttr = false;
});

/** @param slug ids for headings that have none */
export function htmlContent({ parts, lang, dir }: HtmlParts, slug?: (heading: string) => string): Content {
  return { lang, dir, pieces: htmlPieces(parts, dir, slug) };
}

function* htmlPieces(
  parts: readonly string[],
  dir: string,
  slug: ((heading: string) => string) | undefined,
): Generator<Node> {
  for (const part of parts) {
    const clean = cleaned(part, slug);
    if (!dir) setDirections(clean.children);
    yield clean;
  }
}

/** Nothing is asked of an element before it is clean: a form's fields can be named as what it is asked, a page's images as well. */
function cleaned(part: string, slug: ((heading: string) => string) | undefined): DocumentFragment {
  const fragment = purifier.sanitize(part, DOMPURIFY_CONFIG);
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
