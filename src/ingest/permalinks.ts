// Links that lead to the place they stand at, which generators put beside headings, terms and listings.

import { attribute, type DomElement, hasClass, soleText } from './dom.ts';

// Class names of the permalinks that Sphinx, VitePress, Docusaurus, GitHub, MkDocs, Hugo, Jekyll, rehype-autolink add.
export const PERMALINK_CLASS =
  /(^|[\s_-])(header-?anchor|heading-?anchor|heading-?link|headerlink|hash-?link|perma-?link|anchor-?link|anchor|anchorjs-link|octicon-link)(\s|$)/i;
const MARK = /^\s*[¶§🔗]\s*$/u;
// "#" can be an operator whose description the link leads to, and so can any other sign.
const HASH = /^\s*#+\s*$/;

/** A mark alone ("¶"), which says nothing outside of headings either. Links without any text say nothing anyway, and may carry an id. */
export function isPermalinkMark(element: DomElement): boolean {
  if (element.tagName !== 'a') return false;
  const isMarked = hasClass(element, PERMALINK_CLASS);
  if (!isMarked && !attribute(element, 'href')?.startsWith('#')) return false;
  const text = soleText(element);
  return MARK.test(text) || (isMarked && HASH.test(text));
}
