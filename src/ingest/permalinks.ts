// Links that lead to the place they stand at, which generators put beside headings, terms and listings.

import { attribute, type DomElement, hasClass, isElement } from './dom.ts';

// Class names of the permalinks that Sphinx, VitePress, Docusaurus, GitHub, MkDocs, Hugo, Jekyll, rehype-autolink add.
export const PERMALINK_CLASS =
  /(^|[\s_-])(header-?anchor|heading-?anchor|heading-?link|headerlink|hash-?link|perma-?link|anchor-?link|anchor|anchorjs-link|octicon-link)(\s|$)/i;
const MARK = /^\s*[¶§🔗]\s*$/u;
// "#" can be an operator whose description the link leads to, and so can any other sign.
const HASH = /^\s*#+\s*$/;
// Icons stand in one or two elements; what is deeper is no mark.
const MAX_DEPTH = 4;

/** A mark alone ("¶"), which says nothing outside of headings either. Links without any text say nothing anyway, and may carry an id. */
export function isPermalinkMark(element: DomElement): boolean {
  if (element.tagName !== 'a') return false;
  const isMarked = hasClass(element, PERMALINK_CLASS);
  if (!isMarked && !attribute(element, 'href')?.startsWith('#')) return false;
  const text = soleText(element);
  return MARK.test(text) || (isMarked && HASH.test(text));
}

/** '' where there is more than one text, or something else. */
function soleText(element: DomElement): string {
  let at = element;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const [only, ...more] = at.children;
    if (!only || more.length > 0) return '';
    if (only.type === 'text') return only.data;
    if (!isElement(only)) return '';
    at = only;
  }
  return '';
}
